"""Every page, in both languages, on a desk and on a telephone: whole, readable, accessible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.browser.office import DESKTOP, OF_SIZE_AND_LANGUAGE, PHONE, Enter, Visitor, press
from tests.browser.prepare import PASSWORD

pytestmark = pytest.mark.browser

_ORDERS = count(101, 2)


@dataclass(frozen=True, slots=True)
class Look:
    """A page as somebody comes to see it. ``user``: "" for a stranger."""

    name: str
    user: str
    come: Callable[[Visitor], object]


def _at(name: str, user: str, path: str) -> Look:
    return Look(name, user, lambda visitor: visitor.go(path))


def _file(name: str, tab: str = "", which: str = "rich") -> Look:
    return Look(name, "clerk", lambda visitor: visitor.go(visitor.office.elder(which, tab)))


def _assessment(name: str, user: str, which: str, page: str = "", *, visit: bool = False) -> Look:
    return Look(
        name, user, lambda visitor: visitor.go(visitor.office.assessment(which, page, visit=visit))
    )


def _case(name: str, user: str, which: str) -> Look:
    return Look(name, user, lambda visitor: visitor.go(visitor.office.case(which)))


def _gaps(visitor: Visitor) -> None:
    visitor.go(visitor.office.assessment("today", visit=True))
    visitor.page.locator("#sheet > .row button").click()
    visitor.page.wait_for_selector("#gaps a")


def _corrections(visitor: Visitor) -> None:
    visitor.go(visitor.office.assessment("settling", "/settle", visit=True))
    visitor.page.locator("summary").click()


def _not_verified(visitor: Visitor) -> None:
    visitor.go("/verify")
    visitor.page.locator("#number").fill("A2026-000001")
    visitor.page.locator("#code").fill("7QK2-M9RD-0XEV-4TB8")
    visitor.press("main button")


def _refused_sign_in(visitor: Visitor) -> None:
    visitor.sign_in("nobody", "wrong")


def _revealed(visitor: Visitor) -> None:
    visitor.go(visitor.office.elder())
    visitor.page.locator("#reason").fill("电话核对 by phone")
    visitor.press("form[action$=reveal] button")


def _wrong_place(visitor: Visitor) -> None:
    visitor.go(visitor.office.elder(tab="/record?fact=residence"))
    visitor.page.locator("#value").fill("不存在的村")
    visitor.page.locator("#until").fill("2020-01-01")
    visitor.page.locator("#evidence").fill("户口簿")
    visitor.press("main form button")


def _person(visitor: Visitor, name: str) -> None:
    visitor.go("/people")
    press(visitor.page.get_by_role("link", name=name, exact=True))


def _role_refused(visitor: Visitor) -> None:
    _person(visitor, "clerk")
    visitor.page.locator("select[name=role]").select_option("county_approver")
    visitor.page.locator("select[name=division]").select_option("331123")
    visitor.page.locator("form:has(select[name=role]) input[name=reason]").fill("试一试")
    visitor.press("form:has(select[name=role]) button")


def _second_step(visitor: Visitor) -> None:
    visitor.sign_in("town19")
    visitor.page.wait_for_selector("#code")


def _add_app(visitor: Visitor) -> None:
    visitor.go("/account/second-factor")
    visitor.page.locator("#password").fill(PASSWORD)
    visitor.press("button[value=app]")
    visitor.page.wait_for_selector(".qr svg")


def _recovery_codes(visitor: Visitor) -> None:
    visitor.context.clear_cookies()
    visitor.sign_in("town19")
    visitor.page.locator("#code").fill(visitor.office.seen["recovery"].pop())
    visitor.press("main button")
    visitor.go("/account/second-factor")
    visitor.page.locator("#password").fill(PASSWORD)
    visitor.press("button[value=codes]")
    visitor.page.wait_for_selector(".codes")
    visitor.office.seen["recovery"][:] = visitor.page.locator(".codes li").all_inner_texts()


def _issue_token(visitor: Visitor) -> None:
    visitor.go("/people/tokens")
    visitor.page.locator("#id_organisation").select_option(index=1)
    visitor.page.locator("#id_name").fill("省平台对接")
    visitor.page.locator("input[name=acts]").first.check()
    visitor.page.locator("#id_division").select_option("331123")
    press(visitor.page.get_by_role("button", name="发放" if "发放" in visitor.text() else "Issue"))
    visitor.page.wait_for_selector(".secret")


def _place_preview(visitor: Visitor) -> None:
    visitor.go("/places")
    visitor.page.locator("#id_old").select_option(index=3)
    visitor.page.locator("#id_code").fill("331123102399")
    visitor.page.locator("#id_reason").fill("遂政发〔2026〕1号")
    press(visitor.page.locator("main form button").first)


def _forged(visitor: Visitor) -> None:
    visitor.go("/sign-in")
    visitor.context.clear_cookies(name="csrftoken")
    visitor.page.locator("#username").fill("clerk")
    visitor.page.locator("#password").fill("clerk")
    visitor.press("main button")


def _looked_at(visitor: Visitor, kind: str, **fields: str) -> None:
    """Come to the preview of a journey: what it would touch."""
    visitor.go(visitor.office.elder(tab=f"/journeys/{kind}"))
    for name, value in fields.items():
        visitor.page.locator(f"#id_{name}").fill(value)
    press(visitor.page.locator("main form button").first)


def _contact_refused(visitor: Visitor) -> None:
    visitor.go(visitor.office.elder(tab="/family/address"))
    visitor.page.locator("#id_text").fill("东门路 28 号")
    visitor.page.locator("#id_longitude").fill("28.6")
    visitor.page.locator("#id_evidence").fill("来访")
    visitor.press("main form button")


def _amended(visitor: Visitor) -> None:
    """Amend a telephone of one whose number no other test reads; it is new each time."""
    visitor.go(visitor.office.elder("long", "/particulars"))
    visitor.page.locator("#id_phone").fill(f"0578-812{next(_ORDERS):04}")
    visitor.page.locator("#id_why").select_option("changed")
    visitor.page.locator("#id_evidence").fill("来电登记")
    visitor.press("main form button")


def _not_amended(visitor: Visitor) -> None:
    visitor.go(visitor.office.elder(tab="/particulars"))
    visitor.page.locator("#id_identity_number").fill("330623193012120018")
    visitor.page.locator("#id_why").select_option("mistaken")
    visitor.page.locator("#id_evidence").fill("身份证")
    visitor.press("main form button")


def _photographed(visitor: Visitor, tab: str = "") -> None:
    """Put a photograph into a file, then see it there."""
    from tests.office.registry.drawn import jpeg

    visitor.go(visitor.office.elder("long", "/photo"))
    visitor.page.locator("#id_file").set_input_files(
        {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": jpeg(900, 1200)}
    )
    visitor.press("form[enctype] button")
    expect(visitor.page.locator("img.portrait")).to_have_js_property("naturalWidth", 450)
    visitor.go(visitor.office.elder("long", tab))


def _no_picture(visitor: Visitor) -> None:
    visitor.go(visitor.office.elder(tab="/photo"))
    visitor.page.locator("#id_file").set_input_files(
        {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": b"<html>"}
    )
    visitor.press("form[enctype] button")


def _brought(visitor: Visitor) -> None:
    """A list with a bad row, up to its columns; each its own, as a file is brought only once."""
    from tests.office.registry.imports.made import identity, workbook

    person = identity(order=next(_ORDERS))
    rows = [["身份证号", "姓名", "低保类别"], [person, "王某", "低保"], ["123", "李某", "富裕"]]
    visitor.go("/imports/new")
    visitor.page.locator("#id_file").set_input_files(
        {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": workbook(rows)}
    )
    visitor.page.locator("#id_kind").select_option("hardship")
    visitor.press("main form button")


def _checked(visitor: Visitor, tab: str = "") -> None:
    _brought(visitor)
    path = visitor.page.url.removesuffix("/columns")
    press(visitor.page.locator("main form button").last)
    visitor.page.locator("button[value=discard]").wait_for(timeout=30_000)
    visitor.page.goto(path + tab)


def _package(visitor: Visitor) -> None:
    """A package that the worker has made, now or for an earlier look."""
    visitor.go("/packages")
    ready = visitor.page.locator("a[href^='/packages/'][href$='/file']")
    if ready.count():
        return
    visitor.page.locator("#id_division").select_option("331123")
    visitor.page.locator("#id_with_numbers").check()
    visitor.page.locator("#id_reason").fill("省平台月报")
    visitor.press("main form.form button")
    ready.first.wait_for(timeout=60_000)
    visitor.page.wait_for_selector("[data-runs]", state="detached", timeout=60_000)


def _package_refused(visitor: Visitor) -> None:
    visitor.go("/packages")
    visitor.page.locator("#id_month").fill("2099-01")
    visitor.page.locator("#id_reason").fill("省平台月报")
    visitor.press("main form.form button")


def _package_checked(visitor: Visitor) -> None:
    _package(visitor)
    press(visitor.page.locator("button[name=package]").first)


def _package_not_whole(visitor: Visitor) -> None:
    visitor.go("/packages/check")
    visitor.page.locator("#id_file").set_input_files(
        {"name": "2026-11.zip", "mimeType": "application/zip", "buffer": b"PK"}
    )
    visitor.page.locator("#id_key").fill("hF3" * 14 + "A=")
    visitor.press("main form button")


def _run(name: str, user: str, which: str, page: str = "") -> Look:
    return Look(name, user, lambda visitor: visitor.go(visitor.office.seen["runs"][which] + page))


def _told(name: str, which: str) -> Look:
    return Look(name, "clerk", lambda visitor: visitor.go(visitor.office.seen["told"][which]))


def _receipts_refused(visitor: Visitor) -> None:
    visitor.go("/messages")
    visitor.page.locator("details:has(form[enctype]) summary").click()
    visitor.page.locator("input[type=file]").set_input_files(
        {"name": "回执.csv", "mimeType": "text/csv", "buffer": "编号,结果\nG1,成功\n".encode()}
    )
    visitor.press("form[enctype] button")


def _list(name: str, user: str, which: str, page: str = "") -> Look:
    """A service list as staff see it."""

    def come(visitor: Visitor) -> None:
        lists = visitor.office.seen["lists"]
        visitor.go(f"/service-lists/{lists[which]}{page.format(item=lists['draft_item'])}")

    return Look(name, user, come)


def _list_refused(visitor: Visitor) -> None:
    visitor.go("/service-lists")
    visitor.page.locator("#id_year").fill("2026")
    visitor.press("main form button")


LOOKS = (
    _at("registers", "clerk", "/registers"),
    _at("registers-expiring", "clerk", "/registers/expiring"),
    _at("register-caregivers", "clerk", "/registers/caregiver"),
    _at("register-residents", "clerk", "/registers/resident"),
    _at("register-due", "clerk", "/registers/due/special-post-allowance"),
    _at("register-institution", "clerk", "/registers/institution/1"),
    _at("register-caregiver-due", "clerk", "/registers/caregiver/1/due"),
    _at("register-change", "clerk", "/registers/institution/1/change"),
    _at("register-cases", "clerk", "/registers/caregiver/1/cases"),
    _at("register-apply", "clerk", "/registers/caregiver/2/cases/special-post-allowance"),
    _at("register-payments", "clerk", "/registers/institution/1/payments"),
    Look("case-of-a-file", "clerk", lambda visitor: visitor.go(visitor.office.case("file"))),
    _at("register-history", "clerk", "/registers/caregiver/1/history"),
    _at("register-choose", "clerk", "/registers/caregiver/1/record"),
    _at("register-record", "clerk", "/registers/caregiver/1/record?fact=employer_id"),
    _at("register-new", "clerk", "/registers/institution/new"),
    _at("register-import", "clerk", "/registers/caregiver/import"),
    _at("runs", "clerk", "/payments"),
    _run("run-this-month", "clerk", "open"),
    _run("run-to-review", "clerk2", "open"),
    _run("run-closed", "clerk", "closed"),
    _run("run-correction", "approver", "correction"),
    _run("run-lines", "clerk", "open", "/lines"),
    _run("run-lines-waiting", "clerk", "open", "/lines?why=no_case"),
    _run("run-line-returned", "clerk", "returned"),
    _run("run-line-held", "clerk", "held"),
    _run("run-stopped", "clerk", "open", "/stopped"),
    _run("run-undecided", "clerk", "open", "/undecided"),
    _run("run-township", "clerk", "township"),
    _at("recoveries", "clerk", "/payments/recoveries"),
    _at("recoveries-none", "clerk", "/payments/recoveries?state=settled"),
    _run("recovery", "clerk", "recovery"),
    _at("ledger", "clerk", "/payments/ledger?verify=1"),
    _run("run-samples", "clerk2", "samples"),
    _run("run-sample", "clerk2", "sample"),
    _at("budget", "auditor", "/payments/budget"),
    _at("budget-none", "auditor", "/payments/budget?year=2031"),
    _at("budget-to-enter", "finance2", "/payments/budget"),
    _at("forecasts", "auditor", "/figures/forecast"),
    _run("forecast", "auditor", "forecast"),
    _run("forecast-age", "auditor", "forecast", "?provision=old-age-allowance"),
    _run("elder-payments", "clerk", "paid"),
    _file("elder-no-payments", "/payments", which="dead"),
    _at("packages-none", "approver", "/packages"),
    Look("packages-refused", "approver", _package_refused),
    Look("packages", "approver", _package),
    Look("package-checked", "approver", _package_checked),
    Look("package-not-whole", "approver", _package_not_whole),
    _at("service-lists", "clerk", "/service-lists"),
    Look("service-list-second-draft", "clerk", _list_refused),
    _list("service-list-published", "approver", "published"),
    _list("service-list-draft", "clerk", "draft"),
    _list("service-list-difference", "clerk", "draft", "/difference"),
    _list("service-list-print", "clerk", "published", "/print"),
    _list("service-list-item", "clerk", "draft", "/items/{item}"),
    _list("service-list-item-new", "clerk", "draft", "/items/new"),
    _at("service-list-contacts", "clerk", "/service-lists/contacts"),
    _at("imports", "clerk", "/imports"),
    _at("import-new", "clerk", "/imports/new"),
    Look("import-columns", "clerk", _brought),
    Look("import", "clerk", _checked),
    Look("import-findings", "clerk", lambda visitor: _checked(visitor, "/findings")),
    Look("import-preview", "clerk", lambda visitor: _checked(visitor, "/preview")),
    Look("import-matches", "clerk", lambda visitor: _checked(visitor, "/matches")),
    _at("jobs-clerk", "clerk", "/jobs"),
    _at("sign-in", "", "/sign-in"),
    Look("sign-in-refused", "", _refused_sign_in),
    _at("sign-in-idle", "", "/sign-in?idle=1"),
    Look("forged", "", _forged),
    _at("password-forced", "leader", "/"),
    _at("home-found", "clerk", "/?q=妙高 1950"),
    _at("home-nobody", "clerk", "/?q=没有这个人"),
    _at("welcome", "admin", "/"),
    _file("file"),
    _file("file-long-name", which="long"),
    _file("file-deceased", which="dead"),
    _file("entitlements", "/entitlements"),
    _file("year", "/year"),
    _file("what-if", "/what-if?choose=capability_level"),
    _file("what-if-changed", "/what-if?capability_level=3&birth_date=1930-01-01"),
    _file("awards", "/awards"),
    _at("lists", "clerk", "/lists"),
    _at("list-turning", "clerk", "/lists/turning?ages=70,80,90&ahead=2"),
    _at("list-not-receiving", "clerk", "/lists/not_receiving?provision=old-age-allowance"),
    _at("list-empty", "clerk", "/lists/not_entitled?provision=none"),
    _file("history", "/history"),
    _file("entitlements-past", "/entitlements?day=2024-05-01&known=2024-06-01"),
    _file("record", "/record"),
    _file("record-choice", "/record?fact=economic_status"),
    _file("record-day", "/record?fact=death_date"),
    _at("new-file", "clerk", "/elders/new"),
    _file("family", "/family"),
    _file("family-add", "/family/relation"),
    Look("family-refused", "clerk", _contact_refused),
    _file("particulars", "/particulars"),
    Look("particulars-amended", "clerk", _amended),
    Look("particulars-refused", "clerk", _not_amended),
    _file("photo", "/photo"),
    Look("photo-refused", "clerk", _no_picture),
    Look("photo-replace", "clerk", lambda visitor: _photographed(visitor, "/photo")),
    Look("file-photo", "clerk", _photographed),
    _file("journeys", "/journeys"),
    Look(
        "journey-death",
        "clerk",
        lambda visitor: _looked_at(visitor, "death", day="2026-01-05", evidence="死亡证明"),
    ),
    Look(
        "journey-move",
        "clerk",
        lambda visitor: _looked_at(
            visitor, "move", place="330624001001", day="2026-01-05", evidence="户口本"
        ),
    ),
    _file("journey-merge", "/journeys/merge"),
    Look("record-wrong", "clerk", _wrong_place),
    Look("revealed", "clerk", _revealed),
    _at("assessments", "clerk", "/assessments"),
    _at("assessments-none", "clerk", "/assessments?state=withdrawn"),
    _at("assessments-due", "clerk", "/assessments/due"),
    _assessment("assessment-requested", "clerk", "requested"),
    _assessment("assessment-assigned", "clerk", "assigned"),
    _assessment("assessment-review", "approver", "review"),
    _assessment("assessment-published", "clerk", "published"),
    _assessment("assessment-report", "clerk", "published", "/report"),
    _assessment("assessment-notice", "clerk", "published", "/notice"),
    _file("elder-cards", "/cards", which="with_cards"),
    _at("corrections", "clerk", "/corrections"),
    _file("elder-assessments", "/assessments"),
    _file("elder-messages-none", "/messages", which="long"),
    _told("elder-messages", "elder"),
    _told("message", "message"),
    _at("messages", "clerk", "/messages"),
    _at("messages-none", "clerk", "/messages?state=withdrawn"),
    Look("messages-refused", "clerk", _receipts_refused),
    _at("cases", "clerk", "/cases"),
    _at("cases-none", "clerk", "/cases?state=closed"),
    _at("cases-approve", "approver", "/cases/approve"),
    _at("cases-notice", "clerk", "/cases/notice"),
    _at("cases-alive", "clerk", "/cases/alive"),
    _at("cases-overdue", "clerk", "/cases/alive/overdue"),
    _at("cases-proposals", "approver", "/cases/alive/proposals"),
    _file("elder-cases", "/cases"),
    _file("elder-apply", "/cases/care-subsidy"),
    _case("case-asked", "clerk", "asked"),
    _case("case-notice", "clerk", "notice"),
    _case("case-approval", "approver", "approval"),
    _case("case-rejected", "clerk", "rejected"),
    _case("case-open", "approver", "open"),
    _at("visits", "assessor1", "/visits"),
    _assessment("visit", "assessor1", "today", visit=True),
    Look("visit-gaps", "assessor1", _gaps),
    _assessment("visit-early", "assessor1", "later", visit=True),
    _assessment("visit-settle", "assessor1", "settling", "/settle", visit=True),
    Look("visit-corrections", "assessor1", _corrections),
    _at("verify", "", "/verify"),
    Look("verify-nothing", "", _not_verified),
    _at("month", "clerk", "/month"),
    _at("figures", "clerk", "/figures"),
    _at("month-people", "clerk", "/month/old-age-allowance/yes"),
    _at("jobs", "admin", "/jobs"),
    _at("newcomers", "admin", "/people/new"),
    _at("audit-verified", "auditor", "/audit?verify=1&act=sign_in"),
    _at("audit-nothing", "auditor", "/audit?who=stranger"),
    _at("people", "admin", "/people"),
    Look("person-refused", "admin", _role_refused),
    _at("account", "clerk", "/account"),
    _at("second-factor", "clerk", "/account/second-factor"),
    Look("second-factor-app", "clerk", _add_app),
    Look("second-factor-codes", "", _recovery_codes),
    Look("second-step", "", _second_step),
    _at("delegation", "clerk", "/account/delegation"),
    _at("factor-rules", "admin", "/people/second-factor"),
    _at("tokens", "admin", "/people/tokens"),
    Look("token-issued", "admin", _issue_token),
    _at("places", "clerk", "/places"),
    Look("places-preview", "clerk", _place_preview),
    _at("not-found", "clerk", "/elders/99999999"),
    _at("not-allowed", "clerk", "/audit"),
)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_page_is_whole_readable_and_accessible(look: Look, enter: Enter) -> None:
    visitor = enter(look.user, seat=look.user)

    found = []
    for language in ("zh", "en"):
        visitor.speak(language)
        visitor.resize(DESKTOP)
        look.come(visitor)
        visitor.page.wait_for_load_state()  # a page that follows its job may just fetch itself
        for size, name in ((DESKTOP, f"{language}-desk"), (PHONE, f"{language}-phone")):
            visitor.resize(size)
            found += [f"{name}: too wide: {one}" for one in visitor.overflows()]
            found += [f"{name}: too small: {one}" for one in visitor.small_texts()]
            if name == "zh-desk":
                visitor.picture(f"{look.name}-{name}")
                found += [f"{name}: {one}" for one in visitor.violations()]
            if name == "en-phone":
                visitor.picture(f"{look.name}-{name}", whole=False)
                found += [f"{name}: {one}" for one in visitor.violations(*OF_SIZE_AND_LANGUAGE)]
    found += [f"Chinese on an English page: {one}" for one in visitor.chinese_left()]
    assert "\n".join(found) == ""
