"""What some tables ask together: each fact once, with the limits of all of them.

table A: age 60          table B: age 80, 90          asked: age 60, 80, 90
a subject's class, asked once, tells her class in A and in B
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from anlao.rules.language.tree import Expr, Fact
from anlao.rules.people.columns import Array
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.variables import Variable

MOST_CLASSES = 250
"""Classes and *unknown* are kept in a byte."""


OF_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Reading:
    """How a table reads a question at ``place``: its own class for each class asked.

    A question to the calendar has no place (OF_NOBODY): no subject is sorted by it.
    """

    place: int
    classes: Array


_UNASKED = Reading(OF_NOBODY, np.zeros(0, np.uint8))


@dataclass(slots=True)
class Questions:
    """``asked``: what each subject is sorted by. By table: ``readings`` of its variables in order,
    and ``known``: the place of a question that tells whether a number is known.
    """

    asked: list[Variable] = field(default_factory=list)
    readings: list[list[Reading]] = field(default_factory=list)
    known: list[dict[Fact, int]] = field(default_factory=list)
    _places: dict[Variable, int] = field(default_factory=dict)
    _of_fact: dict[Fact, int] = field(default_factory=dict)

    def place(self, variable: Variable) -> int:
        """Return where a question stands, asking it if it is new."""
        if variable not in self._places:
            self._places[variable] = len(self.asked)
            if isinstance(variable.leaf, Fact):
                self._of_fact.setdefault(variable.leaf, len(self.asked))
            self.asked.append(variable)
        return self._places[variable]

    def place_of_fact(self, fact: Fact) -> int:
        """Return a question whose unknown class means that the fact is unknown."""
        if fact not in self._of_fact:
            self.place(Variable("known", fact, values=(True,)))
        return self._of_fact[fact]

    def shape(self) -> Hashable:
        """Return what two months have in common when the same cells mean the same in both."""
        sizes = tuple(variable.size for variable in self.asked)
        readings = tuple(
            tuple((reading.place, reading.classes.tobytes()) for reading in of_table)
            for of_table in self.readings
        )
        return sizes, readings, tuple(tuple(known.items()) for known in self.known)


def questions_of(tables: Sequence[DecisionTable]) -> Questions:
    """Return what the tables ask together."""
    variables = list(
        dict.fromkeys(
            variable for table in tables for variable in table.variables if variable.kind != "clock"
        )
    )
    wide = _joined(variables)
    questions = Questions()
    readings = {
        variable: Reading(questions.place(asked), _classes(asked, variable))
        for variable, asked in wide.items()
    }
    for table in tables:
        questions.readings.append(
            [readings.get(variable, _UNASKED) for variable in table.variables]
        )
        questions.known.append({fact: questions.place_of_fact(fact) for fact in table.numbers})
    return questions


def _joined(variables: Sequence[Variable]) -> dict[Variable, Variable]:
    """Return for each variable the one that has the limits of all about the same thing."""
    groups: dict[tuple[Expr, bool], list[Variable]] = {}
    for variable in variables:
        if variable.kind == "bands":
            groups.setdefault((variable.leaf, variable.may_be_none), []).append(variable)
    found = {variable: variable for variable in variables}
    for group in groups.values():
        limits = {limit for variable in group for limit in variable.limits}
        ordered = sorted(limits, key=lambda limit: (limit.cut, limit.strict))
        if len(ordered) < MOST_CLASSES:
            asked = replace(group[0], limits=tuple(ordered))
            found |= dict.fromkeys(group, asked)
    return found


def _classes(asked: Variable, variable: Variable) -> Array:
    """Return the variable's class for each class of what is asked, unknown last in both."""
    if asked == variable:
        return np.arange(variable.size + 1, dtype=np.uint8)
    places = [asked.limits.index(limit) for limit in variable.limits]
    bands = [sum(place < band for place in places) for band in range(len(asked.limits) + 1)]
    none = [variable.size - 1] if asked.may_be_none else []
    return np.array([*bands, *none, variable.size], np.uint8)
