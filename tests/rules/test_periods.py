"""Ages, months and lunar days: both sides of every birthday."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.rules.periods import (
    AgeRules,
    InvalidMonth,
    Month,
    NoLunarDate,
    add_months,
    lunar_date,
    months_between,
    months_from_to,
    years_between,
)

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        (date(1944, 5, 31), date(2024, 5, 30), 79),
        (date(1944, 5, 31), date(2024, 5, 31), 80),
        (date(1944, 2, 29), date(2023, 2, 27), 78),
        (date(1944, 2, 29), date(2023, 2, 28), 79),
        (date(1944, 2, 29), date(2024, 2, 28), 79),
        (date(1944, 2, 29), date(2024, 2, 29), 80),
    ],
)
def test_a_year_is_complete_on_the_birthday(birth: date, day: date, years: int) -> None:
    assert AgeRules().completed_years(birth, day) == years


def test_who_is_born_on_29_february_may_complete_on_1_march() -> None:
    rules = AgeRules(leap_day_birthday="mar_1")

    assert rules.completed_years(date(1944, 2, 29), date(2023, 2, 28)) == 78
    assert rules.completed_years(date(1944, 2, 29), date(2023, 3, 1)) == 79


def test_a_year_may_be_complete_the_day_after() -> None:
    rules = AgeRules(birthday_counts="day_after")

    assert rules.completed_years(date(1944, 12, 31), date(2024, 12, 31)) == 79
    assert rules.completed_years(date(1944, 12, 31), date(2025, 1, 1)) == 80


@pytest.mark.parametrize(
    ("method", "day", "age"),
    [
        ("calendar_year", date(2024, 1, 1), 90),
        ("lunar_new_year", date(2023, 1, 21), 89),
        ("lunar_new_year", date(2023, 1, 22), 90),
        ("completed_plus_one", date(2024, 1, 31), 89),
        ("completed_plus_one", date(2024, 2, 1), 90),
    ],
)
def test_nominal_age_by_each_method(method: str, day: date, age: int) -> None:
    born_before_the_spring_festival = date(1935, 2, 1)

    rules = AgeRules(nominal_age_method=method)  # type: ignore[arg-type]

    assert rules.nominal_age(born_before_the_spring_festival, day) == age


def test_the_double_ninth_of_2024() -> None:
    assert lunar_date(2024, 9, 9) == date(2024, 10, 11)


def test_a_lunar_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NoLunarDate):
        lunar_date(2024, 13, 1)


@pytest.mark.parametrize(
    "text", ["2024-13", "2024-00", "2024-1", "24-01", "", "2024-01-01", "1899-12"]
)
def test_a_month_is_written_in_full(text: str) -> None:
    with pytest.raises(InvalidMonth):
        Month.parse(text)


@given(DAYS, st.integers(-1200, 1200))
def test_months_after_a_day_are_counted_back(day: date, months: int) -> None:
    there = add_months(day, months)

    assert abs(months_between(day, there)) in (abs(months), abs(months) - 1, abs(months) + 1)
    assert Month.of(there) == Month.of(day).plus(months)


@given(DAYS, DAYS)
def test_completed_years_never_fall_as_days_pass(birth: date, day: date) -> None:
    rules = AgeRules()

    assert rules.completed_years(birth, day) <= rules.completed_years(birth, day + timedelta(1))
    assert rules.completed_years(birth, day) >= rules.completed_years(birth + timedelta(1), day)


@given(DAYS, DAYS)
def test_years_between_is_whole_dozens_of_months(start: date, end: date) -> None:
    months = months_between(start, end)

    assert abs(years_between(start, end)) == abs(months) // 12


def test_a_span_of_months_has_both_ends() -> None:
    span = list(months_from_to(Month(2023, 12), Month(2024, 2)))

    assert [str(month) for month in span] == ["2023-12", "2024-01", "2024-02"]
