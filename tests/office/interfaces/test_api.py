"""The JSON API by token: what opens, what is refused, and that nothing from outside shows."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from tests.office.county import (
    COUNTY,
    NEIGHBOUR,
    TOWN_A,
    TOWN_B,
    VILLAGE_A1,
    VILLAGE_B,
    County,
    elder,
    everywhere,
    identity_number,
)
from tests.office.log import chain_is_whole, log

from anlao.office.benefits import deciding
from anlao.office.divisions.models import Division
from anlao.office.interfaces.api.schemas import Purpose
from anlao.office.interfaces.api.urls import api
from anlao.office.interfaces.web.templatetags.words.registry import PURPOSES
from anlao.office.organisations import roles, tokens
from anlao.office.organisations.models import Answered, Organisation, Token
from anlao.office.registry import identity
from anlao.office.registry.models import Elder, LivingStatus

pytestmark = pytest.mark.usefixtures("committed")
Answer = Any
READ, WRITE = (roles.SEE_ELDERS,), (roles.SEE_ELDERS, roles.RECORD_FACTS)
ALL = (*WRITE, roles.REQUEST_ASSESSMENT, roles.IMPORT_LISTS, roles.SEE_FIGURES)


@dataclass(frozen=True)
class System:
    """Another system with its token ("": none)."""

    secret: str = ""

    def ask(
        self, method: str, path: str, sent: Any = None, *, purpose: str = "check", **headers: str
    ) -> Answer:
        given = {"purpose": purpose} if purpose else {}
        if self.secret:
            given["authorization"] = f"Bearer {self.secret}"
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = "" if sent is None else json.dumps(sent)
        return Client(SERVER_NAME="localhost").generic(
            method, f"/api/v1{path}", body, content_type="application/json", headers=given
        )

    def get(self, path: str, **more: str) -> Answer:
        return self.ask("GET", path, **more)

    def post(self, path: str, sent: Any, **more: str) -> Answer:
        return self.ask("POST", path, sent, **more)


Issue = Callable[..., System]


@pytest.fixture
def issue(county: County) -> Issue:
    """Issue a token to an organisation of somebody of the cast, for a division or its own list."""

    def make(part: str, acts: tuple[str, ...], division: str = "", days: int = 30) -> System:
        now = timezone.now()
        _, secret = tokens.issue(
            organisation=county.cast[part].organisation, name=f"系统{part}", acts=acts,
            division=Division.objects.get(code=division) if division else None,
            expires_at=now + timedelta(days=days), by="administrator", at=now,
        )  # fmt: skip
        return System(secret)

    return make


SEEN = {
    "town_a": (("clerk_a", ALL, TOWN_A), ("a1", "a2", "a3")),
    "town_b": (("clerk_b", ALL, TOWN_B), ("b1",)),
    "county": (("county_clerk", ALL, COUNTY), ("a1", "a2", "a3", "b1")),
    "neighbour": (("neighbour", ALL, NEIGHBOUR), ("n1", "n2")),
    "provider": (("provider", WRITE, ""), ("b1",)),
    "assessor": (("assessor", READ, ""), ("a2",)),
    "figures": (("leader", (roles.SEE_FIGURES,), COUNTY), ()),
    "auditor": (("auditor", (roles.SEE_AUDIT,), COUNTY), ()),
}
"""Systems by their tokens, and whose files each may see."""
FACTS = {"facts": {"lives_alone": True}, "start": "2025-01-01", "evidence": "走访"}
DIED = {"day": "2199-01-01", "evidence": "死亡证明"}
MOVED = {"to": NEIGHBOUR, "day": "2199-01-01", "lives_there": True, "evidence": "迁移证"}
AMENDED = {"name": "王改名", "why": "mistaken", "evidence": "户口簿"}
ASKED = {"asked_by": "elder", "reason": "first", "note": "行动不便"}
ADDRESSES: dict[str, tuple[str, str, Any]] = {
    "token": ("GET", "/token", None),
    "divisions": ("GET", "/divisions", None),
    "division": ("GET", f"/divisions/{COUNTY}", None),
    "organisations": ("GET", "/organisations", None),
    "find": ("POST", "/elders/search", {"q": "王"}),
    "file": ("GET", "/elders/{}", None),
    "entitlements": ("GET", "/elders/{}/entitlements", None),
    "history": ("GET", "/elders/{}/history", None),
    "lists": ("GET", "/lists", None),
    "lines": ("GET", "/lists/turning", None),
    "record": ("POST", "/elders/{}/facts", FACTS),
    "former_particulars": ("GET", "/elders/{}/particulars", None),
    "amend_particulars": ("POST", "/elders/{}/particulars", AMENDED),
    "open_file": ("POST", "/elders", {}),
    "journeys": ("GET", "/elders/{}/journeys", None),
    "report_death": ("POST", "/elders/{}/deaths", DIED),
    "report_move": ("POST", "/elders/{}/moves", MOVED),
    "undo_journey": ("POST", "/elders/{}/journeys/1/undo", {"reason": "误报"}),
    "assessments": ("GET", "/assessments", None),
    "assessment": ("GET", "/assessments/999999999", None),
    "ask_for_assessment": ("POST", "/elders/{}/assessments", ASKED),
    "imports": ("GET", "/imports", None),
    "bring": ("POST", "/imports", {}),
    "one_import": ("GET", "/imports/999999999", None),
    "findings": ("GET", "/imports/999999999/findings", None),
    "overview": ("GET", "/month", None),
    "decisions": ("GET", "/month/old-age-allowance/yes", None),
    "verification": ("GET", "/audit/verification", None),
}


OWN_AREA = ("report_death", "report_move", "undo_journey")
"""What needs a token with a division: an organisation's list is not enough."""


