"""Values and what is done with them. An unknown value names its cause."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from anlao.rules.language.tree import NONE, NoneValue
from anlao.rules.quantities import Number, whole


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not known, for want of these facts, ``rate:NAME`` figures or ``discretion:ID`` decisions."""

    missing: frozenset[str]


@dataclass(frozen=True, slots=True)
class Void:
    """No value can exist: ``not_in_force`` (no figure in force) or ``division_by_zero``."""

    reason: str


NOT_IN_FORCE: Final = Void("not_in_force")
DIVISION_BY_ZERO: Final = Void("division_by_zero")
_OPERATIONS: dict[str, Callable[[Number, Number], Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda left, right: Fraction(left) / right,
}
Constant = bool | int | Fraction | str | date | NoneValue
Value = Constant | Unknown | Void


def special(*values: Any) -> Unknown | Void | None:
    """Return what makes a result of these values no value: void first, then all that is unknown."""
    missing: frozenset[str] = frozenset()
    for value in values:
        if isinstance(value, Void):
            return value
        if isinstance(value, Unknown):
            missing |= value.missing
    return Unknown(missing) if missing else None


def arithmetic(op: str, left: Any, right: Any) -> Value:
    """Return an exact sum, difference, product or quotient; none with anything is none."""
    if (found := special(left, right)) is not None:
        return found
    if isinstance(left, NoneValue) or isinstance(right, NoneValue):
        return NONE
    if op == "/" and right == 0:
        return DIVISION_BY_ZERO
    result: Value = whole(_OPERATIONS[op](left, right))
    return result


def compare(op: str, left: Any, right: Any) -> Value:
    """Return a truth value. A value that is none equals only none and has no order."""
    if (found := special(left, right)) is not None:
        return found
    if left is NONE or right is NONE:
        same = left is right
        return same if op == "==" else (not same if op == "!=" else False)
    match op:
        case "==":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)


def negation(operand: Any) -> Value:
    if isinstance(operand, Unknown | Void):
        return operand
    return operand is not True


def conjunction(operands: list[Any]) -> Value:
    """Return false if any is false, whatever else is unknown."""
    if any(value is False or value is NONE for value in operands):
        return False
    return special(*operands) or True


def disjunction(operands: list[Any]) -> Value:
    """Return true if any is true, whatever else is unknown."""
    if any(value is True for value in operands):
        return True
    return special(*operands) or False
