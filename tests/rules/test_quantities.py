"""Exact numbers and one rounding."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.rules.quantities import (
    NotANumber,
    Rounding,
    ceil_to,
    format_fen,
    parse_number,
    round_to,
    share_out,
)

NUMBERS = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**4)


@pytest.mark.parametrize("text", ["", "1e3", "0x1", "1,000", "１", "--1", "1.2.3", "9" * 19])
def test_only_plain_decimals_are_numbers(text: str) -> None:
    with pytest.raises(NotANumber):
        parse_number(text)


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        (Fraction("0.005"), 1),
        (Fraction("0.0049"), 0),
        (Fraction("-0.005"), -1),
        (Fraction(1, 3), 33),
    ],
)
def test_halves_of_a_fen_go_up(yuan: Fraction, fen: int) -> None:
    assert Rounding().fen(yuan) == fen


def test_a_multiple_of_the_minimum_standard_goes_up_to_whole_yuan() -> None:
    assert ceil_to(437 * Fraction(13, 10)) == 569
    assert Rounding("up", 1).fen(Fraction("568.1")) == 56900


@given(NUMBERS)
def test_rounding_moves_by_at_most_half_a_step(value: Fraction) -> None:
    assert abs(Fraction(round_to(value, Fraction(1, 100))) - value) <= Fraction(1, 200)


@given(st.integers(-(10**9), 10**9))
def test_money_is_written_with_two_decimals(fen: int) -> None:
    assert Fraction(format_fen(fen)) * 100 == fen


@given(st.integers(0, 10**9), st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_shares_lose_no_fen(fen: int, weights: list[int]) -> None:
    shares = [Fraction(weight, sum(weights)) for weight in weights]

    parts = share_out(fen, [*shares])

    assert sum(parts) == fen
    assert all(abs(part - fen * share) < 1 for part, share in zip(parts, shares, strict=True))
