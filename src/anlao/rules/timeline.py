"""Many months: decide the first for everybody, then only those for whom something changed.

Between two months a subject's results change only where a limit of a day moved past one of her
days, where one of her facts changed, or where the rules themselves changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from anlao.rules.engines.columnar import (
    RUN,
    ColumnarEngine,
    columns_at,
    facts_and_shifts,
)
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.language.tree import Clock, Expr, Fact, walk
from anlao.rules.people.columns import Array, FactColumn, People
from anlao.rules.periods import Month, epoch_day
from anlao.rules.results import ProvisionColumn
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.diagram import results
from anlao.rules.tables.symbolic import Residue

FEW_SPANS = 3
"""Up to so many, comparing days is quicker than looking them up in a calendar."""


@dataclass(slots=True)
class MonthResult:
    """The results of one month; the columns are overwritten when the next month is asked for.

    ``changed``: rows whose results may differ from the month before (None: all of them).
    """

    month: Month
    columns: list[ProvisionColumn]
    changed: Array | None


def decide_months(
    engine: ColumnarEngine, program: Program, people: People, months: Iterable[Month]
) -> Iterator[MonthResult]:
    """Yield the results of consecutive months."""
    span = Span(engine, people)
    for month in months:
        yield span.next(program.month(month))


@dataclass(slots=True)
class Step:
    """What changes from a month to the next: places of tables that are other tables now, and by
    fact the spans of days (half-open) that a limit moved past.
    """

    anew: list[int]
    spans: dict[str, set[tuple[int, int]]]


def step_between(old: MonthTables, new: MonthTables) -> Step:
    """Return what changes between two months."""
    step = Step([], {})
    for index, (before, after) in enumerate(zip(old.tables, new.tables, strict=True)):
        other_amounts = before.calendar != after.calendar and computes(after)
        if before.root is not after.root or reads_the_clock(after) or other_amounts:
            step.anew.append(index)
        else:
            _moved_limits(before, after, step.spans)
    return step


class Span:
    """Keeps the last month's results and brings them up to date."""

    def __init__(self, engine: ColumnarEngine, people: People) -> None:
        self.engine = engine
        self.people = people
        self.month: MonthTables | None = None
        self.columns: list[ProvisionColumn] = []

    def next(self, month: MonthTables) -> MonthResult:
        before, self.month = self.month, month
        if before is None or before.month.plus(1) != month.month:
            self.columns = self.engine.decide(month, self.people)
            return MonthResult(month.month, self.columns, None)
        step = step_between(before, month)
        rows = changed_rows(self.people, step, month)
        facts = columns_at(month, self.people)
        self._replace(month, step.anew, facts)
        self._update(month, set(step.anew), rows, facts)
        return MonthResult(month.month, self.columns, rows)

    def _replace(
        self, month: MonthTables, which: list[int], facts: dict[tuple[str, int], FactColumn]
    ) -> None:
        """Decide some tables for everybody, into the memory that their columns have already."""
        if not which:
            return
        tables = [month.tables[index] for index in which]
        found = self.engine.decide_tables(month, tables, facts, len(self.people))
        for index, column in zip(which, found, strict=True):
            held = self.columns[index]
            held.codes[:] = column.codes
            held.results = column.results
            held.fen = column.fen

    def _update(
        self,
        month: MonthTables,
        anew: set[int],
        rows: Array,
        facts: dict[tuple[str, int], FactColumn],
    ) -> None:
        """Decide the rows for whom something changed, with all tables: the plan stays the same."""
        taken = {key: column.taken(rows) for key, column in facts.items()}
        found = self.engine.decide_tables(month, month.tables, taken, len(rows))
        for index, (held, column) in enumerate(zip(self.columns, found, strict=True)):
            if index not in anew:
                held.put(rows, column)


def changed_rows(people: People, step: Step, month: MonthTables) -> Array:
    """Return the rows for whom a limit moved past a day of theirs, or a fact changed."""
    changed = np.zeros(len(people), bool)
    for name, spans in step.spans.items():
        if name in people.columns:
            _mark_between(people.columns[name].data, spans, changed)
    for rows in _rows_of_changes(people, month):
        changed[rows] = True
    return np.flatnonzero(changed)


def _mark_between(days: Array, spans: set[tuple[int, int]], marked: Array) -> None:
    """Mark the rows with a day in one of the spans (half-open)."""
    if len(spans) <= FEW_SPANS:
        for low, high in spans:
            # as an unsigned number, a day before the span is a very late one
            marked |= (days - np.int32(low)).view(np.uint32) < np.uint32(high - low)
        return
    first = min(low for low, _ in spans) - 1
    passed = np.zeros(max(high for _, high in spans) + 1 - first, bool)
    for low, high in spans:
        passed[low - first : high - first] = True
    for start in range(0, len(days), RUN):
        # days outside all spans fall on the ends of the calendar, which are never passed
        places = days[start : start + RUN] - np.int32(first)
        marked[start : start + RUN] |= passed.take(places, mode="clip")


def _rows_of_changes(people: People, month: MonthTables) -> Iterator[Array]:
    """Yield rows with a change of a fact this month, and all rows with a changing day."""
    shifts = {shift for variable in month.coders for _, shift in facts_and_shifts(variable)}
    for name, changes in people.changes.items():
        is_day = name in people.columns and people.columns[name].spec.type == "date"
        for change in changes:
            now = np.full(len(change.rows), is_day)
            for shift in shifts | {0}:
                low = epoch_day(month.month.plus(shift - 1).first_day)
                high = epoch_day(month.month.plus(shift).first_day)
                now |= (low < change.start) & (change.start <= high)
                now |= (low < change.until) & (change.until <= high)
            yield change.rows[now]


def _moved_limits(
    old: DecisionTable, new: DecisionTable, spans: dict[str, set[tuple[int, int]]]
) -> None:
    """Collect, by fact, the runs of days that lie between a limit's old and new place."""
    for before, after in zip(old.variables, new.variables, strict=True):
        if not isinstance(after.leaf, Fact):
            continue
        for was, now in zip(before.limits, after.limits, strict=True):
            if was.cut != now.cut:
                low, high = sorted((epoch_day(was.cut), epoch_day(now.cut)))
                spans.setdefault(after.leaf.name, set()).add((low, high + int(now.strict)))


def computes(table: DecisionTable) -> bool:
    """Return whether some amounts are computed from numbers of the subject."""
    return any(isinstance(verdict.amount, Residue) for verdict in results(table.root))


def reads_the_clock(table: DecisionTable) -> bool:
    """Return whether an amount, or a question to subjects, changes with the month for everybody."""
    exprs: list[Expr] = [variable.leaf for variable in table.variables if variable.kind != "clock"]
    for verdict in results(table.root):
        if isinstance(verdict.amount, Residue):
            exprs.append(verdict.amount.expr)
    return any(isinstance(part, Clock) for expr in exprs for part in walk(expr))
