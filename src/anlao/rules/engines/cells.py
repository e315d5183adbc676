"""One subject, decided by its cells: the fast path for a single person, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anlao.rules.engines.program import MonthTables
from anlao.rules.evaluation.evaluator import Evaluator, FactsAt
from anlao.rules.evaluation.values import Unknown, Void
from anlao.rules.language.tree import NONE
from anlao.rules.rulebook.model import Provision, is_number
from anlao.rules.tables.decision_table import Codes, DecisionTable
from anlao.rules.tables.verdict import OutcomeName, Result

NOTHING_LACKING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a provision gives one subject in one month. ``fen``: hundredths of ``unit``."""

    provision: Provision
    outcome: OutcomeName
    fen: int | None
    unit: str
    missing: tuple[str, ...]
    reason: str


def decide(month: MonthTables, facts_at: FactsAt) -> list[Decision]:
    """Return the decisions of a month for one subject, in the rulebook's order."""
    codes = [coder(facts_at) for coder in month.coders.values()]
    found = []
    for table, picker, known in zip(month.tables, month.pickers, month.decided, strict=True):
        cell = picker(codes)
        decision = known.get(cell)
        if decision is None:
            decision = _decided(table, cell, known, facts_at)
        found.append(decision)
    return found


def _decided(
    table: DecisionTable, cell: Codes, known: dict[Codes, Decision], facts_at: FactsAt
) -> Decision:
    """Decide a cell; its decision is kept unless numbers of the subject may come into it."""
    lacking = lacking_facts(table, facts_at) if table.numbers else NOTHING_LACKING
    result = table.decide(cell, lacking)
    if result.formula is not None:
        return as_decision(table.provision, computed(result, table, facts_at))
    decision = as_decision(table.provision, result)
    if not lacking and (not table.numbers or result.outcome != "unknown"):
        known[cell] = decision
    return decision


def as_decision(provision: Provision, result: Result) -> Decision:
    return Decision(
        provision, result.outcome, result.fen, result.unit, result.missing, result.reason
    )


def lacking_facts(table: DecisionTable, facts_at: FactsAt) -> frozenset[str]:
    """Return which of the facts that a table computes with are not known."""
    return frozenset(fact.name for fact in table.numbers if fact.name not in facts_at(fact.shift))


def computed(result: Result, table: DecisionTable, facts_at: FactsAt) -> Result:
    """Return a result with its formula worked out for a subject."""
    assert result.formula is not None
    value = Evaluator(facts_at).value(result.formula, table.context)
    return finished(result, value)


def finished(result: Result, value: Any) -> Result:
    """Return the result that a formula's value makes: rounded, or no amount at all."""
    if result.outcome == "no" and not is_number(value):
        return Result("no", result.reason, None, "", ())
    if isinstance(value, Unknown):
        return Result("unknown", "missing_facts", None, "", tuple(sorted(value.missing)))
    if isinstance(value, Void):
        return Result("no", value.reason, None, "", ())
    if value is NONE or not is_number(value):
        return Result("no", "not_met:amount", None, "", ())
    fen = result.rounding.fen(value)
    if fen <= 0 and result.outcome == "yes" and result.unit.startswith("yuan"):
        return Result("no", "amount_zero", None, "", ())
    return Result(result.outcome, result.reason, fen, result.unit, result.missing)
