"""What people come to the office for, from the first page to the last."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from tests.browser.office import Enter, Visitor, press
from tests.browser.prepare import PASSWORD, PHONE

pytestmark = pytest.mark.browser

ROLE_FORM = "form:has(select[name=role])"


def test_first_sign_in_asks_for_a_password_of_ones_own(enter: Enter) -> None:
    visitor = enter()
    page, own = visitor.page, "秋天的第一场雨 autumn rain"

    visitor.sign_in("finance")
    assert "初始密码只能用一次" in visitor.text()
    visitor.go("/?q=王")
    assert page.url.endswith("/password")

    _new_password(visitor, old="wrong", new=own, again=own)
    assert "原密码不对" in visitor.text()
    _new_password(visitor, old=PASSWORD, new=own, again="another one altogether")
    assert "两次输入的新密码不一致" in visitor.text()
    _new_password(visitor, old=PASSWORD, new=own, again=own)
    assert "查找老年人" in visitor.text()

    press(page.get_by_role("button", name="退出"))
    visitor.sign_in("finance", own)
    assert "查找老年人" in visitor.text()


def _new_password(visitor: Visitor, *, old: str, new: str, again: str) -> None:
    for field, text in (("#old", old), ("#new", new), ("#again", again)):
        visitor.page.locator(field).fill(text)
    visitor.press("main button")


@pytest.mark.parametrize("by", ["name", "initials", "village"])
def test_clerk_finds_an_elder_and_opens_her_file(by: str, enter: Enter) -> None:
    visitor = enter("clerk")
    rich = visitor.office.seen["rich"]
    words = {"name": rich["name"], "initials": rich["initials"]}
    words["village"] = f"{visitor.office.seen['village']} {rich['name']}"

    visitor.page.goto(visitor.office.url)
    visitor.page.locator("#q").fill(words[by])
    press(visitor.page.get_by_role("button", name="查找"))
    visitor.press(f"a[href='{visitor.office.elder()}']")

    assert rich["name"] in visitor.page.locator("h1").inner_text()
    assert "户籍地" in visitor.text()


def test_entitlements_tell_reasons_and_clause_month_by_month(enter: Enter) -> None:
    visitor = enter("clerk")
    page, today = visitor.page, date.today()  # noqa: DTZ011 - the wall clock, as the page reads it
    visitor.go(visitor.office.elder())
    press(page.get_by_role("link", name="待遇", exact=True))

    assert f"{today.year}年" in page.locator("h2").first.inner_text()
    given = page.locator("article.given").first
    given.locator("summary").click()
    assert "号" in given.locator("summary").inner_text()  # the document and its clause
    assert given.locator("li").first.is_visible()
    assert "--rates" not in page.content()  # advice for this office, not for a command

    press(page.locator("a[rel=prev]"))
    assert "本月" not in page.locator("h2").first.inner_text()
    press(page.get_by_role("link", name="档案", exact=True))
    assert "的情况" in page.locator(".note.warn").inner_text()  # the day goes from tab to tab
    press(page.get_by_role("link", name="待遇", exact=True))
    press(page.locator("a[rel=next]"))
    assert "本月" in page.locator("h2").first.inner_text()


def test_correction_keeps_what_was_known_before(enter: Enter) -> None:
    visitor = enter("clerk")
    page, path = visitor.page, visitor.office.elder("neighbour")
    visitor.go(path)
    press(page.get_by_role("link", name="登记与更正"))
    press(page.get_by_role("link", name="经济困难类别"))
    old = page.locator("form b").inner_text()
    options = page.locator("#value option").all_inner_texts()
    new = next(one for one in options[1:-1] if one != old)
    page.locator("#value").select_option(label=new)
    page.locator("#start").fill("2026-01-01")
    page.locator("#evidence").fill("民政局认定书 2026-1")
    press(page.get_by_role("button", name="登记"))

    assert "已登记：经济困难类别" in page.locator(".messages").inner_text()
    assert _hardship(visitor, path) == new
    assert _hardship(visitor, f"{path}?day=2025-12-31") == old
    yesterday = date.today() - timedelta(days=2)  # noqa: DTZ011
    assert _hardship(visitor, f"{path}?known={yesterday}") == old
    press(page.get_by_role("link", name="变更与查阅记录"))
    corrected = page.locator("tr.struck").all_inner_texts()
    assert any("已更正" in row and old in row for row in corrected)
    now = page.locator("table").first.locator("tr:not(.struck)", has_text="民政局认定书 2026-1")
    assert new in now.inner_text()
    assert "clerk" in now.inner_text()


def _hardship(visitor: Visitor, path: str) -> str:
    visitor.go(path)
    return visitor.page.locator("dl > div", has_text="经济困难类别").locator("dd").inner_text()


def test_what_is_recorded_already_is_not_recorded_again(enter: Enter) -> None:
    visitor = enter("clerk")
    visitor.go(visitor.office.elder(tab="/record?fact=sex"))
    page = visitor.page
    page.locator("#value").select_option(label=page.locator("form b").inner_text())
    page.locator("#evidence").fill("身份证")
    press(page.locator("main form button"))

    assert "没有变化" in page.locator("[role=alert]").inner_text()
    assert page.locator("#evidence").input_value() == "身份证"


def test_village_is_recorded_by_its_name_and_taken_back(enter: Enter) -> None:
    visitor = enter("clerk")
    page, path = visitor.page, visitor.office.elder("long")
    for words, shown in (("古院社区", "古院社区"), (None, "未知")):
        visitor.go(f"{path}/record?fact=residence")
        if words is None:
            page.locator("input[name=unknown]").check()
        else:
            offered = page.locator("datalist option").evaluate_all("all => all.map(o => o.value)")
            page.locator("#value").fill(next(one for one in offered if one.endswith(words)))
        page.locator("#evidence").fill("居住证明")
        press(page.locator("main form button"))
        row = page.locator("dl > div", has_text="常住地")
        assert row.locator("dd").inner_text().endswith(shown)


def test_township_clerk_finds_no_file_of_a_neighbour(enter: Enter) -> None:
    visitor = enter(enter().office.seen["town"])

    assert visitor.go(visitor.office.elder()).status == 200
    refused = visitor.go(visitor.office.elder("neighbour"))
    assert refused.status == 404
    assert visitor.page.locator("h1").inner_text() == "没有找到"
    assert "不在您的范围内" in visitor.text()
    press(visitor.page.get_by_role("link", name="返回首页"))
    assert "查找老年人" in visitor.text()


def test_whole_number_is_shown_for_a_reason_that_the_auditor_reads(enter: Enter) -> None:
    visitor = enter("clerk")
    page, reason = visitor.page, "家属来电核对身份"
    visitor.go(visitor.office.elder())
    show = page.locator("form[action$=reveal] button")
    show.click()
    assert page.locator("#reason:invalid").count() == 1  # the browser asks first
    page.evaluate("document.querySelector('form[action$=reveal]').noValidate = true")
    press(show)
    assert "请写明查看理由" in page.locator(".messages").inner_text()  # and so do we
    assert PHONE not in page.content()

    page.locator("#reason").fill(reason)
    press(show)
    assert PHONE in visitor.text()
    assert re.search(r"\d{17}[\dX]", visitor.text())

    auditor = enter("auditor")
    auditor.go("/audit")
    auditor.page.locator("#act").select_option("reveal")
    press(auditor.page.get_by_role("button", name="查询"))
    assert reason in auditor.text()


def test_auditor_filters_and_verifies_the_chain(enter: Enter) -> None:
    visitor = enter("auditor")
    page = visitor.page
    visitor.go("/audit")
    page.locator("#who").fill("rehearsal")
    page.locator("#act").select_option("grant")
    press(page.get_by_role("button", name="校验日志链"))

    assert "日志链完整" in page.locator("[role=status]").inner_text()
    rows = page.locator("tbody tr").all_inner_texts()
    assert rows
    assert all("rehearsal" in row and "授权" in row for row in rows)


def test_administrator_grants_only_what_goes_together(enter: Enter) -> None:
    visitor = enter("admin")
    page = visitor.page
    _grant(visitor, "village", "county_approver")
    assert "不相容" in page.locator("[role=alert]").inner_text()
    assert "县级审批" in page.locator("[role=alert]").inner_text()

    _grant(visitor, "village", "township_clerk")
    assert "已授权" in page.locator(".messages").inner_text()
    held = page.locator("form", has_text="乡镇经办 · ")
    held.locator("input[name=reason]").fill("借调结束")
    press(held.get_by_role("button", name="撤销"))
    assert "已撤销" in page.locator(".messages").inner_text()
    assert page.locator("form", has_text="乡镇经办 · ").count() == 0


def _grant(visitor: Visitor, username: str, role: str) -> None:
    page = visitor.page
    visitor.go("/people")
    press(page.get_by_role("link", name=username, exact=True))
    page.locator("select[name=role]").select_option(role)
    page.locator("select[name=division]").select_option("331123001")
    page.locator(f"{ROLE_FORM} input[name=reason]").fill("临时借调")
    press(page.locator(f"{ROLE_FORM} button"))


def test_page_left_alone_asks_for_the_password_and_goes_on(enter: Enter) -> None:
    visitor = enter()
    visitor.sign_in("approver")
    session = next(one for one in visitor.context.cookies() if one["name"] == "sessionid")
    visitor.office.leave_alone(session["value"])
    visitor.go("/?q=王")

    assert "离开时间较长" in visitor.text()
    visitor.page.locator("#username").fill("approver")
    visitor.page.locator("#password").fill(PASSWORD)
    visitor.press("main button")
    assert visitor.page.locator("#q").input_value() == "王"


def test_wrong_passwords_lock_the_account_without_telling_strangers(enter: Enter) -> None:
    visitor = enter()
    told = set()
    for name, password in (("nobody", "wrong"), *[("town20", "wrong")] * 5, ("town20", PASSWORD)):
        visitor.sign_in(name, password)
        told.add(visitor.page.locator("[role=alert]").inner_text())

    assert len(told) == 1
    assert "锁定15分钟" in told.pop()


def test_english_stays_with_the_account_and_the_search(enter: Enter) -> None:
    visitor = enter("clerk")
    page = visitor.page
    visitor.go("/?q=妙高+1950")
    found = page.locator("tbody tr").count()
    press(page.get_by_role("link", name="English"))

    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("tbody tr").count() == found > 0
    assert page.title() == "Find an elder · anlao"
    press(page.locator("tbody a").first)
    press(page.get_by_role("link", name="中文"))
    assert page.locator("html").get_attribute("lang") == "zh-CN"


def test_a_new_file_is_opened_after_a_search(enter: Enter) -> None:
    visitor = enter("clerk")
    page = visitor.page
    visitor.go("/?q=欧阳新春")
    press(page.get_by_role("link", name="新建档案"))
    page.locator("#id_name").fill("欧阳新春")
    page.locator("#id_birth_date").fill("1939-08-08")
    page.locator("#id_sex").select_option("female")
    page.locator("#id_village").fill("331123001007")
    page.locator("#id_evidence").fill("身份证遗失，户口本")
    press(page.get_by_role("button", name="新建档案"))
    assert "欧阳新春" in page.locator("h1").inner_text()

    visitor.go("/elders/new")
    for field, text in (("name", "欧阳新春"), ("birth_date", "1939-08-08"), ("evidence", "来访")):
        page.locator(f"#id_{field}").fill(text)
    page.locator("#id_sex").select_option("female")
    page.locator("#id_village").fill("331123001007")
    press(page.get_by_role("button", name="新建档案"))
    assert "可能已有档案" in visitor.text()
    visitor.picture("new-file-alike")


def test_a_death_is_looked_at_recorded_and_taken_back(enter: Enter) -> None:
    visitor = enter("clerk")
    page = visitor.page
    visitor.go(visitor.office.elder("long"))
    press(page.get_by_role("link", name="去世、迁移与并档"))
    press(page.get_by_role("link", name="登记去世"))
    page.locator("#id_day").fill("2026-01-05")
    page.locator("#id_evidence").fill("村委会证明")
    press(page.get_by_role("button", name="预览影响"))
    assert "确认后会发生" in visitor.text()
    press(page.get_by_role("button", name="确认办理"))
    assert "已故" in page.locator("h1").inner_text()

    page.get_by_text("撤销这次办理").click()
    page.locator("form[action$=undo] input[name=reason]").fill("同名同姓，报错")
    press(page.get_by_role("button", name="撤销，恢复原状"))
    assert "在册" in page.locator("h1").inner_text()
    assert "已撤销" in visitor.text()


def test_a_daughter_is_added_and_taken_back(enter: Enter) -> None:
    visitor = enter("clerk")
    page = visitor.page
    visitor.go(visitor.office.elder("long", "/family"))
    press(page.get_by_role("link", name="添加 亲属与联系人"))
    page.locator("#id_kind").select_option("daughter")
    page.locator("#id_name").fill("古丽")
    page.locator("#id_phone").fill("139 0000 1234")
    page.get_by_label("代理人").check()
    page.locator("#id_evidence").fill("本人来访")
    press(page.get_by_role("button", name="登记"))
    assert "古丽" in visitor.text()
    assert "139 0000 1234" not in visitor.text()
    visitor.picture("family-with-daughter")

    page.get_by_text("终止或撤回").first.click()
    page.locator("form[action$=change] input[name=reason]").first.fill("不是女儿")
    press(page.get_by_role("button", name="登记有误，撤回").first)
    assert "古丽" not in visitor.text()
