"""What is due by a register is what the rulebook's own cases say for the same facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

import anlao
from anlao.office.benefits import subjects
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.benefits.subjects import REGISTERS, month_of
from anlao.office.registry import operations as elders
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.office.subjects import operations
from tests.office.county import VILLAGE_A1, elder
from tests.office.subjects.registers import (
    GROUND,
    VILLAGE_J,
    caregiver,
    centre,
    institution,
    stay,
)

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 6, 1, tzinfo=UTC)
_CASES = Path(anlao.__file__).parent / "rulebooks/jian/cases"
_FILES = ("entry-subsidy", "post-subsidy", "institutions", "residents", "centres")
_MONEY = ("final_account", "premium_average")
Case = dict[str, Any]


@pytest.fixture(autouse=True)
def everywhere(db: None) -> None:
    del db
    scope.enter(WHOLE_OFFICE)


def cases() -> Iterator[Any]:
    for name in _FILES:
        book = yaml.safe_load((_CASES / f"{name}.yaml").read_text("utf-8"))
        first = book.get("defaults", {})
        for case in book["cases"]:
            if "parameters" in case or "set" in case or "rates" in case or "rates" in first:
                continue
            given = first.get("given", {}) | case["given"]
            if "month" not in case or (
                given.get("skill_level") == "none" and "certified_on" in given
            ):
                continue  # spans, and a certificate of no grade, which the register refuses
            yield pytest.param(first | case | {"given": given}, id=f"{name}: {case['name']}")


def filed(case: Case) -> Any:
    """Open a file that says what a case says."""
    given: dict[str, Any] = {
        name: value if isinstance(value, bool | str | date | int) else Decimal(str(value))
        for name, value in case["given"].items()
        if value is not None
    }
    given = {name: int(v * 100) if name in _MONEY else v for name, v in given.items()}
    match case["subject"]:
        case "caregiver":
            return caregiver(**given)
        case "institution":
            return institution(**given)
        case "centre":
            return centre(**given)
    home = institution(
        **{name[12:]: v for name, v in given.items() if name.startswith("institution_")}
    )
    facts = {name: v for name, v in given.items() if not name.startswith("institution_")}
    present = facts.pop("present_on_last_day", None)
    her = elder("入住老人", facts.pop("hukou", VILLAGE_J), **facts)
    told = {} if present is None else {"present_on_last_day": present}
    return stay(her, home, date(2023, 1, 1), **told)


@pytest.mark.parametrize("case", list(cases()))
def test_a_register_decides_as_the_rulebook_says(case: Case) -> None:
    file, month = filed(case), month_of(date.fromisoformat(f"{case['month']}-01"))

    for name, expected in case["expect"].items():
        row = due(name, file, month)
        told = expected if isinstance(expected, dict) else {"amount": expected, "outcome": "yes"}
        if told.get("outcome") is True or told.get("outcome") is False:
            told["outcome"] = "yes" if told["outcome"] else "no"
        assert row.outcome == told.get("outcome", "yes")
        if row.outcome == "yes" and "amount" in told:
            assert row.fen == Decimal(str(told["amount"])) * 100
        if "reason" in told:
            assert row.reason == told["reason"]


def due(provision: str, file: Any, month: Any, known_at: datetime = NOW) -> subjects.DueRow:
    offered = {one.id: one for one in subjects.provisions(file.division_code, "zh")}
    return subjects.due(offered[provision], [file], month, known_at=known_at, language="zh")[0]


MAY = month_of(date(2024, 5, 1))


def test_a_page_says_the_same_as_the_list_with_reasons() -> None:
    her = caregiver(education="college", public_staff=False, entry_subsidy_paid=False)

    found = subjects.entitlements(REGISTERS["caregiver"], her, MAY, known_at=NOW, language="zh")

    entry = next(one for one in found.found if one.provision == "entry-subsidy")
    row = due("entry-subsidy", her, MAY)
    assert entry.outcome == row.outcome == "unknown"
    assert entry.verdict == row.why
    assert row.missing == "连续从事养老护理工作起始日"
    assert "19" in entry.clause


def test_a_late_correction_changes_the_month_as_known_since() -> None:
    facts: dict[str, Any] = {"skill_level": "beginner", "certified_on": date(2020, 1, 1)}
    her = caregiver(post_subsidy_paid_level="none", **facts)
    learnt = datetime(2024, 9, 1, tzinfo=UTC)
    operations.record(
        REGISTERS["caregiver"],
        her,
        {"certified_on": date(2023, 9, 1)},
        start=date(2023, 9, 1),
        ground=GROUND,
        by="clerk",
        at=learnt,
    )

    assert due("post-subsidy", her, MAY, datetime(2024, 8, 1, tzinfo=UTC)).outcome == "yes"
    assert due("post-subsidy", her, MAY, NOW).outcome == "no"


@pytest.mark.parametrize(
    ("left", "known", "outcome"),
    [
        (None, date(2024, 6, 1), "yes"),
        (None, date(2024, 5, 30), "unknown"),  # the last day has not come
        (date(2024, 6, 1), date(2024, 6, 2), "yes"),
        (date(2024, 5, 31), date(2024, 6, 2), "no"),
        (date(2024, 5, 2), date(2024, 5, 3), "no"),
    ],
)
def test_presence_on_the_last_day_follows_from_admission_and_leaving(
    left: date | None, known: date, outcome: str
) -> None:
    her = elder("入住老人", VILLAGE_J, capability_level=3)
    there = stay(her, institution(ownership="private", rating=1), date(2024, 5, 31))
    at = datetime(known.year, known.month, known.day, 4, tzinfo=UTC)
    if left is not None:
        operations.record(
            REGISTERS["resident"],
            there,
            {"left_on": left},
            start=left,
            ground=GROUND,
            by="clerk",
            at=datetime(2024, 5, 2, tzinfo=UTC),
        ) if left >= date(2024, 5, 31) else operations.record(
            REGISTERS["resident"],
            there,
            {"admitted_on": date(2024, 1, 1), "left_on": left},
            start=date(2024, 1, 1),
            ground=GROUND,
            by="clerk",
            at=datetime(2024, 5, 2, tzinfo=UTC),
        )

    assert due("resident-operating-subsidy", there, MAY, at).outcome == outcome


def test_a_resident_who_died_before_the_last_day_was_not_there() -> None:
    her = elder("入住老人", VILLAGE_J, capability_level=3)
    there = stay(her, institution(ownership="private", rating=1), date(2024, 1, 1))
    elders.record(
        elder=her,
        facts={"death_date": date(2024, 5, 31)},
        start=date(2024, 5, 31),
        ground=GROUND,
        by="clerk",
        at=datetime(2024, 6, 3, tzinfo=UTC),
    )

    assert due("resident-operating-subsidy", there, MAY, NOW).outcome == "no"
    april = month_of(date(2024, 4, 1))
    assert due("resident-operating-subsidy", there, april, NOW).outcome == "yes"


def test_a_county_decides_its_own_provisions_and_lacks_a_rate_until_it_has_one() -> None:
    her = caregiver(
        place=VILLAGE_A1,
        skill_level="senior",
        certified_on=date(2020, 1, 1),
        service_since=date(2020, 1, 1),
    )

    row = due("special-post-allowance", her, MAY)

    assert (row.outcome, row.reason) == ("unknown", "missing_rate")
    assert [one.id for one in subjects.provisions(VILLAGE_A1, "zh")] == ["special-post-allowance"]


def test_a_place_without_a_rulebook_has_labels_and_no_decisions() -> None:
    her = caregiver(place="999999", skill_level="senior")

    assert subjects.provisions("999999", "zh") == []
    assert "skill_level" in subjects.labels(REGISTERS["caregiver"], "999999")
    with pytest.raises(NoRulebook):
        subjects.entitlements(REGISTERS["caregiver"], her, MAY, known_at=NOW, language="zh")
