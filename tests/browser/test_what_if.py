"""What the page supposes is what the plain reference engine decides of the same facts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from anlao.office.database.folder import DataFolder
from tests.browser.office import Enter, press
from tests.browser.supposed import local_rates

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("fact", ["birth_date", "capability_level", "economic_status"])
def test_what_if_shows_the_figures_of_the_reference_engine(fact: str, enter: Enter) -> None:
    visitor = enter("clerk")
    page, picked = visitor.page, visitor.office.seen["supposed"]
    asked = picked["asked"][fact]
    visitor.go(f"/elders/{picked['pk']}/what-if?choose={fact}")
    value = page.locator("#value")
    if value.evaluate("e => e.tagName") == "SELECT":
        value.select_option(asked["written"])
    else:
        value.fill(asked["written"])
    with local_rates(DataFolder(visitor.office.folder)):
        press(page.get_by_role("button", name="试算"))
        page.wait_for_selector("[role=status]")
    visitor.picture(f"what-if-{fact}")

    shown = {}
    for article in page.locator("[role=status] article").all():
        now, then = article.locator("p").all_inner_texts()[:2]
        told = asked["decisions"][article.locator("h3").inner_text()]
        shown[article.locator("h3").inner_text()] = told
        assert [_figures(now), _figures(then)] == [_figure(one) for one in told]
        css = {"yes": "given", "unknown": "doubt"}.get(told[1]["outcome"], "refused")
        assert article.get_attribute("class") == css
    changed = {
        name: told
        for name, told in asked["decisions"].items()
        if (told[0]["outcome"], told[0]["fen"]) != (told[1]["outcome"], told[1]["fen"])
    }
    assert changed
    assert changed.items() <= shown.items()


def _figures(verdict: str) -> list[str]:
    """Return the figures of a verdict, but for those in the name of a condition."""
    return re.findall(r"\d[\d.]*", re.sub(r"“.*?”", "", verdict))


def _figure(decision: dict[str, Any]) -> list[str]:
    """Return how a decision's figure is written: money with its fen, counts and hours whole."""
    fen, unit = decision["fen"], decision["unit"]
    if fen is None:
        return []
    whole = not unit.startswith("yuan") and fen % 100 == 0
    return [str(fen // 100) if whole else f"{fen // 100}.{fen % 100:02d}"]
