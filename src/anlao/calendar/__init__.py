"""Working days: weekdays, but for what the State Council's yearly notices say otherwise.

    2026-02-13 (Friday) + 1  ->  2026-02-14, a Saturday worked for the Spring Festival
    2026-02-14          + 1  ->  2026-02-24, after nine days off

`days.csv` names the notice of every span. The notice of a year comes out late in the year before;
until it is entered here, that year's weekdays are counted, and the answer says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

_ONE = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """A day that was counted to. ``not_loaded``: years counted without their notice."""

    day: date
    not_loaded: tuple[int, ...] = ()

    @property
    def zh(self) -> str:
        """Return what is to be said of years without a notice, "" where there are none."""
        years = "、".join(f"{year}年" for year in self.not_loaded)
        return f"{years}的放假安排尚未装入，按周一至周五计算" if years else ""

    @property
    def en(self) -> str:
        years = ", ".join(str(year) for year in self.not_loaded)
        return f"{years}'s calendar is not loaded; counted Monday to Friday" if years else ""


def loaded_years() -> tuple[int, ...]:
    """Return the years whose notice is entered."""
    return _notices()[1]


def is_working_day(day: date) -> bool:
    """Return whether offices work on a day; Monday to Friday where no notice says otherwise."""
    said = _notices()[0].get(day)
    return day.weekday() < _SATURDAY if said is None else said


def add_working_days(day: date, number: int) -> Counted:
    """Return the last of so many working days after a day, which is not counted itself."""
    if number < 0:
        raise ValueError(number)
    reached, left = day, number
    while left:
        reached += _ONE
        left -= is_working_day(reached)
    return Counted(reached, _lacking(day, reached) if number else ())


def _lacking(first: date, last: date) -> tuple[int, ...]:
    loaded = loaded_years()
    return tuple(year for year in range(first.year, last.year + 1) if year not in loaded)


@cache
def _notices() -> tuple[Mapping[date, bool], tuple[int, ...]]:
    """Return which days are worked by a notice, and the years that have one."""
    text = files(__name__).joinpath("days.csv").read_text("utf-8")
    days: dict[date, bool] = {}
    years = set()
    for row in csv.DictReader(io.StringIO(text)):
        day, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
        years.add(last.year)
        while day <= last:
            days[day] = row["kind"] == "work"
            day += _ONE
    return days, tuple(sorted(years))
