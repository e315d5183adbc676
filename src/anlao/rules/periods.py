"""Days and months. Benefits are decided by whole months; days only say when a limit is crossed."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
EARLIEST_DAY = date(1800, 1, 1)
LATEST_DAY = date(2299, 12, 31)
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)

LeapDayBirthday = Literal["feb_28", "mar_1"]
BirthdayCounts = Literal["on_the_day", "day_after"]
NominalAgeMethod = Literal["calendar_year", "lunar_new_year", "completed_plus_one"]


class InvalidMonth(ValueError):
    """Raised when text is not a month written YYYY-MM between 1900 and 2100."""


class NoLunarDate(ValueError):
    """Raised when the lunar calendar has no such day, or the year is outside 1900-2100."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, the unit in which benefits are decided."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Return the month written YYYY-MM. Raises InvalidMonth."""
        match = _MONTH.match(text)
        if not match or not 1 <= int(match[2]) <= 12 or not 1900 <= int(match[1]) <= 2100:
            raise InvalidMonth(text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Month:
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def months_from_to(start: Month, end: Month) -> Iterator[Month]:
    """Yield the months from start through end."""
    month = start
    while month <= end:
        yield month
        month = month.plus(1)


def epoch_day(day: date) -> int:
    """Return days since 1970-01-01, the form in which columns hold dates."""
    return day.toordinal() - EPOCH_ORDINAL


def day_of_epoch(days: int) -> date:
    return date.fromordinal(days + EPOCH_ORDINAL)


def add_months(day: date, months: int) -> date:
    """Return the same day months later; the last day of a shorter month where there is none."""
    month = Month.of(day).plus(months)
    return date(month.year, month.number, min(day.day, month.last_day.day))


def add_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def months_between(start: date, end: date) -> int:
    """Return completed months from start to end; negative when end is earlier."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1


def years_between(start: date, end: date) -> int:
    """Return completed years from start to end (toward zero)."""
    months = months_between(start, end)
    return months // 12 if months >= 0 else -(-months // 12)


@dataclass(frozen=True, slots=True)
class AgeRules:
    """How ages are counted: named settings of a rulebook (interpretations G2 and S6)."""

    leap_day_birthday: LeapDayBirthday = "feb_28"
    birthday_counts: BirthdayCounts = "on_the_day"
    nominal_age_method: NominalAgeMethod = "calendar_year"

    def birthday_in(self, year: int, birth: date) -> date:
        """Return the day of that year on which another year of life is complete."""
        if (birth.month, birth.day) == (2, 29) and not calendar.isleap(year):
            day = date(year, 2, 28) if self.leap_day_birthday == "feb_28" else date(year, 3, 1)
        else:
            day = date(year, birth.month, birth.day)
        return day if self.birthday_counts == "on_the_day" else day + timedelta(days=1)

    def completed_years(self, birth: date, day: date) -> int:
        """Return the age (周岁) on a day; negative before birth."""
        years = day.year - birth.year
        return years if day >= self.birthday_in(day.year, birth) else years - 1

    def nominal_age(self, birth: date, day: date) -> int:
        """Return the nominal age (虚岁) on a day: one at birth, one more each new year."""
        if self.nominal_age_method == "completed_plus_one":
            return self.completed_years(birth, day) + 1
        if self.nominal_age_method == "lunar_new_year":
            return lunar_year(day) - lunar_year(birth) + 1
        return day.year - birth.year + 1


@cache
def lunar_date(year: int, month: int, day: int) -> date:
    """Return the solar day of a day of the lunar calendar. Raises NoLunarDate."""
    from lunar_python import Lunar  # slow to import and seldom needed

    if not 1900 <= year <= 2100:
        raise NoLunarDate(f"lunar year {year} is outside 1900-2100")
    try:
        solar = Lunar.fromYmd(year, month, day).getSolar()
    except Exception as error:  # noqa: BLE001 - the library raises no other
        raise NoLunarDate(f"lunar {year}-{month}-{day}: {error}") from None
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def lunar_year(day: date) -> int:
    """Return the lunar year a day lies in; outside 1900-2100 the solar year."""
    if not 1900 <= day.year <= 2100:
        return day.year
    return day.year if day >= lunar_date(day.year, 1, 1) else day.year - 1
