"""One subject, decided plainly: the steps of a provision in order, with the plain evaluator.

This is the meaning that the tables must keep. It shares with them only the order of steps. Where
unknown facts leave several results possible it asks the table which of them matter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from anlao.rules.engines.cells import Decision, as_decision, computed, finished, lacking_facts
from anlao.rules.engines.program import MonthTables
from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.evaluator import Evaluator, FactsAt
from anlao.rules.evaluation.values import Unknown, Value, Void, compare
from anlao.rules.language.tree import NONE, Const, Expr, Ladder, Outcome
from anlao.rules.people.changes import facts_by_shift
from anlao.rules.people.columns import People
from anlao.rules.results import ProvisionColumn
from anlao.rules.rulebook.model import Provision, is_number
from anlao.rules.tables.compose import is_in_force, pays_floor, reason_for, steps_of
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.verdict import Result, Verdict


class _Undecided(Exception):
    """Unknown facts may matter here; only the table can say which."""


class PlainDecider:
    """Decides provisions for one subject by walking their steps."""

    def __init__(self, month: MonthTables, facts_at: FactsAt) -> None:
        self.rulebook = month.context.rulebook
        self.context = month.context
        self.facts_at = facts_at
        self.evaluator = Evaluator(facts_at, self._outcome)

    def result(self, provision: Provision) -> Result:
        """Return the final result. Raises _Undecided where unknown facts may matter."""
        verdict = self._verdict(provision, self.context)
        if provision.group_rule != "stack":
            verdict = self._combined(provision, verdict)
        return self._final(provision, verdict)

    def _final(self, provision: Provision, verdict: Verdict) -> Result:
        result = Result(
            verdict.outcome,
            verdict.reason,
            None,
            verdict.unit,
            tuple(sorted(verdict.missing)),
            None,
            provision.rounding,
        )
        if verdict.amount is None:
            return result
        return finished(result, verdict.amount)

    def _combined(self, provision: Provision, own: Verdict) -> Verdict:
        order = list(self.rulebook.provisions)
        for rival in self.rulebook.of_subject(provision.subject):
            same = rival.group == provision.group and rival.group_rule != "stack"
            earlier = order.index(rival.id) < order.index(provision.id)
            if rival is provision or not same or own.outcome != "yes":
                continue
            if provision.group_rule == "first" and not earlier:
                continue
            own = self._against(provision, own, rival, earlier)
        return own

    def _against(
        self, provision: Provision, own: Verdict, rival: Provision, earlier: bool
    ) -> Verdict:
        other = self._verdict(rival, self.context)
        if other.outcome == "unknown":
            return other
        if other.outcome != "yes":
            return own
        loses = Verdict("no", f"lower_than:{rival.id}")
        if provision.group_rule == "first":
            return loses
        better = compare(">=" if earlier else ">", other.amount, own.amount)
        return loses if better is True else own

    def _outcome(self, outcome: Outcome, context: Context) -> Value:
        provision = self.rulebook.provisions[outcome.provision]
        verdict = self._verdict(provision, context.at(0, "month_of"))
        if verdict.outcome == "unknown":
            return Unknown(verdict.missing)
        if outcome.kind == "granted":
            return verdict.outcome == "yes"
        return verdict.amount if verdict.outcome == "yes" else 0  # type: ignore[return-value]

    def _verdict(self, provision: Provision, context: Context) -> Verdict:
        context = context.at(0, provision.starts)
        if provision.payment.sums is None:
            return self._in_month(provision, context, provision.payment.due)
        return self._summed(provision, context)

    def _in_month(self, provision: Provision, context: Context, due: Expr | None) -> Verdict:
        return self._required(provision, context, self._decided(provision, context, due))

    def _decided(self, provision: Provision, context: Context, due: Expr | None) -> Verdict:
        if not is_in_force(provision, context):
            return Verdict("not_applicable", "not_in_force")
        facts = dict(self.rulebook.subjects[provision.subject].facts)
        doubts: frozenset[str] = frozenset()
        for test, refused in steps_of(provision, facts, due):
            held = self.evaluator.value(test, context)
            if isinstance(held, Unknown):
                if refused.outcome == "not_applicable" or not _only_rates(held):
                    raise _Undecided
                doubts |= held.missing
            elif isinstance(held, Void):
                return _void(held)
            elif held is not True:
                return refused
        verdict = self._amount(provision, context)
        if doubts and verdict.outcome not in ("no", "not_applicable"):
            missing = doubts | verdict.missing
            return Verdict("unknown", reason_for(missing), missing=missing)
        return verdict

    def _required(self, provision: Provision, context: Context, verdict: Verdict) -> Verdict:
        """A norm that is not met says what it requires, whatever it was that failed."""
        if verdict.outcome != "no" or provision.kind != "standard" or provision.required is None:
            return verdict
        required = self.evaluator.value(provision.required, context)
        if verdict.amount is not None or not is_number(required):
            return verdict
        return replace(verdict, amount=required, unit=provision.unit)  # type: ignore[arg-type]

    def _amount(self, provision: Provision, context: Context) -> Verdict:
        if provision.kind == "service":
            return Verdict("yes", "met", unit="service")
        if provision.kind == "standard":
            return self._standard(provision, context)
        return self._cash(provision.amount or Const(NONE), context, "met", provision.unit)

    def _cash(self, amount: Expr, context: Context, reason: str, unit: str) -> Verdict:
        if isinstance(amount, Ladder):
            for arm in amount.arms:
                held = (
                    True if arm.condition is None else self.evaluator.value(arm.condition, context)
                )
                if isinstance(held, Unknown):
                    raise _Undecided
                if isinstance(held, Void):
                    return _void(held)
                if held is True:
                    name = f"met:{arm.id}" if arm.id else reason
                    return self._cash(arm.value, context, name, arm.unit or unit)
            return Verdict("no", "not_met:amount")
        if reason == "met" and pays_floor(amount, context):
            reason = "floor_used"
        return _paid(self.evaluator.value(amount, context), reason, unit)

    def _standard(self, provision: Provision, context: Context) -> Verdict:
        if provision.required is None:
            return Verdict("yes", "met", unit=provision.unit)
        required: Any = self.evaluator.value(provision.required, context)
        met: Any = True
        if provision.found is not None:
            found = self.evaluator.value(provision.found, context)
            met = compare(">=" if provision.comparison == "at_least" else "<=", found, required)
        for value in (required, met):
            if isinstance(value, Unknown):
                raise _Undecided
            if isinstance(value, Void):
                return _void(value)
        amount = None if required is NONE else required
        if met is True:
            return Verdict("yes", "met", amount, provision.unit)
        return Verdict("no", "not_met:quantity", amount, provision.unit)

    def _summed(self, provision: Provision, context: Context) -> Verdict:
        if provision.payment.due is not None:
            due = self.evaluator.value(provision.payment.due, context)
            if isinstance(due, Unknown):
                raise _Undecided
            if due is not True:
                return Verdict("no", "not_due")
        first, last = provision.payment.sums or (0, 0)
        months = [
            self._in_month(provision, context.at(shift), None) for shift in range(first, last + 1)
        ]
        return _sum(months)


def _sum(months: list[Verdict]) -> Verdict:
    missing = frozenset(name for month in months for name in month.missing)
    if any(month.outcome == "unknown" for month in months):
        return Verdict("unknown", reason_for(missing), missing=missing)
    paid = [month for month in months if month.outcome == "yes"]
    if paid:
        total = sum(month.amount for month in paid)  # type: ignore[misc]
        return replace(paid[-1], amount=total)
    refused = [month for month in months if month.outcome != "not_applicable"]
    return (refused or months)[-1]


def _only_rates(held: Unknown) -> bool:
    return all(name.startswith("rate:") for name in held.missing)


def _void(void: Void) -> Verdict:
    outcome = "not_applicable" if void.reason == "not_in_force" else "no"
    return Verdict(outcome, void.reason)  # type: ignore[arg-type]


def _paid(amount: Any, reason: str, unit: str) -> Verdict:
    if isinstance(amount, Unknown):
        if _only_rates(amount):
            return Verdict("unknown", "missing_rate", missing=amount.missing)
        raise _Undecided
    if isinstance(amount, Void):
        return _void(amount)
    if amount is NONE:
        arm = reason.removeprefix("met:") if reason.startswith("met:") else "amount"
        return Verdict("no", f"not_met:{arm}")
    if is_number(amount) and amount <= 0:
        return Verdict("no", "amount_zero")
    return Verdict("yes", reason, amount, unit)


def decide(month: MonthTables, facts_at: FactsAt) -> list[Decision]:
    """Return the decisions of a month for one subject, in the rulebook's order."""
    plain = PlainDecider(month, facts_at)
    return [as_decision(table.provision, _result(plain, table, month)) for table in month.tables]