NOTHING_THERE = ("undo_journey", "one_import", "findings")


def bodies(answer: Answer) -> str:
    return str(answer.content.decode())


def is_problem(answer: Answer, status: int) -> None:
    assert answer.status_code == status, bodies(answer)
    assert answer["Content-Type"] == "application/problem+json"
    found = json.loads(bodies(answer))
    assert found["status"] == status
    assert found["type"].startswith("urn:anlao:problem:")
    assert found["title"]
    assert found["detail"]


def shows(answer: Answer, her: Elder) -> bool:
    secrets = (her.name, her.identity_mask, her.file_number, her.phone_mask)
    return any(secret and secret in bodies(answer) for secret in secrets)


# who gets in


def test_every_address_is_in_the_table() -> None:
    described = {
        operation["operationId"]
        for methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].values()
        for operation in methods.values()
    }
    routed = set(names(get_resolver().url_patterns, inside=False))

    assert described == set(ADDRESSES) == routed - {"api-root", "openapi-json"}


def names(patterns: list[URLPattern | URLResolver], *, inside: bool) -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            is_api = inside or pattern.namespace == "api-v1"
            found += names(pattern.url_patterns, inside=is_api)
        elif inside:
            assert pattern.name
            found.append(pattern.name)
    return found


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Bearer anlao_x", "Basic anlao_x", "Bearer 令牌"]
)
def test_strangers_get_nothing(county: County, name: str, header: str) -> None:
    method, path, sent = ADDRESSES[name]
    more = {"authorization": header} if header else {}

    answer = System().ask(method, path.format(county.elders["a1"].pk), sent, **more)

    is_problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert not any(shows(answer, her) for her in county.elders.values())


def test_somebody_signed_in_at_the_pages_is_a_stranger_here(county: County) -> None:
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(county.cast["clerk_a"])

    answer = browser.get(f"/api/v1/elders/{county.elders['a1'].pk}", headers={"purpose": "check"})

    is_problem(answer, 401)


def test_a_token_is_good_until_it_expires_or_is_revoked(county: County, issue: Issue) -> None:
    start = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        system = issue("clerk_a", READ, TOWN_A, days=2)
        clock.move_to(start + timedelta(days=2, seconds=-1))
        assert system.get("/token").status_code == 200
        clock.move_to(start + timedelta(days=2))
        is_problem(system.get("/token"), 401)

    other = issue("clerk_a", READ, TOWN_A)
    token = Token.objects.latest("pk")
    assert other.get("/token").status_code == 200
    tokens.revoke(token, reason="泄露", by="administrator", at=timezone.now())
    is_problem(other.get("/token"), 401)
    entry = log().get(act="revoke_token")
    assert (entry.subject, entry.purpose) == (f"token:{token.pk}", "泄露")

    closed = issue("clerk_b", READ, TOWN_B)
    Organisation.objects.filter(pk=county.cast["clerk_b"].organisation_id).update(is_active=False)
    is_problem(closed.get("/token"), 401)


def test_the_database_keeps_no_token(issue: Issue) -> None:
    system = issue("clerk_a", READ, TOWN_A)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM organisations_token t")
        kept = " ".join(str(row[0]) for row in cursor.fetchall())

    assert system.secret not in kept
    assert system.secret.encode().hex() not in kept


@pytest.mark.parametrize(
    ("acts", "division", "days"),
    [
        ((), COUNTY, 30),
        (("administer",), COUNTY, 30),
        (("see_elders", "reveal_personal_data"), COUNTY, 30),
        (("see_audit", "see_elders"), COUNTY, 30),
        (("see_figures",), "", 30),
        (("see_elders", "request_assessment"), "", 30),
        (("see_audit",), "", 30),
        (("see_elders",), COUNTY, 0),
        (("see_elders",), COUNTY, 367),
    ],
)
def test_what_cannot_be_issued_is_refused(
    issue: Issue, acts: tuple[str, ...], division: str, days: int
) -> None:
    with pytest.raises(tokens.TokenRefused):
        issue("clerk_a", acts, division, days)

    assert not Token.objects.exists()


# nothing leaks


