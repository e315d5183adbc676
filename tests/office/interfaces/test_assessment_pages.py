"""An assessment from page to page, and who sees which of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from tests.office.assessments.flow import WHOLE, Flow
from tests.office.county import SEEN, County, everywhere, give
from tests.office.log import chain_is_whole, log

from anlao.office.assessments.models import Assessment
from anlao.office.interfaces.web import verify
from anlao.office.organisations.models import User
from anlao.office.registry import queries as registry

Browser = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def nobody_asked_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def send(browser: Client, number: int, *answers: dict[str, Any]) -> Any:
    return browser.post(
        f"/visits/{number}/answers",
        json.dumps({"answers": list(answers)}),
        content_type="application/json",
    )


def found_in(answer: Any, pattern: str) -> str:
    match = re.search(pattern, answer.content.decode())
    assert match is not None
    return match[1]


def score(browser: Client, number: int, given: dict[str, Any]) -> None:
    told = send(
        browser,
        number,
        *({"code": code, "value": value, "based_on": 0} for code, value in given.items()),
    ).json()
    assert len(told["saved"]) == len(given), told
    assert browser.post(f"/visits/{number}/finish").status_code == 302


def test_an_assessment_goes_from_the_request_to_the_notice(
    county: County, client_of: Browser
) -> None:
    her, cast = county.elders["a1"], county.cast
    flow = Flow(county, her)
    clerk, approver = client_of(cast["county_clerk"]), client_of(cast["approver"])
    first, second = client_of(cast["assessor"]), client_of(cast["assessor2"])
    assert her.name not in first.get("/visits").content.decode()

    asked = client_of(cast["village_worker"]).post(
        f"/elders/{her.pk}/assessments",
        {"act": "request", "asked_by": "agent", "reason": "first", "note": "女儿代为申请"},
    )
    page = asked["Location"]
    number = int(page.rsplit("/", 1)[1])
    assert "女儿代为申请" in clerk.get(page).content.decode()
    assert "遂政办发〔2023〕26号" in clerk.get(page).content.decode()
    body = cast["assessor"].organisation_id
    assert clerk.post(page, {"act": "assign", "body": body}).status_code == 302
    assert her.name in first.get("/visits").content.decode()
    visit = {
        "act": "appoint", "day": flow.today.isoformat(), "time": "09:30", "place": "家中",
        "first": cast["assessor"].pk, "second": cast["assessor2"].pk,
    }  # fmt: skip
    refused = first.post(page, visit | {"second": cast["assessor"].pk})
    assert refused.status_code == 400
    assert "两名" in refused.content.decode()
    assert first.post(page, visit).status_code == 302

    assert "B.1.1" in first.get(f"/visits/{number}").content.decode()
    gap = first.post(f"/visits/{number}/finish", follow=True)
    assert gap.status_code == 200
    score(first, number, WHOLE | {"B.1.1": 3})
    assert "您的评分表已提交" in first.get(f"/visits/{number}").content.decode()
    score(second, number, WHOLE | {"B.1.1": 1})

    settle = first.get(f"/visits/{number}", follow=True)
    assert "B.1.1" in settle.content.decode()
    assert first.post(f"/visits/{number}/settle", {"value:B.1.1": "2"}).status_code == 400
    chosen = {"value:B.1.1": "2", "reason:B.1.1": "看她吃饭"}
    assert first.post(f"/visits/{number}/settle", chosen).status_code == 302
    for browser in (first, second):
        digest = found_in(browser.get(f"/visits/{number}/sign"), r'name="digest" value="(\w+)"')
        assert browser.post(f"/visits/{number}/sign", {"digest": digest}).status_code == 302

    review = approver.get(page).content.decode()
    assert "B.1.1" in review
    assert approver.post(page, {"act": "publish"}).status_code == 302
    notice = clerk.get(f"{page}/notice").content.decode()
    assert "轻度失能" in notice
    with transaction.atomic(), everywhere():
        done = Assessment.objects.get(pk=number)
        facts = registry.facts_on(her, flow.today, known_at=done.steps.last().at)
    assert done.code in notice
    assert (facts["capability_level"], facts["assessed_on"]) == (1, flow.today)
    assert "评估中心" in clerk.get(f"{page}/report").content.decode()
    assert chain_is_whole()
    assert log(act="read_report", who="county_clerk").count() == 2


@pytest.fixture
def made(county: County, committed: None) -> dict[str, int]:
    """Return an assessment of everybody: a2's published, the others asked for."""
    del committed
    found = {}
    with transaction.atomic():
        for key, her in county.elders.items():
            flow = Flow(county, her)
            flow.published() if key == "a2" else flow.request()
            found[key] = flow.number
    return found


def test_assessments_show_to_whom_they_should(
    county: County, client_of: Browser, made: dict[str, int]
) -> None:
    for part in SEEN:
        show_to_whom_they_should(county, client_of(county.cast[part]), made, part)


