"""Apportioning, days and codes of old."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.places.divisions import significant
from anlao.synth.arrays import apportion, day_number, day_of, years_before
from anlao.synth.crowd import completed_years
from anlao.synth.places import old_codes

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))


@given(
    total=st.integers(0, 2_000_000),
    weights=st.lists(st.floats(0.001, 1e6), min_size=1, max_size=60).map(np.array),
)
def test_apportioned_parts_sum_to_the_total_and_are_at_most_one_off(
    total: int, weights: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> None:
    parts = apportion(total=total, weights=weights)

    assert parts.sum() == total
    assert np.all(np.abs(parts - total * weights / weights.sum()) < 1 + 1e-6)


@given(day=DAYS)
def test_a_day_and_its_number_are_two_names_of_one_thing(day: date) -> None:
    assert day_of(day_number(day)) == day


@given(born=DAYS, day=DAYS.filter(lambda day: day >= date(2001, 1, 1)))
def test_completed_years_follow_the_calendar(born: date, day: date) -> None:
    passed = (day.month, day.day) >= (born.month, born.day)

    years = completed_years(np.array([day_number(born)], dtype=np.int32), day)

    assert years.tolist() == [day.year - born.year - (not passed)]


def test_the_same_day_in_a_common_year_stands_for_29_february() -> None:
    assert years_before(day=date(2024, 2, 29), years=1) == date(2023, 2, 28)
    assert years_before(day=date(2024, 2, 29), years=4) == date(2020, 2, 29)


@pytest.mark.parametrize(
    ("county", "codes"),
    [
        ("331123", ("332527",)),
        ("431225", ("433029",)),
        ("500229", ("512229",)),
        ("330603", ("330621",)),
        ("360881", ("362402", "362432")),
    ],
)
def test_old_people_were_numbered_under_codes_of_their_time(
    county: str, codes: tuple[str, ...]
) -> None:
    assert old_codes(county) == codes


@pytest.mark.parametrize(
    ("division", "prefix"),
    [("330600", "3306"), ("331123000000", "331123"), ("3306", "3306"), ("500000", "50")],
)
def test_trailing_zeros_of_a_division_say_nothing(division: str, prefix: str) -> None:
    assert significant(division) == prefix