@pytest.mark.parametrize("part", SEEN)
def test_every_address_shows_whom_it_should_and_no_others(
    county: County, issue: Issue, part: str
) -> None:
    given, inside = SEEN[part]
    system, acts = issue(*given), given[1]
    needed = {
        "find": roles.SEE_ELDERS, "file": roles.SEE_ELDERS, "entitlements": roles.SEE_ELDERS,
        "assessments": roles.SEE_ELDERS, "assessment": roles.SEE_ELDERS,
        "ask_for_assessment": roles.REQUEST_ASSESSMENT, "journeys": roles.SEE_ELDERS,
        "report_death": roles.RECORD_FACTS, "report_move": roles.RECORD_FACTS,
        "undo_journey": roles.RECORD_FACTS, "imports": roles.IMPORT_LISTS,
        "one_import": roles.IMPORT_LISTS, "findings": roles.IMPORT_LISTS,
        "history": roles.SEE_ELDERS, "lists": roles.SEE_ELDERS, "lines": roles.SEE_ELDERS,
        "record": roles.RECORD_FACTS, "former_particulars": roles.SEE_ELDERS,
        "amend_particulars": roles.RECORD_FACTS, "overview": roles.SEE_FIGURES,
        "decisions": roles.SEE_ELDERS, "verification": roles.SEE_AUDIT,
    }  # fmt: skip
    for name, (method, path, sent) in ADDRESSES.items():
        for key, her in county.elders.items():
            answer = system.ask(method, path.format(her.pk), sent)
            if name in needed and needed[name] not in acts:
                is_problem(answer, 403)
            elif name in ("open_file", "bring"):  # what is asked is looked at before who asks
                is_problem(answer, 422)
            elif name in OWN_AREA and not given[2]:
                is_problem(answer, 403)
            elif "{}" in path and key not in inside:
                is_problem(answer, 404)
            elif name in ("report_death", "report_move"):
                is_problem(answer, 422)  # the day has not come
            elif name in ("overview", "decisions", "assessment", *NOTHING_THERE):
                is_problem(answer, 404)  # nothing was decided yet, nor is anything of that number
            else:
                assert answer.status_code in (200, 201, 409), (name, bodies(answer))
            for other, someone in county.elders.items():
                if other not in inside:
                    assert not shows(answer, someone), (name, key, other)


@pytest.mark.parametrize("part", ["town_a", "town_b", "neighbour", "provider", "assessor"])
def test_a_search_gives_away_nothing_of_those_outside(
    county: County, issue: Issue, part: str
) -> None:
    given, inside = SEEN[part]
    system = issue(*given)
    for her in county.elders.values():
        words = [her.initials.split()[0], her.division_code, str(her.birth_date)[:4], her.name]
        words += filter(None, [identity.identity_number_of(her), identity.phone_of(her)])
        for word in words:
            answer = system.post("/elders/search", {"q": word}).json()
            found = {one["id"] for one in answer["items"]}
            assert found <= {county.elders[key].pk for key in inside}, word


def test_a_file_outside_reads_like_one_that_is_not_there(county: County, issue: Issue) -> None:
    system = issue(*SEEN["town_b"][0])

    outside = system.get(f"/elders/{county.elders['a1'].pk}")
    nowhere = system.get("/elders/999999999")

    assert bodies(outside) == bodies(nowhere)


def test_whole_numbers_never_show(county: County, issue: Issue) -> None:
    her = county.elders["a1"]
    system = issue(*SEEN["county"][0])
    for path in (f"/elders/{her.pk}", f"/elders/{her.pk}/entitlements"):
        body = bodies(system.get(path))
        assert identity.identity_number_of(her) not in body
        assert identity.phone_of(her) not in body


def test_decided_months_are_scoped(county: County, issue: Issue) -> None:
    today = timezone.localdate()
    deciding.decide_everywhere(
        deciding.month_of(today), known_at=timezone.now(), today=today, by="test"
    )
    whole, town, other = (issue(*SEEN[part][0]) for part in ("county", "town_b", "neighbour"))

    def listed(system: System) -> set[int]:
        found = set()
        sums = system.get("/month")
        assert sums.status_code in (200, 404)
        for line in sums.json().get("sums", []):
            for outcome in ("yes", "unknown"):
                page = system.get(f"/month/{line['provision']}/{outcome}").json()
                found |= {one["elder"] for one in page["items"]}
        return found

    assert listed(whole) == {county.elders[key].pk for key in ("a1", "a2", "a3", "b1")}
    assert listed(town) == {county.elders["b1"].pk}
    assert listed(other).isdisjoint({county.elders[key].pk for key in ("a1", "a2", "a3", "b1")})
    by_sum = {one["provision"]: one["people"] for one in town.get("/month").json()["sums"]}
    assert max(by_sum.values()) <= 1


# looks and purposes


