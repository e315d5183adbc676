"""The facts of an elder, their types and allowed values, in the order of the columns."""

from __future__ import annotations

from typing import Literal

Kind = Literal["text", "date", "village", "bool", "level"] | tuple[str, ...]

ECONOMIC = ("tekun", "dibao", "dibao_marginal", "low_income", "ordinary")
SUPPORT = ("concentrated", "dispersed", "none")
SELF_CARE = ("able", "partial", "unable")
DISABILITY = (
    "none",
    "visual",
    "hearing",
    "speech",
    "physical",
    "intellectual",
    "mental",
    "multiple",
)
HONOUR = (
    "none",
    "martyr_family",
    "duty_death_family",
    "deceased_military_family",
    "serving_military_family",
    "disabled_veteran",
    "veteran",
)
CARE = ("home", "home_bed", "institution")

ELDER_FACTS: dict[str, Kind] = {
    "person_id": "text",
    "birth_date": "date",
    "death_date": "date",
    "sex": ("male", "female"),
    "hukou": "village",
    "residence": "village",
    "hukou_since": "date",
    "area_class": ("urban", "rural"),
    "economic_status": ECONOMIC,
    "can_work": "bool",
    "has_income": "bool",
    "has_supporter": "bool",
    "support_mode": SUPPORT,
    "prefers_concentrated": "bool",
    "capability_level": "level",
    "assessed_on": "date",
    "self_care": SELF_CARE,
    "dementia": "bool",
    "disability_type": DISABILITY,
    "disability_grade": "level",
    "needs_long_term_care": "bool",
    "severe_disability_subsidy": "bool",
    "lives_alone": "bool",
    "empty_nest": "bool",
    "left_behind": "bool",
    "children_unable_to_care": "bool",
    "family_planning_special": "bool",
    "honour_status": HONOUR,
    "periodic_allowance": "bool",
    "care_setting": CARE,
    "institution_filed": "bool",
    "family_can_care": "bool",
    "institution_care_approved": "bool",
    "pension_scheme": ("employee", "resident", "none"),
    "ltci_benefit": "bool",
    "purchased_home_care": "bool",
    "home_adapted": "bool",
    "homeless": "bool",
}

TEKUN, DIBAO, NEAR_POOR, LOW_INCOME, ORDINARY = range(5)
CONCENTRATED, DISPERSED, NO_SUPPORT = range(3)
ABLE, PARTIAL, UNABLE = range(3)
HOME, HOME_BED, INSTITUTION = range(3)
MALE, FEMALE = range(2)
URBAN, RURAL = range(2)
