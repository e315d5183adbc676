"""Totals by provision and month, counted by joint cells: nobody's result is written down.

How many subjects stand in a state says how many have each result of each of its tables. From a
month to the next only those whom a limit passed change their state. Tables whose amounts are
computed from numbers of the subject are decided subject by subject, as in any span of months.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from anlao.rules.engines.columnar import ColumnarEngine, Columns, columns_at
from anlao.rules.engines.joint import Plan
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.people.columns import Array, People
from anlao.rules.periods import Month
from anlao.rules.results import ProvisionColumn
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.verdict import Result
from anlao.rules.timeline import changed_rows, computes, reads_the_clock, step_between

BATCH = 1 << 19
"""Subjects whose totals are counted through all months at once."""


@dataclass(slots=True)
class Totals:
    """Sums over subjects for one provision in one month. ``fen``: of yes rows."""

    yes: int = 0
    unknown: int = 0
    fen: int = 0

    def add(self, count: int, result: Result) -> None:
        if result.outcome == "yes":
            self.yes += count
            self.fen += count * (result.fen or 0)
        elif result.outcome == "unknown":
            self.unknown += count

    def __iadd__(self, other: Totals) -> Totals:
        self.yes += other.yes
        self.unknown += other.unknown
        self.fen += other.fen
        return self

    def __isub__(self, other: Totals) -> Totals:
        self.yes -= other.yes
        self.unknown -= other.unknown
        self.fen -= other.fen
        return self


ByProvision = dict[str, Totals]


def totals_by_month(
    engine: ColumnarEngine, program: Program, people: People, months: Sequence[Month]
) -> Iterator[tuple[Month, ByProvision]]:
    """Yield totals by provision for consecutive months.

    Batch by batch through all months, so that memory holds the states of a few batches only.
    """
    tables = [program.month(month) for month in months]
    parts = _parted(tables)
    single = replace(engine, workers=1)
    steps = [step_between(before, month) for before, month in pairwise(tables)]

    def of_batch(start: int) -> list[list[_Counted]]:
        batch = people.part(start, min(start + BATCH, len(people)))
        everybody = np.arange(len(batch))
        counters = [part.counter(single) for part in parts]
        found: list[list[_Counted]] = [[] for _ in parts]
        for place, month in enumerate(tables):
            columns = columns_at(month, batch)
            rows = changed_rows(batch, steps[place - 1], month) if place else everybody
            taken = {name: column.taken(rows) for name, column in columns.items()}
            whole, changed = _Subjects(everybody, columns), _Subjects(rows, taken)
            for part, counter, counts in zip(parts, counters, found, strict=True):
                counts.append(counter.count(part.months[place], whole, changed))
        return found

    sums: list[list[_Counted]] = []
    with ThreadPoolExecutor(engine.workers) as pool:
        for found in pool.map(of_batch, range(0, max(1, len(people)), BATCH)):
            sums = _summed(sums, found) if sums else found
    order = [provision.id for provision in program.provisions]
    for place, month in enumerate(months):
        totals: ByProvision = {}
        for part in sums:
            totals |= part[place].totals()
        yield month, {name: totals[name] for name in order}


def _summed(sums: list[list[_Counted]], more: list[list[_Counted]]) -> list[list[_Counted]]:
    return [
        [one.plus(other) for one, other in zip(part, others, strict=True)]
        for part, others in zip(sums, more, strict=True)
    ]


@dataclass(slots=True)
class _Counted:
    """One month of one batch: subjects by state of each cluster, or totals already."""

    plan: Plan | None = None
    tables: Sequence[DecisionTable] = ()
    by_state: list[Array] = field(default_factory=list)
    done: ByProvision = field(default_factory=dict)

    def plus(self, other: _Counted) -> _Counted:
        if self.plan is None:
            for name, total in self.done.items():
                total += other.done[name]
            return self
        pairs = zip(self.by_state, other.by_state, strict=True)
        return _Counted(self.plan, self.tables, [_padded_sum(a, b) for a, b in pairs])

    def totals(self) -> ByProvision:
        """Return the totals of the tables of these clusters."""
        if self.plan is None:
            return self.done
        found: ByProvision = {}
        for cluster, counts in zip(self.plan.clusters, self.by_state, strict=True):
            for member, look_up in zip(cluster.members, cluster.look_ups(), strict=True):
                meaning = member.walk.results_in(self.tables[member.index].calendar)
                met = np.flatnonzero(counts)
                by_result = np.zeros(len(meaning), np.int64)
                np.add.at(by_result, look_up[met], counts[met])
                totals = Totals()
                for count, result in zip(by_result.tolist(), meaning, strict=True):
                    totals.add(count, result)
                found[member.walk.table.provision.id] = totals
        return found


def _padded_sum(a: Array, b: Array) -> Array:
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    total: Array = longer.copy()
    total[: len(shorter)] += shorter
    return total


class _ByState:
    """Counts tables whose results follow from the state that a subject stands in."""

    def __init__(self, engine: ColumnarEngine, *, restless: bool) -> None:
        self.engine = engine
        self.restless = restless
        self.plan: Plan | None = None
        self.states: list[Array] = []
        self.counts: list[Array] = []

    def count(self, month: MonthTables, whole: _Subjects, changed: _Subjects) -> _Counted:
        """Return the counts of a month, with the subjects who may have changed their state."""
        same = not self.restless and self.engine.plan(month, month.tables) is self.plan
        some = changed if same else whole
        plan, states = self.engine.sort(month, month.tables, some.columns, some.count)
        if same:
            self.counts = _moved(self.counts, self.states, changed.rows, states)
        else:
            self.plan, self.states = plan, states
            self.counts = [np.bincount(found) for found in states]
        return _Counted(self.plan, month.tables, self.counts)


class _BySubject:
    """Counts tables whose amounts are computed from numbers of each subject."""

    def __init__(self, engine: ColumnarEngine) -> None:
        self.engine = engine
        self.month: MonthTables | None = None
        self.columns: list[ProvisionColumn] = []
        self.totals: list[Totals] = []

    def count(self, month: MonthTables, whole: _Subjects, changed: _Subjects) -> _Counted:
        """Return the totals of a month, with the subjects whose results may have changed."""
        before, self.month = self.month, month
        same = before is not None and not step_between(before, month).anew
        some = changed if same else whole
        found = self.engine.decide_tables(month, month.tables, some.columns, some.count)
        if same:
            for held, column, total in zip(self.columns, found, self.totals, strict=True):
                total += _of_column(column)
                total -= _of_column(held.taken(changed.rows))
                held.put(changed.rows, column)
        else:
            self.columns = found
            self.totals = [_of_column(column) for column in found]
        names = [table.provision.id for table in month.tables]
        totals = [replace(total) for total in self.totals]
        return _Counted(done=dict(zip(names, totals, strict=True)))


@dataclass(slots=True)
class _Subjects:
    """Some subjects of a batch: their rows, and what is known of them in a month."""

    rows: Array
    columns: Columns

    @property
    def count(self) -> int:
        return len(self.rows)


@dataclass(slots=True)
class _Part:
    """Some of the tables in every month, and how they are counted.

    kind: ``computing`` (amounts from numbers), ``restless`` (other for everybody each month),
    ``breaking`` (another table in some month, as when a rate changes), ``steady`` (the rest).
    """

    kind: str
    months: list[MonthTables]

    def counter(self, engine: ColumnarEngine) -> _BySubject | _ByState:
        if self.kind == "computing":
            return _BySubject(engine)
        return _ByState(engine, restless=self.kind == "restless")


def _moved(counts: list[Array], states: list[Array], rows: Array, now: list[Array]) -> list[Array]:
    """Return the counts after some subjects changed their states, which are overwritten."""
    found = []
    for count, held, new in zip(counts, states, now, strict=True):
        old = held.take(rows)
        gained, lost = np.bincount(new), np.bincount(old, minlength=1)
        found.append(_padded_sum(_padded_sum(count, gained), -lost))
        held[rows] = new
    return found


def _of_column(column: ProvisionColumn) -> Totals:
    totals = Totals()
    by_result = np.bincount(column.codes, minlength=len(column.results))
    for count, result in zip(by_result.tolist(), column.results, strict=False):
        totals.add(count, result)
    if column.fen is not None:
        yes = np.array([result.outcome == "yes" for result in column.results])
        totals.fen += int((column.fen * yes.take(column.codes)).sum())
    return totals


def _parted(months: list[MonthTables]) -> list[_Part]:
    """Return the tables by how they can be counted."""
    kinds: dict[str, list[int]] = {"computing": [], "restless": [], "breaking": [], "steady": []}
    for index in range(len(months[0].tables) if months else 0):
        kinds[_kind(months, index)].append(index)
    return [
        _Part(kind, [_view(month, indices) for month in months])
        for kind, indices in kinds.items()
        if indices
    ]


def _kind(months: list[MonthTables], index: int) -> str:
    tables = [month.tables[index] for month in months]
    roots = {id(table.root): table for table in tables}
    if any(computes(table) for table in roots.values()):
        return "computing"
    if any(reads_the_clock(table) for table in roots.values()):
        return "restless"
    return "breaking" if len(roots) > 1 else "steady"


def _view(month: MonthTables, indices: list[int]) -> MonthTables:
    chosen = tuple(month.tables[index] for index in indices)
    return MonthTables(month.month, replace(month.built, tables=chosen))
