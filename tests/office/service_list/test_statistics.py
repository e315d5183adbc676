"""Figures for the public: no count of a few, and none from which one could be worked out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.office.benefits import deciding
from anlao.office.service_list import queries, statistics
from anlao.office.service_list.statistics import FEWEST, kept_back
from anlao.rules.periods import Month
from tests.office.county import COUNTY

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)


@pytest.mark.parametrize("count", [1, FEWEST - 1])
def test_a_few_are_not_told(count: int) -> None:
    assert kept_back([[count]]) == [[None]]


@pytest.mark.parametrize("count", [0, FEWEST])
def test_none_and_enough_are_told(count: int) -> None:
    assert kept_back([[count]]) == [[count]]


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=6))
def test_no_line_keeps_back_one_cell_alone(table: list[list[int]]) -> None:
    kept = kept_back(table)

    columns = [list(column) for column in zip(*kept, strict=True)]
    counts = [*table, *([*column] for column in zip(*table, strict=True))]
    for line, true in zip((*kept, *columns), counts, strict=True):
        absent = [count for count, told in zip(true, line, strict=True) if told is None]
        if absent and any(line):
            assert len(absent) > 1
            assert sum(absent) >= FEWEST
    for row, shown in zip(table, kept, strict=True):
        for count, told_of in zip(row, shown, strict=True):
            assert told_of in (None, count)
            assert told_of is None or told_of == 0 or told_of >= FEWEST


@pytest.mark.usefixtures("committed")
def test_a_small_county_tells_hardly_anything() -> None:
    decided = deciding.decide_division(
        COUNTY, Month(2026, 11), known_at=NOW, today=NOW.date(), by="t"
    )
    statistics.publish(decided)

    held = queries.figures(COUNTY)
    assert held is not None
    told = statistics.told(held, "zh")
    assert told.month == date(2026, 11, 1)
    assert {count for place in told.townships for count in place.counts} <= {None, 0}
    allowance = next(one for one in told.provisions if one.provision == "old-age-allowance")
    assert (allowance.name, allowance.people, allowance.fen) == ("高龄津贴", None, None)
    assert allowance.is_money
    assert queries.figures("330624") is None


@pytest.mark.usefixtures("committed")
def test_an_earlier_month_decided_later_changes_nothing() -> None:
    for month in (Month(2026, 11), Month(2026, 3)):
        decided = deciding.decide_division(COUNTY, month, known_at=NOW, today=NOW.date(), by="t")
        statistics.publish(decided)

    held = queries.figures(COUNTY)
    assert held is not None
    assert held.month == date(2026, 11, 1)
