"""anlao as the bench calls it: one month, spans of months, one person, loading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import anlao
from anlao.rules import timeline
from anlao.rules.engines import cells
from anlao.rules.engines.columnar import ColumnarEngine
from anlao.rules.engines.program import Program, make_program
from anlao.rules.language.tree import NONE
from anlao.rules.people.columns import FactColumn, People
from anlao.rules.periods import Month
from anlao.rules.results import ProvisionColumn
from anlao.rules.rulebook.load import load
from anlao.rules.rulebook.model import Rulebook
from anlao.rules.tables.coding import known_facts
from anlao.rules.totals import totals_by_month
from bench.people import ROOT, WORDS, Array, Columns

LIBRARY = Path(anlao.__file__).parent / "rulebooks"
RULEBOOK = ROOT / "rulebook"


def load_rulebook() -> Rulebook:
    return load(str(RULEBOOK), LIBRARY).usable(str(RULEBOOK))


@cache
def rulebook() -> Rulebook:
    return load_rulebook()


def people_of(columns: Columns) -> People:
    """Return anlao's people over the same arrays, nothing copied."""
    facts = rulebook().subjects["elder"].facts
    found = {}
    for name, data in columns.items():
        scale = 100 if name == "pension_amount" else 1
        words = WORDS if name == "hukou" else ()
        found[name] = FactColumn(facts[name], data, scale, words)
    return People(pa.nulls(len(columns["birth_date"])), found)


@dataclass(slots=True)
class Session:
    """A program with its look-ups: cold when new, warm once it has decided."""

    program: Program = field(default_factory=lambda: make_program(rulebook()))
    engine: ColumnarEngine = field(default_factory=ColumnarEngine)

    def decide(self, people: People, month: Month) -> list[ProvisionColumn]:
        return self.engine.decide(self.program.month(month), people)

    def decide_months(
        self, people: People, months: list[Month]
    ) -> Iterator[tuple[Month, list[ProvisionColumn]]]:
        """Yield the results of each month in turn; a month's columns are those of the next."""
        for result in timeline.decide_months(self.engine, self.program, people, months):
            yield result.month, result.columns


def yes_fen(column: ProvisionColumn) -> Array:
    """Return fen of each person (1 for a service) where the outcome is yes, else 0."""
    codes = np.array(
        [
            (1 if result.unit == "service" else result.fen or 0) if result.outcome == "yes" else 0
            for result in column.results
        ],
        np.int64,
    )
    fen = codes[column.codes]
    return fen if column.fen is None else fen + column.fen


def amounts(session: Session, people: People, month: Month) -> Array:
    """Return fen by provision and person, for comparing."""
    return np.array([yes_fen(column) for column in session.decide(people, month)], np.int32)


def written_out(columns: list[ProvisionColumn]) -> int:
    """Spread outcome, reason and amount of every person, one provision at a time."""
    checked = 0
    for column in columns:
        reasons: dict[str, int] = {}
        of_result = [reasons.setdefault(result.reason, len(reasons)) for result in column.results]
        outcome = column.outcome_codes()
        reason = np.array(of_result, np.uint8)[column.codes]
        amount = column.amounts()
        checked += int(outcome[-1]) + int(reason[-1]) + int(amount[-1])
    return checked


def totals(session: Session, people: People, months: list[Month]) -> list[list[tuple[int, int]]]:
    """Return (people, fen) of the yes outcomes by month and provision; services count 1."""
    found = totals_by_month(session.engine, session.program, people, months)
    services = {item.id for item in session.program.provisions if item.kind == "service"}
    return [
        [(item.yes, item.fen or item.yes * (name in services)) for name, item in totals.items()]
        for _, totals in found
    ]


def decide_person(session: Session, facts: dict[str, Any], month: Month) -> list[cells.Decision]:
    """Return one person's decisions with outcomes, amounts, reasons and what is missing."""
    return cells.decide(session.program.month(month), known_facts(facts))


def person_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts in words as the engine takes them: None becomes *there is none*."""
    return {name: NONE if value is None else value for name, value in facts.items()}
