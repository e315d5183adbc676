"""Array types and days as numbers, shared by every step of synthesis."""

from __future__ import annotations

import calendar
from datetime import date

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int8]  # index into a vocabulary, or 0/1, or a level; UNKNOWN where not known
Days = NDArray[np.int32]  # days since 1970-01-01; NO_DAY where there is none
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

UNKNOWN = -1
NO_DAY = int(np.iinfo(np.int32).min)
EPOCH = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Return days since 1970-01-01."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """Return the day a number stands for; the reverse of `day_number`."""
    return date.fromordinal(number + EPOCH)


def years_before(*, day: date, years: int) -> date:
    """Return the same day some years earlier; 29 February becomes 28 in common years."""
    year = day.year - years
    if day.month == 2 and day.day == 29 and not calendar.isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)


def apportion(*, total: int, weights: Floats) -> Ints:
    """Divide a whole number by weights, by largest remainder; the parts sum to it exactly."""
    if total == 0 or weights.sum() == 0:
        return np.zeros(weights.shape, dtype=np.int64)
    exact = weights.ravel() * (total / weights.sum())
    parts = np.floor(exact + 1e-9).astype(np.int64)
    short = total - int(parts.sum())
    largest = np.argsort(-(exact - parts), kind="stable")[:short]
    parts[largest] += 1
    whole: Ints = parts.reshape(weights.shape)
    return whole
