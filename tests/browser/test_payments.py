"""A month is signed by others than its maker, sent, answered with a return, and sent anew."""

from __future__ import annotations

import pytest

from tests.browser.office import Enter, Visitor

pytestmark = pytest.mark.browser
_PATIENCE = 60_000
"""Milliseconds for which a job may take; a worker takes up one after the other."""


def _act(visitor: Visitor, act: str) -> None:
    visitor.page.locator(f"button[name=act][value={act}]").first.click()


def _until(visitor: Visitor, words: str) -> None:
    """Look at the page again until it says something."""
    path = visitor.page.url.removeprefix(visitor.office.url)
    for _ in range(_PATIENCE // 500):
        if words in visitor.text():
            return
        visitor.page.wait_for_timeout(500)
        visitor.go(path)
    raise AssertionError(f"{path} does not say {words}:\n{visitor.text()}")


def _bring_stamped(visitor: Visitor, run: str) -> None:
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
        visitor.page.locator("form[enctype] button").click()
        assert "这份名单已收到盖章确认表" in visitor.text()
    visitor.picture("payments-stamped")


def test_a_month_goes_to_the_bank_and_one_payment_comes_back(enter: Enter) -> None:
    clerk, checker = enter("clerk"), enter("clerk2")
    approver, finance = enter("approver"), enter("finance2")
    run = clerk.office.seen["runs"]["open"]

    clerk.go(run)
    assert "复核通过" not in clerk.text()  # whoever made it
    checker.go(run)
    _act(checker, "review")
    assert "盖章确认表还没有收到" in checker.text()
    checker.picture("payments-unstamped")
    _bring_stamped(clerk, run)
    checker.go(run)
    _act(checker, "review")
    assert "待审批" in checker.text()
    approver.go(run)
    assert "审批通过" in approver.text()
    approver.picture("payments-approve")
    _act(approver, "approve")
    _until(approver, "已审批")
    finance.go(run)
    _act(finance, "file")
    _until(finance, "已送银行")

    with finance.page.expect_download() as found:
        finance.page.locator("a[href*='/files/']").first.click()
    rows = found.value.path().read_text("utf-8-sig").splitlines()
    orders = [row.split(",") for row in rows[1:]]
    told = [
        f"{order[1]},{order[5]},{'失败,户名不符' if place == 0 else '成功,'}"
        for place, order in enumerate(orders)
    ]
    answer = "\n".join(["业务编号,金额,处理结果,失败原因", *told]).encode()
    finance.page.locator("#answer").set_input_files(
        {"name": "回盘.csv", "mimeType": "text/csv", "buffer": answer}
    )
    finance.page.locator("form[enctype] button").click()
    assert "退票1笔" in finance.text()
    finance.picture("payments-answered")
    _act(finance, "close")
    assert "已关账" in finance.text()

    clerk.go(run)
    clerk.page.locator("#kind").select_option("reissue")
    _act(clerk, "child")
    _until(clerk, "退票")
    assert "待更正账户" in clerk.text()
    clerk.picture("payments-returned")


def test_an_answer_that_is_not_of_this_run_is_refused(enter: Enter) -> None:
    finance = enter("finance2")
    finance.go(finance.office.seen["runs"]["closed"])

    assert "读入回盘" not in finance.text()
    assert "已关账" in finance.text()