def _result(plain: PlainDecider, table: DecisionTable, month: MonthTables) -> Result:
    try:
        return plain.result(table.provision)
    except _Undecided:
        return _by_cell(table, month, plain.facts_at)


def _by_cell(table: DecisionTable, month: MonthTables, facts_at: FactsAt) -> Result:
    codes = tuple(month.coders[variable](facts_at) for variable in table.variables)
    result = table.decide(codes, lacking_facts(table, facts_at))
    return result if result.formula is None else computed(result, table, facts_at)


def decide_people(month: MonthTables, people: People) -> list[ProvisionColumn]:
    """Return what the columnar engine returns, decided one subject at a time."""
    codes = [np.empty(len(people), np.uint16) for _ in month.tables]
    known: list[dict[Result, int]] = [{} for _ in month.tables]
    for row in range(len(people)):
        decisions = decide(month, facts_by_shift(people, row, month.month))
        for column, seen, decision in zip(codes, known, decisions, strict=True):
            result = Result(
                decision.outcome, decision.reason, decision.fen, decision.unit, decision.missing
            )
            column[row] = seen.setdefault(result, len(seen))
    return [
        ProvisionColumn(table.provision, column, list(seen))
        for table, column, seen in zip(month.tables, codes, known, strict=True)
    ]
