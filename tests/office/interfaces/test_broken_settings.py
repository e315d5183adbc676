"""Settings that cannot be used: a page that says so, to staff what to mend, and nothing is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from tests.office.county import COUNTY, County
from tests.office.interfaces.access import handed_out, signed_in

from anlao.office.citizens.models import Card
from anlao.office.interfaces.tasks.messages import make_messages
from anlao.office.organisations.models import User
from anlao.office.shared.county_settings import TermsRefused

Browser = Callable[[User | None], Client]


@pytest.fixture
def broken() -> Iterator[None]:
    """Settings of one county that no room can read."""
    files = [
        Path(settings.DATA.path) / room / f"{COUNTY}.yaml"
        for room in ("cases", "citizens", "disclosure", "messages", "payments")
    ]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text("nonsense: 1\n", "utf-8")
    yield
    for file in files:
        file.unlink()


@pytest.mark.usefixtures("broken")
def test_staff_read_what_to_mend(county: County, client_of: Browser) -> None:
    path = f"/elders/{county.elders['a1'].pk}/cards"

    page = client_of(county.cast["clerk_a"]).post(path, {"holder": "own"})

    assert page.status_code == 503
    assert f"citizens/{COUNTY}.yaml" in page.content.decode()
    assert str(settings.DATA.path) not in page.content.decode()
    assert not Card.objects.exists()


def test_an_elder_reads_whom_to_ask(
    county: County, client_of: Browser, request: pytest.FixtureRequest
) -> None:
    her = county.elders["a1"]
    card = handed_out(client_of, county)
    mine = signed_in(client_of, her, card)
    request.getfixturevalue("broken")

    page = mine.get("/mine/file")

    assert page.status_code == 503
    assert "打电话" in page.content.decode()
    assert "yaml" not in page.content.decode()


@pytest.mark.usefixtures("broken", "committed")
def test_the_night_tells_whose_messages_it_could_not_make() -> None:
    with pytest.raises(TermsRefused, match=f"messages/{COUNTY}.yaml"):
        make_messages()
