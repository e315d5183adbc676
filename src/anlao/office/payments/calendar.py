"""Months as the days on which they begin."""

from __future__ import annotations

from datetime import date

_MONTHS = 12


def first_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def plus(month: date, count: int) -> date:
    """Return the month that comes so many after (below nothing: before) another."""
    total = month.year * _MONTHS + month.month - 1 + count
    return date(total // _MONTHS, total % _MONTHS + 1, 1)


def months_between(first: date, end: date) -> list[date]:
    """Return the months from one on up to another, not included."""
    found, month = [], first_of(first)
    while month < end:
        found.append(month)
        month = plus(month, 1)
    return found
