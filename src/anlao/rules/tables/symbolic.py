"""Expression -> diagram: the evaluator run on all subjects at once.

Where the plain evaluator would look at a fact, this one asks about it: a listed value is one
question with one branch a value; a date or a number is asked only whether it passes a limit.
What stays open is a *residue*: an expression over numbers that the columns compute later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.evaluator import Evaluator
from anlao.rules.evaluation.values import (
    Unknown,
    Void,
    arithmetic,
    compare,
    special,
)
from anlao.rules.facts import FactSpec
from anlao.rules.language.functions import FUNCTIONS
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
    Shifted,
    walk,
)
from anlao.rules.periods import EARLIEST_DAY
from anlao.rules.quantities import Number, whole
from anlao.rules.tables.diagram import Diagram
from anlao.rules.tables.limits import Limits
from anlao.rules.tables.variables import Atom, Questions, Turning, domain


@dataclass(frozen=True, slots=True)
class Residue:
    """A value that depends on numbers or dates of the subject: computed, not tabled."""

    expr: Expr


class Symbolic:
    """Builds diagrams for the expressions of one subject kind in one store."""

    def __init__(
        self,
        facts: dict[str, FactSpec],
        questions: Questions,
        outcome_of: Any,
        base: Context,
        *,
        months_open: bool = False,
    ) -> None:
        self.base = base
        self.months_open = months_open
        self.noted: dict[Expr, Any] = {}
        self.turnings: dict[Turning, date | bool] = {}
        self.facts = facts
        self.questions = questions
        self.diagrams = questions.diagrams
        self.outcome_of = outcome_of
        self._definitions: dict[tuple[str, int, str], Diagram] = {}
        self.true, self.false = self.leaf(True), self.leaf(False)

    def leaf(self, value: Any) -> Diagram:
        return self.diagrams.leaf(value)

    def diagram(self, expr: Expr, context: Context) -> Diagram:
        """Return the diagram of an expression's value in a month."""
        match expr:
            case Const(value):
                return self.leaf(value)
            case Fact(name, shift):
                return self.fact(name, context.shift + shift)
            case Compare(op, left, right):
                return self.compared(
                    op, self.diagram(left, context), self.diagram(right, context), context
                )
            case And(operands):
                return self.all_of([self.diagram(part, context) for part in operands])
            case Or(operands):
                return self.any_of([self.diagram(part, context) for part in operands])
            case Not(operand):
                return self.opposite(self.diagram(operand, context))
            case Among(operand, choices):
                held = self.diagram(operand, context)
                tests = [
                    self.compared("==", held, self.diagram(c, context), context) for c in choices
                ]
                return self.any_of(tests)
            case Arithmetic(op, left, right):
                return self.diagrams.both(
                    self.diagram(left, context),
                    self.diagram(right, context),
                    lambda a, b: self.leaf(arithmetic_on(op, a, b)),
                )
            case Call(function, arguments):
                return self.call(function, arguments, context)
            case Parameter(name, keys, on):
                return self.parameter(name, keys, on, context)
            case Ladder():
                return self.ladder(expr, context)
            case Defined(name):
                return self.defined(name, context)
            case Clock(name):
                return self.leaf(Residue(_clock(name, context)))
            case Shifted(months, operand):
                return self.diagram(operand, context.at(months))
            case Outcome():
                return self.outcome_of(expr, context)  # type: ignore[no-any-return]
            case Aggregate():
                return self.aggregate(expr, context)
            case Discretion(identifier):
                return self.questions.ask(Atom("discretion", expr, identifier))
            case _:
                raise AssertionError(f"unresolved {expr}")

    def fact(self, name: str, shift: int) -> Diagram:
        """Return the diagram of a fact; days are days whenever they are looked at."""
        spec = self.facts[name]
        if spec.type in ("bool", "enum", "level"):
            return self.questions.ask(Atom("choice", Fact(name, shift), values=domain(spec)))
        leaf = Fact(name, 0 if spec.type == "date" else shift)
        value = self.leaf(Residue(leaf))
        if not spec.may_be_none:
            return value
        absent = self.questions.ask(Atom("is_none", leaf))
        return self.diagrams.bind(absent, lambda none: self.leaf(NONE) if none else value)

    def defined(self, name: str, context: Context) -> Diagram:
        key = (name, context.shift, context.starts)
        if key not in self._definitions:
            value = context.rulebook.definitions[name].value
            self._definitions[key] = self.diagram(value, context)
        return self._definitions[key]

    def condition(self, test: Expr, context: Context) -> Diagram:
        """Return the diagram of a condition; what only the calendar answers may stay a question.

        So a table of a due month is the table of all months, and only the answer moves.
        """
        if self.months_open and self._is_of_the_calendar(test, context):
            asked = Shifted(context.shift, test) if context.shift else test
            return self.questions.ask(Atom("clock", asked))
        return self.diagram(test, context)

    def _is_of_the_calendar(self, test: Expr, context: Context) -> bool:
        parts = parts_of(test, context)
        if not any(isinstance(part, Clock) for part in parts):
            return False
        if any(isinstance(part, _OF_SUBJECTS) or part == Clock("age_day") for part in parts):
            return False
        return calendar_answer(test, context) is not None

    # logic: false decides an "and" whatever else is unknown, true an "or"

    def all_of(self, operands: list[Diagram]) -> Diagram:
        result = operands[-1]
        for operand in reversed(operands[:-1]):
            result = self.diagrams.bind(operand, partial(self._and, result))
        return result

    def _and(self, rest: Diagram, value: Any) -> Diagram:
        if value is True:
            return rest
        if not isinstance(value, Unknown | Void):
            return self.false
        return self.diagrams.bind(
            rest, lambda other: self.false if other in (False, NONE) else self._worse(value, other)
        )

    def any_of(self, operands: list[Diagram]) -> Diagram:
        result = operands[-1]
        for operand in reversed(operands[:-1]):
            result = self.diagrams.bind(operand, partial(self._or, result))
        return result

    def _or(self, rest: Diagram, value: Any) -> Diagram:
        if value is True:
            return self.true
        if not isinstance(value, Unknown | Void):
            return rest
        return self.diagrams.bind(
            rest, lambda other: self.true if other is True else self._worse(value, other)
        )

    def _worse(self, value: Any, other: Any) -> Diagram:
        return self.leaf(special(value, other))

    def opposite(self, operand: Diagram) -> Diagram:
        def negated(value: Any) -> Diagram:
            if isinstance(value, Unknown | Void):
                return self.leaf(value)
            return self.false if value is True else self.true

        return self.diagrams.bind(operand, negated)

    def folded(self, value: Any) -> Any:
        """Return the constant that time names alone give this month, and note it."""
        if not isinstance(value, Residue) or _has_facts(value):
            return value
        constant = Evaluator(_no_facts).value(value.expr, self.base)
        self.noted[value.expr] = constant
        return constant

    # comparisons become limits

    def compared(self, op: str, left: Diagram, right: Diagram, context: Context) -> Diagram:
        return self.diagrams.both(left, right, lambda a, b: self.compared_values(op, a, b, context))

    def compared_values(self, op: str, a: Any, b: Any, context: Context) -> Diagram:
        if (found := special(a, b)) is not None:
            return self.leaf(found)
        if a is NONE or b is NONE:
            return self.leaf(compare(op, a, b))
        if not (_has_facts(a) or _has_facts(b)):
            return self.leaf(self.folded(Residue(Compare(op, _tree(a), _tree(b)))))  # type: ignore[arg-type]
        if not _has_facts(a):
            a, b, op = b, a, _MIRRORED[op]
        if self._is_code(a.expr):
            return self.questions.ask(Atom("test", Compare(op, a.expr, _tree(b))))  # type: ignore[arg-type]
        expr, limit = _against_constant(a.expr, b, self._is_date(a.expr))
        return Limits(self, context).passed(op, expr, limit)

    def _is_code(self, expr: Expr) -> bool:
        return isinstance(expr, Fact) and self.facts[expr.name].type in ("division", "text")

    def _is_date(self, expr: Expr) -> bool:
        if isinstance(expr, Fact):
            return self.facts[expr.name].type == "date"
        if isinstance(expr, Call) and FUNCTIONS[expr.function].gives == "same":
            return any(self._is_date(part) for part in expr.arguments)
        if isinstance(expr, Const):
            return isinstance(expr.value, date)
        return isinstance(expr, Call) and FUNCTIONS[expr.function].gives == "date"

    # functions, figures, ladders, rows

    def call(self, function: str, arguments: tuple[Expr, ...], context: Context) -> Diagram:
        parts = [self.diagram(argument, context) for argument in arguments]
        return self._applied(function, parts, (), context)

    def _applied(
        self, function: str, parts: list[Diagram], values: tuple[Any, ...], context: Context
    ) -> Diagram:
        if len(values) == len(parts):
            return self._call_on(function, values, context)
        return self.diagrams.bind(
            parts[len(values)],
            lambda value: self._applied(function, parts, (*values, value), context),
        )

    def _call_on(self, function: str, values: tuple[Any, ...], context: Context) -> Diagram:
        if (found := special(*values)) is not None:
            return self.leaf(found)
        if not any(isinstance(value, Residue) for value in values):
            return self.leaf(context.call(function, values))
        if any(value is NONE for value in values):
            return self.leaf(NONE)
        if function == "in_division":
            prefix = values[1] if len(values) > 1 else context.rulebook.division
            if prefix == "":
                return self.true
            return self.questions.ask(Atom("prefix", values[0].expr, prefix))
        return self.leaf(Residue(Call(function, tuple(_tree(value) for value in values))))

    def parameter(
        self, name: str, keys: tuple[Expr, ...], on: Expr | None, context: Context
    ) -> Diagram:
        parts = [self.diagram(key, context) for key in keys]
        if on is None:
            return self._looked_up(name, parts, (), None, context)
        return self.diagrams.bind(
            self.diagram(on, context), lambda day: self._on_day(name, parts, day, context)
        )

    def _on_day(self, name: str, parts: list[Diagram], day: Any, context: Context) -> Diagram:
        if day is NONE or special(day) is not None:
            return self.leaf(special(day) or NONE)
        if not _has_facts(day):
            return self._looked_up(name, parts, (), self.folded(day), context)
        versions = [*context.rates.get(name, ()), *context.rulebook.parameters[name].versions]
        turns = sorted({v.start for v in versions} | {v.until for v in versions if v.until})
        found = self._looked_up(name, parts, (), EARLIEST_DAY, context)
        for turn in turns:
            later = self._looked_up(name, parts, (), turn, context)
            passed = Limits(self, context).passed(">=", day.expr, turn)
            found = self._chosen(passed, later, found)
        return found

    def _chosen(self, test: Diagram, yes: Diagram, no: Diagram) -> Diagram:
        return self.diagrams.bind(test, lambda value: yes if value is True else no)

    def _looked_up(
        self,
        name: str,
        parts: list[Diagram],
        values: tuple[Any, ...],
        day: date | None,
        context: Context,
    ) -> Diagram:
        if len(values) < len(parts):
            return self.diagrams.bind(
                parts[len(values)],
                lambda value: self._looked_up(name, parts, (*values, value), day, context),
            )
        if (found := special(*values)) is not None:
            return self.leaf(found)
        values = tuple(self.folded(value) for value in values)
        for index, value in enumerate(values):
            if isinstance(value, Residue):
                return self._by_residue(name, values, index, day, context)
        return self.leaf(context.look_up(name, values, day))

    def _by_residue(
        self, name: str, values: tuple[Any, ...], index: int, day: date | None, context: Context
    ) -> Diagram:
        """A key that is a number or an age: ask its limits, and look up one key for each band."""
        residue: Residue = values[index]
        version = context.version(name, context.month.first_day if day is None else day)
        samples = sorted(_samples(index, version))
        found = self._sampled(name, values, index, samples[0] - 1 if samples else 0, day, context)
        limits = Limits(self, context)
        for sample in samples:
            at = self._sampled(name, values, index, sample, day, context)
            over = self._sampled(name, values, index, sample + _TINY, day, context)
            found = self._chosen(limits.passed(">=", residue.expr, sample), at, found)
            if over is not at:
                found = self._chosen(limits.passed(">", residue.expr, sample), over, found)
        return found

    def _sampled(
        self,
        name: str,
        values: tuple[Any, ...],
        index: int,
        sample: Number,
        day: date | None,
        context: Context,
    ) -> Diagram:
        keys = (*values[:index], whole(Fraction(sample)), *values[index + 1 :])
        if any(isinstance(key, Residue) for key in keys):
            parts = [self.leaf(key) for key in keys]
            return self._looked_up(name, parts, (), day, context)
        return self.leaf(context.look_up(name, keys, day))

    def ladder(self, ladder: Ladder, context: Context) -> Diagram:
        found = self.leaf(NONE)
        for arm in reversed(ladder.arms):
            value = self.diagram(arm.value, context)
            if arm.condition is None:
                found = value
            else:
                test = self.diagram(arm.condition, context)
                found = self.diagrams.bind(test, partial(self._arm, value, found))
        return found

    def _arm(self, value: Diagram, rest: Diagram, held: Any) -> Diagram:
        if held is True:
            return value
        if isinstance(held, Void):
            return self.leaf(held)
        if isinstance(held, Unknown):
            return self.diagrams.both(
                value,
                rest,
                lambda a, b: self.leaf(a if a == b and type(a) is type(b) else _doubt(held, a, b)),
            )
        return rest

    def aggregate(self, expr: Aggregate, context: Context) -> Diagram:
        leaf = Shifted(context.shift, expr)
        if expr.kind in ("any", "all"):
            return self.questions.ask(Atom("choice", leaf))
        return self.leaf(Residue(leaf))