def show_to_whom_they_should(
    county: County, browser: Client, made: dict[str, int], part: str
) -> None:
    reads = part not in ("leader", "administrator", "nobody")
    inside = set(SEEN[part]) - ({"b1"} if part == "provider" else set())
    for key, number in made.items():
        for path in ("", "/report", "/notice"):
            answer = browser.get(f"/assessments/{number}{path}")
            expected = 200 if key in inside and (not path or key == "a2") else 404
            assert answer.status_code == (expected if reads else 403), (part, key, path)
        of_the_visit = part in ("assessor", "assessor2")
        sheet = browser.get(f"/visits/{number}").status_code
        assert sheet == ((302 if key == "a2" else 404) if of_the_visit else 403), (part, key)
    for path in ("/assessments", "/assessments?state=published", "/assessments/due", "/visits"):
        text = browser.get(path).content.decode()
        for key, her in county.elders.items():
            assert key in inside or her.name not in text, (part, path, key)


ACTS = {
    "assign": {"county_clerk"},
    "withdraw": {"county_clerk", "clerk_a", "village_worker"},
}


@pytest.mark.parametrize("act", ACTS)
def test_acts_are_done_by_whoever_may(
    county: County, client_of: Browser, made: dict[str, int], act: str
) -> None:
    sent = {
        "act": act, "reason": "不再需要", "body": county.cast["assessor"].organisation_id,
    }  # fmt: skip
    for part in SEEN:
        if part in ACTS[act]:
            continue
        answer = client_of(county.cast[part]).post(f"/assessments/{made['a1']}", sent)
        assert answer.status_code in (403, 404), part
    with transaction.atomic(), everywhere():
        assert Assessment.objects.get(pk=made["a1"]).state == "requested"
    for part in ACTS[act]:
        with transaction.atomic(), everywhere():
            key = {"county_clerk": "a1", "clerk_a": "a3", "village_worker": "a1"}[part]
            number = made[key]
            if Assessment.objects.get(pk=number).state == "withdrawn":
                continue
        answer = client_of(county.cast[part]).post(f"/assessments/{number}", sent)
        assert answer.status_code == 302, part


@pytest.mark.parametrize(
    "sent", [{}, {"act": "nonsense"}, {"act": "publish"}, {"act": "assign", "body": "x"}]
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    county: County, client_of: Browser, made: dict[str, int], sent: dict[str, str]
) -> None:
    answer = client_of(county.cast["county_clerk"]).post(f"/assessments/{made['a1']}", sent)

    assert answer.status_code in (400, 403)
    with transaction.atomic(), everywhere():
        assert Assessment.objects.get(pk=made["a1"]).state == "requested"


def test_whoever_is_not_of_the_visit_finds_no_sheet(county: County, client_of: Browser) -> None:
    third = county.cast["nobody"]
    with transaction.atomic():
        give(third, "assessor", county.cast["assessor"].organisation)
        flow = Flow(county, county.elders["a2"]).request().assign().appoint()
    browser = client_of(third)

    for path in ("", "/settle", "/sign"):
        assert browser.get(f"/visits/{flow.number}{path}").status_code == 404
    assert send(browser, flow.number).status_code == 404


def test_one_assessor_never_sees_the_others_answers_before_both_are_in(
    county: County, client_of: Browser
) -> None:
    with transaction.atomic():
        flow = Flow(county, county.elders["a2"]).request().assign().appoint()
        flow.fill(flow.first, WHOLE | {"B.1.1": 1, "A.4.2": "只有甲写了这句话"})
        flow.finish(flow.first)
    browser = client_of(county.cast["assessor2"])

    for path in ("", "/settle", "/sign"):
        text = browser.get(f"/visits/{flow.number}{path}", follow=True).content.decode()
        assert "只有甲写了这句话" not in text
    page = browser.get(f"/visits/{flow.number}")
    assert json.loads(found_in(page, r'type="application/json">(.*?)</script>'))["answers"] == {}


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "1", '{"answers": 1}', '{"answers": [1]}', "[" * 9000, "\x00\xff",
     json.dumps({"answers": [{}] * 201})],
)  # fmt: skip
def test_what_no_tablet_sends_is_refused(county: County, client_of: Browser, body: str) -> None:
    with transaction.atomic():
        flow = Flow(county, county.elders["a2"]).request().assign().appoint()
    browser = client_of(county.cast["assessor"])

    answer = browser.post(
        f"/visits/{flow.number}/answers", body.encode("latin-1"), content_type="application/json"
    )

    assert answer.status_code == 400
    with transaction.atomic():
        assert flow.now().state == "appointed"