def test_every_look_is_logged_with_system_and_purpose(county: County, issue: Issue) -> None:
    her = county.elders["a1"]
    system = issue(*SEEN["town_a"][0])
    token = Token.objects.get()
    system.get(f"/elders/{her.pk}", purpose="visit")
    system.get(f"/elders/{her.pk}/entitlements", purpose="benefit")
    system.get(f"/elders/{her.pk}/history", purpose="audit")
    system.post("/elders/search", {"q": "王秀英"}, purpose="assessment")
    system.get(f"/elders/{county.elders['b1'].pk}", purpose="visit")

    looks = log(who=str(token)).order_by("number")
    assert [(one.act, one.subject, one.purpose) for one in looks] == [
        ("read_file", f"elder:{her.pk}", "visit"),
        ("read_entitlements", f"elder:{her.pk}", "benefit"),
        ("read_history", f"elder:{her.pk}", "audit"),
        ("search_elders", "", "assessment"),
    ]
    assert county.cast["clerk_a"].organisation.name in looks[0].who
    assert chain_is_whole()


@pytest.mark.parametrize("purpose", ["", "nonsense", "查看"])
def test_without_a_purpose_nothing_is_read(county: County, issue: Issue, purpose: str) -> None:
    her = county.elders["a1"]
    system = issue(*SEEN["town_a"][0])

    for path in (f"/elders/{her.pk}", f"/elders/{her.pk}/entitlements"):
        is_problem(system.get(path, purpose=purpose), 422)
    is_problem(system.post("/elders/search", {"q": "王"}, purpose=purpose), 422)
    assert not log(act__startswith="read").exists()


def test_purposes_are_those_of_the_pages() -> None:
    assert set(get_args(Purpose)) == set(PURPOSES)


# what it tells


def test_a_file_tells_facts_as_of_a_day_and_as_known(county: County, issue: Issue) -> None:
    her = county.elders["a2"]
    system = issue(*SEEN["town_a"][0])
    sent = {"facts": {"economic_status": "tekun"}, "start": "2025-06-01", "evidence": "名单"}
    assert system.post(f"/elders/{her.pk}/facts", sent).status_code == 201

    def status(query: str) -> Any:
        found = system.get(f"/elders/{her.pk}{query}").json()
        (section,) = [one for one in found["sections"] if one["section"] == "hardshipstatus"]
        return section["facts"]["economic_status"], section["source"]

    assert status("") == ("tekun", county.cast["clerk_a"].organisation.name)
    assert status("?day=2025-05-31") == ("dibao", None)
    assert status("?day=2025-06-01&known=2025-07-01") == ("dibao", None)
    assert status("?day=2025-06-01&known=2023-01-01") == (None, None)


def test_entitlements_tell_the_reasons(county: County, issue: Issue) -> None:
    her = county.elders["a2"]
    system = issue(*SEEN["town_a"][0])

    found = system.get(f"/elders/{her.pk}/entitlements?month=2026-03").json()
    english = system.get(f"/elders/{her.pk}/entitlements?month=2026-03&language=en").json()

    assert found["month"] == "2026-03"
    assert {one["outcome"] for one in found["provisions"]} <= {
        "yes", "no", "unknown", "not_applicable",
    }  # fmt: skip
    assert all(one["reasons"] and one["clause"] for one in found["provisions"])
    assert found["provisions"][0]["name"] != english["provisions"][0]["name"]


def test_a_county_without_a_rulebook_says_so(issue: Issue) -> None:
    with transaction.atomic(), everywhere():
        far = elder("远方人", "431225001001")
    system = issue("county_clerk", READ, "431225")

    answer = system.get(f"/elders/{far.pk}/entitlements")

    is_problem(answer, 404)
    assert answer.json()["type"].endswith("no-rulebook")


def test_history_tells_corrections_with_when_they_were_known(county: County, issue: Issue) -> None:
    path = f"/elders/{county.elders['a3'].pk}"
    system = issue(*SEEN["town_a"][0])
    system.post(f"{path}/facts", FACTS | {"facts": {"lives_alone": False}})

    rows = system.get(f"{path}/history").json()["rows"]

    living = [row for row in rows if row["section"] == "livingstatus"]
    told = {(row["facts"]["lives_alone"], row["known_until"] is None) for row in living}
    assert told == {(True, False), (True, True), (False, True)}


def test_lists_are_scoped_and_told_why(county: County, issue: Issue) -> None:
    today = timezone.localdate()
    deciding.decide_everywhere(
        deciding.month_of(today), known_at=timezone.now(), today=today, by="test"
    )
    seen: dict[str, set[int]] = {}
    for part in ("county", "town_b", "neighbour", "provider"):
        system = issue(*SEEN[part][0])
        seen[part] = set()
        for one in system.get("/lists").json():
            lines = walked(system, f"/lists/{one['id']}?limit=2")
            assert len(lines) == one["people"]
            assert all(line["what"] for line in lines)
            seen[part] |= {line["elder"]["id"] for line in lines}
    assert seen["county"] == {county.elders[key].pk for key in ("a1", "a2", "a3", "b1")}
    assert seen["town_b"] == {county.elders["b1"].pk}
    assert seen["neighbour"].isdisjoint(seen["county"])
    assert seen["provider"] <= {county.elders["b1"].pk}
    within = issue(*SEEN["county"][0]).get(f"/lists/not_receiving?within={TOWN_B}").json()
    assert {one["elder"]["id"] for one in within["items"]} <= seen["town_b"]


