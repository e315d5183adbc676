"""The same provisions as one SQL expression each, for engines that work expression by expression.

Kind to them: ages are birth-date cut-offs, tables are plain CASEs over small codes, what several
provisions share stands in a column of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.peers.figures import PROVISIONS, PeerMonth
from bench.people import (
    AREA_CLASS,
    CARE_SETTING,
    ECONOMIC_STATUS,
    HONOUR_STATUS,
    NO_DAY,
    SELF_CARE,
    TOWNSHIPS,
)


def case(column: str, values: Mapping[int, Any] | list[Any]) -> str:
    """Return a CASE over a code; 0 for codes that are not there."""
    items = values.items() if isinstance(values, Mapping) else enumerate(values)
    arms = " ".join(f"WHEN {column} = {code} THEN {value}" for code, value in items if value != 0)
    return f"(CASE {arms} ELSE 0 END)"


def coded(rates: Mapping[str, Any], names: tuple[str, ...]) -> dict[int, Any]:
    return {names.index(name): value * 100 for name, value in rates.items()}


def fen(rates: Mapping[int, int]) -> dict[int, int]:
    return {key: value * 100 for key, value in rates.items()}


def paid(test: str, value: Any) -> str:
    return f"(CASE WHEN {test} THEN {value} ELSE 0 END)"


def shared_of(month: PeerMonth) -> dict[str, str]:
    """Return tests that several provisions use, by name."""
    here = (
        f"hukou < {len(TOWNSHIPS)} AND (hukou_since <= {month.first_day} OR hukou_since = {NO_DAY})"
    )
    ages = {
        f"born{age}": f"birth_date <= {month.born_by(age)} AND (death_date >= {month.last_day}"
        f" OR birth_date <= death_date - {-month.days_back(age)})"
        for age in (60, 65, 70, 75, 80, 90, 100)
    }
    earlier = {
        f"earlier{age}": f"birth_date <= {month.born_by(age, months_earlier=1)}"
        for age in (65, 80, 90, 100)
    }
    return {
        "here": f"({here}) AND death_date >= {month.first_day}",
        "whole": f"({here}) AND death_date > {month.last_day}",
        **ages,
        **earlier,
    }


def combined_of(month: PeerMonth) -> dict[str, str]:
    """Return what builds on the shared tests and is used by several provisions."""
    figure = month.figure
    tiers = {level: value * 100 for level, value in figure("care_tier_rate").items()}
    half = {level: value * figure("near_poor_percent") // 100 for level, value in tiers.items()}
    meals = {
        index: banded(fen(figure("meal_rate")[status]))
        for index, status in enumerate(ECONOMIC_STATUS)
    }
    level = "capability_level"
    return {
        "elder": "here AND born60",
        "care_gross": paid(
            "here AND born60 AND NOT ltci_benefit",
            case("economic_status", {1: case(level, tiers), 2: case(level, half)}),
        ),
        "severe_gross": paid(
            "here AND born60",
            case("disability_grade", [v * 100 for v in figure("severe_disability_rate").values()]),
        ),
        "insured_gross": paid(
            "here AND born60 AND ltci_benefit", case(level, fen(figure("insurance_supplement")))
        ),
        "meal_gross": paid("here AND born70", case("economic_status", meals)),
        "alone_gross": paid("here AND born75 AND lives_alone", figure("meal_alone_money") * 100),
    }


def banded(rates: Mapping[int, int], prefix: str = "born") -> str:
    arms = " ".join(f"WHEN {prefix}{age} THEN {rates[age]}" for age in sorted(rates, reverse=True))
    return f"(CASE {arms} ELSE 0 END)"


def provisions_of(month: PeerMonth) -> dict[str, str]:
    """Return the expression of each provision's amount in fen (1 for a service)."""
    figure, level, status = month.figure, "capability_level", "economic_status"
    standard = {AREA_CLASS.index(area): value for area, value in figure("dibao_standard").items()}

    def share(name: str) -> str:
        return case("area_class", {code: value * figure(name) for code, value in standard.items()})

    def due(number: int, expression: str) -> str:
        return expression if month.number == number else "0"

    def two_way(outer: str, inner: str, table: Mapping[int, Mapping[int, int]]) -> str:
        return case(outer, {code: case(inner, row) for code, row in table.items()})

    supplement = figure("hardship_age_supplement")
    from_day, until = (PeerMonth(month.year - years, 1).first_day for years in (89, 88))
    nominal = f"birth_date >= {from_day} AND birth_date < {until}"
    care = figure("destitute_care_rate")
    rates = figure("institution_rate")
    heating = figure("heating_money")
    premium = figure("premium_paid") * 100
    dependent, severe = f"{level} >= 2", f"{level} >= 3"
    at_home = "care_setting <> 2"
    amounts = {
        "old-age-allowance": paid("here", banded(fen(figure("old_age_allowance")))),
        "hardship-age-supplement": paid(
            "here",
            case(
                status,
                {
                    ECONOMIC_STATUS.index(name): banded(fen(row), "earlier")
                    for name, row in supplement.items()
                },
            ),
        ),
        "near-poor-oldest-allowance": paid(
            f"here AND born80 AND {status} = 2", share("near_poor_oldest_percent")
        ),
        "centenarian-nutrition": paid("here AND born100", figure("centenarian_nutrition") * 100),
        "centenarian-reward": paid(
            "here AND born100 AND NOT earlier100", figure("centenarian_reward") * 100
        ),
        "nominal-90-reward": due(1, paid(f"here AND {nominal}", figure("nominal_90_reward") * 100)),
        "double-ninth-gift": paid("here", banded(fen(figure("double_ninth_gift"))))
        if month.double_ninth
        else "0",
        "new-year-gift": due(
            1,
            paid("here AND born90", case("area_class", coded(figure("new_year_gift"), AREA_CLASS))),
        ),
        "accident-insurance": due(
            1,
            paid(
                "here AND (born70 OR (born60 AND family_planning_special))",
                figure("accident_premium") * 100,
            ),
        ),
        "bus-card": paid("here AND earlier65", 1),
        "health-check": due(5, paid("here AND born65", 1)),
        "assessment-due": paid(
            f"elder AND (assessed_on = {NO_DAY} OR assessed_on <= {month.years_before(2)})", 1
        ),
        "care-subsidy": paid(
            "care_gross >= severe_gross AND care_gross >= insured_gross", "care_gross"
        ),
        "severe-disability-care": paid(
            "severe_gross > care_gross AND severe_gross >= insured_gross", "severe_gross"
        ),
        "insurance-supplement": paid(
            "insured_gross > care_gross AND insured_gross > severe_gross", "insured_gross"
        ),
        "home-bed-subsidy": paid(
            "elder AND care_setting = 1", case(level, fen(figure("home_bed_rate")))
        ),
        "institution-nursing": paid(
            "whole AND born60 AND care_setting = 2",
            two_way(
                status,
                level,
                {ECONOMIC_STATUS.index(name): fen(row) for name, row in rates.items()},
            ),
        ),
        "home-care-hours": paid(
            f"elder AND purchased_home_care AND {at_home}",
            f"(CASE WHEN care_hours < {case(level, figure('home_care_hours_cap'))} THEN care_hours"
            f" ELSE {case(level, figure('home_care_hours_cap'))} END)"
            f" * {figure('home_care_hour_rate') * 100}",
        ),
        "dementia-guard": paid(f"elder AND dementia AND {at_home}", figure("dementia_money") * 100),
        "respite-care": paid(f"elder AND {severe} AND care_setting = 0 AND NOT lives_alone", 1),
        "assistive-devices": paid(f"elder AND {status} < 3 AND {dependent}", 1),
        "bathing-aid": paid(f"elder AND {severe} AND {at_home}", 1),
        "hardship-allowance": paid(
            "elder", case(status, coded(figure("hardship_allowance"), ECONOMIC_STATUS))
        ),
        "destitute-living": paid(f"elder AND {status} = 0", share("destitute_percent")),
        "destitute-care": paid(
            f"whole AND born60 AND {status} = 0",
            two_way(
                "self_care",
                "care_setting",
                {
                    SELF_CARE.index(name): {
                        CARE_SETTING.index(setting): value * 100 for setting, value in row.items()
                    }
                    for name, row in care.items()
                },
            ),
        ),
        "pension-top-up": paid(
            f"here AND born65 AND pension_scheme <> 0 AND {status} > 1"
            f" AND pension_amount < {share('pension_target_percent')}",
            f"({share('pension_target_percent')} - pension_amount)",
        ),
        "utilities-money": paid(
            f"elder AND {status} < 4 AND {at_home}", figure("utilities_money") * 100
        ),
        "heating-money": due(
            11,
            paid(
                "elder",
                two_way(
                    "area_class",
                    status,
                    {
                        AREA_CLASS.index(area): coded(row, ECONOMIC_STATUS)
                        for area, row in heating.items()
                    },
                ),
            ),
        ),
        "premium-paid": due(
            12,
            paid(
                "elder",
                case(status, [premium, premium, premium * figure("near_poor_percent") // 100]),
            ),
        ),
        "home-adaptation": paid(
            f"elder AND {level} >= 1 AND NOT home_adapted AND {at_home}",
            case(status, coded(figure("home_adaptation_grant"), ECONOMIC_STATUS)),
        ),
        "meal-subsidy": paid("meal_gross >= alone_gross", "meal_gross"),
        "meal-subsidy-alone": paid("alone_gross > meal_gross", "alone_gross"),
        "lives-alone-visit": paid("elder AND lives_alone", 1),
        "empty-nest-call": paid(
            "here AND born70 AND (empty_nest OR left_behind) AND NOT lives_alone", 1
        ),
        "left-behind-visit": paid("elder AND left_behind AND area_class = 1", 1),
        "special-hardship-visit": paid(
            f"elder AND (lives_alone OR empty_nest OR left_behind OR {dependent}"
            " OR disability_grade < 2 OR family_planning_special)",
            1,
        ),
        "emergency-button": paid(
            f"here AND born80 AND (lives_alone OR empty_nest) AND {at_home}", 1
        ),
        "family-planning-money": paid(
            "here AND family_planning_special", banded(fen(figure("family_planning_rate")))
        ),
        "family-planning-insurance": due(
            3,
            paid(
                f"elder AND family_planning_special AND {dependent}",
                figure("family_planning_insurance") * 100,
            ),
        ),
        "honour-allowance": paid(
            "elder", case("honour_status", coded(figure("honour_rate"), HONOUR_STATUS))
        ),
        "honour-oldest-money": paid(
            "whole AND born80 AND honour_status >= 1 AND honour_status <= 3",
            figure("honour_oldest_money") * 100,
        ),
        "veteran-priority": paid("elder AND honour_status >= 5", 1),
    }
    return {provision: amounts[provision] for provision in PROVISIONS}


def name_of(provision: str) -> str:
    return provision.replace("-", "_")
