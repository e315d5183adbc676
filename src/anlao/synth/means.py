"""Hardship, support, pension: what a person lives on."""

from __future__ import annotations

import numpy as np

from anlao.synth.arrays import Codes, Flags, Floats
from anlao.synth.crowd import Crowd, Facts
from anlao.synth.health import is_severe, level_weight
from anlao.synth.shares import by_symbol, number, row, shares
from anlao.synth.vocabulary import (
    CONCENTRATED,
    DISPERSED,
    ECONOMIC,
    LOW_INCOME,
    NO_SUPPORT,
    SELF_CARE,
    SUPPORT,
    TEKUN,
    URBAN,
)


def means(crowd: Crowd, facts: Facts) -> Facts:
    """Return the facts of hardship and support, given health and class of registration."""
    status = economic_status(crowd, facts)
    destitute = status == TEKUN
    mode = support_mode(crowd, facts, destitute)
    wish = by_symbol(shares("support"), "prefers_concentrated", SUPPORT)[mode]
    subsidised = is_severe(facts["disability_type"], facts["disability_grade"]) & ~destitute
    subsidy = number(shares("severe_disability_subsidy"), "severe")
    return {
        "economic_status": status,
        **_tekun_conditions(crowd, facts, status),
        "support_mode": mode,
        "prefers_concentrated": crowd.chance(wish).astype(np.int8),
        "severe_disability_subsidy": (subsidised & crowd.chance(subsidy)).astype(np.int8),
        "pension_scheme": pension_scheme(crowd, facts, destitute),
    }


def economic_status(crowd: Crowd, facts: Facts) -> Codes:
    """Return the class of hardship; men are destitute more often, the dependent poor more often."""
    figures = shares("economic_status")
    weight = level_weight(facts["capability_level"], "economic_status")
    by_sex = by_symbol(figures, "tekun_by_sex", ("male", "female"))[crowd.sex]
    tekun = crowd.tilted(share=row(figures, "tekun"), weight=weight * by_sex)
    others = [crowd.tilted(share=row(figures, name), weight=weight) for name in ECONOMIC[1:4]]
    return crowd.pick(_with_rest(tekun, *others)).astype(np.int8)


def support_mode(crowd: Crowd, facts: Facts, destitute: Flags) -> Codes:
    """Return how the destitute are supported; none for all others."""
    concentrated = by_symbol(shares("support"), "concentrated_by_self_care", SELF_CARE)
    centrally = crowd.chance(concentrated[facts["self_care"]])
    mode = np.where(centrally, CONCENTRATED, DISPERSED)
    return np.where(destitute, mode, NO_SUPPORT).astype(np.int8)


def pension_scheme(crowd: Crowd, facts: Facts, destitute: Flags) -> Codes:
    """Return the pension scheme by class of registration."""
    figures = shares("pension_scheme")
    urban = (facts["area_class"] == URBAN)[:, None]
    mix = np.where(urban, row(figures, "urban"), row(figures, "rural"))
    return crowd.pick(np.where(destitute[:, None], row(figures, "tekun"), mix)).astype(np.int8)


def _tekun_conditions(crowd: Crowd, facts: Facts, status: Codes) -> Facts:
    """Return working ability, income and supporter: the destitute lack all, others never do."""
    figures = shares("work_and_income")
    destitute = status == TEKUN
    hardship = (status <= LOW_INCOME).astype(np.int64)
    able = facts["capability_level"] <= 1
    can_work = able & crowd.chance(row(figures, "can_work")[crowd.band]) & ~destitute
    groups = ("ordinary", "hardship")
    has_income = crowd.chance(by_symbol(figures, "has_income", groups)[hardship]) & ~destitute
    supported = crowd.chance(by_symbol(figures, "has_supporter", groups)[hardship])
    has_supporter = (supported | ~(can_work | has_income)) & ~destitute
    return {
        "can_work": can_work.astype(np.int8),
        "has_income": has_income.astype(np.int8),
        "has_supporter": has_supporter.astype(np.int8),
    }


def _with_rest(*parts: Floats) -> Floats:
    named = np.column_stack(parts)
    return np.column_stack([named, 1 - named.sum(axis=1)])