# recording


@pytest.mark.parametrize(
    "changed",
    [
        {"facts": {}},
        {"facts": {"nonsense": True}},
        {"facts": {"lives_alone": "true"}},
        {"facts": {"lives_alone": 1}},
        {"facts": {"capability_level": 9}},
        {"facts": {"capability_level": True}},
        {"facts": {"capability_level": "1"}},
        {"facts": {"birth_date": "1940-13-01"}},
        {"facts": {"economic_status": "rich"}},
        {"facts": {"hukou": "３３"}},
        {"facts": {"economic_status": "dibao\x00"}},
        {"facts": {"economic_status": ["dibao"]}},
        {"facts": {"economic_status": {"a": 1}}},
        {"start": "2025-02-30"},
        {"start": None},
        {"start": "0001-01-01"},
        {"until": "2024-12-31"},
        {"until": "2025-01-01"},
        {"evidence": ""},
        {"evidence": "依" * 201},
        {"evidence": "走访\x00"},
        {"more": 1},
    ],
)
def test_what_cannot_be_recorded_is_refused_and_leaves_nothing(
    county: County, issue: Issue, changed: dict[str, Any]
) -> None:
    her = county.elders["a1"]
    system = issue(*SEEN["town_a"][0])
    before = LivingStatus.objects.count(), log().count()

    is_problem(system.post(f"/elders/{her.pk}/facts", FACTS | changed), 422)

    assert (LivingStatus.objects.count(), log().count()) == before


def test_recording_the_same_again_or_a_contradiction_is_a_conflict(
    county: County, issue: Issue
) -> None:
    path = f"/elders/{county.elders['a1'].pk}/facts"
    system = issue(*SEEN["town_a"][0])
    assert system.post(path, FACTS).status_code == 201

    again = system.post(path, FACTS)
    is_problem(again, 409)
    assert again.json()["type"].endswith("nothing-to-record")
    system.post(path, FACTS | {"facts": {"disability_grade": 2}})
    is_problem(system.post(path, FACTS | {"facts": {"disability_type": "none"}}), 409)


def test_null_takes_back_what_was_known(county: County, issue: Issue) -> None:
    path = f"/elders/{county.elders['a3'].pk}/facts"
    system = issue(*SEEN["town_a"][0])

    made = system.post(path, FACTS | {"facts": {"lives_alone": None}}).json()

    assert [row["facts"]["lives_alone"] for row in made["rows"]] == [True, None]


def test_a_move_is_not_recorded_by_whoever_has_a_list_only(county: County, issue: Issue) -> None:
    path = f"/elders/{county.elders['b1'].pk}/facts"
    sent = FACTS | {"facts": {"hukou": VILLAGE_A1}}

    is_problem(issue(*SEEN["provider"][0]).post(path, sent), 403)
    assert issue(*SEEN["county"][0]).post(path, sent).status_code == 201


# new files, deaths, moves


def newcomer(**changed: Any) -> dict[str, Any]:
    number = identity_number(date(1945, 6, 7), 777)
    return {
        "name": "新来的人", "identity_number": number.number, "birth_date": "1945-06-07",
        "sex": number.sex, "village": VILLAGE_A1, "evidence": "户口簿",
    } | changed  # fmt: skip


def test_a_file_is_opened_once_inside_the_area(county: County, issue: Issue) -> None:
    system, other = issue(*SEEN["town_a"][0]), issue(*SEEN["town_b"][0])

    made = system.post("/elders", newcomer(), idempotency_key="n-1")
    same = system.post("/elders", newcomer(), idempotency_key="n-1")

    assert made.status_code == 201, bodies(made)
    assert bodies(made) == bodies(same)
    path = f"/elders/{made.json()['id']}"
    assert system.get(path).status_code == 200
    is_problem(other.get(path), 404)
    again = system.post("/elders", newcomer())
    is_problem(again, 409)
    assert again.json()["type"].endswith("may-have-a-file")
    taken = system.post("/elders", newcomer(is_somebody_else=True))
    assert taken.json()["type"].endswith("number-taken")
    is_problem(other.post("/elders", newcomer()), 403)
    assert Elder.objects.count() == 0  # the application sees none without a pass
    del county


@pytest.mark.parametrize(
    "changed",
    [
        {"name": ""},
        {"name": "名\x00"},
        {"name": "  "},
        {"name": "王2"},
        {"identity_number": "331123194506070000"},
        {"identity_number": "x" * 18},
        {"birth_date": "1945-06-08"},
        {"sex": "other"},
        {"village": TOWN_A},
        {"village": "331123999999"},
        {"phone": "abc"},
        {"evidence": ""},
        {"more": 1},
    ],
)
def test_a_file_is_not_opened_from_what_does_not_fit(issue: Issue, changed: dict[str, Any]) -> None:
    is_problem(issue(*SEEN["town_a"][0]).post("/elders", newcomer(**changed)), 422)


