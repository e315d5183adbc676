"""An application is taken, refused, objected to, and looked at by another; several are approved."""

from __future__ import annotations

import pytest

from tests.browser.office import Enter, Visitor, press

pytestmark = pytest.mark.browser


def _press(visitor: Visitor, act: str, **fields: str) -> None:
    """Fill in the box of an act and send it."""
    box = visitor.page.locator(f"#act-{act}")
    if box.evaluate("e => e.tagName") == "DETAILS":
        box.locator("summary").click()
    for name, value in fields.items():
        field = box.locator(f"[name={name}]")
        if field.evaluate("e => e.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    press(box.locator("button"))


def test_an_application_is_refused_and_objected_to(enter: Enter) -> None:
    clerk, approver = enter("clerk"), enter("approver")
    clerk.go(clerk.office.case("rejected"))
    assert "不是低保或低保边缘家庭" in clerk.text()
    clerk.picture("case-refused")

    with clerk.page.expect_response("**/papers/notice") as told:
        clerk.page.evaluate("fetch(location.pathname + '/papers/notice')")
    assert told.value.status == 200
    assert told.value.headers["content-type"] == "application/pdf"

    _press(clerk, "object", who="本人", text="低保证明已补办")
    assert "异议复核中" in clerk.text()
    clerk.picture("case-objected")

    approver.go(approver.office.case("rejected"))
    _press(approver, "review", is_upheld="yes", text="材料属实")
    assert "作出决定以外的人" in approver.text()
    approver.picture("case-review-refused")

    other = enter("approver2")
    other.go(other.office.case("rejected"))
    _press(other, "review", is_upheld="no", text="补办的证明不属本期")
    assert "不予批准" in other.text()
    assert "补办的证明不属本期" in other.text()
    other.picture("case-review-answered")


def test_an_application_is_taken_at_the_counter(enter: Enter) -> None:
    clerk = enter("clerk")
    asking = clerk.page.locator("a[href$='/cases/care-subsidy']")
    for number in range(10, 60):  # the first who has not applied already, and is alive
        clerk.go(f"/elders/{number}/cases")
        if asking.count():
            break
    press(asking)
    clerk.page.locator("#asked_by").select_option("agent")
    press(clerk.page.locator("main form button"))
    assert "代办人" in clerk.text()
    clerk.page.locator("#agent_name").fill("叶小明")
    clerk.page.locator("#agent_relation").fill("儿子")
    clerk.page.locator("#ground").fill("委托书")
    press(clerk.page.locator("main form button"))
    assert "待核材料" in clerk.text()
    _press(clerk, "show", what="证件已核")
    clerk.picture("case-taken")
    assert "证件已核" in clerk.text()


def test_several_are_approved_together(enter: Enter) -> None:
    approver = enter("approver")
    approver.go("/cases/approve")
    boxes = approver.page.locator("input[name=case]")
    number = boxes.count()
    assert number >= 2
    for place in range(2):
        boxes.nth(place).check()
    approver.picture("cases-ticked")
    press(approver.page.get_by_role("button", name="批准勾选的各件"))

    assert "已批准2件" in approver.text()
    assert approver.page.locator("input[name=case]").count() == number - 2
