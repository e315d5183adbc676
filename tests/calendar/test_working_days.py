"""Working days are counted by the yearly notices, and a year without one is named."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from anlao.calendar import add_working_days, is_working_day, loaded_years


def test_every_day_of_four_years_is_as_another_calendar_has_it() -> None:
    day, differs = date(2023, 1, 1), []
    while day < date(2027, 1, 1):
        if is_working_day(day) != chinese_calendar.is_workday(day):
            differs.append(day)
        day += timedelta(days=1)

    assert loaded_years() == (2023, 2024, 2025, 2026)
    assert differs == []


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # nine days off
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 10, 8), 2, date(2026, 10, 10)),
        (date(2026, 10, 10), 1, date(2026, 10, 12)),
        (date(2025, 9, 26), 1, date(2025, 9, 28)),
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
        (date(2026, 3, 2), 5, date(2026, 3, 9)),
        (date(2026, 3, 2), 4, date(2026, 3, 6)),
    ],
)
def test_the_day_itself_does_not_count(start: date, number: int, end: date) -> None:
    assert add_working_days(start, number).day == end


def test_a_count_that_reaches_into_a_year_without_a_notice_says_so() -> None:
    inside = add_working_days(date(2026, 12, 30), 1)
    beyond = add_working_days(date(2026, 12, 30), 2)

    assert (inside.day, inside.not_loaded, inside.en) == (date(2026, 12, 31), (), "")
    assert (beyond.day, beyond.not_loaded) == (date(2027, 1, 1), (2027,))
    assert beyond.en == "2027's calendar is not loaded; counted Monday to Friday"
    assert "2027年" in beyond.zh


def test_nobody_counts_backwards() -> None:
    with pytest.raises(ValueError, match="-1"):
        add_working_days(date(2026, 1, 1), -1)
