"""She turns eighty, the night finds her, she is paid, she dies, the office hears of it late."""

from __future__ import annotations

import pytest

from tests.browser.neighbours import NAME
from tests.browser.office import Enter, Visitor, press
from tests.browser.steps import act, bring_answer, bring_stamped, until

pytestmark = pytest.mark.browser
_AGE = "高龄津贴"


def test_from_the_birthday_to_the_money_that_comes_back(enter: Enter) -> None:
    maker, signer = enter("maker"), enter("signer")
    her, months = maker.office.seen["young"]["pk"], maker.office.seen["young"]["months"]

    _found_and_approved(signer, her)
    _account(maker, her)
    for month in months[:-1]:
        _pay(enter, month)
    maker.go(f"/elders/{her}/payments")
    assert all(month in maker.text() for month in months[:-1])
    maker.picture("eighty-paid")

    _dies(maker, her, f"{months[0]}-20")
    run = _opened(maker, months[-1])
    assert "-120.00" in maker.text()
    maker.picture("eighty-late-death")
    maker.go(f"{run}/lines")
    assert all(month in maker.text() for month in months[1:-1])
    _signed(enter, run)  # nothing is paid, so no township has a list to stamp

    payer = enter("payer")
    payer.go("/payments/recoveries")
    press(payer.page.get_by_role("link", name=NAME))
    payer.picture("eighty-recovery")
    assert all(said in payer.text() for said in (*months[1:-1], "已去世"))
    payer.page.locator("#repay-yuan").fill("120")
    payer.page.locator("#repay").fill("女儿退回现金，收据 12 号")
    act(payer, "repay")
    assert "0.00" in payer.page.locator("h1").inner_text()
    payer.go("/payments/ledger?verify=1")
    payer.picture("eighty-ledger")


def _found_and_approved(signer: Visitor, her: int) -> None:
    signer.go(f"/elders/{her}/cases")
    assert _AGE in signer.text()
    signer.picture("eighty-found")
    signer.go("/cases/approve")
    signer.page.locator("input[name=case]").check()
    press(signer.page.get_by_role("button", name="批准勾选的各件"))
    assert "已批准1件" in signer.text()


def _account(maker: Visitor, her: int) -> None:
    maker.go(f"/elders/{her}/payments")
    maker.page.get_by_text("登记账户").click()
    for name, value in (
        ("bank", "新昌农商银行"),
        ("number", "6228480312345678901"),
        ("holder", NAME),
        ("evidence", "存折原件"),
    ):
        maker.page.locator(f"#id_{name}").fill(value)
    press(maker.page.get_by_role("button", name="登记", exact=True))
    assert "新昌农商银行" in maker.text()


def _opened(maker: Visitor, month: str) -> str:
    maker.go("/payments")
    maker.page.locator("#id_month").fill(month)
    press(maker.page.locator("main form button").first)
    until(maker, "待复核")
    return maker.page.url.removeprefix(maker.office.url)


def _pay(enter: Enter, month: str) -> None:
    run = _opened(enter("maker"), month)
    bring_stamped(enter("maker"), run)
    _signed(enter, run)
    payer = enter("payer")
    payer.go(run)
    act(payer, "file")
    until(payer, "已送银行")
    bring_answer(payer)
    act(payer, "close")
    assert "已关账" in payer.text()


def _signed(enter: Enter, run: str) -> None:
    checker, signer = enter("checker"), enter("signer")
    checker.go(run)
    act(checker, "review")
    signer.go(run)
    act(signer, "approve")
    until(signer, "已审批")


def _dies(maker: Visitor, her: int, day: str) -> None:
    maker.go(f"/elders/{her}/journeys/death")
    maker.page.locator("#id_day").fill(day)
    maker.page.locator("#id_evidence").fill("死亡证明")
    press(maker.page.get_by_role("button", name="预览影响"))
    maker.picture("eighty-death")
    press(maker.page.get_by_role("button", name="确认办理"))
    assert "已故" in maker.page.locator("h1").inner_text()
