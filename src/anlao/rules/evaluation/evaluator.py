"""The plain evaluator: one expression, one subject, one month. The meaning of the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.values import (
    Unknown,
    Value,
    Void,
    arithmetic,
    compare,
    conjunction,
    disjunction,
    negation,
    special,
)
from anlao.rules.language.tree import (
    NONE,
    Aggregate,
    Among,
    And,
    Arithmetic,
    Call,
    Clock,
    Compare,
    Const,
    Defined,
    Discretion,
    Expr,
    Fact,
    Ladder,
    Not,
    Or,
    Outcome,
    Parameter,
    RowFact,
    Shifted,
)
from anlao.rules.quantities import whole

Facts = Mapping[str, Any]
FactsAt = Callable[[int], Facts]
OutcomeOf = Callable[[Outcome, Context], Value]


def no_outcomes(outcome: Outcome, _: Context) -> Value:
    raise AssertionError(f"{outcome} outside a provision")


class Evaluator:
    """Evaluates expressions for one subject.

    ``facts_at(shift)`` gives the facts of the month ``shift`` months away; a fact that is not
    there is unknown. ``outcome_of`` answers ``granted`` and ``amount_of``.
    """

    def __init__(self, facts_at: FactsAt, outcome_of: OutcomeOf = no_outcomes) -> None:
        self.facts_at = facts_at
        self.outcome_of = outcome_of
        self.row: Facts = {}

    def value(self, expr: Expr, context: Context) -> Value:
        """Return the value of an expression in a month."""
        match expr:
            case Const(value):
                return value
            case Fact(name, shift):
                return self.fact(name, context.shift + shift)
            case Compare(op, left, right):
                return compare(op, self.value(left, context), self.value(right, context))
            case And(operands):
                return conjunction([self.value(part, context) for part in operands])
            case Or(operands):
                return disjunction([self.value(part, context) for part in operands])
            case Not(operand):
                return negation(self.value(operand, context))
            case Among(operand, choices):
                held = self.value(operand, context)
                return disjunction(
                    [compare("==", held, self.value(choice, context)) for choice in choices]
                )
            case Arithmetic(op, left, right):
                return arithmetic(op, self.value(left, context), self.value(right, context))
            case Call(function, arguments):
                return self.call(
                    function, [self.value(part, context) for part in arguments], context
                )
            case Parameter(name, keys, on):
                return self.parameter(name, keys, on, context)
            case Ladder():
                return self.ladder(expr, context)
            case Defined(name):
                return self.value(context.rulebook.definitions[name].value, context)
            case Clock(name):
                return context.clock(name)
            case Shifted(months, operand):
                return self.value(operand, context.at(months))
            case Outcome():
                return self.outcome_of(expr, context)
            case RowFact(name):
                return self.row.get(name, Unknown(frozenset({name})))  # type: ignore[no-any-return]
            case Aggregate():
                return self.aggregate(expr, context)
            case Discretion(identifier):
                return Unknown(frozenset({f"discretion:{identifier}"}))
            case _:
                raise AssertionError(f"unresolved {expr}")

    def fact(self, name: str, shift: int) -> Value:
        return self.facts_at(shift).get(name, Unknown(frozenset({name})))  # type: ignore[no-any-return]

    def call(self, function: str, arguments: list[Value], context: Context) -> Value:
        if (found := special(*arguments)) is not None:
            return found
        return context.call(function, tuple(arguments))

    def parameter(
        self, name: str, keys: tuple[Expr, ...], on: Expr | None, context: Context
    ) -> Value:
        values = [self.value(key, context) for key in keys]
        day = None if on is None else self.value(on, context)
        if (found := special(*values, day)) is not None:
            return found
        if day is NONE:
            return NONE
        return context.look_up(name, tuple(values), day)  # type: ignore[arg-type]

    def ladder(self, ladder: Ladder, context: Context) -> Value:
        """Return the first arm that fits; unknown if an unknown condition could change it."""
        possible: list[Value] = []
        doubts: list[Value] = []
        for arm in ladder.arms:
            held = True if arm.condition is None else self.value(arm.condition, context)
            if held is False or held is NONE:
                continue
            if isinstance(held, Void):
                return held if not possible else _either([*possible, held], doubts)
            possible.append(self.value(arm.value, context))
            if held is True:
                return _either(possible, doubts)
            doubts.append(held)
        return _either([*possible, NONE], doubts)

    def aggregate(self, expr: Aggregate, context: Context) -> Value:
        """Return a figure over the subject's rows; an unknown row value makes it unknown."""
        rows = self.fact(expr.rows.name, context.shift)
        if not isinstance(rows, list | tuple):
            return rows
        outer = self.row
        chosen: list[Value] = []
        tests: list[Value] = []
        for row in rows:
            self.row = row
            test = True if expr.condition is None else self.value(expr.condition, context)
            tests.append(test)
            if test is not False and expr.value is not None:
                value = self.value(expr.value, context)
                chosen.append(special(test) or value)
        self.row = outer
        found = _aggregated(expr.kind, tests, chosen)
        return Unknown(frozenset({expr.rows.name})) if isinstance(found, Unknown) else found


def _aggregated(kind: str, tests: list[Value], chosen: list[Value]) -> Value:
    match kind:
        case "any":
            return disjunction(tests)
        case "all":
            return conjunction(tests)
        case "count":
            return special(*tests) or sum(1 for test in tests if test is True)
    if (found := special(*chosen)) is not None:
        return found
    numbers: list[Any] = [value for value in chosen if value is not NONE]
    if kind == "sum":
        return whole(sum(numbers))
    if not numbers:
        return NONE
    extreme: Value = max(numbers) if kind == "highest" else min(numbers)
    return extreme


def _either(possible: list[Value], doubts: list[Value]) -> Value:
    """Return the one value that is possible, or unknown when there are several."""
    if not doubts:
        return possible[-1]
    first = possible[0]
    if all(type(value) is type(first) and value == first for value in possible):
        return first
    return (
        special(*[value for value in (*possible, *doubts) if isinstance(value, Unknown)]) or first
    )
