"""The national scale gives the level that the standard gives, on both sides of every limit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.office.assessments.builders import (
    FULL,
    OLDER,
    SCALE,
    ZERO,
    Case,
    cases,
    outcome,
    score_case,
)

from anlao.office.assessments import scoring
from anlao.office.assessments.scoring import AnswersRefused, Diagnosis

ANSWERS = st.fixed_dictionaries({item.code: st.integers(0, item.max_score) for item in SCALE.items})
EVENTS = st.dictionaries(st.sampled_from(sorted(SCALE.choice_ids("A.2.14"))), st.integers(0, 3))
DIAGNOSES = st.lists(
    st.builds(
        Diagnosis,
        st.sampled_from(["dementia", "mental_disorder", "hypertension"]),
        by_psychiatrist=st.booleans(),
    ),
    max_size=3,
).map(tuple)
TOGETHER = st.sampled_from(["one_in_all", "one_each"])


@pytest.mark.parametrize("case", cases("scoring"), ids=lambda case: case["name"])
def test_in_the_golden_cases(case: Case) -> None:
    expect = case["expect"]

    found = score_case(case["given"])

    assert found.initial_level == expect["initial"]
    assert found.final_level == expect["final"]
    assert [change.rule_id for change in found.changes] == expect["changes"]
    assert [doubt.code for doubt in found.doubts] == expect.get("doubts", [])
    assert found.total == expect.get("total", found.total)
    points = [group.points for group in found.groups]
    assert points == expect.get("groups", points)


@pytest.mark.parametrize("case", cases("refused"), ids=lambda case: case["name"])
def test_refused(case: Case) -> None:
    with pytest.raises(AnswersRefused) as caught:
        score_case(case["given"])

    assert caught.value.code == case["expect"]["code"]
    for name in case["expect"]["names"]:
        assert name in str(caught.value)


def test_gaps_are_named_in_the_order_of_the_form() -> None:
    answers = {code: n for code, n in FULL.items() if code not in ("B.4.1", "B.1.1")}

    with pytest.raises(scoring.Incomplete) as caught:
        outcome(answers)

    assert caught.value.missing == ("B.1.1", "B.4.1")


def test_the_older_standard_scores_nothing_new() -> None:
    with pytest.raises(scoring.NotScored):
        scoring.tally(instrument=OLDER, answers={})


def test_a_running_total_says_what_the_level_can_still_become() -> None:
    answers = {item.code: item.max_score for item in SCALE.groups[0].items}

    so_far = scoring.tally(instrument=SCALE, answers=answers)

    assert so_far.points == 32
    assert (so_far.lowest_total, so_far.highest_total) == (32, 90)
    assert (so_far.best_level, so_far.heaviest_level) == (0, 3)
    assert len(so_far.missing) == 18
    assert [(group.answered, group.items) for group in so_far.groups] == [
        (8, 8),
        (0, 4),
        (0, 9),
        (0, 5),
    ]


def test_the_sentences_name_total_levels_and_clause_in_both_languages() -> None:
    found = outcome({**FULL, "B.4.1": 1}, diagnoses=(Diagnosis("dementia"),), events={"fall": 2})

    zh = "".join(sentence.zh for sentence in found.sentences)
    en = " ".join(sentence.en for sentence in found.sentences)

    for part in ("总分89分", "能力轻度受损", "C.4 2)", "C.4 3)", "不再加重", "最终等级：2级"):
        assert part in zh
    for part in ("Total 89", "Mildly impaired", "C.4 2)", "adds no further", "Final level: 2"):
        assert part in en


@pytest.mark.parametrize(
    ("day", "included", "counted"),
    [
        (date(2024, 3, 31), True, 1),
        (date(2024, 4, 1), True, 0),
        (date(2024, 3, 1), True, 1),
        (date(2024, 3, 1), False, 0),
        (date(2024, 3, 2), False, 1),
        (date(2024, 2, 29), True, 0),
    ],
)
def test_events_count_within_thirty_days_of_the_assessment(
    day: date, *, included: bool, counted: int
) -> None:
    counts = scoring.count_events(
        instrument=SCALE,
        happened=[("fall", day)],
        on=date(2024, 3, 31),
        settings=SCALE.settings(window_includes_first_day=included),
    )

    assert counts.get("fall", 0) == counted


def test_an_event_of_no_known_kind_is_not_counted_quietly() -> None:
    with pytest.raises(scoring.UnknownCodes):
        scoring.count_events(
            instrument=SCALE,
            happened=[("slip", date(2024, 3, 1))],
            on=date(2024, 3, 2),
            settings=SCALE.settings(),
        )


@given(ANSWERS)
def test_the_total_is_the_sum_of_the_items_and_of_the_groups(answers: dict[str, int]) -> None:
    found = outcome(answers)

    assert found.total == sum(answers.values()) == sum(group.points for group in found.groups)


@given(ANSWERS, st.sampled_from([item.code for item in SCALE.items]))
def test_a_better_answer_never_worsens_the_initial_level(
    answers: dict[str, int], code: str
) -> None:
    better = {**answers, code: min(answers[code] + 1, FULL[code])}

    assert outcome(better).initial_level <= outcome(answers).initial_level


@given(ANSWERS, EVENTS, DIAGNOSES, st.booleans(), TOGETHER)
def test_level_changes_never_lower_and_never_pass_complete(
    answers: dict[str, int],
    events: dict[str, int],
    diagnoses: tuple[Diagnosis, ...],
    coma: bool,
    together: str,
) -> None:
    found = outcome(
        answers, events=events, diagnoses=diagnoses, coma=coma, reasons_together=together
    )

    assert found.initial_level <= found.final_level <= 4
    assert found.final_level == found.initial_level + sum(c.levels_added for c in found.changes)
    assert (found.final_level == 4) or not coma


@given(ANSWERS, st.sets(st.sampled_from(sorted(FULL))))
def test_a_running_total_always_spans_the_final_one(
    answers: dict[str, int], unanswered: set[str]
) -> None:
    given_so_far = {code: n for code, n in answers.items() if code not in unanswered}

    so_far = scoring.tally(instrument=SCALE, answers=given_so_far)

    assert so_far.lowest_total <= outcome(answers).total <= so_far.highest_total
    assert so_far.best_level <= outcome(answers).initial_level <= so_far.heaviest_level


def test_every_total_from_nought_to_ninety_has_the_level_of_the_standard() -> None:
    expected = [4] * 30 + [3] * 16 + [2] * 20 + [1] * 24 + [0]

    found = [SCALE.level_of_total(total).code for total in range(91)]

    assert found == expected


def test_the_order_of_answers_does_not_matter() -> None:
    backwards = dict(reversed(list(FULL.items())))

    assert outcome(backwards) == outcome(FULL)
    assert outcome(ZERO).answers == tuple(ZERO.items())