def test_a_name_and_numbers_are_amended_and_stay_readable(county: County, issue: Issue) -> None:
    her, system = county.elders["a1"], issue(*SEEN["town_a"][0])
    path = f"/elders/{her.pk}/particulars"

    made = system.post(path, AMENDED | {"name": "阿依 • 古丽", "phone": "13700000099"})

    assert made.status_code == 201, bodies(made)
    assert made.json()["elder"]["name"] == "阿依·古丽"
    assert [row["what"] for row in made.json()["former"]] == ["name", "phone"]
    again = system.post(path, AMENDED | {"name": "阿依·古丽"})
    assert again.json()["type"].endswith("nothing-to-record")
    removed = system.post(path, {"phone": None, "why": "changed", "evidence": "来电"})
    assert removed.json()["elder"]["phone_mask"] == ""
    told = system.get(path).json()
    assert [(row["what"], row["why"]) for row in told] == [
        ("phone", "changed"), ("phone", "mistaken"), ("name", "mistaken"),
    ]  # fmt: skip
    assert (told[-1]["shown"], told[0]["shown"][:3]) == (her.name, "137")
    assert "13700000099" not in bodies(made) + bodies(system.get(path))


def test_a_number_is_amended_only_to_one_that_fits_and_is_free(
    county: County, issue: Issue
) -> None:
    her, system = county.elders["a1"], issue(*SEEN["town_a"][0])
    path, why = f"/elders/{her.pk}/particulars", {"why": "mistaken", "evidence": "身份证"}
    made = system.post("/elders", newcomer())
    for sent in ({}, {"identity_number": "x" * 18}, {"phone": "12"}, {"name": "王"}, {"more": 1}):
        refused = system.post(path, why | sent)
        is_problem(refused, 409 if not sent else 422)
    is_problem(system.post(path, why | {"identity_number": newcomer()["identity_number"]}), 422)

    mine = f"/elders/{made.json()['id']}/particulars"
    cleared = system.post(mine, why | {"identity_number": None})
    assert cleared.json()["elder"]["identity_mask"] == ""
    back = system.post(mine, why | {"identity_number": newcomer()["identity_number"]})
    assert back.json()["elder"]["identity_mask"]
    system.post(mine, why | {"identity_number": None})
    third = system.post("/elders", newcomer(is_somebody_else=True, name="另一个人"))
    assert third.status_code == 201
    taken = system.post(mine, why | {"identity_number": newcomer()["identity_number"]})
    assert taken.json()["type"].endswith("number-taken")


def test_a_death_ends_what_is_open_and_is_taken_back(county: County, issue: Issue) -> None:
    her = county.elders["b1"]
    system = issue(*SEEN["town_b"][0])
    sent = DIED | {"day": "2026-01-05"}

    made = system.post(f"/elders/{her.pk}/deaths", sent)

    assert made.status_code == 201
    journey = made.json()["id"]
    assert system.get(f"/elders/{her.pk}").json()["elder"]["state"] == "deceased"
    is_problem(system.post(f"/elders/{her.pk}/deaths", sent), 409)
    undo = f"/elders/{her.pk}/journeys/{journey}/undo"
    is_problem(issue(*SEEN["town_a"][0]).post(undo, {"reason": "误报"}), 404)
    assert system.post(undo, {"reason": "误报"}).json()["undone_at"]
    assert system.get(f"/elders/{her.pk}").json()["elder"]["state"] == "living"
    is_problem(system.post(undo, {"reason": "误报"}), 409)
    (told,) = system.get(f"/elders/{her.pk}/journeys").json()
    assert (told["kind"], bool(told["undone_at"])) == ("death", True)


def test_a_move_takes_the_file_along(county: County, issue: Issue) -> None:
    her = county.elders["a1"]
    town_a, town_b = issue(*SEEN["town_a"][0]), issue(*SEEN["town_b"][0])
    sent = MOVED | {"to": VILLAGE_B, "day": "2026-01-05"}

    assert town_a.post(f"/elders/{her.pk}/moves", sent).status_code == 201

    is_problem(town_a.get(f"/elders/{her.pk}"), 404)
    assert town_b.get(f"/elders/{her.pk}").json()["elder"]["division"] == VILLAGE_B
    is_problem(town_b.post(f"/elders/{her.pk}/moves", sent | {"to": "331123999999"}), 422)


# assessments


