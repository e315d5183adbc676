"""How likely somebody is still there in a month to come, by death rates that somebody entered.

The office holds no life table and makes none up: without rates nobody dies, which is the most that
the months to come can cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
BANDS = (("60-69", 60), ("70-79", 70), ("80-89", 80), ("90-99", 90), ("100+", 100))
"""Name and first age; who is younger than the first has no rate."""
WHOLE = 1000
_MONTHS = 12


def after_a_month(ages: Array, rates: Mapping[str, float]) -> Array:
    """Return each one's chance to live through a month. ``rates``: deaths a year per thousand.

    An age below 60 or not known (below nothing) has no rate, nor has a band that is left out.
    """
    chances = np.ones(len(ages))
    for place, (name, first) in enumerate(BANDS):
        last = BANDS[place + 1][1] if place + 1 < len(BANDS) else None
        inside = ages >= first if last is None else (ages >= first) & (ages < last)
        chances[inside] = (1 - rates.get(name, 0) / WHOLE) ** (1 / _MONTHS)
    return chances


def ages_on(births: Array, year: int, month: int) -> Array:
    """Return completed years on a month's first day; -1 where a birth (datetime64[D]) is NaT."""
    unknown = np.isnat(births)
    safe = np.where(unknown, np.datetime64("1970-01-01"), births)
    born = safe.astype("datetime64[M]")
    day = (safe - born).astype(int) + 1
    months = year * _MONTHS + month - 1 - (born.astype(int) + 1970 * _MONTHS)
    ages: Array = np.where(unknown, -1, (months - (day > 1)) // _MONTHS)
    return ages


def turning(births: Array, year: int, month: int, age: int) -> Array:
    """Return who has that birthday in a month (29 February: in February)."""
    born = births.astype("datetime64[M]").astype(int) + 1970 * _MONTHS
    wanted = (year - age) * _MONTHS + month - 1
    turns: Array = ~np.isnat(births) & (born == wanted)
    return turns
