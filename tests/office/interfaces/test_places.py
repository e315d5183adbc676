"""A county clerk changes a place in the browser: seen before it is made, made, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from tests.office.county import TOWN_A, TOWN_B, VILLAGE_A1, VILLAGE_N, County
from tests.office.log import log

from anlao.office.divisions import queries
from anlao.office.divisions.models import DivisionChange
from anlao.office.organisations.models import User
from anlao.places import divisions

Browser = Callable[[User | None], Client]
NEW = f"{TOWN_B}399"
SENT = {
    "act": "preview",
    "old": VILLAGE_A1,
    "code": NEW,
    "name": "新合村",
    "start": "2025-07-01",
    "reason": "县政府批复",
}


@pytest.fixture(autouse=True)
def lists_as_shipped() -> Iterator[None]:
    yield
    queries._seen = None
    divisions.revise([])


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_village_goes_and_comes_back(county: County, client_of: Browser) -> None:
    clerk, town_a, town_b = (
        client_of(county.cast[part]) for part in ("county_clerk", "clerk_a", "clerk_b")
    )
    file = f"/elders/{county.elders['a1'].pk}"

    seen = clerk.post("/places", SENT)
    assert seen.status_code == 200
    assert "<dd>2</dd>" in body(seen)
    assert not DivisionChange.objects.exists()

    assert clerk.post("/places", SENT | {"act": "change"}).status_code == 302
    assert (town_a.get(file).status_code, town_b.get(file).status_code) == (404, 200)
    assert "新合村" in body(town_b.get(file))
    assert (
        "新合村"
        not in body(town_b.get(f"{file}?day=2025-06-30"))
        .split("</h1>")[1]
        .split("户籍地")[1]
        .split("</dd>")[0]
    )
    change = DivisionChange.objects.get()
    clerk.post("/places", {"act": "take-back", "change": change.pk, "reason": ""})
    assert DivisionChange.objects.count() == 1

    clerk.post("/places", {"act": "take-back", "change": change.pk, "reason": "录错了"})

    assert (town_a.get(file).status_code, town_b.get(file).status_code) == (200, 404)
    acts = log(act__endswith="_division").order_by("number")
    assert [(one.act, one.purpose) for one in acts] == [
        ("change_division", "县政府批复"), ("take_back_division", "录错了"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"old": VILLAGE_N},
        {"old": "x"},
        {"code": "12"},
        {"code": "330624001999"},
        {"code": VILLAGE_A1},
        {"code": f"{TOWN_A}\x00"},
        {"start": "2999-01-01"},
        {"start": ""},
        {"reason": ""},
    ],
)
@pytest.mark.parametrize("act", ["preview", "change"])
def test_what_cannot_be_is_told_and_changes_nothing(
    county: County, client_of: Browser, act: str, changed: dict[str, str]
) -> None:
    answer = client_of(county.cast["county_clerk"]).post("/places", SENT | {"act": act} | changed)

    assert answer.status_code == 400
    assert 'role="alert"' in body(answer)
    assert not DivisionChange.objects.exists()


def test_nobody_takes_back_a_change_of_another_county(county: County, client_of: Browser) -> None:
    client_of(county.cast["county_clerk"]).post("/places", SENT | {"act": "change"})
    change = DivisionChange.objects.get()
    sent = {"act": "take-back", "change": change.pk, "reason": "试试看"}

    client_of(county.cast["neighbour"]).post("/places", sent)
    refused = client_of(county.cast["clerk_a"]).post("/places", sent)

    assert refused.status_code == 403
    assert DivisionChange.objects.count() == 1
