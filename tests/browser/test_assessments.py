"""Two assessors at a visit, with and without a network, to the notice in the elder's hands."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import expect

from tests.browser.office import Enter, Visitor, press

pytestmark = pytest.mark.browser
READY = "html[data-offline=ready]"
TABLET = (1024, 768)


def _open(visitor: Visitor, which: str) -> None:
    visitor.go("/visits")
    visitor.page.wait_for_selector(READY)
    visitor.press(f"a[href='{visitor.office.assessment(which, visit=True)}']")
    visitor.page.wait_for_selector(READY)


def _tick(visitor: Visitor, code: str, value: str) -> None:
    visitor.page.locator(f"[name='{code}'][value='{value}']").check()


def _fill(visitor: Visitor, other: Mapping[str, str] | None = None) -> None:
    """Give full marks but for what is said otherwise; no events, no diagnoses, no coma."""
    page = visitor.page
    for item in page.locator("fieldset.item").all():
        code = item.get_attribute("data-code")
        assert code is not None
        value = (other or {}).get(code)
        choice = item.locator(f"input[value='{value}']") if value else item.locator("input").first
        choice.check()
    for row in page.locator("[data-code='A.2.14'] .event").all():
        row.locator("input[value='0']").check()
    page.locator("[data-code='A.4.1'] [data-nothing]").check()
    _tick(visitor, "A.5.11", "no")


def _saved(visitor: Visitor) -> None:
    visitor.page.wait_for_selector("#saved[data-state=saved]")


def _hand_in(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="提交评分表").click()


def test_two_assessors_score_settle_sign_and_the_bureau_publishes(enter: Enter) -> None:
    first, second = enter("assessor1", size=TABLET), enter("assessor2", size=TABLET)
    _open(first, "today_too")
    _hand_in(first)
    lacking = first.page.locator("#gaps a").all_inner_texts()
    assert len(lacking) == 29
    assert "B.1.1 进食" in lacking
    first.page.locator("#gaps a", has_text="B.2.4").click()
    assert first.page.locator("[id='B.2.4']").evaluate("e => e.matches(':target')")

    _fill(first, {"B.1.1": "3"})
    totals = first.page.locator("#totals").inner_text()
    assert "31/32" in re.sub(r"\s", "", totals)
    assert "总分 89/90" in totals
    assert "轻度" in totals
    _saved(first)
    assert first.page.locator("#gaps").is_hidden()  # the list shortened while she filled it
    first.picture("visit-filled")
    _hand_in(first)
    first.page.wait_for_url("**/visits")
    assert "等待另一位评估员" in first.text()

    _open(second, "today_too")
    assert second.page.locator("fieldset.item input:checked").count() == 0
    _fill(second, {"B.1.1": "2"})
    _saved(second)
    _hand_in(second)
    second.page.wait_for_url("**/visits")

    first.go(first.office.assessment("today_too", visit=True))
    first.page.locator("select[name='value:B.1.1']").select_option("2")
    first.page.locator("[name='reason:B.1.1']").fill("午饭时看到要人帮")
    press(first.page.get_by_role("button", name="协商一致"))
    for visitor in (first, second):
        visitor.go(visitor.office.assessment("today_too", "/sign", visit=True))
        assert "88" in visitor.text()
        visitor.picture("visit-sign")
        press(visitor.page.get_by_role("button", name="签名"))

    approver = enter("approver")
    approver.go("/assessments?state=review")
    approver.go(approver.office.assessment("today_too"))
    assert "B.1.1" in approver.text()
    press(approver.page.get_by_role("button", name="发布"))
    assert "已发布" in approver.text()

    clerk = enter("clerk")
    clerk.go(clerk.office.assessment("today_too", "/notice"))
    assert "轻度失能" in clerk.text()
    number, code = re.findall(r"A\d{4}-\d{6}|(?:\w{4}-){3}\w{4}", clerk.text())[-2:]
    sheet = clerk.page.pdf(format="A4", path=clerk.artefacts / "notice.pdf")
    assert sheet.count(b"/Type /Page\n") == 1

    stranger = enter()
    stranger.go("/verify")
    stranger.page.locator("#number").fill(number)
    stranger.page.locator("#code").fill(code.lower().replace("-", " "))
    press(stranger.page.get_by_role("button", name="核验"))
    assert "真实有效" in stranger.text()
    stranger.picture("verify-genuine")


def test_a_sheet_is_opened_and_scored_without_a_network_and_sent_afterwards(enter: Enter) -> None:
    visitor = enter("assessor1", size=TABLET)
    page = visitor.page
    visitor.go("/visits")
    page.wait_for_selector(READY)
    visitor.context.set_offline(True)
    _provoked(visitor)

    press(page.locator(f"a[href='{visitor.office.assessment('today', visit=True)}']"))
    page.wait_for_selector("fieldset.item")
    _tick(visitor, "B.1.1", "2")
    _tick(visitor, "B.1.2", "4")
    expect(page.locator("#saved[data-state=waiting]")).to_contain_text("没有网络：2项存在本机")
    visitor.picture("visit-offline")
    page.reload()  # the tablet was put away and opened again
    page.wait_for_selector("fieldset.item")
    assert page.locator("[name='B.1.1'][value='2']").is_checked()
    expect(page.locator("#saved")).to_contain_text("没有网络")
    page.locator("[id='in-A.4.2']").fill("降压药")
    page.locator("[id='in-A.4.2']").blur()
    assert _on_the_tablet(visitor) == ["B.1.1", "B.1.2"]  # no text about a person

    visitor.context.set_offline(False)
    _saved(visitor)
    page.reload()
    page.wait_for_selector(READY)
    assert page.locator("[name='B.1.1'][value='2']").is_checked()
    assert page.locator("[id='in-A.4.2']").input_value() == "降压药"


def test_two_answers_to_one_item_are_both_shown_and_neither_is_lost(enter: Enter) -> None:
    tablet, desk = enter("assessor2", size=TABLET), enter("assessor2")
    _open(tablet, "today")
    tablet.context.set_offline(True)
    _provoked(tablet)
    _tick(tablet, "B.3.4", "1")
    tablet.page.wait_for_selector("#saved[data-state=waiting]")

    _open(desk, "today")
    _tick(desk, "B.3.4", "3")
    _saved(desk)
    tablet.context.set_offline(False)
    tablet.page.wait_for_selector("[data-code='B.3.4'] .conflict button")
    expect(tablet.page.locator("#saved[data-state=conflict]")).to_have_count(1)
    choices = tablet.page.locator("[data-code='B.3.4'] .conflict button").all_inner_texts()
    tablet.picture("visit-conflict")
    assert [text[:6] for text in choices] == ["保留这里的：", "采用办公室的"]
    assert "1" in choices[0]
    assert "3" in choices[1]
    _hand_in(tablet)
    assert "还有" in tablet.page.locator("#gaps p").inner_text()

    desk.page.reload()
    desk.page.wait_for_selector(READY)
    assert desk.page.locator("[name='B.3.4'][value='3']").is_checked()  # nothing was written over
    tablet.page.get_by_role("button", name="保留这里的").click()
    _saved(tablet)
    desk.page.reload()
    desk.page.wait_for_selector(READY)
    assert desk.page.locator("[name='B.3.4'][value='1']").is_checked()


def test_signing_out_clears_the_tablet_but_not_unasked(enter: Enter) -> None:
    visitor = enter(size=TABLET)
    page = visitor.page
    visitor.sign_in("assessor1")  # a session of her own, which ends here
    visitor.speak("zh")  # another visit may have left the account in English
    _open(visitor, "today")
    visitor.context.set_offline(True)
    _provoked(visitor)
    _tick(visitor, "B.4.1", "1")
    page.wait_for_selector("#saved[data-state=waiting]")
    page.get_by_role("button", name="退出").click()
    assert "还没有发送" in page.locator("main > .note.bad").inner_text()

    visitor.context.set_offline(False)
    _saved(visitor)
    visitor.go("/visits")
    page.wait_for_selector(READY)
    press(page.get_by_role("button", name="退出"))
    page.wait_for_selector("#username")
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert page.evaluate("caches.keys().then(all => all.length)") == 0


def test_the_sheet_is_filled_by_keyboard(enter: Enter) -> None:
    visitor = enter("assessor2", size=TABLET)
    page = visitor.page
    _open(visitor, "today")
    page.locator("[name='B.2.1']").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.locator("[name='B.2.1'][value='2']").is_checked()
    _saved(visitor)
    heights = page.locator(".choice").evaluate_all(
        "all => all.filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44


def _provoked(visitor: Visitor) -> None:
    """Let the browser's own remarks on a missing network be no error."""
    visitor.ignored = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "net::ERR_FAILED")


def _on_the_tablet(visitor: Visitor) -> list[str]:
    found: list[str] = visitor.page.evaluate(
        """async () => {
          const base = await new Promise(done => {
            const asked = indexedDB.open('anlao-visits', 1);
            asked.onsuccess = () => done(asked.result);
          });
          const rows = await new Promise(done => {
            const asked = base.transaction('answers').objectStore('answers').getAllKeys();
            asked.onsuccess = () => done(asked.result);
          });
          base.close();
          return rows.map(key => key[2]).filter(code => !code.startsWith('A.5')).sort();
        }"""
    )
    return found
