"""What every test may lean on."""

from __future__ import annotations

import pytest
from hypothesis import settings

# A busy machine must not fail a property: time is measured in bench, not here.
settings.register_profile("anlao", deadline=None, derandomize=True)
settings.load_profile("anlao")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record", action="store_true", help="record the messages of bad rulebooks again"
    )