def parts_of(expr: Expr, context: Context) -> list[Expr]:
    """Return all parts of an expression, through definitions too."""
    found = walk(expr)
    for part in found:
        if isinstance(part, Defined):
            found.extend(walk(context.rulebook.definitions[part.name].value))
    return found


def calendar_answer(test: Expr, context: Context) -> bool | None:
    """Return what the calendar says, or None where it cannot say."""
    answer = Evaluator(_no_facts).value(test, context)
    return answer if isinstance(answer, bool) else None


_OF_SUBJECTS = Fact | Aggregate | Outcome | Discretion
_TINY = Fraction(1, 10**9)
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def arithmetic_on(op: str, a: Any, b: Any) -> Any:
    if (found := special(a, b)) is not None:
        return found
    if a is NONE or b is NONE:
        return NONE
    if not isinstance(a, Residue) and not isinstance(b, Residue):
        return arithmetic(op, a, b)
    return Residue(Arithmetic(op, _tree(a), _tree(b)))  # type: ignore[arg-type]


def _tree(value: Any) -> Expr:
    return value.expr if isinstance(value, Residue) else Const(value)


def _against_constant(expr: Expr, other: Any, is_date: bool) -> tuple[Expr, Any]:
    """Return an expression and the constant it is compared with."""
    if not isinstance(other, Residue):
        return expr, other
    if is_date:
        return Call("days_between", (other.expr, expr)), 0
    return Arithmetic("-", expr, other.expr), 0