def test_a_tablet_is_told_of_conflicts_and_of_the_end(county: County, client_of: Browser) -> None:
    with transaction.atomic():
        flow = Flow(county, county.elders["a2"]).request().assign().appoint()
    browser = client_of(county.cast["assessor"])

    assert send(browser, flow.number, {"code": "B.1.1", "value": 4, "based_on": 0}).json() == {
        "saved": [{"code": "B.1.1", "version": 1}], "conflicts": [], "refused": [],
    }  # fmt: skip
    other = send(browser, flow.number, {"code": "B.1.1", "value": 2, "based_on": 0}).json()
    assert other["conflicts"] == [{"code": "B.1.1", "value": 4, "version": 1}]
    odd = send(browser, flow.number, {"code": "B.1.2", "value": {"x": []}, "based_on": 0}).json()
    assert [one["code"] for one in odd["refused"]] == ["B.1.2"]

    rest = {code: value for code, value in WHOLE.items() if code != "B.1.1"}
    score(browser, flow.number, rest)
    late = send(browser, flow.number, {"code": "B.1.1", "value": 2, "based_on": 1})
    assert late.status_code == 409
    assert "已提交" in late.json()["zh"]


def test_signing_out_clears_the_tablet(county: County, client_of: Browser) -> None:
    assert "storage" in client_of(county.cast["assessor"]).post("/sign-out")["Clear-Site-Data"]
    assert "Clear-Site-Data" not in client_of(county.cast["county_clerk"]).post("/sign-out")


def test_an_objection_and_an_older_result_are_recorded_on_her_page(
    county: County, client_of: Browser, made: dict[str, int]
) -> None:
    browser = client_of(county.cast["clerk_a"])
    path = f"/elders/{county.elders['a2'].pk}/assessments"
    older = {"act": "older", "level": "2", "assessed_on": "2021-03-01", "evidence": "评估报告12号"}
    for wrong in ({"level": "4"}, {"assessed_on": "2031-01-01"}, {"evidence": ""}):
        assert browser.post(path, older | wrong).status_code == 400
    assert browser.post(path, older).status_code == 302
    assert "评估报告12号" in browser.get(path).content.decode()

    objection = {"act": "object", "asked_by": "elder", "reason": "等级偏轻"}
    assert browser.post(path, objection | {"reason": ""}).status_code == 400
    answer = browser.post(path, objection)
    assert answer.status_code == 302
    assert browser.post(path, objection).status_code == 400  # one is open already
    with transaction.atomic(), everywhere():
        again = Assessment.objects.get(pk=int(answer["Location"].rsplit("/", 1)[1]))
    assert (again.reason, again.disputes_id) == ("dispute", made["a2"])


def test_readers_who_may_not_ask_see_no_forms(county: County, client_of: Browser) -> None:
    path = f"/elders/{county.elders['a2'].pk}/assessments"
    sent = {"act": "request", "asked_by": "elder", "reason": "first"}
    for part in ("auditor", "assessor", "approver"):
        browser = client_of(county.cast[part])
        assert 'name="act"' not in browser.get(path).content.decode()
        assert browser.post(path, sent).status_code == 403


# the public


def test_anybody_verifies_a_report_and_learns_no_name(
    county: County, client_of: Browser, made: dict[str, int]
) -> None:
    her = county.elders["a2"]
    with transaction.atomic(), everywhere():
        done = Assessment.objects.get(pk=made["a2"])
    stranger = client_of(None)

    found = stranger.post("/verify", {"number": done.number, "code": done.code.lower()})
    wrong = stranger.post("/verify", {"number": done.number, "code": "0" * 16})

    assert found.status_code == 200
    text = found.content.decode()
    assert "真实有效" in text
    assert "李**" in text
    for secret in (her.name, her.identity_mask, her.file_number):
        assert secret not in text
    assert wrong.status_code == 404
    assert "真实" not in wrong.content.decode()


def test_behind_a_proxy_everybody_has_tries_of_her_own(client_of: Browser) -> None:
    stranger = client_of(None)
    sent = {"number": "A2026-000001", "code": "0" * 16}
    spoofed = {f"10.9.9.{number}, 10.0.0.1" for number in range(verify.TRIES)}
    with override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")):
        for told in spoofed:
            stranger.post("/verify", sent, headers={"X-Forwarded-For": told})
        same = stranger.post("/verify", sent, headers={"X-Forwarded-For": "10.0.0.1"})
        other = stranger.post("/verify", sent, headers={"X-Forwarded-For": "10.0.0.2"})

    assert (same.status_code, other.status_code) == (429, 404)


def test_nobody_tries_codes_one_after_the_other(client_of: Browser) -> None:
    stranger = client_of(None)
    sent = {"number": "A2026-000001", "code": "0" * 16}

    for _ in range(verify.TRIES):
        assert stranger.post("/verify", sent).status_code == 404
    refused = stranger.post("/verify", sent)

    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert stranger.get("/verify").status_code == 200
