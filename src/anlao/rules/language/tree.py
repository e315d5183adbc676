"""The tree of an expression: frozen nodes, one idea each. Equal trees are equal values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Literal


class NoneValue:
    """The value of a fact that does not exist (no death date, no disability grade)."""

    def __repr__(self) -> str:
        return "none"


NONE: Final = NoneValue()
Constant = bool | int | Fraction | str | date | NoneValue
CompareOp = Literal["==", "!=", "<", "<=", ">", ">="]
ArithmeticOp = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Const:
    """A literal value; texts are values of an enum or codes."""

    value: Constant


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, before it is resolved."""

    name: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the subject, as of ``shift`` months from the month decided."""

    name: str
    shift: int = 0


@dataclass(frozen=True, slots=True)
class RowFact:
    """A fact of the row that an aggregate is looking at."""

    name: str


@dataclass(frozen=True, slots=True)
class Defined:
    """A named definition."""

    name: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A time name such as ``first_day`` or ``year``."""

    name: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure, looked up by one key per axis; ``on`` picks the version of another day."""

    name: str
    keys: tuple[Expr, ...] = ()
    on: Expr | None = None


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expr


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    op: CompareOp
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Among:
    """Whether a value is one of several."""

    operand: Expr
    choices: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    op: ArithmeticOp
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Call:
    """A built-in function; see ``functions.py`` for the closed list."""

    function: str
    arguments: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Arm:
    """One rung of a ladder; ``condition`` None is *otherwise*."""

    condition: Expr | None
    value: Expr
    id: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Decision ladder: the first arm whose condition holds gives the value.

    ``exclusive``: its author says that at most one arm fits anybody; the check proves it.
    """

    arms: tuple[Arm, ...]
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Shifted:
    """An expression as of another month."""

    months: int
    operand: Expr


@dataclass(frozen=True, slots=True)
class Outcome:
    """Another provision's result: ``granted`` (truth value) or ``amount_of`` (yuan)."""

    kind: Literal["granted", "amount_of"]
    provision: str


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A figure over the subject's own rows."""

    kind: Literal["count", "sum", "any", "all", "highest", "lowest"]
    rows: Fact
    value: Expr | None
    condition: Expr | None


@dataclass(frozen=True, slots=True)
class Discretion:
    """A question that only a person can answer; always unknown, named by its id."""

    id: str


Expr = (
    Const
    | Name
    | Fact
    | RowFact
    | Defined
    | Clock
    | Parameter
    | Not
    | And
    | Or
    | Compare
    | Among
    | Arithmetic
    | Call
    | Ladder
    | Shifted
    | Outcome
    | Aggregate
    | Discretion
)

TRUE: Final = Const(True)


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the direct parts of an expression, in reading order."""
    match expr:
        case Not(operand) | Shifted(_, operand):
            return (operand,)
        case And(operands) | Or(operands):
            return operands
        case Compare(_, left, right) | Arithmetic(_, left, right):
            return (left, right)
        case Among(operand, choices):
            return (operand, *choices)
        case Call(_, arguments):
            return arguments
        case Parameter(_, keys, on):
            return keys if on is None else (*keys, on)
        case Ladder(arms, _):
            return tuple(part for arm in arms for part in (arm.condition, arm.value) if part)
        case Aggregate(_, rows, value, condition):
            return tuple(part for part in (rows, value, condition) if part)
        case _:
            return ()


def walk(expr: Expr) -> list[Expr]:
    """Return the expression and all its parts, parents first."""
    found = [expr]
    for part in found:
        found.extend(children(part))
    return found


def facts_in(expr: Expr) -> list[Fact]:
    """Return the facts an expression looks at, once each, in reading order."""
    seen: dict[Fact, None] = {}
    for part in walk(expr):
        if isinstance(part, Fact):
            seen[part] = None
    return list(seen)
