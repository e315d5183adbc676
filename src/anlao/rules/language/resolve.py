"""Names find their meaning and types are checked; the result is a tree without bare names.

``age >= 80`` -> ``Compare(">=", Call("completed_years", (Fact("birth_date"), Clock("age_day"))), Const(80))``
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from anlao.rules.facts import FactSpec
from anlao.rules.language.functions import CLOCK_NAMES, FUNCTIONS
from anlao.rules.language.tree import (
    NONE,
    Aggregate,
    Among,
    And,
    Arithmetic,
    Arm,
    Call,
    Clock,
    Compare,
    Const,
    Defined,
    Discretion,
    Expr,
    Fact,
    Ladder,
    Name,
    NoneValue,
    Not,
    Or,
    Outcome,
    Parameter,
    RowFact,
    Shifted,
)

_AGGREGATES = ("count", "sum", "any", "all", "highest", "lowest")
_SUM_LIMIT = 60
AGE_SETTING = "age_in_month_of_death"


@dataclass(frozen=True, slots=True)
class Type:
    """bool, number, date, choice (of ``values``; None: any text), division, rows, text, none, any."""

    kind: str
    values: frozenset[str] | None = None

    def __str__(self) -> str:
        names = {
            "bool": "a truth value",
            "number": "a number",
            "date": "a date",
            "division": "a division code",
            "rows": "a list of rows",
            "none": "none",
        }
        if self.kind == "choice" and self.values:
            return "one of " + ", ".join(sorted(self.values))
        return names.get(self.kind, self.kind)


BOOL, NUMBER, DATE, NOTHING, ANY = (
    Type(kind) for kind in ("bool", "number", "date", "none", "any")
)
_FACT_TYPES = {
    "bool": BOOL,
    "level": NUMBER,
    "integer": NUMBER,
    "number": NUMBER,
    "money": NUMBER,
    "date": DATE,
}


@dataclass(frozen=True, slots=True)
class TableShape:
    """The keys and the value type of a parameter."""

    axes: tuple[tuple[str, tuple[str, ...]], ...]
    gives: Type


class Scope(Protocol):
    """The names an expression may use."""

    @property
    def facts(self) -> Mapping[str, FactSpec]: ...
    @property
    def provisions(self) -> Collection[str]: ...
    @property
    def names(self) -> Collection[str]: ...
    def table(self, name: str) -> TableShape | None: ...
    def definition(self, name: str) -> Type | None: ...


Report = Callable[[str, str, str], None]
Hint = Callable[[str, Collection[str]], str]


def fact_type(spec: FactSpec) -> Type:
    """Return the type of a fact in expressions."""
    if spec.type == "enum":
        return Type("choice", frozenset(spec.values))
    return _FACT_TYPES.get(spec.type, Type(spec.type))


class Resolver:
    """Resolves one expression; problems go to ``report(code, message, hint)``."""

    def __init__(self, scope: Scope, report: Report, hint: Hint) -> None:
        self.scope = scope
        self.report = report
        self.hint = hint
        self.row: Mapping[str, FactSpec] | None = None

    def resolve(self, expr: Expr, *wanted: str) -> tuple[Expr, Type]:
        """Return the tree with names resolved, and its type; report if it is none of ``wanted``."""
        found, kind = self._resolve(expr)
        if wanted and kind.kind not in (*wanted, "any"):
            expected = " or ".join(str(Type(name)) for name in wanted)
            self.report("T001", f"expected {expected}, found {kind}", "")
            return found, ANY
        return found, kind

    def _resolve(self, expr: Expr) -> tuple[Expr, Type]:
        match expr:
            case Const(value):
                return expr, _constant_type(value)
            case Name(name):
                return self._name(name)
            case Not(operand):
                return Not(self.resolve(operand, "bool")[0]), BOOL
            case And(operands):
                return And(tuple(self.resolve(part, "bool")[0] for part in operands)), BOOL
            case Or(operands):
                return Or(tuple(self.resolve(part, "bool")[0] for part in operands)), BOOL
            case Compare():
                return self._compare(expr), BOOL
            case Among():
                return self._among(expr), BOOL
            case Arithmetic(op, left, right):
                a, b = self.resolve(left, "number")[0], self.resolve(right, "number")[0]
                if op == "/" and b == Const(0):
                    self.report("T004", "division by zero", "")
                return Arithmetic(op, a, b), NUMBER
            case Ladder(arms, exclusive):
                return self._ladder(arms, exclusive)
            case Parameter(name, keys, _):
                return self._table(name, keys)
            case Call(function, arguments):
                return self._call(function, arguments)
            case _:
                return expr, BOOL if isinstance(expr, Discretion) else ANY

    def _name(self, name: str) -> tuple[Expr, Type]:
        if self.row is not None and name in self.row:
            return RowFact(name), fact_type(self.row[name])
        if name in self.scope.facts:
            return Fact(name), fact_type(self.scope.facts[name])
        if (defined := self.scope.definition(name)) is not None:
            return Defined(name), defined
        if (table := self.scope.table(name)) is not None:
            if table.axes:
                self.report("T002", f"{name} is a table", f"write {name}[…], one key per axis")
                return Parameter(name), ANY
            return Parameter(name), table.gives
        if name in CLOCK_NAMES:
            return Clock(name), Type(CLOCK_NAMES[name])
        if name == "age":
            return self._age_completed()
        if name == "nominal_age":
            return self._age("nominal_years", Clock("first_day"))
        known = [*self.scope.names, *self.scope.facts, *CLOCK_NAMES, "age", "nominal_age"]
        if self.row is not None:
            known.extend(self.row)
        self.report("N001", f"unknown name {name}", self.hint(name, known))
        return Const(NONE), ANY

    def _age(self, function: str, day: Expr) -> tuple[Expr, Type]:
        if "birth_date" not in self.scope.facts:
            self.report("N001", "age needs the fact birth_date, which this subject does not have", "")
        return Call(function, (Fact("birth_date"), day)), NUMBER

    def _age_completed(self) -> tuple[Expr, Type]:
        """``age``: completed years on the reference day, or on the day of death if that came first.

        Somebody who dies in the month of a birthday, before it, never completes that year.
        """
        on_day, kind = self._age("completed_years", Clock("age_day"))
        if "death_date" not in self.scope.facts or self.scope.table(AGE_SETTING) is None:
            return on_day, kind
        death = Fact("death_date")
        died_before = And(
            (
                Compare("==", Parameter(AGE_SETTING), Const("at_death")),
                Compare("<", death, Clock("age_day")),
            )
        )
        at_death = Call("completed_years", (Fact("birth_date"), death))
        return Ladder((Arm(died_before, at_death), Arm(None, on_day))), kind

    def _literal(self, expr: Expr, other: Type) -> Expr:
        """A bare word beside a choice is one of its values, unless it is a name of its own."""
        if isinstance(expr, Name) and other.kind == "choice" and not self._is_name(expr.name):
            return Const(expr.name)
        if expr == Const(NONE) and other.values and "none" in other.values:
            return Const("none")
        return expr

    def _is_name(self, name: str) -> bool:
        return (
            name in self.scope.facts
            or name in CLOCK_NAMES
            or (self.row is not None and name in self.row)
            or self.scope.definition(name) is not None
            or self.scope.table(name) is not None
        )

    def _peek(self, expr: Expr) -> Type:
        """Return the type of a side that is certainly not a bare value, without reporting."""
        if isinstance(expr, Name) and not self._is_name(expr.name):
            return ANY if expr.name not in ("age", "nominal_age") else NUMBER
        quiet = Resolver(self.scope, lambda *_: None, self.hint)
        quiet.row = self.row
        return quiet._resolve(expr)[1]

    def _compare(self, expr: Compare) -> Expr:
        left = self._literal(expr.left, self._peek(expr.right))
        right = self._literal(expr.right, self._peek(expr.left))
        a, a_type = self._resolve(left)
        b, b_type = self._resolve(right)
        self._comparable(expr.op, a, a_type, b, b_type)
        return Compare(expr.op, a, b)

    def _comparable(self, op: str, a: Expr, a_type: Type, b: Expr, b_type: Type) -> None:
        kinds = {a_type.kind, b_type.kind} - {"any"}
        if op in ("==", "!="):
            kinds -= {"none"}
        elif kinds & {"bool", "choice", "division", "none", "rows", "text"}:
            bad = a_type if a_type.kind not in ("number", "date", "any") else b_type
            self.report("T001", f"{op} compares numbers or dates, not {bad}", "use == or in […]")
            return
        if len(kinds) > 1:
            self.report("T001", f"cannot compare {a_type} with {b_type}", "")
        for side, other in ((a, b_type), (b, a_type)):
            self._value_of(side, other)

    def _value_of(self, side: Expr, other: Type) -> None:
        if isinstance(side, Const) and isinstance(side.value, str) and other.kind == "choice":
            if other.values is not None and side.value not in other.values:
                self.report(
                    "N002", f"{side.value!r} is no value here", self.hint(side.value, other.values)
                )

    def _among(self, expr: Among) -> Expr:
        operand, kind = self._resolve(expr.operand)
        choices: list[Expr] = []
        for choice in expr.choices:
            found, found_type = self._resolve(self._literal(choice, kind))
            self._comparable("==", operand, kind, found, found_type)
            choices.append(found)
        if not choices:
            self.report("T003", "in [] never holds", "list at least one value")
        return Among(operand, tuple(choices))

    def _ladder(self, arms: tuple[Arm, ...], exclusive: bool) -> tuple[Expr, Type]:
        found: list[Arm] = []
        kind = ANY
        for index, arm in enumerate(arms):
            condition = arm.condition and self.resolve(arm.condition, "bool")[0]
            value, value_type = self._resolve(arm.value)
            kind = self._joined(kind, value_type)
            found.append(Arm(condition, value, arm.id, arm.unit))
            if arm.condition is None and index < len(arms) - 1:
                self.report("C003", "arms after otherwise can never fit", "move otherwise to the end")
        return Ladder(tuple(found), exclusive), kind

    def _joined(self, a: Type, b: Type) -> Type:
        if a.kind in ("any", "none"):
            return b if b.kind != "none" or a.kind == "any" else a
        if b.kind in ("any", "none"):
            return a
        if a.kind != b.kind:
            self.report("T001", f"arms give {a} and {b}", "all arms must give the same type")
        if a.kind == "choice":
            both = None if a.values is None or b.values is None else a.values | b.values
            return Type("choice", both)
        return a

    def _table(self, name: str, keys: tuple[Expr, ...]) -> tuple[Expr, Type]:
        table = self.scope.table(name)
        if table is None:
            what = "is no table" if self._is_name(name) else "is an unknown table"
            self.report("N001", f"{name} {what}", self.hint(name, self.scope.names))
            return Const(NONE), ANY
        if len(keys) != len(table.axes):
            self.report("T002", f"{name} takes {len(table.axes)} key(s), found {len(keys)}", "")
            return Parameter(name), ANY
        found = tuple(self._key(key, axis) for key, axis in zip(keys, table.axes, strict=True))
        return Parameter(name, found), table.gives

    def _key(self, key: Expr, axis: tuple[str, tuple[str, ...]]) -> Expr:
        kind, values = axis
        if kind == "enum":
            wanted = Type("choice", frozenset(values) if values else None)
            found, found_type = self._resolve(self._literal(key, wanted))
            if found_type.kind not in ("choice", "any", "none"):
                self.report("T001", f"expected {wanted} as key, found {found_type}", "")
            self._value_of(found, wanted)
            return found
        return self.resolve(key, "bool" if kind == "bool" else "number", "none")[0]

    def _call(self, function: str, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        special = _SPECIAL.get(function)
        if special is not None:
            return special(self, arguments)
        if function in _AGGREGATES:
            return self._aggregate(function, arguments)
        spec = FUNCTIONS.get(function)
        if spec is None or function in ("completed_years", "nominal_years"):
            known = [*FUNCTIONS, *_SPECIAL, *_AGGREGATES]
            self.report("N001", f"unknown function {function}", self.hint(function, known))
            return Const(NONE), ANY
        least, most = len(spec.takes) - spec.optional, len(spec.takes)
        if not (least <= len(arguments) and (spec.many or len(arguments) <= most)):
            self.report("T002", f"{function} takes {least} argument(s), found {len(arguments)}", "")
            return Const(NONE), ANY
        return self._checked_call(function, arguments)

    def _checked_call(self, function: str, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        spec = FUNCTIONS[function]
        found: list[Expr] = []
        kind = ANY
        for index, argument in enumerate(arguments):
            wanted = spec.takes[min(index, len(spec.takes) - 1)]
            if wanted == "same":
                value, value_type = self.resolve(argument, "number", "date", "none")
                kind = self._joined(kind, value_type)
            elif wanted == "text":
                value, _ = self.resolve(argument, "choice")
            else:
                value, _ = self.resolve(argument, wanted, "none")
            found.append(value)
        gives = kind if spec.gives == "same" else Type(spec.gives)
        return Call(function, tuple(found)), gives

    def _counted(self, function: str, arguments: tuple[Expr, ...], *counts: int) -> bool:
        if len(arguments) in counts:
            return True
        wanted = " or ".join(str(count) for count in counts)
        self.report("T002", f"{function} takes {wanted} argument(s), found {len(arguments)}", "")
        return False

    def _age_on(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        if not self._counted("age_on", arguments, 1):
            return Const(NONE), ANY
        return self._age("completed_years", self.resolve(arguments[0], "date", "none")[0])

    def _nominal_age_on(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        if not self._counted("nominal_age_on", arguments, 1):
            return Const(NONE), ANY
        return self._age("nominal_years", self.resolve(arguments[0], "date", "none")[0])

    def _in_month(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        if not self._counted("in_month", arguments, 1):
            return Const(False), BOOL
        day = self.resolve(arguments[0], "date", "none")[0]
        first, last = Clock("first_day"), Clock("last_day")
        return And((Compare(">=", day, first), Compare("<=", day, last))), BOOL

    def _at_month(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        if not self._counted("at_month", arguments, 2):
            return Const(NONE), ANY
        operand, kind = self._resolve(arguments[1])
        return Shifted(self._whole("at_month", arguments[0]), operand), kind

    def _sum_months(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        if not self._counted("sum_months", arguments, 3):
            return Const(NONE), ANY
        first, last = (self._whole("sum_months", part) for part in arguments[:2])
        operand, _ = self.resolve(arguments[2], "number")
        if not first <= last or last - first >= _SUM_LIMIT:
            self.report("T003", f"sum_months({first}, {last}) is no span of 1-{_SUM_LIMIT} months", "")
            return Const(0), NUMBER
        total: Expr = Shifted(first, operand)
        for months in range(first + 1, last + 1):
            total = Arithmetic("+", total, Shifted(months, operand))
        return total, NUMBER

    def _whole(self, function: str, expr: Expr) -> int:
        if isinstance(expr, Const) and isinstance(expr.value, int) and abs(expr.value) <= 1200:
            return int(expr.value)
        self.report("T003", f"{function} takes whole numbers of months, written out", "")
        return 0

    def _rate_on(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        if not self._counted("rate_on", arguments, 2):
            return Const(NONE), ANY
        table, kind = self._resolve(arguments[0])
        day = self.resolve(arguments[1], "date", "none")[0]
        if not isinstance(table, Parameter):
            self.report("T003", "rate_on takes a parameter first", "rate_on(table[keys], day)")
            return Const(NONE), ANY
        return Parameter(table.name, table.keys, day), kind

    def _has_rate(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        match arguments:
            case (Name(name),) | (Const(str() as name),) | (Parameter(name, _, _),):
                if self.scope.table(name) is None:
                    self.report(
                        "N001", f"unknown parameter {name}", self.hint(name, self.scope.names)
                    )
                return Call("has_rate", (Const(name),)), BOOL
        self.report("T003", "has_rate takes the name of a parameter", "has_rate(dibao_standard)")
        return Const(False), BOOL

    def _granted(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        return self._outcome("granted", arguments), BOOL

    def _amount_of(self, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        return self._outcome("amount_of", arguments), NUMBER

    def _outcome(self, kind: str, arguments: tuple[Expr, ...]) -> Expr:
        match arguments:
            case (Const(str() as provision),):
                if provision not in self.scope.provisions:
                    self.report(
                        "N001",
                        f"unknown provision {provision}",
                        self.hint(provision, self.scope.provisions),
                    )
                return Outcome(kind, provision)  # type: ignore[arg-type]
        self.report("T003", f"{kind} takes a provision id in quotes", f'{kind}("old-age-allowance")')
        return Const(False if kind == "granted" else 0)

    def _aggregate(self, kind: str, arguments: tuple[Expr, ...]) -> tuple[Expr, Type]:
        gives = BOOL if kind in ("any", "all") else NUMBER
        counts = {"count": (1, 2), "any": (2,), "all": (2,)}.get(kind, (2, 3))
        if not self._counted(kind, arguments, *counts):
            return Const(NONE), ANY
        rows, rows_type = self._resolve(arguments[0])
        if rows_type.kind != "rows" or not isinstance(rows, Fact):
            self.report("T001", f"{kind} takes a list of rows first, found {rows_type}", "")
            return Const(NONE), ANY
        outer, self.row = self.row, self.scope.facts[rows.name].rows
        value, condition = self._aggregate_parts(kind, arguments)
        self.row = outer
        return Aggregate(kind, rows, value, condition), gives  # type: ignore[arg-type]

    def _aggregate_parts(
        self, kind: str, arguments: tuple[Expr, ...]
    ) -> tuple[Expr | None, Expr | None]:
        if kind in ("count", "any", "all"):
            condition = self.resolve(arguments[1], "bool")[0] if len(arguments) > 1 else None
            return None, condition
        value = self.resolve(arguments[1], "number")[0]
        condition = self.resolve(arguments[2], "bool")[0] if len(arguments) > 2 else None
        return value, condition


_SPECIAL: dict[str, Callable[[Resolver, tuple[Expr, ...]], tuple[Expr, Type]]] = {
    "age_on": Resolver._age_on,
    "nominal_age_on": Resolver._nominal_age_on,
    "in_month": Resolver._in_month,
    "at_month": Resolver._at_month,
    "sum_months": Resolver._sum_months,
    "rate_on": Resolver._rate_on,
    "has_rate": Resolver._has_rate,
    "granted": Resolver._granted,
    "amount_of": Resolver._amount_of,
}


def _constant_type(value: object) -> Type:
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, int | Fraction):
        return NUMBER
    if isinstance(value, date):
        return DATE
    if isinstance(value, NoneValue):
        return NOTHING
    return Type("choice", frozenset({str(value)}))
