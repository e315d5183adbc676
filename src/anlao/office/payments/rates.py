"""How many to ask, and what their answers say of all: by the exact binomial, without tables.

Sizes are Cochran's with the correction for a finite population; intervals are Clopper and
Pearson's, which cover at least what they promise, also where nothing was found.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp, fsum, lgamma, log, log1p
from statistics import NormalDist

WHOLE = 1000
CONFIDENCES = (900, 950, 990)
"""Thousandths."""
_HALVINGS = 60


def size(population: int, *, confidence: int, tolerated: int, expected: int) -> int:
    """Return how many of a population to draw; all rates are thousandths.

    ``tolerated``: how far the found rate may lie from the true one; ``expected``: the rate that is
    thought likely, 500 where nobody knows.
    """
    if population <= 0:
        return 0
    z = NormalDist().inv_cdf(0.5 + confidence / WHOLE / 2)
    rate, margin = expected / WHOLE, tolerated / WHOLE
    infinite = z * z * rate * (1 - rate) / (margin * margin)
    corrected = infinite / (1 + (infinite - 1) / population) if infinite > 1 else 1.0
    return min(population, max(1, ceil(corrected - 1e-9)))


def interval(found: int, asked: int, *, confidence: int) -> tuple[float, float]:
    """Return between which rates the true one lies, with so many found among those asked."""
    if asked == 0:
        return 0.0, 1.0
    tail = (1 - confidence / WHOLE) / 2
    low = 0.0 if found == 0 else _root(lambda rate: 1 - _at_most(found - 1, asked, rate) - tail)
    high = 1.0 if found == asked else _root(lambda rate: tail - _at_most(found, asked, rate))
    return low, high


def _root(rising: Callable[[float], float]) -> float:
    """Return where a function that rises between 0 and 1 passes nothing."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if rising(middle) > 0:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _at_most(most: int, asked: int, rate: float) -> float:
    """Return how likely it is to find no more than so many at a rate between 0 and 1."""
    whole, hit, miss = lgamma(asked + 1), log(rate), log1p(-rate)
    return fsum(
        exp(
            whole
            - lgamma(found + 1)
            - lgamma(asked - found + 1)
            + found * hit
            + (asked - found) * miss
        )
        for found in range(most + 1)
    )