def test_an_assessment_is_asked_for_once_and_seen_inside_only(county: County, issue: Issue) -> None:
    her = county.elders["b1"]
    town, other, neighbour, body = (
        issue(*SEEN[part][0]) for part in ("town_b", "town_a", "neighbour", "assessor")
    )
    made = town.post(f"/elders/{her.pk}/assessments", ASKED)
    assert made.status_code == 201
    told = made.json()
    assert (told["state"], told["elder"], told["level"]) == ("requested", her.pk, None)

    again = town.post(f"/elders/{her.pk}/assessments", ASKED)

    is_problem(again, 409)
    path = f"/assessments/{told['id']}"
    assert town.get(path).json() == told
    assert [one["id"] for one in town.get("/assessments").json()["items"]] == [told["id"]]
    assert town.get("/assessments?state=published").json()["items"] == []
    for system in (other, neighbour, body):
        is_problem(system.get(path), 404)
        assert system.get("/assessments").json()["items"] == []
    looks = log(act="read_assessments", subject=f"elder:{her.pk}")
    assert looks.count() == 1


@pytest.mark.parametrize(
    "changed", [{"asked_by": "automatic"}, {"reason": "dispute"}, {"note": "x" * 201}, {"more": 1}]
)
def test_an_assessment_is_not_asked_for_otherwise(
    county: County, issue: Issue, changed: dict[str, Any]
) -> None:
    path = f"/elders/{county.elders['a1'].pk}/assessments"

    is_problem(issue(*SEEN["town_a"][0]).post(path, ASKED | changed), 422)


# the same request twice


def test_the_same_key_and_body_is_done_once_and_answered_alike(
    county: County, issue: Issue
) -> None:
    path = f"/elders/{county.elders['a1'].pk}/facts"
    system, other = issue(*SEEN["town_a"][0]), issue(*SEEN["county"][0])

    before = log(act="record_facts").count()
    first = system.post(path, FACTS, idempotency_key="k-1")
    second = system.post(path, FACTS, idempotency_key="k-1")

    assert first.status_code == second.status_code == 201
    assert bodies(first) == bodies(second)
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert log(act="record_facts").count() == before + 1
    is_problem(other.post(path, FACTS, idempotency_key="k-1"), 409)  # another token's key


def test_a_refusal_is_answered_alike_too(county: County, issue: Issue) -> None:
    path = f"/elders/{county.elders['a1'].pk}/facts"
    system = issue(*SEEN["town_a"][0])
    wrong = FACTS | {"facts": {"nonsense": True}}

    answers = [system.post(path, wrong, idempotency_key="k-2") for _ in range(2)]

    for answer in answers:
        is_problem(answer, 422)
    assert bodies(answers[0]) == bodies(answers[1])


@pytest.mark.parametrize("changed", [{"evidence": "另一次"}, {"until": "2026-01-01"}])
def test_the_same_key_with_another_body_is_refused(
    county: County, issue: Issue, changed: dict[str, Any]
) -> None:
    path = f"/elders/{county.elders['a1'].pk}/facts"
    system = issue(*SEEN["town_a"][0])
    system.post(path, FACTS, idempotency_key="k-3")

    is_problem(system.post(path, FACTS | changed, idempotency_key="k-3"), 422)
    elsewhere = f"/elders/{county.elders['a2'].pk}/facts"
    is_problem(system.post(elsewhere, FACTS, idempotency_key="k-3"), 422)


@pytest.mark.parametrize("key", ["x" * 101, "键", "a\tb", "a b", ""])
def test_a_key_of_another_form_is_refused(county: County, issue: Issue, key: str) -> None:
    path = f"/elders/{county.elders['a1'].pk}/facts"

    is_problem(issue(*SEEN["town_a"][0]).post(path, FACTS, idempotency_key=key), 400)


def test_two_at_once_are_done_once(county: County, issue: Issue) -> None:
    path = f"/elders/{county.elders['a1'].pk}/facts"
    system = issue(*SEEN["town_a"][0])
    found: list[Answer] = []

    def send() -> None:
        try:
            found.append(system.post(path, FACTS, idempotency_key="k-4"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert [answer.status_code for answer in found] == [201] * 6
    assert len({bodies(answer) for answer in found}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in found) == 5


def test_kept_answers_are_sealed_and_go_after_two_days(county: County, issue: Issue) -> None:
    from anlao.office.interfaces.tasks.sessions import clear_sessions

    path = f"/elders/{county.elders['a1'].pk}/facts"
    issue(*SEEN["town_a"][0]).post(path, FACTS, idempotency_key="k-5")
    kept = Answered.objects.get()
    assert b"lives_alone" not in bytes(kept.answer or b"")

    clear_sessions()
    assert Answered.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=2, seconds=5)):
        clear_sessions()
    assert Answered.objects.count() == 0


# rates and pages