def _samples(index: int, version: Any) -> set[Number]:
    """Return the numbers at which a table's value can change along one axis."""
    found: set[Number] = set()

    def collect(table: Any, depth: int) -> None:
        if not isinstance(table, dict):
            return
        for key, part in table.items():
            if depth < index:
                collect(part, depth + 1)
            elif hasattr(key, "low"):
                found.update(bound for bound in (key.low, key.high) if bound is not None)
            elif isinstance(key, int | Fraction):
                found.add(key)

    if version is not None:
        collect(version.table, 0)
    return found


def _doubt(*values: Any) -> Unknown:
    """Return unknown for want of all that any of these values lacks."""
    return Unknown(frozenset().union(*(v.missing for v in values if isinstance(v, Unknown))))


def _no_facts(_: int) -> dict[str, Any]:
    return {}


def _has_facts(value: Any) -> bool:
    return isinstance(value, Residue) and any(
        isinstance(part, Fact | Aggregate) for part in walk(value.expr)
    )


def _clock(name: str, context: Context) -> Expr:
    """Return a time name as it is read from the month decided."""
    if name == "age_day":
        day: Expr = Clock("last_day")
        if context.starts == "month_after":
            day = Call("add_days", (Clock("first_day"), Const(-1)))
    else:
        day = Clock(name)
    return Shifted(context.shift, day) if context.shift else day
