"""On paper: no buttons, nothing cut off, and the reasons that are folded on the screen."""

from __future__ import annotations

import pytest

from tests.browser.office import Enter

pytestmark = pytest.mark.browser

A4_INSIDE_MARGINS = (680, 960)
CUT = """() => [...document.querySelectorAll('main, main *')]
  .filter(e => e.checkVisibility() && e.tagName !== 'INPUT' && e.scrollWidth > e.clientWidth + 1
    && getComputedStyle(e).display !== 'inline' && getComputedStyle(e).overflowX !== 'visible')
  .map(e => e.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize(
    ("name", "user", "path"),
    [
        ("file", "clerk", "{elder}"),
        ("entitlements", "clerk", "{elder}/entitlements"),
        ("history", "clerk", "{elder}/history"),
        ("audit", "auditor", "/audit?act=grant"),
        ("assessment-report", "clerk", "{published}/report"),
        ("assessment-notice", "clerk", "{published}/notice"),
    ],
)
def test_page_prints_whole(name: str, user: str, path: str, enter: Enter) -> None:
    visitor = enter(user)
    page = visitor.page
    published = visitor.office.assessment("published")
    visitor.go(path.format(elder=visitor.office.elder(), published=published))
    page.emulate_media(media="print")
    visitor.resize(A4_INSIDE_MARGINS)
    visitor.picture(f"{name}-print")

    assert visitor.overflows() == []
    assert page.evaluate(CUT) == []
    for gone in (".bar", ".tabs", "footer", ".skip", ".no-print"):
        assert not any(one.is_visible() for one in page.locator(gone).all())
    if name == "entitlements":
        assert all(one.is_visible() for one in page.locator("article li").all())
    sheet = page.pdf(format="A4", path=visitor.artefacts / f"{name}.pdf")
    assert sheet.startswith(b"%PDF")
