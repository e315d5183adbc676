"""Comparisons with a constant, turned into limits of the one fact behind them.

``age >= 80`` asks whether the birth date is on or before a day; ``2 * beds - 10 > 50`` whether
there are more than 30 beds. What hangs on several facts, or rises and falls, stays a figure.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.evaluator import Evaluator
from anlao.rules.evaluation.values import DIVISION_BY_ZERO, compare
from anlao.rules.language.functions import FUNCTIONS
from anlao.rules.language.tree import (
    Aggregate,
    Arithmetic,
    Call,
    Const,
    Expr,
    Fact,
    facts_in,
    walk,
)
from anlao.rules.periods import EARLIEST_DAY, LATEST_DAY
from anlao.rules.quantities import Number, whole
from anlao.rules.tables.diagram import Diagram
from anlao.rules.tables.variables import Atom, Turning

if TYPE_CHECKING:
    from anlao.rules.tables.symbolic import Symbolic


class Limits:
    """Turns a comparison with a constant into a question about one fact, where it can."""

    def __init__(self, symbolic: Symbolic, context: Context) -> None:
        self.symbolic = symbolic
        self.context = context

    def passed(self, op: str, expr: Expr, limit: Any) -> Diagram:
        """Return the diagram of ``expr op limit``."""
        match op:
            case ">=":
                return self.at_least(expr, limit, strict=False)
            case ">":
                return self.at_least(expr, limit, strict=True)
            case "<":
                return self.symbolic.opposite(self.at_least(expr, limit, strict=False))
            case "<=":
                return self.symbolic.opposite(self.at_least(expr, limit, strict=True))
        reached = self.at_least(expr, limit, strict=False)
        over = self.symbolic.opposite(self.at_least(expr, limit, strict=True))
        equal = self.symbolic.all_of([reached, over])
        return equal if op == "==" else self.symbolic.opposite(equal)

    def at_least(self, expr: Expr, limit: Any, *, strict: bool) -> Diagram:
        facts = facts_in(expr)
        if len(facts) == 1 and not any(isinstance(part, Aggregate) for part in walk(expr)):
            kind = self.symbolic.facts[facts[0].name].type
            if kind == "date":
                growth = _growth(expr)
                if growth:
                    return self._day(expr, facts[0], limit, strict, growth)
            elif (line := _line(expr)) is not None:
                return self._number(facts[0], line, limit, strict, kind == "integer")
        asked = self.symbolic.questions.ask(Atom("limit", expr, limit, strict))
        if not _may_divide_by_zero(expr):
            return asked
        void = self.symbolic.questions.ask(Atom("is_none", expr))
        nothing = self.symbolic.leaf(DIVISION_BY_ZERO)
        return self.symbolic.diagrams.bind(void, lambda held: nothing if held else asked)

    def _number(
        self, fact: Fact, line: tuple[Number, Number], limit: Number, strict: bool, integer: bool
    ) -> Diagram:
        """a·x + b ≥ limit as a limit of x itself."""
        slope, start = line
        cut = whole((Fraction(limit) - start) / slope)
        rising = slope > 0
        if not rising:
            strict = not strict
        if integer and (strict or isinstance(cut, Fraction)):
            cut = Fraction(cut).__floor__() + 1 if strict else Fraction(cut).__ceil__()
            strict = False
        asked = self.symbolic.questions.ask(Atom("limit", fact, cut, strict))
        return asked if rising else self.symbolic.opposite(asked)

    def _day(self, expr: Expr, fact: Fact, limit: Any, strict: bool, growth: int) -> Diagram:
        """A limit of an age or a span as the first (or last) day that passes it."""
        source = Turning(expr, fact.name, limit, strict, growth > 0)
        day = turning_day(source, self.symbolic.base)
        self.symbolic.turnings[source] = day
        if isinstance(day, bool):
            return self.symbolic.leaf(day)
        asked = self.symbolic.questions.ask(Atom("limit", fact, day))
        return asked if growth > 0 else self.symbolic.opposite(asked)


def turning_day(source: Turning, base: Context) -> date | bool:
    """Return the first day from which the comparison (or, falling, its opposite) holds.

    A truth value instead says that it holds for every day, or for none.
    """
    known = base.turning_days
    if source not in known:
        known[source] = _turning_day(source, base)
    return known[source]


def _turning_day(source: Turning, base: Context) -> date | bool:
    low, high, rising = EARLIEST_DAY.toordinal(), LATEST_DAY.toordinal(), source.rising

    def turned(ordinal: int) -> bool:
        evaluator = Evaluator(lambda _: {source.fact: date.fromordinal(ordinal)})
        value = evaluator.value(source.expr, base)
        holds = compare(">" if source.strict else ">=", value, source.limit) is True
        return holds == rising

    if turned(low):
        return rising
    if not turned(high):
        return not rising
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if turned(middle) else (middle, high)
    return date.fromordinal(high)


def _may_divide_by_zero(expr: Expr) -> bool:
    return any(
        isinstance(part, Arithmetic) and part.op == "/" and not isinstance(part.right, Const)
        for part in walk(expr)
    )


def _growth(expr: Expr) -> int:
    """Return +1 if the value never falls as its one fact grows, -1 if it never rises, else 0."""
    match expr:
        case Fact():
            return 1
        case Const():
            return 0
        case Arithmetic(op, left, right):
            return _growth_of_arithmetic(op, left, right)
        case Call(function, arguments):
            rules = FUNCTIONS[function].growth
            if not rules:
                return 0
            signs = [
                rules[min(i, len(rules) - 1)] * _growth(part)
                for i, part in enumerate(arguments)
                if facts_in(part)
            ]
            return signs[0] if signs and all(sign == signs[0] for sign in signs) else 0
        case _:
            return 0


def _growth_of_arithmetic(op: str, left: Expr, right: Expr) -> int:
    if facts_in(left) and facts_in(right):
        return 0
    constant_first = not facts_in(left)
    constant, other = (left, right) if constant_first else (right, left)
    growth = _growth(other)
    if op == "+":
        return growth
    if op == "-":
        return -growth if constant_first else growth
    if not isinstance(constant, Const) or (op == "/" and constant_first):
        return 0
    sign = 1 if constant.value > 0 else -1 if constant.value < 0 else 0  # type: ignore[operator]
    return growth * sign


def _line(expr: Expr) -> tuple[Number, Number] | None:
    """Return (slope, start) of a linear expression of one number, or None."""
    match expr:
        case Fact():
            return 1, 0
        case Arithmetic(op, left, Const(value)) if _is_figure(value):
            inner = _line(left)
            return None if inner is None else _moved(op, inner, value, flipped=False)
        case Arithmetic(op, Const(value), right) if _is_figure(value):
            inner = _line(right)
            return None if inner is None else _moved(op, inner, value, flipped=True)
        case _:
            return None


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def _moved(
    op: str, line: tuple[Number, Number], by: Any, *, flipped: bool
) -> tuple[Number, Number] | None:
    slope, start = line
    match op:
        case "+":
            return slope, start + by
        case "-":
            return (-slope, by - start) if flipped else (slope, start - by)
        case "*":
            return (slope * by, start * by) if by else None
        case _:
            if flipped or by == 0:
                return None
            return Fraction(slope) / by, Fraction(start) / by
