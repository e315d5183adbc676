"""支出预测: the months to come, decided from what the registry knows now.

Everybody on the register is decided month by month; nobody joins, and facts stay what they are
known to be, but people age and what has an end ends. What-if: beside it, the same people by rules
with other figures.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connections, transaction

from anlao.office.benefits import mortality, population
from anlao.office.benefits.models import Forecast
from anlao.office.benefits.mortality import Array
from anlao.office.benefits.population import OWNER, Population
from anlao.office.benefits.rulebooks import program_for
from anlao.office.benefits.what_if_rules import program_with
from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.rules.people.columns import NO_DAY, UNKNOWN_DAY
from anlao.rules.periods import Month
from anlao.rules.results import ProvisionColumn

TOWNSHIP_DIGITS = 9
BIRTHDAYS = (80, 90, 100)
LENGTHS = (12, 36)
_MONEY = "yuan"
_YES, _UNKNOWN = "yes", "unknown"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is forecast. ``rates``: deaths a year per thousand by band; empty: nobody dies."""

    division: str
    begins: date
    months: int
    changes: tuple[str, ...]
    rates: Mapping[str, float]
    source: str = ""


def make(
    asked: Asked, *, known_at: datetime, today: date, by: str, progress: Progress = UNSEEN
) -> Forecast:
    """Forecast, and keep the result inside the scope of the transaction.

    Raises NoRulebook and ChangeRefused.
    """
    began = time.monotonic()
    result, elders = _forecast(asked, known_at, today, progress)
    made = Forecast(
        division_code=asked.division,
        begins=asked.begins,
        months=asked.months,
        known_at=known_at,
        rulebook=program_for(asked.division).rulebook.id,
        changes=list(asked.changes),
        mortality=dict(asked.rates),
        source=asked.source,
        elders=elders,
        seconds=round(time.monotonic() - began, 2),
        result=result,
        by=by,
    )
    with transaction.atomic():
        made.save(force_insert=True)
        after = {
            "forecast": made.pk,
            "begins": f"{asked.begins:%Y-%m}",
            "months": asked.months,
            "changes": list(asked.changes),
        }
        act = Act("make_forecast", f"county:{asked.division}", asked.division, after=after)
        audit.record(act, by=by)
    return made


def _forecast(
    asked: Asked, known_at: datetime, today: date, progress: Progress
) -> tuple[dict[str, Any], int]:
    months = [Month.of(asked.begins).plus(step) for step in range(asked.months)]
    program = program_for(asked.division)
    now = [program.month(month) for month in months]
    changed = program_with(asked.division, asked.changes, asked.begins) if asked.changes else None
    then = [changed.month(month) for month in months] if changed else []
    progress.step(0, len(months), "正在读取名册", "reading the register")
    with transaction.atomic(using=OWNER):
        _hold_still()
        people = population.read(
            program, [*now, *then], asked.division, known_at=known_at, today=today
        )
    table = _Table(people.places, with_then=bool(then))
    alive = _Alive(people, asked.rates)
    for step, month in enumerate(months):
        progress.step(step, len(months), f"正在判定 {month}", f"deciding {month}")
        alive.begin(month)
        table.add(step, people.decided(now[step]), alive.chances, is_then=False)
        if then:
            table.add(step, people.decided(then[step]), alive.chances, is_then=True)
        table.turn(alive.turning(month))
    return table.as_json(), alive.count


def _hold_still() -> None:
    """Let all queries see the same rows, whatever others record meanwhile."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


class _Alive:
    """How likely each is alive, month by month, in the order of the population."""

    def __init__(self, people: Population, rates: Mapping[str, float]) -> None:
        columns = people.people.columns
        self.births = _days(columns["birth_date"].data if "birth_date" in columns else None, people)
        died = _days(columns["death_date"].data if "death_date" in columns else None, people)
        self.living = np.isnat(died)
        self.count = int(self.living.sum())
        self.rates = rates
        self.chances = np.ones(len(people.numbers))
        self.before: Month | None = None

    def begin(self, month: Month) -> None:
        """Go on to the first day of a month."""
        if self.before is not None and self.rates:
            ages = mortality.ages_on(self.births, self.before.year, self.before.number)
            self.chances = self.chances * mortality.after_a_month(ages, self.rates)
        self.before = month

    def turning(self, month: Month) -> list[float]:
        """Return how many have each of the great birthdays in a month."""
        found = [
            mortality.turning(self.births, month.year, month.number, age) & self.living
            for age in BIRTHDAYS
        ]
        return [round(float(self.chances[who].sum()), 2) for who in found]


def _days(data: Array | None, people: Population) -> Array:
    """Return days as dates, NaT where there is none."""
    if data is None:
        return np.full(len(people.numbers), np.datetime64("NaT", "D"))
    dates = data.astype("datetime64[D]")
    dates[(data == UNKNOWN_DAY) | (data == NO_DAY)] = np.datetime64("NaT", "D")
    return dates


class _Table:
    """Counts and sums by month, provision and township."""

    def __init__(self, places: Sequence[str], *, with_then: bool) -> None:
        """``places``: where each of the population lives."""
        towns, self.where = np.unique(
            np.array([place[:TOWNSHIP_DIGITS] for place in places], str), return_inverse=True
        )
        self.towns: list[str] = towns.tolist()
        self.with_then = with_then
        self.cells: dict[tuple[int, str, str], list[float]] = {}
        self.provisions: dict[str, str] = {}
        self.birthdays: list[list[float]] = []

    def add(
        self, step: int, columns: Sequence[ProvisionColumn], chances: Array, *, is_then: bool
    ) -> None:
        for column in columns:
            provision = column.provision
            if not provision.unit.startswith(_MONEY) or provision.part_of:
                continue
            self.provisions[provision.id] = provision.unit
            sums = _sums(column, self.where, len(self.towns), chances)
            for town, found in zip(self.towns, zip(*sums, strict=True), strict=True):
                if any(found):
                    self._put((step, provision.id, town), found, is_then=is_then)

    def _put(self, key: tuple[int, str, str], found: tuple[float, ...], *, is_then: bool) -> None:
        cell = self.cells.setdefault(key, [0, 0, 0, 0, 0, 0])
        count, fen, unknown = found
        start = 3 if is_then else 0
        cell[start : start + 3] = [round(count, 2), round(fen), round(unknown, 2)]

    def turn(self, counts: list[float]) -> None:
        self.birthdays.append(counts)

    def as_json(self) -> dict[str, Any]:
        width = 6 if self.with_then else 3
        cells = [[*key, *figures[:width]] for key, figures in sorted(self.cells.items())]
        return {"provisions": self.provisions, "cells": cells, "turning": self.birthdays}


def _sums(column: ProvisionColumn, where: Array, count: int, chances: Array) -> list[list[float]]:
    """Return people, money and people undecided by township."""
    is_due, unknown = (
        np.array([result.outcome == wanted for result in column.results], bool)[column.codes]
        for wanted in (_YES, _UNKNOWN)
    )
    money = np.where(is_due, column.amounts(), 0)
    return [
        np.bincount(where, weights=part * chances, minlength=count).tolist()
        for part in (is_due, money, unknown)
    ]
