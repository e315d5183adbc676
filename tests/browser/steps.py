"""What people do with a run of payments in their browsers, one step each."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.office import Visitor, press

_PATIENCE = 60_000
"""Milliseconds for which a job may take; a worker takes up one after the other."""


def act(visitor: Visitor, name: str) -> None:
    press(visitor.page.locator(f"button[name=act][value={name}]").first)


def until(visitor: Visitor, words: str) -> None:
    """Wait until a page that follows its job says something; it fetches itself anew."""
    expect(visitor.page.locator("main")).to_contain_text(words, timeout=_PATIENCE)


def bring_stamped(visitor: Visitor, run: str) -> None:
    """Bring a scan of every township's list, as its clerk does page by page."""
    visitor.go(run)
    links = visitor.page.locator("a[href*='/townships/']").all()
    paths = [link.get_attribute("href") or "" for link in links]
    assert paths
    for path in paths:
        visitor.go(path)
        scan = f"%PDF-1.4 {path} %%EOF".encode()
        visitor.page.locator("#scan").set_input_files(
            {"name": "盖章.pdf", "mimeType": "application/pdf", "buffer": scan}
        )
        visitor.press("form[enctype] button")
        assert "这份名单已收到盖章确认表" in visitor.text()


def _answer_of(visitor: Visitor, *, fails: int | None = None) -> bytes:
    """Take a run's file out and return what the bank answers; ``fails``: what comes back."""
    with visitor.page.expect_download() as found:
        visitor.page.locator("a[href*='/files/']").first.click()
    rows = found.value.path().read_text("utf-8-sig").splitlines()
    orders = [row.split(",") for row in rows[1:]]
    told = [
        f"{order[1]},{order[5]},{'失败,户名不符' if place == fails else '成功,'}"
        for place, order in enumerate(orders)
    ]
    return "\n".join(["业务编号,金额,处理结果,失败原因", *told]).encode()


def bring_answer(visitor: Visitor, *, fails: int | None = None) -> None:
    """Take a sent run's file out, and bring what the bank answers to it."""
    answer = _answer_of(visitor, fails=fails)
    visitor.page.locator("#answer").set_input_files(
        {"name": "回盘.csv", "mimeType": "text/csv", "buffer": answer}
    )
    visitor.press("form[enctype] button")
