"""Completed years between two facts, a column at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from anlao.rules.evaluation.context import Context
from anlao.rules.language.tree import Call, Expr, Fact
from anlao.rules.people.columns import NO_DAY, Array, FactColumn
from anlao.rules.periods import EARLIEST_DAY, LATEST_DAY, epoch_day

UNKNOWN_YEARS = np.int32(10_000)
_FIRST, _LAST = epoch_day(EARLIEST_DAY), epoch_day(LATEST_DAY)


@cache
def _calendar() -> Array:
    """Return year * 10000 + month * 100 + day for every day from 1800 to 2299."""
    days = np.arange(_FIRST, _LAST + 1).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]").astype(np.int32) + 1970
    number = months.astype(np.int32) % 12 + 1
    day = (days - months.astype("datetime64[D]")).astype(np.int32) + 1
    return (years * 10_000 + number * 100 + day).astype(np.int32)


def completed_years(
    expr: Expr, columns: Mapping[tuple[str, int], FactColumn], context: Context
) -> Array | None:
    """Return years (UNKNOWN_YEARS where a day is unknown or none), or None for other expressions."""
    match expr:
        case Call("completed_years", (Fact() as start, Fact() as end)):
            pass
        case _:
            return None
    births, days = columns.get((start.name, 0)), columns.get((end.name, 0))
    if births is None or days is None:
        return None
    years = np.full(len(births.data), UNKNOWN_YEARS, np.int32)
    rows = np.flatnonzero((births.data < NO_DAY) & (days.data < NO_DAY))
    if len(rows):
        years[rows] = _between(births.data[rows], days.data[rows], context)
    return years


def _between(births: Array, days: Array, context: Context) -> Array:
    calendar = _calendar()
    birth = calendar[np.clip(births, _FIRST, _LAST) - _FIRST]
    day = calendar[np.clip(days, _FIRST, _LAST) - _FIRST]
    year, birthday = day // 10_000, birth % 10_000
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    ages = context.moment.ages
    instead = 228 if ages.leap_day_birthday == "feb_28" else 301
    birthday = np.where((birthday == 229) & ~leap, instead, birthday)
    before = day % 10_000 < birthday
    if ages.birthday_counts == "day_after":
        before = day % 10_000 <= birthday
    return year - birth // 10_000 - before
