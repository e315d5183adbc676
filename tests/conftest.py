"""What every test may lean on."""

from __future__ import annotations

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.new_office import have_a_place

# A busy machine must not fail a property: time is measured in bench, not here.
settings.register_profile("anlao", deadline=None, derandomize=True)
settings.load_profile("anlao")
# Before any other conftest is read, and before the processes of a run are started.
have_a_place()

_BROWSER = "tests/browser/"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record", action="store_true", help="record the messages of bad rulebooks again"
    )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Let a file's tests run in one process, and all who open a browser share one office."""
    return _ByFile(config, log)


class _ByFile(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return _BROWSER if nodeid.startswith(_BROWSER) else nodeid.split("::", 1)[0]
