"""A history joined to batches: which value holds on the first of which month."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import anlao
from anlao.rules.facts import Subject
from anlao.rules.people.changes import facts_of_month
from anlao.rules.people.columns import People
from anlao.rules.people.errors import BadCells
from anlao.rules.people.history import read_history
from anlao.rules.people.reader import PeopleReader
from anlao.rules.periods import Month
from anlao.rules.rulebook.load import load

LIBRARY = Path(anlao.__file__).parent / "rulebooks"


@pytest.fixture(scope="session")
def elder() -> Subject:
    return load("cn", LIBRARY).usable("cn").subjects["elder"]


@pytest.fixture
def batch(tmp_path: Path, elder: Subject) -> People:
    path = tmp_path / "people.csv"
    path.write_text("person_id,care_setting,hukou\na,home,331123\nb,home,330601\n", "utf-8")
    return next(PeopleReader(elder, date(2026, 1, 1)).read(path))


def held(people: People, fact: str, month: str) -> list[Any]:
    column = facts_of_month(people, fact, Month.parse(month))
    assert column is not None
    return [column.value(row) for row in range(len(people))]


def history(path: Path, rows: str, recorded: str = "") -> Path:
    path.write_text(f"person_id,fact,value,from,until{recorded}\n{rows}\n", "utf-8")
    return path


def test_a_span_is_half_open(tmp_path: Path, elder: Subject, batch: People) -> None:
    path = history(tmp_path / "h.csv", "a,care_setting,institution,2023-03-01,2023-05-01")

    joined = read_history(path, elder).joined(batch)

    assert held(joined, "care_setting", "2023-02") == ["home", "home"]
    assert held(joined, "care_setting", "2023-03") == ["institution", "home"]
    assert held(joined, "care_setting", "2023-04") == ["institution", "home"]
    assert held(joined, "care_setting", "2023-05") == ["home", "home"]


def test_a_change_within_a_month_counts_from_the_next_first(
    tmp_path: Path, elder: Subject, batch: People
) -> None:
    path = history(tmp_path / "h.csv", "b,care_setting,home_bed,2023-03-02,")

    joined = read_history(path, elder).joined(batch)

    assert held(joined, "care_setting", "2023-03") == ["home", "home"]
    assert held(joined, "care_setting", "2023-04") == ["home", "home_bed"]


def test_codes_of_places_keep_their_own_words(
    tmp_path: Path, elder: Subject, batch: People
) -> None:
    rows = (
        "a,hukou,110101,2023-01-01,2023-02-01\n"
        "b,hukou,331123,2023-01-01,2023-02-01\n"
        "a,hukou,,2023-03-01,2023-04-01"
    )

    joined = read_history(history(tmp_path / "h.csv", rows), elder).joined(batch)

    assert held(joined, "hukou", "2022-12") == ["331123", "330601"]
    assert held(joined, "hukou", "2023-01") == ["110101", "331123"]
    assert held(joined, "hukou", "2023-03") == [None, "330601"]


def test_a_fact_without_a_column_is_known_inside_its_span_only(
    tmp_path: Path, elder: Subject, batch: People
) -> None:
    path = history(tmp_path / "h.csv", "a,dementia,true,2023-01-01,2023-02-01")

    joined = read_history(path, elder).joined(batch)

    assert held(joined, "dementia", "2023-01") == [True, None]
    assert held(joined, "dementia", "2023-02") == [None, None]


def test_what_was_recorded_last_comes_first(tmp_path: Path, elder: Subject, batch: People) -> None:
    rows = "a,dementia,false,,,2023-06-01\na,dementia,true,,,2023-05-01"
    path = history(tmp_path / "h.csv", rows, ",recorded_on")

    now = read_history(path, elder).joined(batch)
    then = read_history(path, elder, known_as_of=date(2023, 5, 31)).joined(batch)

    assert held(now, "dementia", "2023-01") == [False, None]
    assert held(then, "dementia", "2023-01") == [True, None]


def test_two_values_on_one_day_are_refused_with_both_rows(tmp_path: Path, elder: Subject) -> None:
    rows = "a,dementia,false,2023-01-01,2023-06-01\nb,dementia,true,,\na,dementia,true,2023-05-31,"

    with pytest.raises(BadCells, match=r"row 3.*overlaps row 1"):
        read_history(history(tmp_path / "h.csv", rows), elder)


def test_joining_leaves_the_batch_as_it_was(tmp_path: Path, elder: Subject, batch: People) -> None:
    path = history(tmp_path / "h.csv", "a,care_setting,institution,,")

    read_history(path, elder).joined(batch)

    assert held(batch, "care_setting", "2023-03") == ["home", "home"]
    assert not batch.changes
