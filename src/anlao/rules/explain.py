"""Why a decision is as it is: each condition, the values it looks at, and what would change it.

Works from the subject's facts and cell alone; nothing of a finished batch is run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from anlao.rules.engines.cells import Decision, decide
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.evaluator import Evaluator, FactsAt
from anlao.rules.evaluation.values import Unknown, Value, Void
from anlao.rules.facts import FactSpec, Label
from anlao.rules.language.tree import (
    NONE,
    Aggregate,
    Call,
    Defined,
    Expr,
    Fact,
    Ladder,
    Outcome,
    Parameter,
    children,
)
from anlao.rules.periods import Month, add_days
from anlao.rules.quantities import share_out
from anlao.rules.rulebook.fields import NO_LABEL
from anlao.rules.rulebook.model import Condition, is_number
from anlao.rules.tables.compose import steps_of
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.variables import Limit, Variable, domain

STEP_LABELS = {
    "outside_division": Label("户籍（或登记地）在本地", "registered in the division"),
    "not_registered_yet": Label(
        "本月第一天户籍已在本地", "registered here by the first of the month"
    ),
    "deceased": Label("在世", "alive"),
    "not_due": Label("本月是发放月份", "due in this month"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact, figure or computed value that a condition looked at; ``spec`` for facts."""

    kind: str
    name: str
    expr: Expr
    value: Value
    spec: FactSpec | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A condition of a provision. ``held``: true, false, or None where it cannot be told."""

    reason: str
    label: Label
    test: Expr
    held: bool | None
    seen: tuple[Seen, ...]
    parts: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Some values of a missing fact: listed ones, or a range from ``low`` to ``high``."""

    value: Any
    low: Any = None
    high: Any = None
    ranged: bool = False
    inside: str | None = None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What the decision would be, were a missing fact one of these values."""

    candidates: tuple[Candidate, ...]
    decision: Decision


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that could still change the decision, and what it would change."""

    name: str
    spec: FactSpec | None
    consequences: tuple[Consequence, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with its grounds. ``decisive``: the condition that decided a refusal."""

    decision: Decision
    steps: tuple[Step, ...]
    decisive: Step | None
    arm: str | None
    amount_seen: tuple[Seen, ...]
    funding: tuple[tuple[str, int], ...]
    missing: tuple[Missing, ...]

    @property
    def unmet(self) -> list[Step]:
        return [step for step in self.steps if step.held is False]


def explain(
    program: Program, month: Month, facts_at: FactsAt, only: Sequence[str] = ()
) -> list[Explanation]:
    """Return the explanation of every provision for one subject in a month."""
    tables = program.month(month)
    decisions = decide(tables, facts_at)
    found = []
    for table, decision in zip(tables.tables, decisions, strict=True):
        if not only or table.provision.id in only:
            found.append(_Trace(program, tables, table, decision, facts_at).explanation())
    return found


class _Trace:
    """Looks again, plainly, at what led to one decision."""

    def __init__(
        self,
        program: Program,
        month: MonthTables,
        table: DecisionTable,
        decision: Decision,
        facts_at: FactsAt,
    ) -> None:
        self.program = program
        self.month = month
        self.table = table
        self.decision = decision
        self.facts_at = facts_at
        self.provision = decision.provision
        self.context = month.context.at(0, self.provision.starts)
        self.facts = program.rulebook.subjects[self.provision.subject].facts
        self.evaluator = Evaluator(facts_at, self._outcome)

    def explanation(self) -> Explanation:
        steps = () if self.decision.reason == "not_in_force" else tuple(self._steps())
        return Explanation(
            self.decision,
            steps,
            next((step for step in steps if step.reason == self.decision.reason), None),
            self.decision.reason[4:] if self.decision.reason.startswith("met:") else None,
            self._amount_seen(),
            self._funding(),
            tuple(self._missing(name) for name in self.decision.missing),
        )

    # conditions

    def _steps(self) -> Iterator[Step]:
        by_reason = {f"not_met:{item.id}": item for item in self.provision.conditions}
        by_reason |= {f"not_applicable:{item.id}": item for item in self.provision.applies_when}
        for test, verdict in steps_of(self.provision, dict(self.facts), self.provision.payment.due):
            condition = by_reason.get(verdict.reason)
            if condition is not None:
                yield self._condition(condition, verdict.reason)
            else:
                label = STEP_LABELS.get(verdict.reason, NO_LABEL)
                yield self._step(verdict.reason, label, test)

    def _condition(self, condition: Condition, reason: str) -> Step:
        parts = tuple(self._condition(part, part.id) for part in condition.parts)
        return self._step(reason, condition.label, condition.test, parts)

    def _step(self, reason: str, label: Label, test: Expr, parts: tuple[Step, ...] = ()) -> Step:
        value = self.evaluator.value(test, self.context)
        held = None if isinstance(value, Unknown | Void) else value is True
        return Step(reason, label, test, held, self._seen(test), parts)

    def _seen(self, expr: Expr) -> tuple[Seen, ...]:
        found: dict[str, Seen] = {}
        self._look(expr, found, self.context, frozenset())
        return tuple(found.values())

    def _look(
        self, expr: Expr, found: dict[str, Seen], context: Context, inside: frozenset[str]
    ) -> None:
        """Gather facts, figures and named parts of an expression, in reading order."""
        seen = self._named(expr, context)
        if seen is not None:
            found.setdefault(f"{seen.kind}:{seen.name}", seen)
        if isinstance(expr, Defined) and expr.name not in inside:
            value = self.program.rulebook.definitions[expr.name].value
            self._look(value, found, context, inside | {expr.name})
        parts = self._followed(expr, context) if isinstance(expr, Ladder) else children(expr)
        for part in parts:
            self._look(part, found, context, inside)

    def _followed(self, ladder: Ladder, context: Context) -> tuple[Expr, ...]:
        """Return what was looked at down to the arm that fits; a certain no is passed over."""
        parts: list[Expr] = []
        for arm in ladder.arms:
            held = True if arm.condition is None else self.evaluator.value(arm.condition, context)
            if held is True:
                return (*parts, arm.value)
            if isinstance(held, Unknown) and arm.condition is not None:
                parts.extend((arm.condition, arm.value))
        return tuple(parts)

    def _named(self, expr: Expr, context: Context) -> Seen | None:
        match expr:
            case Fact(name):
                value = self.evaluator.value(expr, context)
                return Seen("fact", name, expr, value, self.facts.get(name))
            case Parameter(name):
                value = self.evaluator.value(expr, context)
                return Seen("figure", name, expr, value, None, self._unit(name))
            case Defined(name):
                return Seen("definition", name, expr, self.evaluator.value(expr, context))
            case Call("completed_years" | "nominal_years" as name):
                return Seen("computed", name, expr, self.evaluator.value(expr, context))
            case Outcome(kind, name):
                key = f"{kind}:{name}"
                return Seen("outcome", key, expr, self.evaluator.value(expr, context))
            case Aggregate(kind, rows):
                key = f"{kind}:{rows.name}"
                return Seen("computed", key, expr, self.evaluator.value(expr, context))
        return None

    def _unit(self, name: str) -> str:
        return self.program.rulebook.parameters[name].unit

    # amounts

    def _amount_seen(self) -> tuple[Seen, ...]:
        if self.decision.outcome not in ("yes", "unknown") and self.provision.kind != "standard":
            return ()
        exprs = [self.provision.required, self.provision.found]
        amount = self.provision.amount
        if isinstance(amount, Ladder):
            exprs += [
                arm.value
                for arm in amount.arms
                if arm.id is None or f"met:{arm.id}" == self.decision.reason
            ]
        else:
            exprs.append(amount)
        found: dict[str, Seen] = {}
        for expr in exprs:
            if expr is not None:
                self._look(expr, found, self.context, frozenset())
        return tuple(found.values())

    def _funding(self) -> tuple[tuple[str, int], ...]:
        if self.decision.fen is None or not self.provision.funding:
            return ()
        values = [self.evaluator.value(item.share, self.context) for item in self.provision.funding]
        shares = [Fraction(value) for value in values if is_number(value)]  # type: ignore[arg-type]
        if len(shares) < len(values) or sum(shares) != 1:
            return ()
        parts = share_out(self.decision.fen, list(shares))
        levels = [item.level for item in self.provision.funding]
        return tuple(zip(levels, parts, strict=True))

    def _outcome(self, outcome: Outcome, context: Context) -> Value:
        """Return another provision's result, before group combination."""
        shift = context.shift
        tables = self.program.month(context.month)
        table = next(
            (item for item in tables.tables if item.provision.id == outcome.provision), None
        )
        if table is None:
            return Unknown(frozenset({f"provision:{outcome.provision}"}))
        own = _single(tables, table, lambda months: self.facts_at(shift + months))
        granted = own.outcome == "yes" or own.reason.startswith("lower_than:")
        if own.outcome == "unknown":
            return Unknown(frozenset(own.missing))
        if outcome.kind == "granted":
            return granted
        if not granted:
            return 0
        if own.fen is not None:
            return Fraction(own.fen, 100)
        amount = own.provision.amount
        return 0 if amount is None else self.evaluator.value(amount, context)

    # what is missing

    def _missing(self, name: str) -> Missing:
        spec = self.facts.get(name)
        if spec is None:
            return Missing(name, None)
        groups: dict[Any, list[Candidate]] = {}
        decisions: dict[Any, Decision] = {}
        for candidate in self._candidates(name, spec):
            decision = self._with(name, candidate.value)
            key = (decision.outcome, decision.fen, decision.unit, decision.missing)
            groups.setdefault(key, []).append(candidate)
            decisions[key] = decision
        consequences = tuple(
            Consequence(tuple(candidates), decisions[key]) for key, candidates in groups.items()
        )
        return Missing(name, spec, consequences)

    def _with(self, name: str, value: Any) -> Decision:
        def facts_at(shift: int) -> dict[str, Any]:
            return {**self.facts_at(shift), name: value}

        return _single(self.month, self.table, facts_at)

    def _candidates(self, name: str, spec: FactSpec) -> list[Candidate]:
        for variable in self.table.variables:
            if variable.leaf == Fact(name) and variable.kind != "test":
                return list(_classes(variable, spec))
        if spec.type in ("bool", "enum", "level"):
            return [Candidate(value) for value in domain(spec)]
        return []


def _single(month: MonthTables, table: DecisionTable, facts_at: FactsAt) -> Decision:
    alone = replace(month.built, tables=(table,))
    return decide(MonthTables(month.month, alone), facts_at)[0]


def _classes(variable: Variable, spec: FactSpec) -> Iterator[Candidate]:
    """Yield a value of each class that the table tells apart."""
    if variable.kind == "values":
        yield from (Candidate(value) for value in variable.values)
        return
    if variable.kind == "prefixes":
        for prefix in variable.prefixes:
            yield Candidate(prefix.ljust(6, "0"), inside=prefix)
        yield Candidate("000000", inside="")
        return
    yield from _bands(variable, spec)


def _bands(variable: Variable, spec: FactSpec) -> Iterator[Candidate]:
    limits = variable.limits
    for index in range(len(limits) + 1):
        low = _first_passing(limits[index - 1], spec) if index else None
        high = _last_before(limits[index], spec) if index < len(limits) else None
        value = low if low is not None else high
        if low is not None and high is not None and low > high:
            continue
        yield Candidate(value, low, high, ranged=True)
    if variable.may_be_none:
        yield Candidate(NONE)


def _first_passing(limit: Limit, spec: FactSpec) -> Any:
    if not limit.strict:
        return limit.cut
    return add_days(limit.cut, 1) if spec.type == "date" else limit.cut + _step(spec)


def _last_before(limit: Limit, spec: FactSpec) -> Any:
    if limit.strict:
        return limit.cut
    return add_days(limit.cut, -1) if spec.type == "date" else limit.cut - _step(spec)


def _step(spec: FactSpec) -> Any:
    return 1 if spec.type in ("integer", "level") else Fraction(1, 100)
