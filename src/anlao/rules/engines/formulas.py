"""Amounts that depend on numbers: exact arithmetic on whole columns.

A column is numerators over one denominator, in 64-bit integers while they provably fit; whatever
does not fit, and whatever is no plain arithmetic, is worked out once per distinct combination of
facts by the plain evaluator. Both are exact, so both give the same fen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.evaluator import Evaluator
from anlao.rules.language.tree import Arithmetic, Call, Const, Expr, Fact, facts_in
from anlao.rules.people.columns import UNKNOWN_NUMBER, Array, FactColumn
from anlao.rules.quantities import Rounding, whole
from anlao.rules.rulebook.model import is_number

Columns = Mapping[tuple[str, int], FactColumn]
_LIMIT = 2**62


class _TooLarge(Exception):
    """Numbers that may not fit 64 bits, or an operation that columns do not have."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Exact values ``tops / bottom``; ``most`` bounds the size of the tops."""

    tops: Array
    bottom: int
    most: int


def distinct_values(
    expr: Expr, columns: Columns, count: int, context: Context
) -> tuple[list[Any], Array]:
    """Return the values of an expression, and each subject's index among them.

    One evaluation per combination of facts that occurs; unknown where facts are missing.
    """
    names = dict.fromkeys((fact.name, fact.shift) for fact in facts_in(expr))
    present = {key: columns[key] for key in names if key in columns}
    first, inverse = _combinations(list(present.values()), count)
    return [_one(expr, present, int(row), context) for row in first], inverse


def _combinations(columns: Sequence[FactColumn], count: int) -> tuple[Array, Array]:
    """Return the first row of each combination of values, and each row's combination."""
    key = np.zeros(count, np.int64)
    size = 1
    for column in columns:
        if column.spec.type == "rows":
            return np.arange(count), np.arange(count)
        values, codes = np.unique(column.data, return_inverse=True)
        if size * len(values) >= _LIMIT:
            _, key = np.unique(key, return_inverse=True)
            size = int(key.max(initial=0)) + 1
        key = key * len(values) + codes.reshape(-1)
        size *= len(values)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


def _one(expr: Expr, columns: Columns, row: int, context: Context) -> Any:
    by_shift: dict[int, dict[str, Any]] = {}
    for (name, shift), column in columns.items():
        value = column.value(row)
        if value is not None:
            by_shift.setdefault(shift, {})[name] = value
    return Evaluator(lambda shift: by_shift.get(shift, {})).value(expr, context)


def fen_of(
    expr: Expr, rounding: Rounding, columns: Columns, rows: Array, context: Context
) -> tuple[Array, list[int]]:
    """Return fen for the given rows, and positions (in rows) whose amount cannot be computed."""
    try:
        numbers = _Arithmetic(columns, rows).numbers(expr)
        return np.broadcast_to(_rounded(numbers, rounding), len(rows)), []
    except _TooLarge:
        taken = {key: column.taken(rows) for key, column in columns.items() if _used(expr, key)}
        values, inverse = distinct_values(expr, taken, len(rows), context)
    computable = [is_number(value) for value in values]
    of_value = [
        rounding.fen(value) if fine else 0 for value, fine in zip(values, computable, strict=True)
    ]
    failed = np.flatnonzero(~np.array(computable, bool)[inverse])
    return np.array(of_value, np.int64)[inverse], [int(index) for index in failed]


def _used(expr: Expr, key: tuple[str, int]) -> bool:
    return any((fact.name, fact.shift) == key for fact in facts_in(expr))


