"""Sizes and intervals against published tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.office.payments import rates
from anlao.office.payments.verifying import drawn


@pytest.mark.parametrize(
    ("population", "size"),
    # Krejcie and Morgan 1970 (95 %, five points, half of all), where they round as we do: up
    [(10, 10), (100, 80), (1000, 278), (5000, 357), (10000, 370), (100000, 383)],
)
def test_sizes_are_those_of_the_published_table(population: int, size: int) -> None:
    assert rates.size(population, confidence=950, tolerated=50, expected=500) == size


@pytest.mark.parametrize(
    ("confidence", "size"),
    # z = 1.645, 1.960, 2.576 without an end: 270.6, 384.1, 663.5
    [(900, 271), (950, 385), (990, 664)],
)
def test_without_a_practical_end_the_size_is_cochrans(confidence: int, size: int) -> None:
    assert rates.size(10**9, confidence=confidence, tolerated=50, expected=500) == size


def test_nobody_is_drawn_of_nobody_and_one_of_one() -> None:
    assert rates.size(0, confidence=950, tolerated=50, expected=500) == 0
    assert rates.size(1, confidence=950, tolerated=50, expected=500) == 1


@pytest.mark.parametrize(
    ("found", "asked", "low", "high"),
    # Clopper and Pearson at 95 %
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 100, 0.0164, 0.1128),
        (10, 100, 0.0490, 0.1762),
        (50, 100, 0.3983, 0.6017),
        (10, 10, 0.6915, 1.0),
    ],
)
def test_intervals_are_the_published_ones(found: int, asked: int, low: float, high: float) -> None:
    assert rates.interval(found, asked, confidence=950) == pytest.approx((low, high), abs=6e-5)


def test_none_of_hundreds_is_the_closed_form() -> None:
    low, high = rates.interval(0, 383, confidence=990)

    assert low == 0
    assert high == pytest.approx(1 - 0.005 ** (1 / 383), abs=1e-9)


def test_whoever_asked_nobody_knows_nothing() -> None:
    assert rates.interval(0, 0, confidence=950) == (0.0, 1.0)


@given(st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_the_rate_and_is_the_mirror_of_the_others(pair: tuple[int, int]) -> None:
    found, asked = pair
    low, high = rates.interval(found, asked, confidence=900)

    assert 0 <= low <= high <= 1
    if asked:
        assert low <= found / asked <= high
        other_low, other_high = rates.interval(asked - found, asked, confidence=900)
        assert (other_low, other_high) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(
    st.integers(1, 10**6),
    st.sampled_from(rates.CONFIDENCES),
    st.integers(1, 500),
    st.integers(1, 500),
)
def test_more_confidence_never_asks_fewer_and_never_more_than_there_are(
    population: int, confidence: int, tolerated: int, expected: int
) -> None:
    sizes = [
        rates.size(population, confidence=one, tolerated=tolerated, expected=expected)
        for one in rates.CONFIDENCES
    ]

    assert 1 <= sizes[0] <= sizes[1] <= sizes[2] <= population
    assert rates.size(population + 1, confidence=confidence, tolerated=tolerated, expected=expected)


def test_a_seed_draws_the_same_again_and_everybody_as_often() -> None:
    numbers = list(range(20))

    assert drawn(numbers, "a", 5) == drawn(list(reversed(numbers)), "a", 5)
    assert drawn(numbers, "a", 5) != drawn(numbers, "b", 5)
    assert len(set(drawn(numbers, "a", 20))) == 20
    counts = [0] * 20
    for seed in range(4000):
        for number in drawn(numbers, str(seed), 5):
            counts[number] += 1
    # 1000 of each are expected, with a deviation of 27: five of those are never passed by chance
    assert all(865 < count < 1135 for count in counts), counts
