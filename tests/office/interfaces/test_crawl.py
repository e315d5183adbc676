"""Every page as everybody: what opens, what is refused, and that nothing from outside shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests.office.county import SEEN, VILLAGE_A1, County, elder, everywhere, give
from tests.office.log import chain_is_whole, log

from anlao.office.organisations.models import User
from anlao.office.registry import identity
from anlao.office.registry.models import Elder

Browser = Callable[[User | None], Client]
Answer = Any
"""A response of the test client, for which there is no public name."""

EVERYBODY = set(SEEN)
CLERKS = {"county_clerk", "clerk_a", "clerk_b", "neighbour"}
RECORDERS = CLERKS | {"village_worker"}
ASSESSORS = {"assessor", "assessor2"}
READERS = RECORDERS | {"approver", "finance", "assessor", "assessor2", "provider", "auditor"}
LISTERS = {"county_clerk", "neighbour", "approver"}


@dataclass(frozen=True)
class Page:
    """What is expected of an address. ``opens``: to whom; ``about``: elder, user or nothing."""

    path: str
    opens: set[str]
    about: str = ""
    sent: Mapping[str, str] | None = None
    status: int = 200
    strangers_too: bool = False
    more: tuple[Mapping[str, str], ...] = field(default=())


WATCHERS = CLERKS | {"approver", "finance", "auditor", "leader"}
PAYERS = {"county_clerk", "neighbour", "approver", "finance", "auditor"}
FIGURES = {"finance", "auditor", "leader"}
DECIDE = {"act": "decide"}
FACT = {"value": "true", "start": "2025-01-01", "evidence": "走访"}
PAGES = {
    "home": Page("/", EVERYBODY),
    "sign-in": Page("/sign-in", EVERYBODY, strangers_too=True),
    "sign-in-second": Page("/sign-in/second", EVERYBODY, status=302, strangers_too=True),
    "account": Page("/account", EVERYBODY),
    "second-factor": Page("/account/second-factor", EVERYBODY, more=({"act": "app"},)),
    "delegation": Page("/account/delegation", EVERYBODY, more=({"act": "delegate"},)),
    "sign-out": Page("/sign-out", EVERYBODY, sent={}, status=302, strangers_too=True),
    "password": Page("/password", EVERYBODY),
    "language": Page("/language", EVERYBODY, status=302, strangers_too=True),
    "elder": Page("/elders/{}", READERS, "elder"),
    "elder-history": Page("/elders/{}/history", READERS, "elder"),
    "elder-entitlements": Page("/elders/{}/entitlements", READERS, "elder"),
    "elder-record": Page(
        "/elders/{}/record?fact=lives_alone",
        RECORDERS,
        "elder",
        more=(FACT | {"value": "nonsense"}, FACT | {"start": "nonsense"}, {}),
    ),
    "elder-reveal": Page(
        "/elders/{}/reveal", CLERKS | {"approver"}, "elder", sent={"reason": "核对身份"}
    ),
    "elder-new": Page("/elders/new", RECORDERS, more=({"name": "王"},)),
    "elder-family": Page("/elders/{}/family", READERS, "elder"),
    "elder-family-add": Page(
        "/elders/{}/family/relation", RECORDERS, "elder", more=({}, {"kind": "nonsense"})
    ),
    "elder-family-change": Page(
        "/elders/{}/family/relation/change", RECORDERS, "elder", sent={"row": "1"}, status=404
    ),
    "elder-particulars": Page(
        "/elders/{}/particulars",
        RECORDERS,
        "elder",
        more=({}, {"name": "王", "why": "mistaken", "evidence": "户口簿"}),
    ),
    "elder-photo": Page("/elders/{}/photo", RECORDERS, "elder", more=({}, {"file": "no file"})),
    "elder-photo-image": Page("/elders/{}/photo/image", READERS, "elder", status=404),
    "elder-photo-remove": Page(
        "/elders/{}/photo/remove", RECORDERS, "elder", sent={"reason": "误放"}, status=302
    ),
    "elder-cards": Page(
        "/elders/{}/cards", RECORDERS, "elder", more=({"holder": "nonsense"}, {"holder": "agent"})
    ),
    "elder-journeys": Page("/elders/{}/journeys", READERS, "elder"),
    "elder-journey-death": Page(
        "/elders/{}/journeys/death", RECORDERS, "elder", more=({}, {"day": "nonsense"})
    ),
    "elder-journey-move": Page(
        "/elders/{}/journeys/move", RECORDERS, "elder", more=({}, {"place": "无此地"})
    ),
    "elder-journey-merge": Page("/elders/{}/journeys/merge", RECORDERS, "elder"),
    "elder-journey-undo": Page(
        "/elders/{}/journeys/1/undo", RECORDERS, "elder", sent={"reason": "误报"}, status=404
    ),
    "elder-assessments": Page("/elders/{}/assessments", READERS, "elder"),
    "assessments": Page("/assessments", READERS),
    "assessments-due": Page("/assessments/due", RECORDERS),
    "assessment": Page("/assessments/{}", READERS, status=404),
    "assessment-report": Page("/assessments/{}/report", READERS, status=404),
    "assessment-notice": Page("/assessments/{}/notice", READERS, status=404),
    "visits": Page("/visits", ASSESSORS),
    "visits-worker": Page("/visits/worker.js", EVERYBODY, strangers_too=True),
    "visit": Page("/visits/{}", ASSESSORS, status=404),
    "visit-answers": Page("/visits/{}/answers", ASSESSORS, sent={}, status=404),
    "visit-finish": Page("/visits/{}/finish", ASSESSORS, sent={}, status=404),
    "visit-settle": Page("/visits/{}/settle", ASSESSORS, status=404),
    "visit-sign": Page("/visits/{}/sign", ASSESSORS, status=404),
    "verify": Page("/verify", EVERYBODY, strangers_too=True),
    "elder-cases": Page("/elders/{}/cases", READERS, "elder"),
    "elder-apply": Page(
        "/elders/{}/cases/old-age-allowance",
        RECORDERS,
        "elder",
        more=({}, {"way_in": "nonsense", "asked_by": "self"}),
    ),
    "cases": Page("/cases", READERS),
    "cases-approve": Page("/cases/approve", {"approver"}),
    "cases-notice": Page("/cases/notice", READERS),
    "cases-alive": Page("/cases/alive", READERS),
    "cases-overdue": Page("/cases/alive/overdue", READERS),
    "cases-proposals": Page("/cases/alive/proposals", READERS),
    "elder-messages": Page("/elders/{}/messages", READERS, "elder"),
    "messages": Page("/messages", READERS),
    "message": Page("/messages/999999999", READERS, status=404),
    "messages-sweep": Page("/messages/sweep", CLERKS, sent={}, status=302),
    "messages-letters": Page("/messages/letters", CLERKS, sent={"cause": "recovery"}, status=302),
    "messages-texts": Page("/messages/texts", CLERKS, sent={"reason": "发送提醒"}, status=302),
    "messages-receipts": Page("/messages/receipts", CLERKS, sent={}, status=302),
    "cases-form": Page("/cases/form/old-age-allowance", RECORDERS),
    "case": Page("/cases/{}", READERS, status=404),
    "case-paper": Page("/cases/{}/papers/decision", READERS, status=404),
    "registers": Page("/registers", WATCHERS),
    "registers-expiring": Page("/registers/expiring", WATCHERS),
    "register": Page("/registers/caregiver", WATCHERS),
    "register-due": Page("/registers/due/no-such-provision", WATCHERS, status=404),
    "register-file": Page("/registers/caregiver/1", WATCHERS, status=404),
    "register-file-due": Page("/registers/caregiver/1/due", WATCHERS, status=404),
    "register-change": Page("/registers/caregiver/1/change", CLERKS, status=404),
    "register-reveal": Page(
        "/registers/caregiver/1/reveal",
        CLERKS | {"approver"},
        sent={"reason": "核对身份"},
        status=404,
    ),
    "register-cases": Page("/registers/caregiver/1/cases", WATCHERS, status=404),
    "register-apply": Page("/registers/caregiver/1/cases/post-subsidy", CLERKS, status=404),
    "register-payments": Page("/registers/caregiver/1/payments", WATCHERS, status=404),
    "register-history": Page("/registers/caregiver/1/history", WATCHERS, status=404),
    "register-record": Page("/registers/caregiver/1/record", CLERKS, status=404),
    "register-new": Page("/registers/institution/new", CLERKS, more=({}, {"name": "某院"})),
    "register-import": Page("/registers/caregiver/import", CLERKS, more=({},)),
    "register-staged": Page("/registers/caregiver/import/1", CLERKS, status=404),
    "elder-payments": Page("/elders/{}/payments", READERS, "elder"),
    "runs": Page("/payments", PAYERS),
    "run": Page("/payments/{}", PAYERS, status=404),
    "run-act": Page("/payments/{}/act", {"county_clerk", "neighbour"}, sent=DECIDE, status=404),
    "run-lines": Page("/payments/{}/lines", PAYERS, status=404),
    "run-line": Page("/payments/{}/lines/1", PAYERS, status=404),
    "run-stopped": Page("/payments/{}/stopped", PAYERS, status=404),
    "run-undecided": Page("/payments/{}/undecided", PAYERS, status=404),
    "run-township": Page("/payments/{}/townships/331123001", PAYERS | CLERKS, status=404),
    "run-scan": Page("/payments/{}/townships/331123001/scans/1", PAYERS | CLERKS, status=404),
    "run-file": Page("/payments/{}/files/1", {"finance"}, status=404),
    "run-answer": Page("/payments/{}/answer", {"finance"}, sent={}, status=404),
    "recoveries": Page("/payments/recoveries", PAYERS),
    "recovery": Page("/payments/recoveries/1", PAYERS, status=404),
    "ledger": Page("/payments/ledger?verify=1", PAYERS),
    "budget": Page("/payments/budget", PAYERS | {"leader"}),
    "budget-file": Page("/payments/budget/file?form=csv", PAYERS | {"leader"}),
    "run-samples": Page("/payments/{}/samples", PAYERS, status=404),
    "run-sample": Page("/payments/{}/samples/1", PAYERS, status=404),
    "elder-year": Page("/elders/{}/year", READERS, "elder"),
    "elder-what-if": Page("/elders/{}/what-if?capability_level=3", READERS, "elder"),
    "elder-awards": Page("/elders/{}/awards", READERS, "elder"),
    "corrections": Page("/corrections", RECORDERS),
    "lists": Page("/lists", READERS),
    "list": Page("/lists/turning", READERS),
    "list-save": Page("/lists/turning/save", READERS, sent={"name": "到龄"}, status=302),
    "figures": Page("/figures", READERS | {"leader"}),
    "forecasts": Page("/figures/forecast", FIGURES, more=({"months": "nonsense"},)),
    "forecast": Page("/figures/forecast/{}", FIGURES, status=404),
    "forecast-file": Page("/figures/forecast/{}/file?form=csv", FIGURES, status=404),
    "month": Page("/month", READERS | {"leader"}),
    "month-people": Page("/month/old-age-allowance/yes", READERS, status=404),
    "jobs": Page("/jobs", READERS | {"administrator", "leader"}),
    "job": Page("/jobs/1", READERS | {"administrator", "leader"}, status=404),
    "job-file": Page("/jobs/1/file", READERS | {"administrator", "leader"}, status=404),
    "imports": Page("/imports", CLERKS),
    "import-new": Page("/imports/new", CLERKS, more=({"kind": "nonsense"},)),
    "import": Page("/imports/1", CLERKS, status=404),
    "import-mapping": Page("/imports/1/columns", CLERKS, status=404),
    "import-act": Page("/imports/1/act", CLERKS, sent={"act": "commit"}, status=404),
    "import-undo": Page("/imports/1/undo", CLERKS, status=404),
    "import-findings": Page("/imports/1/findings", CLERKS, status=404),
    "import-marked": Page("/imports/1/marked", CLERKS, status=404),
    "import-matches": Page("/imports/1/matches", CLERKS, status=404),
    "import-preview": Page("/imports/1/preview", CLERKS, status=404),
    "packages": Page(
        "/packages", {"approver"}, more=({"month": "nonsense"}, {"reason": "省平台月报"})
    ),
    "package-check": Page("/packages/check", {"approver"}, more=({"key": "nonsense"},)),
    "package-file": Page("/packages/1/file", {"approver"}, status=404),
    "newcomers": Page("/people/new", {"administrator"}, more=({"act": "user"},)),
    "audit": Page("/audit", {"auditor"}),
    "factor-rules": Page("/people/second-factor", {"administrator"}),
    "tokens": Page("/people/tokens", {"administrator"}, more=({"act": "issue"},)),
    "places": Page("/places", {"county_clerk", "neighbour"}, more=({"act": "change"},)),
    "service-lists": Page("/service-lists", LISTERS),
    "service-list-contacts": Page(
        "/service-lists/contacts",
        {"county_clerk", "neighbour"},
        more=({"division": "331123", "name": "局", "phone": "没有"},),
    ),
    "service-list": Page("/service-lists/1", LISTERS, status=404),
    "service-list-act": Page("/service-lists/1/act", LISTERS, sent={"act": "submit"}, status=404),
    "service-list-print": Page("/service-lists/1/print", LISTERS, status=404),
    "service-list-difference": Page("/service-lists/1/difference", LISTERS, status=404),
    "service-list-item-new": Page(
        "/service-lists/1/items/new", {"county_clerk", "neighbour"}, status=404
    ),
    "service-list-item": Page(
        "/service-lists/1/items/1", {"county_clerk", "neighbour"}, status=404
    ),
    "mine": Page("/mine", EVERYBODY, status=302, strangers_too=True),
    "mine-sign-in": Page("/mine/sign-in", EVERYBODY, strangers_too=True, more=({"number": "1"},)),
    "mine-sign-out": Page("/mine/sign-out", EVERYBODY, sent={}, status=302, strangers_too=True),
    "mine-file": Page("/mine/file", EVERYBODY, status=302, strangers_too=True),
    "mine-benefits": Page("/mine/benefits", EVERYBODY, status=302, strangers_too=True),
    "mine-payments": Page("/mine/payments", EVERYBODY, status=302, strangers_too=True),
    "mine-applications": Page("/mine/applications", EVERYBODY, status=302, strangers_too=True),
    "mine-agents": Page("/mine/agents", EVERYBODY, status=302, strangers_too=True),
    "mine-corrections": Page("/mine/corrections", EVERYBODY, status=302, strangers_too=True),
    "mine-messages": Page("/mine/messages", EVERYBODY, status=302, strangers_too=True),
    "mine-readers": Page("/mine/readers", EVERYBODY, status=302, strangers_too=True),
    "public-missing": Page("/public/nothing", EVERYBODY, status=404, strangers_too=True),
    "public-places": Page("/public/?all=1", EVERYBODY, strangers_too=True),
    "public-display": Page("/public/display?size=150", EVERYBODY, status=302, strangers_too=True),
    "public-home": Page("/public/331123", EVERYBODY, strangers_too=True),
    "public-list": Page("/public/331123/list", EVERYBODY, status=404, strangers_too=True),
    "public-item": Page("/public/331123/list/1", EVERYBODY, status=404, strangers_too=True),
    "public-entitled": Page("/public/331123/entitled", EVERYBODY, strangers_too=True),
    "public-institutions": Page(
        "/public/331123/institutions", EVERYBODY, status=404, strangers_too=True
    ),
    "public-institution": Page(
        "/public/331123/institutions/1", EVERYBODY, status=404, strangers_too=True
    ),
    "public-notices": Page("/public/331123/notices", EVERYBODY, strangers_too=True),
    "public-recipients": Page("/public/331123/recipients", EVERYBODY, strangers_too=True),
    "public-statistics": Page(
        "/public/331123/statistics", EVERYBODY, status=404, strangers_too=True
    ),
    "people": Page("/people", {"administrator"}),
    "person": Page("/people/{}", {"administrator"}, "user", more=({"act": "grant"},)),
}


API = "api-v1"
"""Crawled by a test of its own: it knows tokens instead of sign-ins."""


def names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != API:
            yield from names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern} has no name"
            yield pattern.name


def test_every_address_is_in_the_table() -> None:
    assert sorted(names(get_resolver().url_patterns)) == sorted(PAGES)


def call(browser: Client, page: Page, number: int) -> Answer:
    path = page.path.format(number)
    return browser.get(path) if page.sent is None else browser.post(path, page.sent)


def text_of(response: Answer) -> str:
    """Return a page without what is another at every request."""
    body = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return re.sub(r'back=[^"]*"', "", body)


def shows(response: Answer, her: Elder) -> bool:
    body = response.content.decode(errors="replace")  # papers are no text
    secrets = (her.name, her.identity_mask, her.file_number, her.phone_mask)
    return any(secret and secret in body for secret in secrets)


@pytest.mark.parametrize("part", SEEN)
def test_every_page_opens_to_whom_it_should(county: County, client_of: Browser, part: str) -> None:
    reading = client_of(county.cast[part])
    for name, page in PAGES.items():
        only_reads = page.sent is None and not page.more and page.status == 200
        browser = reading if only_reads else client_of(county.cast[part])
        for key, number in numbers_of(county, part, page).items():
            look(county, browser, part, name, key, number)


def numbers_of(county: County, part: str, page: Page) -> dict[str, int]:
    """Return what goes into the address, by elder ("": the page is about none).

    One of those whom she may see, and all whom she may not; one, where nobody's page opens to her.
    """
    match page.about:
        case "elder":
            asked = [*SEEN[part][:1], *(key for key in county.elders if key not in SEEN[part])]
            if part not in page.opens:
                asked = asked[:1]
            return {key: county.elders[key].pk for key in asked}
        case "user":
            return {"": county.cast["leader"].pk}
        case _:
            return {"": 0}


def look(county: County, browser: Client, part: str, name: str, key: str, number: int) -> None:
    page, inside = PAGES[name], SEEN[part]
    expected = page.status if part in page.opens else 403
    if page.about == "elder" and part in page.opens and key not in inside:
        expected = 404
    answers = [(call(browser, page, number), expected)]
    for sent in page.more:
        refused = 400 if expected == 200 else expected
        answers.append((browser.post(page.path.format(number), sent), refused))
    for answer, status in answers:
        assert answer.status_code == status, (name, key, answer.status_code)
        for other, her in county.elders.items():
            if other not in inside:
                assert not shows(answer, her), (name, key, other)
    if page.about == "elder" and expected == 200:
        assert county.elders[key].name in answers[0][0].content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_strangers_are_sent_to_sign_in(county: County, client_of: Browser, name: str) -> None:
    page = PAGES[name]
    number = county.elders["a1"].pk

    response = call(client_of(None), page, number)

    if page.strangers_too:
        assert response.status_code == page.status
    else:
        assert response.status_code == 302
        back = "/" if page.sent is not None else quote(page.path.format(number))
        assert response["Location"] == f"/sign-in?next={back}"
    for her in county.elders.values():
        assert not shows(response, her)


@pytest.mark.parametrize("part", sorted(READERS))
def test_a_search_gives_away_nothing_of_those_outside(
    county: County, client_of: Browser, part: str
) -> None:
    browser = client_of(county.cast[part])
    for key, her in county.elders.items():
        with_numbers = [identity.identity_number_of(her), identity.phone_of(her)]
        words = [her.initials.split()[0], her.division_code, str(her.birth_date)[:4]]
        words += [her.name, her.name[0], *filter(None, with_numbers)]
        for word in words:
            response = browser.get("/", {"q": word})
            body = response.content.decode().replace(f'value="{word}"', "")
            for other, someone in county.elders.items():
                if other not in SEEN[part]:
                    assert someone.name not in body, (word, other)
                    assert someone.identity_mask not in body
                    assert f"/elders/{someone.pk}" not in body
        if key not in SEEN[part]:
            body = text_of(browser.get("/", {"q": her.name}))
            stranger = text_of(browser.get("/", {"q": "查无此人"}))
            assert body.replace(her.name, "查无此人") == stranger


@pytest.mark.parametrize("key", ["a1", "n1"])
def test_a_file_outside_reads_like_one_that_is_not_there(
    county: County, client_of: Browser, key: str
) -> None:
    browser = client_of(county.cast["clerk_b"])

    outside = browser.get(f"/elders/{county.elders[key].pk}")
    nowhere = browser.get("/elders/999999999")
    too_large = browser.get("/elders/99999999999999999999999999")

    assert (outside.status_code, nowhere.status_code, too_large.status_code) == (404,) * 3
    assert text_of(outside).replace(
        f"elders%2F{county.elders[key].pk}", "elders%2F999999999"
    ).replace(f"/elders/{county.elders[key].pk}", "/elders/999999999") == text_of(nowhere)


def test_nothing_is_recorded_outside(county: County, client_of: Browser) -> None:
    response = client_of(county.cast["clerk_b"]).post(
        f"/elders/{county.elders['a1'].pk}/record?fact=lives_alone", FACT
    )

    assert response.status_code == 404
    assert not log(who="clerk_b").exists()


def test_reading_outside_is_logged_for_nobody_inside_for_everybody(
    county: County, client_of: Browser
) -> None:
    browser = client_of(county.cast["clerk_a"])
    pages = {"": "read_file", "/history": "read_history", "/entitlements": "read_entitlements"}
    for path, act in pages.items():
        browser.get(f"/elders/{county.elders['a1'].pk}{path}", {"purpose": "visit"})
        browser.get(f"/elders/{county.elders['b1'].pk}{path}")

        (entry,) = log(who="clerk_a", act=act)
        assert (entry.subject, entry.division, entry.purpose) == (
            f"elder:{county.elders['a1'].pk}", VILLAGE_A1, "visit",
        )  # fmt: skip
    assert chain_is_whole()


def test_the_whole_number_shows_for_a_reason_only(county: County, client_of: Browser) -> None:
    her = county.elders["a1"]
    number, phone = identity.identity_number_of(her), identity.phone_of(her)
    browser = client_of(county.cast["clerk_a"])
    for path in ("", "/history", "/entitlements", "/record"):
        body = browser.get(f"/elders/{her.pk}{path}").content.decode()
        assert number not in body
        assert phone not in body

    refused = browser.post(f"/elders/{her.pk}/reveal", {"reason": "看"})
    shown = browser.post(f"/elders/{her.pk}/reveal", {"reason": "核对身份证"})

    assert refused.status_code == 302
    assert number in shown.content.decode()
    assert phone in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    (entry,) = log(act="reveal")
    assert (entry.who, entry.purpose) == ("clerk_a", "核对身份证")


def test_a_reason_of_any_length_is_taken(county: County, client_of: Browser) -> None:
    her = county.elders["a1"]
    browser = client_of(county.cast["clerk_a"])

    shown = browser.post(f"/elders/{her.pk}/reveal", {"reason": "理由\x00" * 300})

    assert shown.status_code == 200


def test_an_auditor_sees_no_acts_on_files_of_another_county(
    county: County, client_of: Browser
) -> None:
    theirs, ours = county.elders["n1"], county.elders["b1"]
    client_of(county.cast["neighbour"]).get(f"/elders/{theirs.pk}")
    client_of(county.cast["clerk_b"]).get(f"/elders/{ours.pk}")
    browser = client_of(county.cast["auditor"])

    for sent in ({}, {"subject": f"elder:{theirs.pk}"}, {"who": "neighbour"}, {"verify": "1"}):
        body = browser.get("/audit", sent).content.decode()
        assert f"elder:{theirs.pk}</a>" not in body
    assert f"elder:{ours.pk}</a>" in browser.get("/audit").content.decode()


def test_what_was_recorded_shows_and_a_correction_keeps_the_old(
    county: County, client_of: Browser
) -> None:
    her = county.elders["a1"]
    browser = client_of(county.cast["clerk_a"])
    for value in ("dibao", "tekun"):
        sent = FACT | {"value": value, "evidence": f"名单{value}"}
        path = f"/elders/{her.pk}/record?fact=economic_status"
        assert browser.post(path, sent).status_code == 302

    file = browser.get(f"/elders/{her.pk}").content.decode()
    history = browser.get(f"/elders/{her.pk}/history").content.decode()

    assert "名单tekun" in file
    assert "名单dibao" not in file
    assert "名单dibao" in history
    assert "名单tekun" in history


@pytest.mark.parametrize(
    "sent",
    [
        {"value": "nonsense"},
        {"fact": "hukou", "value": "3" * 40},
        {"fact": "hukou", "value": "３３"},
        {"fact": "capability_level", "value": "9"},
        {"fact": "capability_level", "value": "-1"},
        {"fact": "birth_date", "value": "1940-13-01"},
        {"start": "2025-02-30"},
        {"until": "2024-12-31"},
        {"evidence": "依" * 201},
        {"evidence": "依据\x00"},
        {"fact": "disability_type", "value": "none"},
    ],
)
def test_what_cannot_be_recorded_is_refused_and_leaves_nothing(
    county: County, client_of: Browser, sent: dict[str, str]
) -> None:
    her = county.elders["a1"]
    browser = client_of(county.cast["clerk_a"])
    path = f"/elders/{her.pk}/record"
    browser.post(f"{path}?fact=disability_grade", FACT | {"value": "2"})
    acts = log(act="record_facts").count()

    response = browser.post(f"{path}?fact={sent.get('fact', 'lives_alone')}", FACT | sent)

    assert response.status_code == 400
    assert log(act="record_facts").count() == acts


def test_an_administrator_grants_and_revokes(county: County, client_of: Browser) -> None:
    browser = client_of(county.cast["administrator"])
    user = county.cast["nobody"]
    path = f"/people/{user.pk}"
    grant = {
        "act": "grant", "role": "township_clerk", "division": "331123001",
        "start": "2025-01-01", "reason": "任命",
    }  # fmt: skip
    assert browser.post(path, grant).status_code == 302
    assert client_of(user).get(f"/elders/{county.elders['a1'].pk}").status_code == 200
    assert browser.post(path, grant | {"role": "auditor"}).status_code == 400
    assert browser.post(path, grant | {"division": ""}).status_code == 400
    assert browser.post(path, grant | {"division": "99"}).status_code == 400
    assert browser.post(path, grant | {"until": "2024-01-01"}).status_code == 400

    held = user.grants.get()
    for number in (str(held.pk), "abc", "", "99999999999999999999999"):
        browser.post(path, {"act": "revoke", "grant": number, "reason": ""})
    assert user.grants.get().revoked_at is None
    browser.post(path, {"act": "revoke", "grant": str(held.pk), "reason": "离任"})
    assert client_of(user).get(f"/elders/{county.elders['a1'].pk}").status_code == 403


def test_pages_load_nothing_from_elsewhere(county: County, client_of: Browser) -> None:
    browser = client_of(county.cast["auditor"])
    for path in ("/", "/audit", "/sign-in", "/no-such-page"):
        response = browser.get(path)
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert b"http://" not in response.content.replace(b"http://www.w3.org", b"")
        assert b"https://" not in response.content


def test_a_form_without_its_token_is_refused(county: County, committed: None) -> None:
    del committed
    browser = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    browser.force_login(county.cast["clerk_a"])

    response = browser.post(f"/elders/{county.elders['a1'].pk}/record", FACT)

    assert response.status_code == 403


def test_a_county_without_a_rulebook_can_still_read_and_record(
    county: County, client_of: Browser
) -> None:
    clerk = county.cast["nobody"]
    with transaction.atomic(), everywhere():
        far = elder("远方人", "431225001001")
        give(clerk, "county_clerk", "431225")
    browser = client_of(clerk)

    for path in ("", "/history", "/entitlements", "/record"):
        assert browser.get(f"/elders/{far.pk}{path}").status_code == 200
    assert browser.post(f"/elders/{far.pk}/record?fact=lives_alone", FACT).status_code == 302
