"""Exact numbers: decimals become fractions, money becomes whole fen, rounding happens once.

``parse_number("0.1") -> Fraction(1, 10)``; ``to_fen(Fraction(5681, 10)) -> 56810``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Number = int | Fraction
RoundingMode = Literal["half_up", "half_even", "up", "down"]
FEN_PER_YUAN = 100
_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,12})?|\.\d{1,12})\Z", re.ASCII)


class NotANumber(ValueError):
    """Raised when text is not a plain decimal number of at most 18 + 12 digits."""


def parse_number(text: str) -> Number:
    """Return the exact value of a decimal; an int where it is whole."""
    if not _NUMBER.match(text):
        raise NotANumber(text)
    return whole(Fraction(text))


def whole(value: Number) -> Number:
    """Return an int for a fraction that is whole; numbers have one form each."""
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def floor_to(value: Number, step: Number = 1) -> Number:
    """Return the greatest multiple of step that is at most value."""
    return whole((Fraction(value) / step).__floor__() * step)


def ceil_to(value: Number, step: Number = 1) -> Number:
    """Return the least multiple of step that is at least value."""
    return whole((Fraction(value) / step).__ceil__() * step)


def round_to(value: Number, step: Number = 1, mode: RoundingMode = "half_up") -> Number:
    """Return value rounded to a multiple of step; half_up rounds halves away from zero."""
    units = Fraction(value) / step
    if mode == "half_even":
        return whole(round(units) * step)
    if mode == "down":
        return floor_to(value, step)
    if mode == "up":
        return ceil_to(value, step)
    size = (abs(units) + Fraction(1, 2)).__floor__()
    return whole((size if units >= 0 else -size) * step)


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a final amount becomes payable: to a multiple of ``step`` yuan (interpretation G3)."""

    mode: RoundingMode = "half_up"
    step: Number = Fraction(1, FEN_PER_YUAN)

    def fen(self, yuan: Number) -> int:
        """Return the rounded amount in whole fen."""
        return int(round_to(round_to(yuan, self.step, self.mode) * FEN_PER_YUAN))


def format_fen(fen: int) -> str:
    """Return yuan with two decimals.

    >>> format_fen(-5)
    '-0.05'
    """
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // FEN_PER_YUAN}.{abs(fen) % FEN_PER_YUAN:02d}"


def format_number(value: Number) -> str:
    """Return a short decimal, or a fraction where no short decimal is exact."""
    if isinstance(value, int):
        return str(value)
    for digits in range(1, 7):
        scaled = value * 10**digits
        if scaled.denominator == 1:
            return f"{float(value):.{digits}f}"
    return f"{value.numerator}/{value.denominator}"


def share_out(fen: int, shares: list[Number]) -> list[int]:
    """Split fen by shares that add up to 1; the fen left over go to the largest remainders."""
    exact = [Fraction(fen) * share for share in shares]
    parts = [part.__floor__() for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in by_remainder[: fen - sum(parts)]:
        parts[index] += 1
    return parts
