"""The figures of bench/rulebook for engines that cannot read it: whole yuan, and percent.

Written out by hand, so that a wrong figure on either side stops the bench.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from bench.people import epoch

START = date(2023, 1, 1)
FIGURES: dict[str, list[tuple[date, Any]]] = {
    "dibao_standard": [
        (START, {"urban": 1060, "rural": 950}),
        (date(2024, 7, 1), {"urban": 1100, "rural": 1010}),
    ],
    "old_age_allowance": [
        (START, {80: 60, 90: 100, 100: 500}),
        (date(2024, 7, 1), {80: 80, 90: 130, 100: 600}),
    ],
    "hardship_age_supplement": [
        (START, {"tekun": {80: 120, 90: 180, 100: 260}, "dibao": {80: 100, 90: 150, 100: 220}})
    ],
    "centenarian_nutrition": [(START, 300)],
    "centenarian_reward": [(START, 1000)],
    "nominal_90_reward": [(START, 500)],
    "double_ninth_gift": [(START, {70: 100, 80: 200, 90: 300})],
    "new_year_gift": [(START, {"urban": 300, "rural": 260})],
    "heating_money": [
        (
            START,
            {
                "urban": {"tekun": 700, "dibao": 600, "dibao_marginal": 300},
                "rural": {"tekun": 650, "dibao": 500, "dibao_marginal": 250},
            },
        )
    ],
    "near_poor_percent": [(START, 50)],
    "near_poor_oldest_percent": [(START, 15)],
    "destitute_percent": [(START, 130)],
    "pension_target_percent": [(START, 60)],
    "hardship_allowance": [(START, {"tekun": 90, "dibao": 70, "dibao_marginal": 40})],
    "destitute_care_rate": [
        (
            START,
            {
                "able": {"home": 100, "home_bed": 120, "institution": 200},
                "partial": {"home": 400, "home_bed": 450, "institution": 690},
                "unable": {"home": 800, "home_bed": 900, "institution": 1380},
            },
        )
    ],
    "utilities_money": [(START, 25)],
    "care_tier_rate": [
        (START, {4: 600, 3: 400, 2: 200}),
        (date(2024, 4, 1), {4: 630, 3: 420, 2: 200}),
    ],
    "severe_disability_rate": [(START, {1: 500, 2: 250})],
    "insurance_supplement": [(START, {3: 400, 4: 600})],
    "home_bed_rate": [(START, {2: 200, 3: 350, 4: 500})],
    "institution_rate": [
        (
            START,
            {
                "tekun": {2: 300, 3: 500, 4: 800},
                "dibao": {2: 280, 3: 460, 4: 700},
                "dibao_marginal": {2: 200, 3: 320, 4: 480},
                "low_income": {2: 120, 3: 200, 4: 300},
                "ordinary": {2: 60, 3: 90, 4: 150},
            },
        )
    ],
    "home_care_hour_rate": [(START, 25)],
    "home_care_hours_cap": [(START, {0: 2, 1: 6, 2: 12, 3: 30, 4: 45})],
    "dementia_money": [(START, 120)],
    "family_planning_rate": [(START, {60: 450, 70: 500, 80: 590})],
    "family_planning_insurance": [(START, 400)],
    "honour_rate": [
        (
            START,
            {
                "martyr_family": 320,
                "duty_death_family": 280,
                "deceased_military_family": 260,
                "serving_military_family": 100,
                "disabled_veteran": 300,
                "veteran": 80,
            },
        )
    ],
    "honour_oldest_money": [(START, 100)],
    "home_adaptation_grant": [(START, {"tekun": 3000, "dibao": 2000, "dibao_marginal": 1000})],
    "meal_rate": [
        (
            START,
            {
                "tekun": {70: 150, 80: 180, 90: 240},
                "dibao": {70: 120, 80: 150, 90: 210},
                "dibao_marginal": {70: 90, 80: 120, 90: 150},
                "low_income": {70: 60, 80: 90, 90: 120},
                "ordinary": {70: 30, 80: 45, 90: 60},
            },
        )
    ],
    "meal_alone_money": [(START, 120)],
    "premium_paid": [(START, 380), (date(2024, 9, 1), 400)],
    "accident_premium": [(START, 60)],
}
DOUBLE_NINTH_MONTHS = {(2023, 10), (2024, 10), (2025, 10)}
"""Months in which the ninth day of the ninth lunar month falls, from a calendar."""

PROVISIONS = (
    "old-age-allowance",
    "hardship-age-supplement",
    "near-poor-oldest-allowance",
    "centenarian-nutrition",
    "centenarian-reward",
    "nominal-90-reward",
    "double-ninth-gift",
    "new-year-gift",
    "accident-insurance",
    "bus-card",
    "health-check",
    "assessment-due",
    "care-subsidy",
    "severe-disability-care",
    "insurance-supplement",
    "home-bed-subsidy",
    "institution-nursing",
    "home-care-hours",
    "dementia-guard",
    "respite-care",
    "assistive-devices",
    "bathing-aid",
    "hardship-allowance",
    "destitute-living",
    "destitute-care",
    "pension-top-up",
    "utilities-money",
    "heating-money",
    "premium-paid",
    "home-adaptation",
    "meal-subsidy",
    "meal-subsidy-alone",
    "lives-alone-visit",
    "empty-nest-call",
    "left-behind-visit",
    "special-hardship-visit",
    "emergency-button",
    "family-planning-money",
    "family-planning-insurance",
    "honour-allowance",
    "honour-oldest-money",
    "veteran-priority",
)


@dataclass(frozen=True, slots=True)
class PeerMonth:
    """A month with what peers need of it; days as days since 1970."""

    year: int
    number: int

    @property
    def first_day(self) -> int:
        return epoch(date(self.year, self.number, 1))

    @property
    def last_day(self) -> int:
        return epoch(date(self.year, self.number, monthrange(self.year, self.number)[1]))

    @property
    def double_ninth(self) -> bool:
        return (self.year, self.number) in DOUBLE_NINTH_MONTHS

    def figure(self, name: str) -> Any:
        day = date(self.year, self.number, 1)
        return [value for start, value in FIGURES[name] if start <= day][-1]

    def born_by(self, age: int, *, months_earlier: int = 0) -> int:
        """Return the last birth date of those who have completed ``age`` when the month ends."""
        index = self.year * 12 + self.number - 1 - months_earlier - 12 * age
        year, number = index // 12, index % 12 + 1
        return epoch(date(year, number, monthrange(year, number)[1]))

    def days_back(self, age: int) -> int:
        """Return how far the month lies from the same month ``age`` years ago (negative days).

        Who dies in the month has completed ``age`` if born by the day of death, moved so far.
        """
        return self.born_by(age, months_earlier=1) + 1 - self.first_day

    def years_before(self, years: int) -> int:
        """Return the first day of the same month years earlier."""
        return epoch(date(self.year - years, self.number, 1))


def months_from(year: int, number: int, count: int) -> list[PeerMonth]:
    index = year * 12 + number - 1
    return [PeerMonth(i // 12, i % 12 + 1) for i in range(index, index + count)]
