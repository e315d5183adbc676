"""Villages of the five places, and the codes their counties once had."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anlao.places import divisions, historic
from anlao.synth.arrays import Floats, Ints
from anlao.synth.shares import number, shares

FIRST_NUMBERED = 1990  # about when people of age were given numbers
UNIT_KINDS = ("committee", "village", "pseudo")


@dataclass(frozen=True)
class Villages:
    """Every village of the division lists, in order of code."""

    codes: tuple[str, ...]  # 12 digits
    kinds: Ints  # index into UNIT_KINDS
    counties: NDArray[np.str_]  # 6 digits, by village


@cache
def villages() -> Villages:
    """Return all villages with kind and county."""
    codes = tuple(village.code for village in divisions.every("village"))
    return Villages(
        codes=codes,
        kinds=np.array([_kind(code) for code in codes], dtype=np.int64),
        counties=np.array([code[:6] for code in codes]),
    )


@cache
def counties_with_villages() -> frozenset[str]:
    """Return six-digit codes of the counties whose villages are listed."""
    return frozenset(villages().counties.tolist())


def of_county(county: str) -> Ints:
    """Return the indices of a county's villages."""
    return np.flatnonzero(villages().counties == county)


def village_weights(*, county: str, urban_share: float) -> Floats:
    """Return how the elders of a county spread over its villages; the weights sum to 1.

    The census has no township figures: see `places` in shares.yaml for what is assumed.
    """
    kinds = villages().kinds[of_county(county)]
    figures = shares("places")
    urban = urban_share * number(figures, "urban_elder_ratio")
    in_kind = np.array([urban, 1 - urban, (1 - urban) * number(figures, "pseudo_unit_weight")])
    units = np.bincount(kinds, minlength=3)
    # A pseudo unit is measured against one village, not against all units of its kind.
    per_unit = in_kind / np.maximum([units[0], units[1], units[1]], 1)
    weights: Floats = per_unit[kinds]
    weights /= weights.sum()
    return weights


@cache
def old_codes(county: str) -> tuple[str, ...]:
    """Return the codes this county's people were numbered under about 1990, oldest first."""
    return historic.codes_in(FIRST_NUMBERED, county=county) or (county,)


def _kind(village: str) -> int:
    if village[6] not in "0123" or village[9] not in "0123":
        return UNIT_KINDS.index("pseudo")
    return UNIT_KINDS.index("committee" if village[9] in "01" else "village")
