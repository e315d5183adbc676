"""Every fact of the contract is there, allowed, and agrees with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

if TYPE_CHECKING:
    from tests.synth.conftest import Written

# As the contract lists them; typed in, so that a lost or renamed column is caught.
ALLOWED: dict[str, set[Any]] = {
    "sex": {"male", "female"},
    "area_class": {"urban", "rural"},
    "economic_status": {"tekun", "dibao", "dibao_marginal", "low_income", "ordinary"},
    "support_mode": {"concentrated", "dispersed", "none"},
    "capability_level": {0, 1, 2, 3, 4},
    "self_care": {"able", "partial", "unable"},
    "disability_type": {
        "none",
        "visual",
        "hearing",
        "speech",
        "physical",
        "intellectual",
        "mental",
        "multiple",
    },
    "disability_grade": {1, 2, 3, 4},
    "honour_status": {
        "none",
        "martyr_family",
        "duty_death_family",
        "deceased_military_family",
        "serving_military_family",
        "disabled_veteran",
        "veteran",
    },
    "care_setting": {"home", "home_bed", "institution"},
    "pension_scheme": {"employee", "resident", "none"},
}
DATES = {"birth_date", "death_date", "hukou_since", "assessed_on"}
TEXTS = {"person_id", "hukou", "residence"}
YES_OR_NO = {
    "can_work",
    "has_income",
    "has_supporter",
    "prefers_concentrated",
    "dementia",
    "needs_long_term_care",
    "severe_disability_subsidy",
    "lives_alone",
    "empty_nest",
    "left_behind",
    "children_unable_to_care",
    "family_planning_special",
    "periodic_allowance",
    "institution_filed",
    "family_can_care",
    "institution_care_approved",
    "ltci_benefit",
    "purchased_home_care",
    "home_adapted",
    "homeless",
}


@pytest.fixture(scope="module")
def rows(suichang: Written) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = suichang.people.to_pylist()
    return people


def test_every_fact_is_a_column_and_no_column_is_anything_else(suichang: Written) -> None:
    assert set(suichang.people.column_names) == {*ALLOWED, *DATES, *TEXTS, *YES_OR_NO}


@pytest.mark.parametrize("fact", sorted(ALLOWED))
def test_only_allowed_values_occur_and_each_of_them_does(suichang: Written, fact: str) -> None:
    values = set(suichang.people[fact].unique().to_pylist()) - {None}

    assert values == ALLOWED[fact]


def test_columns_have_the_types_of_their_facts(suichang: Written) -> None:
    types = {field.name: field.type for field in suichang.people.schema}

    assert {types[fact] for fact in DATES} == {pa.date32()}
    assert {types[fact] for fact in YES_OR_NO} == {pa.bool_()}
    assert types["capability_level"] == types["disability_grade"] == pa.int8()
    assert pa.types.is_dictionary(types["economic_status"])


def test_registration_and_residence_are_villages(rows: list[dict[str, Any]]) -> None:
    codes = {row[fact] for row in rows for fact in ("hukou", "residence")} - {None}

    assert all(len(code) == 12 and code.isdigit() for code in codes)
    assert any(not code.startswith("331123") for code in codes)


def test_two_in_a_thousand_birth_dates_are_unknown(rows: list[dict[str, Any]]) -> None:
    unknown = sum(row["birth_date"] is None for row in rows)

    assert 0.001 < unknown / len(rows) < 0.003


def test_the_destitute_have_no_work_no_income_and_no_supporter(rows: list[dict[str, Any]]) -> None:
    destitute = [row for row in rows if row["economic_status"] == "tekun"]

    assert destitute
    for row in destitute:
        assert not any(row[fact] for fact in ("can_work", "has_income", "has_supporter"))
        assert row["support_mode"] in ("concentrated", "dispersed", None)


def test_nobody_else_is_supported_as_destitute(rows: list[dict[str, Any]]) -> None:
    others = [row for row in rows if row["economic_status"] not in ("tekun", None)]

    assert {row["support_mode"] for row in others} <= {"none", None}
    assert not any(
        row["can_work"] is row["has_income"] is row["has_supporter"] is False for row in others
    )


def test_those_supported_centrally_live_in_institutions(rows: list[dict[str, Any]]) -> None:
    settings = {row["care_setting"] for row in rows if row["support_mode"] == "concentrated"}

    assert settings <= {"institution", None}


def test_self_care_goes_with_capability(rows: list[dict[str, Any]]) -> None:
    by_level = {
        level: {row["self_care"] for row in rows if row["capability_level"] == level} - {None}
        for level in range(5)
    }

    assert by_level[0] == {"able"}
    assert by_level[4] == {"unable"}
    assert "able" not in by_level[3]


def test_a_grade_of_disability_stands_only_beside_a_kind(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        graded = row["disability_grade"] is not None
        assert graded == (row["disability_type"] not in ("none", None))


def test_nobody_in_an_institution_lives_alone(rows: list[dict[str, Any]]) -> None:
    inside = [row for row in rows if row["care_setting"] == "institution"]

    assert not any(row["lives_alone"] or row["empty_nest"] for row in inside)


def test_nobody_was_assessed_or_registered_after_death(rows: list[dict[str, Any]]) -> None:
    dead = [row for row in rows if row["death_date"] is not None]

    for fact in ("assessed_on", "hukou_since"):
        assert all(row[fact] is None or row[fact] < row["death_date"] for row in dead)


@pytest.mark.parametrize(
    ("fact", "value", "share", "off_by"),
    [
        ("capability_level", 0, 0.62, 0.03),
        ("capability_level", 4, 0.014, 0.004),
        ("dementia", True, 0.060, 0.010),
        ("lives_alone", True, 0.142, 0.015),
        ("economic_status", "tekun", 0.014, 0.003),
    ],
)
def test_shares_are_near_their_sources(
    rows: list[dict[str, Any]], fact: str, value: object, share: float, off_by: float
) -> None:
    found = sum(row[fact] == value for row in rows) / len(rows)

    assert found == pytest.approx(share, abs=off_by)


def test_the_oldest_live_alone_as_often_as_counted(rows: list[dict[str, Any]]) -> None:
    old = [row for row in rows if row["birth_date"] and row["birth_date"].year < 1943]

    assert sum(bool(row["lives_alone"]) for row in old) / len(old) == pytest.approx(0.216, abs=0.02)
