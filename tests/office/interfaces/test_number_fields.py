"""What a browser lets people type into a field for numbers is what the office takes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from tests.office.county import County

from anlao.office.organisations.models import User

Browser = Callable[[User | None], Client]


@pytest.mark.parametrize(
    ("user", "path", "name", "step"),
    [
        ("clerk_a", "/elders/{elder}/family/address", "longitude", "0.000001"),
        ("finance", "/payments/budget", "budget-yuan", "0.01"),
    ],
)
def test_decimals_are_let_in_by_the_browser(
    county: County, client_of: Browser, user: str, path: str, name: str, step: str
) -> None:
    page = client_of(county.cast[user]).get(path.format(elder=county.elders["a1"].pk))

    (field,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page.content.decode())

    assert 'type="number"' in field
    assert f'step="{step}"' in field
