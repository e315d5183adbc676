"""The floor: what a patient programmer writes in NumPy for just these rules and this month.

Ages are birth-date cut-offs, codes are bytes, subjects come in runs that fit the cache, amounts
are 32-bit fen. Nothing is unknown, nothing has a reason: only amounts (services count 1).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from bench.peers.figures import PROVISIONS, PeerMonth
from bench.people import (
    AREA_CLASS,
    CARE_SETTING,
    ECONOMIC_STATUS,
    HONOUR_STATUS,
    NO_DAY,
    SELF_CARE,
    TOWNSHIPS,
    WORDS,
    Array,
    Columns,
)

RUN = 32_768
POOR = len(("tekun", "dibao", "dibao_marginal"))
HOME, HOME_BED, INSTITUTION = range(3)
RURAL = AREA_CLASS.index("rural")
LOCAL = np.arange(len(WORDS)) < len(TOWNSHIPS)
LEVELS = range(5)


class MonthFloor:
    """Look-ups of one month, made once."""

    def __init__(self, month: PeerMonth) -> None:
        self.month = month
        figure = month.figure
        bands = (80, 90, 100)
        self.old_age = _fen([0, *(figure("old_age_allowance")[age] for age in bands)])
        by_age = figure("hardship_age_supplement")
        self.supplement = _fen(
            [[0, *(by_age[status][age] for age in bands)] for status in ECONOMIC_STATUS[:2]]
            + [[0] * 4] * 3
        )
        standard = [figure("dibao_standard")[area] for area in AREA_CLASS]
        self.near_poor_oldest = _int([v * figure("near_poor_oldest_percent") for v in standard])
        self.destitute_living = _int([v * figure("destitute_percent") for v in standard])
        self.pension_target = _int([v * figure("pension_target_percent") for v in standard])
        self.double_ninth = _fen([0, *figure("double_ninth_gift").values()])
        self.new_year = _fen([figure("new_year_gift")[area] for area in AREA_CLASS])
        self.hardship = _fen(_padded(figure("hardship_allowance"), ECONOMIC_STATUS))
        self.heating = _fen(
            [_padded(figure("heating_money")[area], ECONOMIC_STATUS) for area in AREA_CLASS]
        )
        premium = figure("premium_paid") * 100
        half = premium * figure("near_poor_percent") // 100
        self.premium = _int([premium, premium, half, 0, 0])
        self.adaptation = _fen(_padded(figure("home_adaptation_grant"), ECONOMIC_STATUS))
        care = figure("destitute_care_rate")
        self.destitute_care = _fen([[care[s][c] for c in CARE_SETTING] for s in SELF_CARE])
        meals = figure("meal_rate")
        self.meals = _fen([[0, *meals[status].values()] for status in ECONOMIC_STATUS])
        tiers = figure("care_tier_rate")
        full = [tiers.get(level, 0) * 100 for level in LEVELS]
        share = figure("near_poor_percent")
        halves = [fen * share // 100 for fen in full]
        self.care_subsidy = _int([[0] * 5, full, halves, [0] * 5, [0] * 5])
        self.severe = _fen([*figure("severe_disability_rate").values(), 0, 0, 0])
        self.insured = _fen([figure("insurance_supplement").get(level, 0) for level in LEVELS])
        self.home_bed = _fen([figure("home_bed_rate").get(level, 0) for level in LEVELS])
        rates = figure("institution_rate")
        self.institution = _fen(
            [[rates[s].get(level, 0) for level in LEVELS] for s in ECONOMIC_STATUS]
        )
        self.hours_cap = _int(list(figure("home_care_hours_cap").values()))
        self.family = _fen([0, *figure("family_planning_rate").values()])
        self.honour = _fen(_padded(figure("honour_rate"), HONOUR_STATUS))

    def decide(self, people: Columns, rows: slice, out: Array) -> None:
        """Fill ``out[provision, person]`` for a run of people."""
        month, figure = self.month, self.month.figure
        part = {name: column[rows] for name, column in people.items()}
        birth, death, since = part["birth_date"], part["death_date"], part["hukou_since"]
        status, level, grade = (
            part["economic_status"],
            part["capability_level"],
            part["disability_grade"],
        )
        setting, area, honour = part["care_setting"], part["area_class"], part["honour_status"]
        dementia, alone = part["dementia"].view(bool), part["lives_alone"].view(bool)
        nest, behind = part["empty_nest"].view(bool), part["left_behind"].view(bool)
        special, insured = (
            part["family_planning_special"].view(bool),
            part["ltci_benefit"].view(bool),
        )

        here = LOCAL.take(part["hukou"])
        here &= (since <= month.first_day) | (since == NO_DAY)
        after = here & (death > month.last_day)
        here &= death >= month.first_day
        born = {age: birth <= month.born_by(age) for age in (60, 65, 70, 75, 80, 90, 100)}
        dead = np.flatnonzero(here & (death < month.last_day))
        for age, reached in born.items():
            reached[dead] &= birth[dead] <= death[dead] + month.days_back(age)
        elder = here & born[60]
        elder_after = after & born[60]
        aged65, aged70, aged80 = here & born[65], here & born[70], here & born[80]
        aged100 = here & born[100]
        band80 = _sum(aged80, born[90], born[100])
        band70 = _sum(aged70, born[80], born[90])
        poor = elder & (status < POOR)
        at_home, in_institution = setting != INSTITUTION, setting == INSTITUTION
        dependent, severe = level >= 2, level >= 3

        row = iter(out[:, rows])

        def put(values: Any) -> None:
            next(row)[...] = values

        def pay(mask: Array, fen: int) -> None:
            np.multiply(mask, np.int32(fen), out=next(row))

        def look_up(table: Array, code: Array, mask: Array | None = None) -> None:
            target = next(row)
            table.take(code, out=target, mode="clip")
            if mask is not None:
                target *= mask

        def only_in(due: bool) -> bool:
            if not due:
                next(row)[...] = 0
            return due

        # age
        look_up(self.old_age, band80)
        earlier = {a: birth <= month.born_by(a, months_earlier=1) for a in (65, 80, 90, 100)}
        look_up(
            self.supplement.ravel(),
            _pair(status, _sum(here & earlier[80], earlier[90], earlier[100]), 4),
        )
        look_up(self.near_poor_oldest, area, aged80 & (status == 2))
        pay(aged100, figure("centenarian_nutrition") * 100)
        pay(aged100 & ~earlier[100], figure("centenarian_reward") * 100)
        if only_in(month.number == 1):
            year_of = np.datetime64(f"{month.year - 89}-01-01").astype(int)
            until = np.datetime64(f"{month.year - 88}-01-01").astype(int)
            pay(here & (birth >= year_of) & (birth < until), figure("nominal_90_reward") * 100)
        if only_in(month.double_ninth):
            look_up(self.double_ninth, band70)
        if only_in(month.number == 1):
            look_up(self.new_year, area, here & born[90])
        if only_in(month.number == 1):
            pay(aged70 | (elder & special), figure("accident_premium") * 100)
        put(here & earlier[65])
        if only_in(month.number == 5):
            put(aged65)
        assessed = part["assessed_on"]
        put(elder & ((assessed == NO_DAY) | (assessed <= month.years_before(2))))
        # care
        care = self.care_subsidy.ravel().take(_pair(status, level, 5)) * (elder & ~insured)
        disabled = self.severe.take(grade) * elder
        topped = self.insured.take(level) * (elder & insured)
        put(care * ((care >= disabled) & (care >= topped)))
        put(disabled * ((disabled > care) & (disabled >= topped)))
        put(topped * ((topped > care) & (topped > disabled)))
        look_up(self.home_bed, level, elder & (setting == HOME_BED))
        look_up(self.institution.ravel(), _pair(status, level, 5), elder_after & in_institution)
        purchased = elder & part["purchased_home_care"].view(bool) & at_home
        hours = np.minimum(part["care_hours"], self.hours_cap.take(level))
        put(hours * (figure("home_care_hour_rate") * 100) * purchased)
        pay(elder & dementia & at_home, figure("dementia_money") * 100)
        put(elder & severe & (setting == HOME) & ~alone)
        put(poor & dependent)
        put(elder & severe & at_home)
        # hardship
        look_up(self.hardship, status, elder)
        look_up(self.destitute_living, area, elder & (status == 0))
        look_up(
            self.destitute_care.ravel(),
            _pair(part["self_care"], setting, 3),
            elder_after & (status == 0),
        )
        gap = self.pension_target.take(area) - part["pension_amount"]
        put(np.maximum(gap, 0) * (aged65 & (part["pension_scheme"] != 0) & (status > 1)))
        pay(elder & (status < 4) & at_home, figure("utilities_money") * 100)
        if only_in(month.number == 11):
            look_up(self.heating.ravel(), _pair(area, status, 5), elder)
        if only_in(month.number == 12):
            look_up(self.premium, status, elder)
        unadapted = part["home_adapted"] == 0
        look_up(self.adaptation, status, elder & (level >= 1) & unadapted & at_home)
        meal = self.meals.ravel().take(_pair(status, band70, 4))
        by_itself = (here & born[75] & alone) * np.int32(figure("meal_alone_money") * 100)
        put(meal * (meal >= by_itself))
        put(by_itself * (by_itself > meal))
        # special groups
        visited = elder & alone
        put(visited)
        put(aged70 & (nest | behind) & ~visited)
        put(elder & behind & (area == RURAL))
        put(elder & (alone | nest | behind | dependent | (grade < 2) | special))
        put(aged80 & (alone | nest) & at_home)
        look_up(self.family, _sum(elder & special, born[70], born[80]))
        if only_in(month.number == 3):
            pay(elder & special & dependent, figure("family_planning_insurance") * 100)
        look_up(self.honour, honour, elder)
        oldest = after & born[80]
        pay(oldest & (honour >= 1) & (honour <= 3), figure("honour_oldest_money") * 100)
        put(elder & (honour >= 5))


def amounts(people: Columns, month: PeerMonth, workers: int = 2) -> Array:
    """Return fen by provision and person (1 for a service)."""
    count = len(people["birth_date"])
    out = np.empty((len(PROVISIONS), count), np.int32)
    floor = MonthFloor(month)
    runs = [slice(start, min(start + RUN, count)) for start in range(0, count, RUN)]
    _in_runs(lambda rows: floor.decide(people, rows, out), runs, workers)
    return out


def totals(
    people: Columns, months: list[PeerMonth], workers: int = 2
) -> list[list[tuple[int, int]]]:
    """Return (people, fen) by month and provision, holding one run of results at a time."""
    count = len(people["birth_date"])
    runs = [slice(start, min(start + RUN, count)) for start in range(0, count, RUN)]
    return [_month_totals(people, month, runs, workers) for month in months]


def _month_totals(
    people: Columns, month: PeerMonth, runs: list[slice], workers: int
) -> list[tuple[int, int]]:
    floor = MonthFloor(month)

    def one(share: list[slice]) -> Array:
        out = np.empty((len(PROVISIONS), RUN), np.int32)
        found = np.zeros((len(PROVISIONS), 2), np.int64)
        for rows in share:
            size = rows.stop - rows.start
            part = {name: column[rows] for name, column in people.items()}
            floor.decide(part, slice(0, size), out)
            found[:, 0] += np.count_nonzero(out[:, :size], axis=1)
            found[:, 1] += out[:, :size].sum(axis=1, dtype=np.int64)
        return found

    shares = [runs[worker::workers] for worker in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        found = sum(pool.map(one, shares), np.zeros((len(PROVISIONS), 2), np.int64))
    return [(int(people_), int(fen)) for people_, fen in found]


def _in_runs(work: Any, runs: list[slice], workers: int) -> None:
    if workers == 1:
        for rows in runs:
            work(rows)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, runs))


def _fen(yuan: Any) -> Array:
    return np.array(yuan, np.int32) * np.int32(100)


def _int(fen: Any) -> Array:
    return np.array(fen, np.int32)


def _padded(rates: dict[str, int], names: tuple[str, ...]) -> list[int]:
    return [rates.get(name, 0) for name in names]


def _sum(first: Array, *others: Array) -> Array:
    """Return 0 where ``first`` fails, else one more than how many of the others hold in order."""
    total = first.view(np.uint8).copy()
    for other in others:
        total += first & other
    return total


def _pair(outer: Array, inner: Array, size: int) -> Array:
    return outer * np.uint8(size) + inner
