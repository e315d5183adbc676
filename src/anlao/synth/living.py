"""Family, home and care: with whom a person lives, who can care, and where."""

from __future__ import annotations

import numpy as np

from anlao.synth.arrays import Codes, Flags
from anlao.synth.crowd import Crowd, Facts, county_of
from anlao.synth.health import is_independent
from anlao.synth.shares import by_symbol, number, row, shares
from anlao.synth.vocabulary import (
    CONCENTRATED,
    DISPERSED,
    HOME,
    HOME_BED,
    HONOUR,
    INSTITUTION,
    LOW_INCOME,
    MALE,
    ORDINARY,
    TEKUN,
    URBAN,
)

ZHEJIANG = 33  # first two digits of a division code


def living(crowd: Crowd, facts: Facts) -> Facts:
    """Return the facts of family, home and care, given health and means."""
    setting = care_setting(crowd, facts)
    at_home = setting != INSTITUTION
    bereft = family_planning_special(crowd)
    childless = _childless(crowd, facts, bereft)
    return {
        "care_setting": setting,
        **company(crowd, facts, at_home=at_home, childless=childless),
        "family_planning_special": bereft.astype(np.int8),
        **institutional_care(crowd, facts, setting=setting, childless=childless),
        **home_services(crowd, facts, setting=setting),
    }


def care_setting(crowd: Crowd, facts: Facts) -> Codes:
    """Return home, home bed or institution; support mode decides for the destitute."""
    figures = shares("care")
    level = facts["capability_level"]
    institution = crowd.chance(row(figures, "institution_by_level")[level])
    home_bed = crowd.chance(row(figures, "home_bed_by_level")[level])
    institution &= facts["support_mode"] != DISPERSED
    institution |= facts["support_mode"] == CONCENTRATED
    setting = np.where(home_bed, HOME_BED, HOME)
    return np.where(institution, INSTITUTION, setting).astype(np.int8)


def company(crowd: Crowd, facts: Facts, *, at_home: Flags, childless: Flags) -> Facts:
    """Return living alone, empty nest, left behind, and whether children cannot care."""
    family = shares("family")
    alone = _lives_alone(crowd) & at_home
    couple = _with_spouse_only(crowd) & at_home & ~alone
    empty_nest = (alone | couple) & ~childless
    left = family["left_behind"]
    urban = facts["area_class"] == URBAN
    left_behind = empty_nest & crowd.chance(np.where(urban, left["urban"], left["rural"]))
    unable = childless | crowd.chance(number(family, "children_unable_to_care"))
    return {
        "lives_alone": alone.astype(np.int8),
        "empty_nest": empty_nest.astype(np.int8),
        "left_behind": left_behind.astype(np.int8),
        "children_unable_to_care": unable.astype(np.int8),
    }


def family_planning_special(crowd: Crowd) -> Flags:
    """Return who lost, or has only a disabled, only child."""
    return crowd.chance(row(shares("family"), "family_planning_special")[crowd.band])


def institutional_care(crowd: Crowd, facts: Facts, *, setting: Codes, childless: Flags) -> Facts:
    """Return filing, approval and whether the family can care."""
    figures, can_care = shares("care"), shares("family")["family_can_care"]
    inside = setting == INSTITUTION
    independent = is_independent(facts)
    chances = np.where(independent, can_care["independent"], can_care["dependent"])
    chances = np.where(childless, can_care["no_children"], chances)
    chances = np.where(inside, can_care["institution"], chances)
    family = crowd.chance(chances) & (facts["economic_status"] != TEKUN)
    approval = figures["institution_care_approved"]
    approved = np.where(_in_hardship(facts), approval["hardship"], approval["others"])
    waiting = _in_hardship(facts) & ~independent & ~family
    at_home = np.where(waiting, figures["approved_but_at_home"], 0.0)
    filed = inside & crowd.chance(number(figures, "institution_filed"))
    return {
        "institution_filed": filed.astype(np.int8),
        "family_can_care": family.astype(np.int8),
        "institution_care_approved": crowd.chance(np.where(inside, approved, at_home)).astype(
            np.int8
        ),
    }


def home_services(crowd: Crowd, facts: Facts, *, setting: Codes) -> Facts:
    """Return insurance, purchased care, adaptation, and the very few who are homeless."""
    figures = shares("care")
    at_home = setting != INSTITUTION
    in_need = _in_hardship(facts) & ((crowd.age >= 80) | ~is_independent(facts))
    bought = figures["purchased_home_care"]
    by_age = np.where(crowd.age >= 80, bought["aged_80"], bought["others"])
    adapted = figures["home_adapted"]
    adapted_chance = np.where(in_need, adapted["hardship_in_need"], adapted["others"])
    purchased = crowd.chance(np.where(in_need, bought["hardship_in_need"], by_age))
    homeless = crowd.chance(number(figures, "homeless")) & is_independent(facts) & (setting == HOME)
    return {
        "ltci_benefit": _insured_care(crowd, facts).astype(np.int8),
        "purchased_home_care": (purchased & at_home).astype(np.int8),
        "home_adapted": (crowd.chance(adapted_chance) & at_home).astype(np.int8),
        "homeless": (homeless & (facts["economic_status"] == ORDINARY)).astype(np.int8),
    }


def honours(crowd: Crowd) -> Facts:
    """Return honour status and the periodic allowance that goes with it."""
    figures = shares("honour_status")
    mixes = np.stack([by_symbol(figures, sex, HONOUR) for sex in ("male", "female")])
    mixes[:, 0] = 1 - mixes[:, 1:].sum(axis=1)
    status = crowd.pick(mixes[np.where(crowd.sex == MALE, 0, 1)])
    allowance = crowd.chance(by_symbol(figures, "periodic_allowance", HONOUR)[status])
    return {
        "honour_status": status.astype(np.int8),
        "periodic_allowance": allowance.astype(np.int8),
    }


def _lives_alone(crowd: Crowd) -> Flags:
    figures = shares("lives_alone")
    by_sex = by_symbol(figures, "by_sex", ("male", "female"))[crowd.sex]
    return crowd.chance(row(figures, "by_band")[crowd.band] * by_sex)


def _with_spouse_only(crowd: Crowd) -> Flags:
    # The share is of everybody; it is drawn among those who do not live alone.
    couple, alone = (
        row(shares("with_spouse_only"), "by_band"),
        row(shares("lives_alone"), "by_band"),
    )
    return crowd.chance((couple / (1 - alone))[crowd.band])


def _childless(crowd: Crowd, facts: Facts, bereft: Flags) -> Flags:
    figures = shares("family")
    childless = figures["childless"]
    destitute = facts["economic_status"] == TEKUN
    chance = np.where(destitute, childless["tekun"], childless["others"])
    bereft_chance = number(figures, "family_planning_special_childless")
    return crowd.chance(np.where(bereft, np.maximum(chance, bereft_chance), chance))


def _insured_care(crowd: Crowd, facts: Facts) -> Flags:
    figures, level = shares("care"), facts["capability_level"]
    zhejiang = county_of(crowd) // 10_000 == ZHEJIANG
    here, elsewhere = row(figures, "ltci_benefit_zhejiang"), row(figures, "ltci_benefit_elsewhere")
    return crowd.chance(np.where(zhejiang, here[level], elsewhere[level]))


def _in_hardship(facts: Facts) -> Flags:
    return facts["economic_status"] <= LOW_INCOME
