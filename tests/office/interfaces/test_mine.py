"""The pages of a signed-in elder and of her agent: what they show, do and refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.card_sheets import read_off
from tests.office.cases import flow
from tests.office.county import COUNTY, County, everywhere
from tests.office.interfaces.access import body, handed_out, signed_in
from tests.office.log import log
from tests.office.payments import months

from anlao.office.cases.models import Case
from anlao.office.citizens import cards
from anlao.office.citizens.models import Card, Correction
from anlao.office.messages.sweeping import sweep
from anlao.office.organisations.models import User
from anlao.office.registry.models import Elder

Browser = Callable[[User | None], Client]
DAY = timedelta(days=1)
PAGES = (
    "",
    "/file",
    "/benefits",
    "/payments",
    "/applications",
    "/corrections",
    "/agents",
    "/messages",
    "/readers",
)


@pytest.fixture
def browsers(county: County, client_of: Browser) -> Browser:
    del county
    cache.clear()
    return client_of


def test_she_reads_her_pages_and_nobody_elses_name_is_there(
    browsers: Browser, county: County
) -> None:
    a1 = county.elders["a1"]
    browser = signed_in(browsers, a1, handed_out(browsers, county))

    for page in PAGES:
        for language in ("zh", "en"):
            browser.cookies["language"] = language
            response = browser.get(f"/mine{page}")
            assert response.status_code == 200, page
            assert response["Cache-Control"] == "no-store"
            assert len(response.content) < 100_000
            assert "<script" not in body(response)
            assert a1.name in body(response)
            for other in county.outside("a1"):
                assert other.name not in body(response)


def test_a_staff_session_opens_no_page_of_hers_and_the_other_way_round(
    browsers: Browser, county: County
) -> None:
    card = handed_out(browsers, county)
    clerk = browsers(county.cast["county_clerk"])
    assert clerk.get("/mine/file")["Location"] == "/mine/sign-in"

    browser = signed_in(browsers, county.elders["a1"], card)

    assert browser.get("/")["Location"].startswith("/sign-in")
    assert browser.get(f"/elders/{county.elders['a1'].pk}").status_code == 302
    assert browser.cookies["mine"]["path"] == "/mine"
    assert browser.cookies["mine"]["httponly"]


def test_after_signing_out_the_cookie_opens_nothing(browsers: Browser, county: County) -> None:
    browser = signed_in(browsers, county.elders["a1"], handed_out(browsers, county))
    kept = browser.cookies["mine"].value

    browser.post("/mine/sign-out")
    browser.cookies["mine"] = kept

    assert browser.get("/mine")["Location"] == "/mine/sign-in"


def test_a_wrong_code_says_no_more_than_an_unknown_card(browsers: Browser, county: County) -> None:
    number, _ = handed_out(browsers, county)
    stranger = browsers(None)
    answers = []
    for card in (number, "00000000"):
        response = stranger.post(
            "/mine/sign-in", {"number": card, "code": "NONE", "born": "19400506"}
        )
        assert response.status_code == 400
        text = body(response).replace(card, "")
        answers.append(re.sub(r'csrfmiddlewaretoken" value="\w+"', "", text))
    assert answers[0] == answers[1]
    for _ in range(9):
        response = stranger.post("/mine/sign-in", {"number": number, "code": "NONE", "born": ""})
    assert response.status_code == 429


def test_she_applies_withdraws_and_the_office_sees_it(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    browser = signed_in(browsers, a1, handed_out(browsers, county))

    sent = browser.post("/mine/applications", {"act": "apply", "provision": flow.SUPPORT})

    assert sent.status_code == 302
    with transaction.atomic(), everywhere():
        case = Case.objects.get(elder=a1)
    assert (case.state, case.way_in, case.asked_by_kind) == ("asked", "portal", "self")
    assert a1.name in body(browsers(county.cast["clerk_a"]).get("/cases"))
    assert case.number in body(browser.get("/mine/applications"))
    again = browser.post("/mine/applications", {"act": "apply", "provision": flow.SUPPORT})
    assert again.status_code == 400
    assert "已有一件申请" in body(again)
    browser.post("/mine/applications", {"act": "withdraw", "case": str(case.pk)})
    with transaction.atomic(), everywhere():
        case.refresh_from_db()
    assert case.state == "withdrawn"


def test_she_objects_to_a_refusal_and_reads_the_answer(browsers: Browser, county: County) -> None:
    from anlao.office.cases import deciding

    a1 = county.elders["a1"]
    with transaction.atomic(), everywhere():
        case = flow.to_approve(a1)
        deciding.reject(
            number=case.pk, reason="条件不符", by=flow.APPROVER, at=flow.LATER_AT, day=flow.LATER
        )
    browser = signed_in(browsers, a1, handed_out(browsers, county))
    assert "条件不符" in body(browser.get("/mine/applications"))

    sent = browser.post(
        "/mine/applications", {"act": "object", "case": str(case.pk), "text": "我符合条件"}
    )

    assert sent.status_code == 302
    with transaction.atomic(), everywhere():
        case.refresh_from_db()
        assert case.state == "review"
        deciding.review(
            number=case.pk, is_upheld=False, text="复核后维持", by="second",
            at=flow.LATER_AT, day=flow.LATER,
        )  # fmt: skip
    assert "复核后维持" in body(browser.get("/mine/applications"))


def test_the_case_of_another_is_not_hers_to_touch(browsers: Browser, county: County) -> None:
    with transaction.atomic(), everywhere():
        case = flow.asked(county.elders["b1"])
    browser = signed_in(browsers, county.elders["a1"], handed_out(browsers, county))

    for act in ("withdraw", "object"):
        sent = browser.post(
            "/mine/applications", {"act": act, "case": str(case.pk), "text": "理由"}
        )
        assert sent.status_code == 404
    with transaction.atomic(), everywhere():
        case.refresh_from_db()
    assert case.state == "asked"


def test_she_authorises_her_daughter_who_sees_and_does_no_more(
    browsers: Browser, county: County
) -> None:
    a1 = county.elders["a1"]
    browser = signed_in(browsers, a1, handed_out(browsers, county))
    page = browser.post(
        "/mine/agents", {"act": "issue", "name": "王小妹", "relation": "女儿", "may": "see"}
    )
    daughter = signed_in(browsers, a1, read_off(body(page)))

    assert daughter.get("/mine/benefits").status_code == 200
    assert daughter.get("/mine/agents").status_code == 403
    refused = daughter.post("/mine/applications", {"act": "apply", "provision": flow.SUPPORT})
    assert refused.status_code == 403
    with transaction.atomic(), everywhere():
        assert not Case.objects.filter(elder=a1).exists()
        card = Card.objects.get(holder="agent")
    assert "王小妹" in body(browser.get("/mine/readers"))
    browser.post("/mine/agents", {"act": "end", "card": str(card.pk)})
    assert daughter.get("/mine")["Location"] == "/mine/sign-in"


def named(browser: Client, **sent: str) -> object:
    return browser.post(
        "/mine/agents", {"act": "issue", "name": "王小妹", "relation": "女儿", "may": "see"} | sent
    )


def agent_card(**changed: str) -> Card:
    with transaction.atomic(), everywhere():
        found: Card = Card.objects.get(holder="agent", **changed)
    return found


def test_she_says_until_when_her_daughter_may_act(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    browser = signed_in(browsers, a1, handed_out(browsers, county))
    latest = cards.latest_end(a1, timezone.localdate())
    assert f'value="{latest}"' in body(browser.get("/mine/agents"))  # what is usual
    too_long = named(browser, until=f"{latest + DAY}")
    assert too_long.status_code == 400  # type: ignore[attr-defined]
    assert f"最晚到{latest}" in body(too_long)
    assert "王小妹" in body(too_long)  # nothing is typed twice

    until = timezone.localdate() + 30 * DAY
    daughter = signed_in(browsers, a1, read_off(body(named(browser, until=f"{until}"))))

    assert f"{until}" in body(daughter.get("/mine"))
    number = str(agent_card().pk)
    for day, status in ((latest + DAY, 400), (latest, 302), (until, 302)):
        sent = {"act": "until", "card": number, "until": f"{day:%Y%m%d}"}
        assert browser.post("/mine/agents", sent).status_code == status, day
    for text in ("", "someday", f"{until}"):
        sent = {"act": "until", "card": number, "until": text}
        assert browser.post("/mine/agents", sent).status_code == 400, text
    assert agent_card().until == until
    assert daughter.post("/mine/agents", sent).status_code == 403
    with transaction.atomic(), everywhere():
        who = Card.objects.get(holder="self", elder=a1)
    assert log(act="move_card_end", who=who.actor).count() == 2


def test_an_end_that_nobody_chose_is_the_latest(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    browser = signed_in(browsers, a1, handed_out(browsers, county))

    named(browser, until="")

    assert agent_card().until == cards.latest_end(a1, timezone.localdate())


def test_she_changes_no_card_of_her_own_or_of_another(browsers: Browser, county: County) -> None:
    handed_out(browsers, county, "b1", holder="agent", name="外人", relation="女儿")
    other = agent_card()
    browser = signed_in(browsers, county.elders["a1"], handed_out(browsers, county))
    with transaction.atomic(), everywhere():
        own = Card.objects.get(holder="self")

    for card in (own, other):
        for act in ("end", "until"):
            sent = {"act": act, "card": str(card.pk), "until": f"{timezone.localdate() + DAY}"}
            assert browser.post("/mine/agents", sent).status_code == 404


def test_the_counter_moves_an_agents_end(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    handed_out(browsers, county, holder="agent", name="王小妹", relation="女儿")
    page = f"/elders/{a1.pk}/cards"
    latest = cards.latest_end(a1, timezone.localdate())
    until = timezone.localdate() + 30 * DAY
    number = str(agent_card().pk)

    def changed(clerk: str, day: str) -> str:
        sent = {"act": "until", "card": number, "until": day, "reason": "本人电话要求"}
        return body(browsers(county.cast[clerk]).post(page, sent, follow=True))

    assert f"最晚到{latest}" in changed("clerk_a", f"{latest + DAY}")
    assert "请写明新的日期" in changed("clerk_a", "someday")
    changed("clerk_b", f"{until}")
    assert agent_card().until == latest
    shown = changed("clerk_a", f"{until}")

    assert "已更改有效期" in shown
    assert f"{until}" in shown
    assert agent_card().until == until
    assert log().get(act="move_card_end").purpose == "本人电话要求"


def test_she_reads_who_acted_for_her(browsers: Browser, county: County) -> None:
    from anlao.office.cases import deciding

    a1 = county.elders["a1"]
    browser = signed_in(browsers, a1, handed_out(browsers, county))
    daughter = signed_in(browsers, a1, read_off(body(named(browser, may="apply"))))
    with transaction.atomic(), everywhere():
        case = flow.to_approve(a1)
        deciding.reject(
            number=case.pk, reason="条件不符", by=flow.APPROVER, at=flow.LATER_AT, day=flow.LATER
        )
    daughter.post("/mine/applications", {"act": "object", "case": str(case.pk), "text": "符合条件"})
    ask_to_correct(daughter)
    told = re.compile(r'代办人 <span lang="zh-CN">王小妹（女儿）</span>')

    applications = body(browser.get("/mine/applications"))
    assert len(told.findall(applications)) == 2  # the step and the objection
    assert told.search(body(browser.get("/mine/corrections")))
    daughter.post("/mine/applications", {"act": "withdraw", "case": str(case.pk)})
    assert len(told.findall(body(browser.get("/mine/applications")))) == 3
    browser.post("/mine/applications", {"act": "apply", "provision": flow.SUPPORT})
    assert "本人" in body(browser.get("/mine/applications"))


def test_an_agent_who_may_apply_does_so_in_her_own_name(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    card = handed_out(
        browsers, county, holder="agent", name="王小妹", relation="女儿", may_apply="on"
    )

    sent = signed_in(browsers, a1, card).post(
        "/mine/applications", {"act": "apply", "provision": flow.SUPPORT}
    )

    assert sent.status_code == 302
    with transaction.atomic(), everywhere():
        case = Case.objects.get(elder=a1)
        step = case.steps.get()
    assert (case.asked_by_kind, case.agent_name, case.agent_relation) == ("agent", "王小妹", "女儿")
    assert step.by == f"card:{card[0]}"


def test_she_sees_what_was_paid_and_what_came_back(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    months.award(a1)
    months.account(a1)
    browser = signed_in(browsers, a1, handed_out(browsers, county))
    run = months.decided(months.MARCH)
    assert "还没有发放记录" in body(browser.get("/mine/payments"))  # prepared is not said

    months.sent(months.approved(run))
    months.answered(run, failing=(a1.pk,))

    page = body(browser.get("/mine/payments"))
    assert "退票，请核对账号" in page
    assert "2026-03" in page

    day = run.month.replace(day=20)
    with transaction.atomic(), everywhere():
        found = sweep(COUNTY, day=day, at=months.at(day), by="nightly").made
    assert found == {"payment_returned": 1}
    page = body(browser.get("/mine/messages"))
    assert "登记可用的账户" in page
    assert "2026-03" in page


def test_she_sees_who_read_her_file(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    browser = signed_in(browsers, a1, handed_out(browsers, county))
    clerk = county.cast["clerk_a"]
    browsers(clerk).get(f"/elders/{a1.pk}?purpose=visit")

    page = body(browser.get("/mine/readers"))

    assert clerk.full_name in page
    assert "测试乡镇甲" in page
    assert "查阅档案" in page
    assert "探访关爱" in page


def test_nothing_of_hers_opens_once_she_has_died(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    card = handed_out(browsers, county)
    browser = signed_in(browsers, a1, card)
    with transaction.atomic(), everywhere():
        Elder.objects.filter(pk=a1.pk).update(state="deceased")

    assert browser.get("/mine/file")["Location"] == "/mine/sign-in"
    sent = {"number": card[0], "code": card[1], "born": f"{a1.birth_date:%Y%m%d}"}
    assert browsers(None).post("/mine/sign-in", sent).status_code == 400
    clerk = browsers(county.cast["clerk_a"])
    refused = clerk.post(f"/elders/{a1.pk}/cards", {"holder": "self", "evidence": "身份证"})
    assert refused.status_code == 400


def test_months_that_make_no_sense_are_not_there(browsers: Browser, county: County) -> None:
    browser = signed_in(browsers, county.elders["a1"], handed_out(browsers, county))

    for month in ("2099-01", "nonsense", "1999-12", "2026-13"):
        assert browser.get(f"/mine/benefits?month={month}").status_code == 404
    assert browser.get("/mine/benefits?month=2026-03").status_code == 200


def test_whatever_she_does_is_in_the_log(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    card = handed_out(browsers, county)
    browser = signed_in(browsers, a1, card)
    browser.get("/mine/file")

    acts = set(
        log(subject=f"elder:{a1.pk}", who=f"card:{card[0]}")
        .values_list("act", flat=True)
    )  # fmt: skip
    assert {"card_sign_in", "read_file"} <= acts
    assert log(act="issue_card", who="clerk_a").exists()


def ask_to_correct(browser: Client) -> object:
    return browser.post(
        "/mine/corrections", {"fact": "lives_alone", "said": "独居", "shows": "村委会证明"}
    )


def answer(clerk: Client, act: str) -> str:
    with transaction.atomic(), everywhere():
        one = Correction.objects.latest("pk")
    sent = clerk.post(
        "/corrections",
        {"correction": str(one.pk), "act": act, "text": "已核对村委会证明"},
        follow=True,
    )
    with transaction.atomic(), everywhere():
        one.refresh_from_db()
    return f"{one.state} {body(sent)}"


def test_what_is_wrong_is_recorded_then_answered(browsers: Browser, county: County) -> None:
    a1 = county.elders["a1"]
    browser = signed_in(browsers, a1, handed_out(browsers, county))

    assert ask_to_correct(browser).status_code == 302  # type: ignore[attr-defined]
    assert ask_to_correct(browser).status_code == 400  # type: ignore[attr-defined]

    clerk = browsers(county.cast["clerk_a"])
    assert "有更正请求待处理：1" in body(clerk.get("/"))
    assert a1.name in body(clerk.get("/corrections"))
    assert a1.name not in body(browsers(county.cast["clerk_b"]).get("/corrections"))
    refused = answer(clerk, "accept")
    assert refused.startswith("open")
    assert "请先在" in refused
    clerk.post(
        f"/elders/{a1.pk}/record?fact=lives_alone",
        {"value": "true", "start": "2026-01-01", "evidence": "村委会证明"},
    )
    assert answer(clerk, "accept").startswith("accepted")
    assert "已核对村委会证明" in body(browser.get("/mine/corrections"))
    assert "待处理" not in body(clerk.get("/"))


def test_a_correction_is_declined_with_a_reason_and_not_by_others(
    browsers: Browser, county: County
) -> None:
    browser = signed_in(browsers, county.elders["a1"], handed_out(browsers, county))
    ask_to_correct(browser)

    assert answer(browsers(county.cast["clerk_b"]), "decline").startswith("open")
    assert answer(browsers(county.cast["clerk_a"]), "decline").startswith("declined")

    page = body(browser.get("/mine/corrections"))
    assert "没有更正" in page
    assert "已核对村委会证明" in page
    wrong = browser.post("/mine/corrections", {"fact": "name", "said": "x", "shows": "户口簿"})
    assert wrong.status_code == 400