class _Arithmetic:
    """Evaluates plain arithmetic over number columns."""

    def __init__(self, columns: Columns, rows: Array) -> None:
        self.columns = columns
        self.rows = rows

    def numbers(self, expr: Expr) -> _Numbers:
        match expr:
            case Const(value) if isinstance(value, int | Fraction):
                exact = Fraction(value)
                tops = np.array(exact.numerator, np.int64)
                return _fits(tops, exact.denominator, abs(exact.numerator))
            case Fact(name, shift):
                return self._fact(name, shift)
            case Arithmetic(op, left, right):
                return _combined(op, self.numbers(left), self.numbers(right), right)
            case Call("min" | "max" as function, arguments):
                parts = [self.numbers(argument) for argument in arguments]
                result = parts[0]
                for part in parts[1:]:
                    a, b = _aligned(result, part)
                    pick = np.minimum if function == "min" else np.maximum
                    result = _Numbers(pick(a.tops, b.tops), a.bottom, max(a.most, b.most))
                return result
            case Call("ceil" | "floor" | "round" as function, arguments):
                return self._stepped(function, arguments)
        raise _TooLarge

    def _fact(self, name: str, shift: int) -> _Numbers:
        column = self.columns.get((name, shift))
        if column is None or column.data.dtype != np.int64:
            raise _TooLarge
        tops = column.data[self.rows]
        if len(tops) and int(tops.max()) == int(UNKNOWN_NUMBER):
            raise _TooLarge
        most = max(abs(int(tops.max())), abs(int(tops.min()))) if len(tops) else 0
        return _fits(tops, column.scale, most)

    def _stepped(self, function: str, arguments: tuple[Expr, ...]) -> _Numbers:
        step = Fraction(1)
        if len(arguments) > 1:
            if not isinstance(arguments[1], Const):
                raise _TooLarge
            step = Fraction(arguments[1].value)  # type: ignore[arg-type]
        value = self.numbers(arguments[0])
        mode = {"ceil": "up", "floor": "down", "round": "half_up"}[function]
        units = _units(value, step, mode)
        most = int(np.abs(units).max(initial=0))
        return _fits(units * step.numerator, step.denominator, most * abs(step.numerator))


def _fits(tops: Array, bottom: int, most: int) -> _Numbers:
    if most >= _LIMIT or bottom >= _LIMIT:
        raise _TooLarge
    return _Numbers(tops, bottom, most)


def _aligned(a: _Numbers, b: _Numbers) -> tuple[_Numbers, _Numbers]:
    bottom = lcm(a.bottom, b.bottom)
    return _scaled(a, bottom), _scaled(b, bottom)


def _scaled(numbers: _Numbers, bottom: int) -> _Numbers:
    factor = bottom // numbers.bottom
    if numbers.most * factor >= _LIMIT:
        raise _TooLarge
    return _fits(numbers.tops * factor, bottom, numbers.most * factor)


def _combined(op: str, a: _Numbers, b: _Numbers, right: Expr) -> _Numbers:
    if op in ("+", "-"):
        x, y = _aligned(a, b)
        if x.most + y.most >= _LIMIT:
            raise _TooLarge
        tops = x.tops + y.tops if op == "+" else x.tops - y.tops
        return _fits(tops, x.bottom, x.most + y.most)
    if op == "*":
        if a.most * b.most >= _LIMIT:
            raise _TooLarge
        return _fits(a.tops * b.tops, a.bottom * b.bottom, a.most * b.most)
    if (
        not isinstance(right, Const)
        or not isinstance(right.value, int | Fraction)
        or right.value <= 0
    ):
        raise _TooLarge
    divisor = Fraction(right.value)
    if a.most * divisor.denominator >= _LIMIT:
        raise _TooLarge
    return _fits(
        a.tops * divisor.denominator, a.bottom * divisor.numerator, a.most * divisor.denominator
    )


def _units(numbers: _Numbers, step: Fraction, mode: str) -> Array:
    """Return how many steps each value is, rounded."""
    top_factor, bottom = step.denominator, numbers.bottom * step.numerator
    if numbers.most * top_factor * 2 + bottom >= _LIMIT or bottom * 2 >= _LIMIT:
        raise _TooLarge
    units: Array
    if top_factor % bottom == 0:  # whole steps: nothing to round
        units = numbers.tops * (top_factor // bottom)
        return units
    tops = numbers.tops * top_factor
    match mode:
        case "up":
            units = -np.floor_divide(-tops, bottom)
        case "half_up":
            size = np.floor_divide(np.abs(tops) * 2 + bottom, 2 * bottom)
            units = np.where(tops >= 0, size, -size)
        case _:
            units = np.floor_divide(tops, bottom)
    if mode == "half_even":
        rest = (tops - units * bottom) * 2
        units = units + ((rest > bottom) | ((rest == bottom) & (units % 2 == 1)))
    return units


def _rounded(numbers: _Numbers, rounding: Rounding) -> Array:
    """Return whole fen: one rounding to the provision's step, which is itself whole fen."""
    step = Fraction(rounding.step)
    fen_per_step = whole(step * 100)
    assert isinstance(fen_per_step, int)
    return _units(numbers, step, rounding.mode) * fen_per_step
