"""One office and one browser for all of these tests; a browser window for each visitor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.browser.office import (
    ROOT,
    Enter,
    Office,
    Visitor,
    chromium_here,
    lacking,
    running_office,
    visits,
)

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Return where pictures of the pages are kept."""
    return Path(os.environ.get("ANLAO_ARTEFACTS") or ROOT / "tests" / "artefacts")


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    if reason := lacking():
        pytest.fail(reason, pytrace=False)
    with running_office() as found:
        yield found


@pytest.fixture(scope="module")
def chromium(office: Office) -> Iterator[Browser]:  # noqa: ARG001 - first the check of what is there
    """Start a browser for each module: while it runs, no other test could use Django's models."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_here(), args=_QUIET, env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in() -> dict[str, StorageState]:
    """Return what browsers remember of those who have signed in."""
    return {}


@pytest.fixture(scope="module")
def seats() -> dict[str, Visitor]:
    """Return the windows that stay open as long as the browser does."""
    return {}


@pytest.fixture
def enter(
    chromium: Browser,
    office: Office,
    artefacts: Path,
    signed_in: dict[str, StorageState],
    seats: dict[str, Visitor],
) -> Iterator[Enter]:
    """Return what lets somebody in: ``enter("clerk", language="en")``."""
    with visits(chromium, office, artefacts, signed_in, seats) as found:
        yield found