def test_a_token_asks_so_often_in_a_minute_and_no_oftener(
    issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "A_MINUTE", 3)
    start = datetime(2026, 3, 2, 1, 0, 20, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        system, other = issue(*SEEN["town_a"][0]), issue(*SEEN["town_b"][0])
        left = [system.get("/token")["RateLimit-Remaining"] for _ in range(3)]
        assert left == ["2", "1", "0"]

        refused = system.get("/token")

        is_problem(refused, 429)
        assert refused["Retry-After"] == "40"
        assert other.get("/token").status_code == 200
        clock.move_to(start + timedelta(seconds=40))
        assert system.get("/token").status_code == 200


def walked(system: System, path: str) -> list[Any]:
    found, cursor = [], ""
    while True:
        page = system.get(f"{path}{cursor and '&cursor='}{cursor}").json()
        found += page["items"]
        if page["next"] is None:
            return found
        cursor = page["next"]


def test_pages_hold_everything_once_in_order(issue: Issue) -> None:
    system = issue(*SEEN["town_a"][0])
    expected = list(Division.objects.filter(code__startswith=TOWN_A).values_list("code", flat=True))

    found = walked(system, f"/divisions?within={TOWN_A}&limit=7")

    assert [one["code"] for one in found] == expected
    assert len(expected) > 7


def test_a_row_that_comes_in_between_moves_nothing(issue: Issue) -> None:
    system = issue(*SEEN["town_a"][0])
    path = f"/divisions?within={TOWN_A}&limit=5"
    first = system.get(path).json()
    early = f"{TOWN_A}000"
    Division.objects.create(
        code=early, name="早", level="village", parent_id=TOWN_A, from_date=date(2025, 1, 1)
    )

    second = system.get(f"{path}&cursor={first['next']}").json()

    codes = [one["code"] for one in first["items"] + second["items"]]
    assert len(codes) == len(set(codes)) == 10
    assert early not in codes


def test_a_cursor_is_of_its_list_and_token_only(issue: Issue) -> None:
    system, other = issue(*SEEN["town_a"][0]), issue(*SEEN["town_b"][0])
    cursor = system.get("/divisions?limit=3").json()["next"]

    assert system.get(f"/divisions?limit=9&cursor={cursor}").status_code == 200
    for wrong in (
        other.get(f"/divisions?cursor={cursor}"),
        system.get(f"/divisions?level=county&cursor={cursor}"),
        system.get(f"/organisations?cursor={cursor}"),
        system.get(f"/divisions?cursor={cursor[:-1]}"),
        system.get("/divisions?cursor=x"),
        system.get("/divisions?cursor="),
    ):
        is_problem(wrong, 400)


# errors


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/", 404),
        ("GET", "/elders", 405),
        ("GET", "/divisions/999999", 404),
        ("GET", "/lists/nonsense", 404),
        ("GET", "/divisions/x", 422),
        ("GET", "/elders/abc", 422),
        ("GET", "/elders/99999999999999999999999", 422),
        ("GET", "/divisions?limit=0", 422),
        ("GET", "/divisions?witin=331123", 422),
        ("GET", "/divisions?limit=201", 422),
        ("DELETE", "/token", 405),
        ("POST", "/token", 405),
        ("PUT", "/elders/1", 405),
        ("PATCH", "/elders/1/facts", 405),
        ("GET", "/elders/1/facts", 405),
    ],
)
def test_errors_are_problems(issue: Issue, method: str, path: str, status: int) -> None:
    answer = issue(*SEEN["town_a"][0]).ask(method, path)

    is_problem(answer, status)
    if status == 405:
        assert answer["Allow"]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        ("{", "application/json", 400),
        ("", "application/json", 422),
        ("\x00", "application/json", 400),
        ("[]", "application/json", 422),
        ("q=x", "application/x-www-form-urlencoded", 415),
        ("{}", "text/plain", 415),
        ("{}", "", 415),
        ('{"q": "' + "x" * 3_000_000 + '"}', "application/json", 413),
    ],
)
def test_bodies_that_cannot_be_read_are_problems(
    issue: Issue, body: str, media_type: str, status: int
) -> None:
    secret = issue(*SEEN["town_a"][0]).secret

    answer = Client(SERVER_NAME="localhost").generic(
        "POST", "/api/v1/elders/search", body, content_type=media_type,
        headers={"authorization": f"Bearer {secret}", "purpose": "check"},
    )  # fmt: skip

    is_problem(answer, status)


def test_what_breaks_here_tells_nothing_and_leaves_nothing(
    county: County, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlao.office.registry import files

    def break_down(*_: Any, **__: Any) -> None:
        raise RuntimeError(county.elders["a1"].name)

    path = f"/elders/{county.elders['a1'].pk}/facts"
    system = issue(*SEEN["town_a"][0])
    monkeypatch.setattr(files, "read", break_down)
    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    given = {"authorization": f"Bearer {system.secret}", "purpose": "check"}

    answer = client.get(
        path.removesuffix("/facts").replace("/elders", "/api/v1/elders"), headers=given
    )

    is_problem(answer, 500)
    assert county.elders["a1"].name not in bodies(answer)
    assert not log(act="read_file").exists()


def test_the_description_is_open_and_whole() -> None:
    answer = Client(SERVER_NAME="localhost").get("/api/v1/openapi.json")

    described = answer.json()
    assert answer.status_code == 200
    assert described["openapi"].startswith("3.")
    assert VILLAGE_A1 not in bodies(answer)
    for methods in described["paths"].values():
        for operation in methods.values():
            assert {"401", "403", "422", "429", "500"} <= set(operation["responses"])
            assert operation["description"]
