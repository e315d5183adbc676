"""Two assessors are compared item by item, and settle what differs before both sign."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.office.assessments.builders import FULL, SCALE, ZERO, outcome

from anlao.office.assessments.agreement import NotComparable, compare, pooled_kappa
from anlao.office.assessments.scoring import Diagnosis, Outcome

OUTCOMES = st.fixed_dictionaries(
    {item.code: st.integers(0, item.max_score) for item in SCALE.items}
).map(outcome)


def test_the_same_answers_leave_nothing_to_settle() -> None:
    mixed = {**FULL, "B.1.1": 2, "B.2.4": 0}

    found = compare(instrument=SCALE, first=outcome(mixed), second=outcome(mixed))

    assert found.exact_share == 1
    assert found.weighted_kappa == 1
    assert found.may_both_sign


def test_kappa_is_not_told_where_nothing_varies() -> None:
    found = compare(instrument=SCALE, first=outcome(FULL), second=outcome(FULL))

    assert found.exact_share == 1
    assert found.weighted_kappa is None


def test_each_difference_is_named_with_its_gap_and_is_to_be_settled() -> None:
    second = {**FULL, "B.1.1": 2, "B.4.1": 1}

    found = compare(instrument=SCALE, first=outcome(FULL), second=outcome(second))

    assert [(d.code, d.first, d.second, d.gap) for d in found.differences] == [
        ("B.1.1", 4, 2, 2),
        ("B.4.1", 2, 1, 1),
    ]
    assert found.exact_share == Fraction(24, 26)
    assert [(s.kind, s.code) for s in found.to_settle] == [
        ("item", "B.1.1"),
        ("item", "B.4.1"),
        ("level", "final_level"),
    ]
    assert found.final_level_differs
    assert not found.may_both_sign


def test_a_difference_without_a_change_of_level_may_be_left_by_setting() -> None:
    one, two = {**FULL, "B.1.1": 2}, {**FULL, "B.1.1": 3}
    setting = "what_changes_the_level"

    found = compare(
        instrument=SCALE,
        first=outcome(one, settle_before_signing=setting),
        second=outcome(two, settle_before_signing=setting),
    )

    assert found.may_both_sign
    assert len(found.differences) == 1


@pytest.mark.parametrize("who", ["first", "second"])
def test_a_level_change_that_only_one_recorded_is_to_be_settled(who: str) -> None:
    recorded, not_recorded = outcome(FULL, diagnoses=(Diagnosis("dementia"),)), outcome(FULL)
    first, second = (recorded, not_recorded) if who == "first" else (not_recorded, recorded)

    found = compare(instrument=SCALE, first=first, second=second)

    assert [(s.kind, s.code) for s in found.to_settle] == [
        ("level_change", "dementia_or_mental_disorder"),
        ("level", "final_level"),
    ]
    assert not found.initial_level_differs


def test_outcomes_under_different_settings_are_not_compared() -> None:
    with pytest.raises(NotComparable, match="settings"):
        compare(instrument=SCALE, first=outcome(), second=outcome(reasons_together="one_each"))


def test_kappa_of_a_hand_worked_table() -> None:
    # Shares of the maximum: 25 items agree at 1 and one stands at 1/2 against 0 (B.4.1).
    # Found: 1/4. Expected: (25 + 1/4 + 25) - 2 * 25.5 * 25 / 26.
    first, second = {**FULL, "B.4.1": 1}, {**FULL, "B.4.1": 0}

    found = compare(instrument=SCALE, first=outcome(first), second=outcome(second))

    expected = Fraction(201, 4) - 2 * Fraction(51, 2) * 25 / 26
    assert found.weighted_kappa == 1 - Fraction(1, 4) / expected


def test_full_marks_against_none_do_not_agree_beyond_chance() -> None:
    found = compare(instrument=SCALE, first=outcome(FULL), second=outcome(ZERO))

    assert found.exact_share == 0
    assert found.weighted_kappa == 0


def test_no_pairs_have_no_kappa() -> None:
    assert pooled_kappa(instrument=SCALE, pairs=[]) is None


@given(st.lists(st.tuples(OUTCOMES, OUTCOMES), min_size=1, max_size=2))
def test_kappa_equals_the_sum_over_all_pairings(pairs: list[tuple[Outcome, Outcome]]) -> None:
    left = [Fraction(n, FULL[code]) for first, _ in pairs for code, n in first.answers]
    right = [Fraction(n, FULL[code]) for _, second in pairs for code, n in second.answers]
    squares = [(a - b) ** 2 for a in left for b in right]

    found = pooled_kappa(instrument=SCALE, pairs=pairs)

    chance = sum(squares, Fraction(0)) / len(left)
    gap = sum(((a - b) ** 2 for a, b in zip(left, right, strict=True)), Fraction(0))
    assert found == (None if chance == 0 else 1 - gap / chance)


@given(OUTCOMES, OUTCOMES)
def test_agreement_is_the_same_whoever_is_named_first(one: Outcome, other: Outcome) -> None:
    forth = compare(instrument=SCALE, first=one, second=other)
    back = compare(instrument=SCALE, first=other, second=one)

    assert forth.weighted_kappa == back.weighted_kappa
    assert forth.exact_share == back.exact_share
    assert [d.code for d in forth.differences] == [d.code for d in back.differences]
