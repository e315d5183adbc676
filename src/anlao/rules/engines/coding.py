"""Sorting columns of subjects into classes: the codes of one subject, a column at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from anlao.rules.engines.formulas import distinct_values
from anlao.rules.engines.years import UNKNOWN_YEARS, completed_years
from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.values import Unknown, Void
from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import NONE, Fact
from anlao.rules.people.columns import NO_DAY, UNKNOWN_DAY, UNKNOWN_NUMBER, Array, FactColumn
from anlao.rules.periods import epoch_day
from anlao.rules.tables.coding import coder_of, known_facts, prefix_code
from anlao.rules.tables.variables import Limit, Variable

Columns = Mapping[tuple[str, int], FactColumn]
"""Columns by fact name and month shift."""


class ColumnCoder:
    """Gives codes of variables for runs of subjects; remembers what division codes mean."""

    def __init__(self, facts: Mapping[str, FactSpec]) -> None:
        self.facts = facts
        self._prefix_classes: dict[tuple[Any, ...], tuple[Sequence[str], Array]] = {}

    def codes(self, variable: Variable, columns: Columns, count: int, context: Context) -> Array:
        """Return a small-integer array: each subject's class, the unknown class last."""
        leaf = variable.leaf
        if variable.kind == "discretion":
            return np.full(count, variable.size, np.uint8)
        if variable.kind == "clock":
            return np.full(count, coder_of(variable, context)(known_facts({})), np.uint8)
        if isinstance(leaf, Fact):
            column = columns.get((leaf.name, leaf.shift))
            if column is None:
                return np.full(count, variable.size, np.uint8)
            if variable.kind == "values":
                return column.data
            if variable.kind == "prefixes":
                return self._prefixes(variable, column)
            if variable.kind == "known":
                return column.unknown().view(np.uint8)
            return bands_of(variable, column)
        return self._of_expression(variable, columns, count, context)

    def _prefixes(self, variable: Variable, column: FactColumn) -> Array:
        # The words are kept with their classes, so that their id cannot be another list's later.
        key = (variable.prefixes, id(column.words))
        if key not in self._prefix_classes:
            found = [prefix_code(variable.prefixes, word) for word in column.words]
            classes = np.array([*found, variable.size], np.uint8)
            self._prefix_classes[key] = (column.words, classes)
        return self._prefix_classes[key][1][column.data]

    def _of_expression(
        self, variable: Variable, columns: Columns, count: int, context: Context
    ) -> Array:
        """A figure of several facts: worked out exactly, then sorted by its limits."""
        if (years := completed_years(variable.leaf, columns, context)) is not None:
            return _bands_of_years(variable, years)
        values, inverse = distinct_values(variable.leaf, columns, count, context)
        codes = np.array([_code(variable, value) for value in values], np.uint8)
        return codes[inverse]


def _code(variable: Variable, value: Any) -> int:
    """Return the class of one worked-out value."""
    if variable.kind == "bands":
        if isinstance(value, Void):
            return variable.size - 1
        known = value is not NONE and not isinstance(value, Unknown)
        return sum(limit.passed(value) for limit in variable.limits) if known else variable.size
    if variable.kind == "test":
        return int(value) if isinstance(value, bool) else variable.size
    return variable.values.index(value) if value in variable.values else variable.size


def bands_of(variable: Variable, column: FactColumn) -> Array:
    """Return how many limits each value passes; none and unknown come after the bands."""
    data = column.data
    codes = np.zeros(len(data), np.uint8)
    cuts = [_cut(limit, column) for limit in variable.limits]
    if column.spec.type != "date":
        cuts.append(UNKNOWN_NUMBER)
    else:
        cuts += [NO_DAY, UNKNOWN_DAY] if variable.may_be_none else [NO_DAY]
    for cut in cuts:
        codes += (data >= cut).view(np.uint8)
    return codes


def _cut(limit: Limit, column: FactColumn) -> Any:
    """Return the least stored value that passes a limit."""
    if isinstance(limit.cut, date):
        return np.int32(epoch_day(limit.cut) + limit.strict)
    scaled = Fraction(limit.cut) * column.scale
    least = scaled.__floor__() + 1 if limit.strict else scaled.__ceil__()
    return np.int64(max(min(least, int(UNKNOWN_NUMBER) - 1), -int(UNKNOWN_NUMBER)))


def _bands_of_years(variable: Variable, years: Array) -> Array:
    codes = np.zeros(len(years), np.uint8)
    for limit in variable.limits:
        codes += (years > limit.cut) if limit.strict else (years >= limit.cut)
    codes[years == UNKNOWN_YEARS] = variable.size
    return codes
