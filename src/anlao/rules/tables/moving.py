"""From one month to the next: the same tables with their limits moved, where nothing else changed.

A rate that changes, a due month, a provision coming into force or limits that change places make
another table; then there is no moving and the tables are built anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.evaluator import Evaluator
from anlao.rules.language.tree import Fact
from anlao.rules.tables.compose import is_in_force
from anlao.rules.tables.decision_table import (
    CalendarSilent,
    DecisionTable,
    Tables,
    calendar_of,
)
from anlao.rules.tables.limits import turning_day
from anlao.rules.tables.variables import Limit, Turning, Variable

Moves = Mapping[str, Mapping[date, date]]


def moved(tables: Tables, context: Context) -> Tables | None:
    """Return the tables of another month, or None when they must be built anew."""
    if not _same_figures(tables, context) or not _same_constants(tables, context):
        return None
    turnings: dict[Turning, date | bool] = {}
    moves: dict[str, dict[date, date]] = {}
    for source, old in tables.turnings.items():
        new = turnings[source] = turning_day(source, context)
        if isinstance(old, bool) or isinstance(new, bool):
            if old is not new:
                return None
        elif moves.setdefault(source.fact, {}).setdefault(old, new) != new:
            return None
    if not all(_in_order(days) for days in moves.values()):
        return None
    try:
        there = tuple(_moved_table(table, moves, context) for table in tables.tables)
    except CalendarSilent:
        return None
    return replace(tables, context=context, tables=there, turnings=turnings)


def _same_figures(tables: Tables, context: Context) -> bool:
    before = tables.context
    for shift in before.shifts():
        old, new = before.at(shift), context.at(shift)
        for name in context.rulebook.parameters:
            if old.version(name, old.month.first_day) is not new.version(name, new.month.first_day):
                return False
    return True


def _same_constants(tables: Tables, context: Context) -> bool:
    evaluator = Evaluator(lambda _: {})
    provisions = context.rulebook.provisions
    return all(
        evaluator.value(expr, context) == constant for expr, constant in tables.noted.items()
    ) and all(
        is_in_force(provisions[name], context.at(shift)) == held
        for (name, shift), held in tables.in_force.items()
    )


def _in_order(days: Mapping[date, date]) -> bool:
    new = [days[old] for old in sorted(days)]
    return all(earlier < later for earlier, later in pairwise(new))


def _moved_table(table: DecisionTable, moves: Moves, context: Context) -> DecisionTable:
    variables = tuple(_moved_variable(variable, moves) for variable in table.variables)
    calendar = calendar_of(variables, context)
    return replace(table, context=context, variables=variables, calendar=calendar)


def _moved_variable(variable: Variable, moves: Moves) -> Variable:
    if not isinstance(variable.leaf, Fact) or variable.leaf.name not in moves:
        return variable
    days = moves[variable.leaf.name]
    limits = tuple(Limit(days.get(limit.cut, limit.cut), limit.strict) for limit in variable.limits)
    return replace(variable, limits=limits)
