"""Totals by provision and month, counted by joint cells: nobody's result is written down.

How many subjects stand in a state says how many have each result of each of its tables. From a
month to the next only those whom a limit passed change their state. Tables whose amounts are
computed from numbers of the subject are decided subject by subject, as in any span of months.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from anlao.rules.engines.columnar import ColumnarEngine, columns_at
from anlao.rules.engines.joint import Plan
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.people.columns import Array, People
from anlao.rules.periods import Month
from anlao.rules.results import ProvisionColumn
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.verdict import Result
from anlao.rules.timeline import Span, Steps, computes, reads_the_clock, step_between

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
    steps: list[Steps] = [{} for _ in parts]

    def of_batch(start: int) -> list[list[_Counted]]:
        batch = people.part(start, min(start + BATCH, len(people)))
        return [
            list(part.count(single, batch, known)) for part, known in zip(parts, steps, strict=True)
        ]

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


@dataclass(slots=True)
class _Part:
    """Some of the tables, in every month.

    kind: ``computing`` (amounts from numbers), ``restless`` (other for everybody each month),
    ``breaking`` (another table in some month, as when a rate changes), ``steady`` (the rest).
    """

    kind: str
    months: list[MonthTables]

    def count(self, engine: ColumnarEngine, people: People, steps: Steps) -> Iterator[_Counted]:
        """Yield the counts of one batch, month by month."""
        if self.kind == "computing":
            yield from self._by_subject(engine, people, steps)
        else:
            yield from self._by_state(engine, people, steps)

    def _by_subject(
        self, engine: ColumnarEngine, people: People, steps: Steps
    ) -> Iterator[_Counted]:
        span = Span(engine, people, steps)
        for month in self.months:
            columns = span.next(month).columns
            yield _Counted(done={item.provision.id: _of_column(item) for item in columns})

    def _by_state(self, engine: ColumnarEngine, people: People, steps: Steps) -> Iterator[_Counted]:
        span = Span(engine, people, steps)
        plan: Plan | None = None
        states: list[Array] = []
        counts: list[Array] = []
        for before, month in zip([None, *self.months], self.months, strict=False):
            columns = columns_at(month, people)
            if before and self.kind != "restless" and engine.plan(month, month.tables) is plan:
                step = step_between(before, month, steps)
                rows = span.changed_rows(step, month)
                taken = {name: column.taken(rows) for name, column in columns.items()}
                _, now = engine.sort(month, month.tables, taken, len(rows))
                counts = _moved(counts, states, rows, now)
            else:
                plan, states = engine.sort(month, month.tables, columns, len(people))
                counts = [np.bincount(found) for found in states]
            yield _Counted(plan, month.tables, counts)


def _moved(counts: list[Array], states: list[Array], rows: Array, now: list[Array]) -> list[Array]:
    """Return the counts after some subjects changed their states, which are overwritten."""
    found = []
    for count, held, new in zip(counts, states, now, strict=True):
        old = held[rows]
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
