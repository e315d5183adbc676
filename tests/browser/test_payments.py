"""A month is signed by others than its maker, sent, answered with a return, and sent anew."""

from __future__ import annotations

import pytest

from tests.browser.office import Enter
from tests.browser.steps import act, bring_answer, bring_stamped, until

pytestmark = pytest.mark.browser


def test_a_month_goes_to_the_bank_and_one_payment_comes_back(enter: Enter) -> None:
    clerk, checker = enter("clerk"), enter("clerk2")
    approver, finance = enter("approver"), enter("finance2")
    run = clerk.office.seen["runs"]["open"]

    clerk.go(run)
    assert "复核通过" not in clerk.text()  # whoever made it
    checker.go(run)
    act(checker, "review")
    assert "盖章确认表还没有收到" in checker.text()
    checker.picture("payments-unstamped")
    bring_stamped(clerk, run)
    clerk.picture("payments-stamped")
    checker.go(run)
    act(checker, "review")
    assert "待审批" in checker.text()
    approver.go(run)
    assert "审批通过" in approver.text()
    approver.picture("payments-approve")
    act(approver, "approve")
    until(approver, "已审批")
    finance.go(run)
    act(finance, "file")
    until(finance, "已送银行")

    bring_answer(finance, fails=0)
    assert "退票1笔" in finance.text()
    finance.picture("payments-answered")
    act(finance, "close")
    assert "已关账" in finance.text()

    clerk.go(run)
    clerk.page.locator("#kind").select_option("reissue")
    act(clerk, "child")
    until(clerk, "退票")
    assert "待更正账户" in clerk.text()
    clerk.picture("payments-returned")


def test_an_answer_that_is_not_of_this_run_is_refused(enter: Enter) -> None:
    finance = enter("finance2")
    finance.go(finance.office.seen["runs"]["closed"])

    assert "读入回盘" not in finance.text()
    assert "已关账" in finance.text()
