"""Without a mouse: everything is reached in the order it is read, and seen when it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.office import Enter, Visitor
from tests.browser.prepare import PASSWORD

pytestmark = pytest.mark.browser

FOCUS = """() => {
  const all = [...document.querySelectorAll('body *')], e = document.activeElement;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  return {
    place: all.indexOf(e), tag: e.tagName, html: e.outerHTML.slice(0, 90),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.width > 0 && box.left >= 0 && box.top >= 0 && box.bottom <= innerHeight + 1,
  };
}"""


def test_sign_in_search_and_open_a_file_by_keyboard(enter: Enter) -> None:
    visitor = enter()
    keys = visitor.page.keyboard
    visitor.go("/sign-in")
    visitor.page.wait_for_selector("#username:focus")  # the cursor stands there by itself
    keys.type("town2")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    visitor.page.wait_for_selector("#q:focus")
    keys.type("王")
    keys.press("Enter")
    visitor.page.wait_for_selector("tbody a")
    while "/elders/" not in _focus(visitor)["html"]:
        keys.press("Tab")
    keys.press("Enter")
    visitor.page.wait_for_selector(".tabs")


@pytest.mark.parametrize("page", ["file", "entitlements", "record", "person"])
def test_tab_goes_through_the_page_in_its_order(page: str, enter: Enter) -> None:
    visitor = enter("admin" if page == "person" else "clerk")
    paths = {
        "file": visitor.office.elder(),
        "entitlements": visitor.office.elder(tab="/entitlements"),
        "record": visitor.office.elder(tab="/record?fact=death_date"),
        "person": "/people/1",
    }
    visitor.go(paths[page])
    stops = []
    for _ in range(60):
        visitor.page.keyboard.press("Tab")
        stop = _focus(visitor)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)

    places = [stop["place"] for stop in stops]
    assert places == sorted(places)
    assert [stop["html"] for stop in stops if not (stop["outlined"] and stop["seen"])] == []
    reachable = visitor.page.locator(
        "a[href], button, input:not([type=hidden]), select, [tabindex='0'], "
        "details:not(details details) > summary"
    )
    assert len(set(places)) == len([one for one in reachable.all() if one.is_visible()])


def test_skip_link_jumps_over_the_head(enter: Enter) -> None:
    visitor = enter("clerk")
    visitor.go(visitor.office.elder(tab="/entitlements"))
    visitor.page.keyboard.press("Tab")

    assert "skip" in _focus(visitor)["html"]
    assert _focus(visitor)["seen"]
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.closest('main') !== null")


def test_reasons_unfold_by_keyboard(enter: Enter) -> None:
    visitor = enter("clerk")
    visitor.go(visitor.office.elder(tab="/entitlements"))
    summary = visitor.page.locator("summary").first
    summary.focus()
    visitor.page.keyboard.press("Enter")

    assert visitor.page.locator("details[open] li").first.is_visible()


def _focus(visitor: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = visitor.page.evaluate(FOCUS)
    return found
