"""Histories are half-open, lie within a life, and end in what holds today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.synth.conftest import Written


@pytest.fixture(scope="module")
def changes(suichang: Written) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = suichang.history.to_pylist()
    return rows


@pytest.fixture(scope="module")
def people(suichang: Written) -> dict[str, dict[str, Any]]:
    return {row["person_id"]: row for row in suichang.people.to_pylist()}


def test_the_columns_are_those_of_a_history_file(suichang: Written) -> None:
    assert suichang.history.column_names == ["person_id", "fact", "value", "from", "until"]
    assert suichang.report.changes == suichang.history.num_rows


def test_care_hardship_capability_and_registration_change(changes: list[dict[str, Any]]) -> None:
    facts = {row["fact"] for row in changes}

    assert facts >= {"care_setting", "economic_status", "capability_level", "hukou"}


def test_spans_are_half_open_and_meet_without_gap_or_overlap(
    changes: list[dict[str, Any]],
) -> None:
    spans: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in changes:
        spans.setdefault((row["person_id"], row["fact"]), []).append(row)

    for before, since in spans.values():
        assert before["from"] < before["until"] == since["from"]
        assert since["until"] is None or since["from"] < since["until"]
        assert before["value"] != since["value"]


def test_nothing_changes_before_birth_or_after_death(
    changes: list[dict[str, Any]], people: dict[str, dict[str, Any]]
) -> None:
    for row in changes:
        person = people[row["person_id"]]
        assert person["birth_date"] is None or row["from"] > person["birth_date"]
        if person["death_date"] is not None:
            assert row["until"] is not None
            assert row["until"] <= person["death_date"]


def test_the_latest_value_is_the_one_in_the_people_file(
    changes: list[dict[str, Any]], people: dict[str, dict[str, Any]]
) -> None:
    latest = {(row["person_id"], row["fact"]): row["value"] for row in changes}

    for (person_id, fact), value in latest.items():
        assert str(people[person_id][fact]) == str(value)
