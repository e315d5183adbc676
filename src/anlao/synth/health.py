"""Capability, self-care, dementia, disability and what follows from them."""

from __future__ import annotations

import numpy as np

from anlao.synth.arrays import NO_DAY, UNKNOWN, Codes, Flags, Floats, Ints, day_number
from anlao.synth.crowd import Crowd, Facts
from anlao.synth.shares import by_symbol, number, row, shares
from anlao.synth.vocabulary import ABLE, DISABILITY

TWO_YEARS = 730  # days


def health(crowd: Crowd) -> Facts:
    """Return the facts of body and mind."""
    level = capability(crowd)
    dementia = crowd.chance(_tilted_by_level(crowd, level, "dementia"))
    self_care = crowd.pick(row(shares("self_care"), "by_level")[level])
    kind, grade = disability(crowd, level)
    severe = is_severe(kind, grade)
    return {
        "capability_level": level.astype(np.int8),
        "self_care": self_care.astype(np.int8),
        "dementia": dementia.astype(np.int8),
        "disability_type": kind,
        "disability_grade": grade,
        "needs_long_term_care": needs_care(crowd, level, severe).astype(np.int8),
    }


def capability(crowd: Crowd) -> Ints:
    """Return the capability level of each, 0 intact to 4 complete loss."""
    percent = shares("capability_level_percent")
    intact, moderate, severe, complete = (
        row(percent, name) / 100 for name in ("intact", "moderate", "severe", "complete")
    )
    mild = 1 - intact - moderate - severe - complete
    mix = np.column_stack([intact, mild, moderate, severe, complete])
    return crowd.pick(mix[crowd.band])


def disability(crowd: Crowd, level: Ints) -> tuple[Codes, Codes]:
    """Return kind and grade of disability; the grade is unknown where the kind is none."""
    figures = shares("disability")
    has = crowd.chance(_tilted_by_level(crowd, level, "disability"))
    kinds = by_symbol(figures, "types", DISABILITY)
    kind = np.where(has, crowd.pick(kinds / kinds.sum()), 0)
    by_dependency = np.stack([row(figures, "grades_mild"), row(figures, "grades_dependent")])
    grade = crowd.pick(by_dependency[(level >= 3).astype(np.int64)]) + 1
    return kind.astype(np.int8), np.where(has, grade, UNKNOWN).astype(np.int8)


def is_severe(kind: Codes, grade: Codes) -> Flags:
    """Return whether the severe-disability care subsidy covers kind and grade (national rule)."""
    of_mind = np.isin(kind, [DISABILITY.index("mental"), DISABILITY.index("intellectual")])
    severe: Flags = (kind > 0) & ((grade <= 2) | (of_mind & (grade == 3)))
    return severe


def needs_care(crowd: Crowd, level: Ints, severe: Flags) -> Flags:
    """Return who needs long-term care."""
    figures = shares("needs_long_term_care")
    by_level = row(figures, "by_level")[level]
    return crowd.chance(
        np.where(severe, np.maximum(by_level, figures["severe_disability"]), by_level)
    )


def assessed_on(crowd: Crowd, *, level: Codes, hardship: Flags, until: Ints) -> Ints:
    """Return the day of the last assessment within two years, before the day or the death."""
    figures = shares("assessed_within_two_years")
    probability = row(figures, "by_level")[level]
    assessed = crowd.chance(
        np.where(hardship, np.maximum(probability, number(figures, "hardship")), probability)
    )
    day = crowd.day_between(day_number(crowd.as_of) - TWO_YEARS, until)
    return np.where(assessed, np.minimum(day, until - 1), NO_DAY)


def level_weight(level: Codes | Ints, topic: str) -> Floats:
    """Return the weight a topic gives each capability level."""
    weights: Floats = row(shares(topic), "level_weight")[level]
    return weights


def is_independent(facts: Facts) -> Flags:
    """Return who needs no hand: self-care able and capability at most mildly impaired."""
    independent: Flags = (facts["self_care"] == ABLE) & (facts["capability_level"] <= 1)
    return independent


def _tilted_by_level(crowd: Crowd, level: Ints, topic: str) -> Floats:
    return crowd.tilted(share=row(shares(topic), "by_band"), weight=level_weight(level, topic))
