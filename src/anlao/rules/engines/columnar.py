"""Millions of subjects: sort them into joint cells, decide each cell once, spread the results.

Subjects are taken in runs, shared between threads.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import RLock

import numpy as np

from anlao.rules.engines.cells import finished
from anlao.rules.engines.coding import ColumnCoder
from anlao.rules.engines.formulas import distinct_values, fen_of
from anlao.rules.engines.joint import Plan, make_plan
from anlao.rules.engines.program import MonthTables
from anlao.rules.engines.questions import questions_of
from anlao.rules.engines.walks import TableWalk
from anlao.rules.evaluation.context import Context
from anlao.rules.language.tree import facts_in
from anlao.rules.people.changes import facts_of_month
from anlao.rules.people.columns import Array, FactColumn, People
from anlao.rules.results import ProvisionColumn
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.variables import Variable
from anlao.rules.tables.verdict import Result

RUN = 262_144
"""Subjects sorted at once: enough that the threads spend their time in NumPy, not between calls."""
WORKERS = 2
NOTHING_DUE = Result("no", "amount_zero", None, "", ())
Columns = Mapping[tuple[str, int], FactColumn]


@dataclass(slots=True)
class ColumnarEngine:
    """Decides months for columns of subjects; keeps its look-ups from batch to batch."""

    workers: int = WORKERS
    _lock: RLock = field(default_factory=RLock)
    _walks: dict[int, TableWalk] = field(default_factory=dict)
    _plans: dict[Hashable, Plan] = field(default_factory=dict)
    _asked: dict[Hashable, tuple[Plan, list[Variable]]] = field(default_factory=dict)
    _coder: ColumnCoder | None = None

    def decide(self, month: MonthTables, people: People) -> list[ProvisionColumn]:
        """Return the results of every provision for all subjects in a month."""
        return self.decide_tables(month, month.tables, columns_at(month, people), len(people))

    def decide_tables(
        self, month: MonthTables, tables: Sequence[DecisionTable], columns: Columns, count: int
    ) -> list[ProvisionColumn]:
        """Return the results of some of a month's tables, for subjects given by their columns."""
        plan, asked = self._planned(month, tables)
        coder = self._coder_for(month)
        out = _empty_columns(plan, tables, count)

        def decide_run(start: int) -> None:
            run = slice(start, min(start + RUN, count))
            size = run.stop - run.start
            part = {key: column.part(run.start, run.stop) for key, column in columns.items()}
            classes = [coder.codes(question, part, size, month.context) for question in asked]
            for cluster, states in plan.states(classes, size):
                for member, look_up in zip(cluster.members, cluster.look_ups(), strict=True):
                    look_up.take(states, out=out[member.index].codes[run], mode="clip")
            for walk, column in zip(plan.walks, out, strict=True):
                if column.fen is not None:
                    amounts = Amounts(walk, column.results, column.codes[run], column.fen[run])
                    amounts.work_out(part, month.context)

        _in_runs(decide_run, range(0, count, RUN), self.workers)
        for column in out:
            if all(result.formula is None for result in column.results):
                column.fen = None
        return out

    def sort(
        self, month: MonthTables, tables: Sequence[DecisionTable], columns: Columns, count: int
    ) -> tuple[Plan, list[Array]]:
        """Return the plan of some tables, and each subject's state in each of its clusters."""
        plan, asked = self._planned(month, tables)
        coder = self._coder_for(month)
        out = [np.empty(count, np.int32) for _ in plan.clusters]

        def sort_run(start: int) -> None:
            run = slice(start, min(start + RUN, count))
            size = run.stop - run.start
            part = {key: column.part(run.start, run.stop) for key, column in columns.items()}
            classes = [coder.codes(question, part, size, month.context) for question in asked]
            for place, (_, states) in enumerate(plan.states(classes, size)):
                out[place][run] = states

        _in_runs(sort_run, range(0, count, RUN), self.workers)
        return plan, out

    def plan(self, month: MonthTables, tables: Sequence[DecisionTable]) -> Plan:
        """Return how some of a month's tables are decided; the same object while it is the same."""
        return self._planned(month, tables)[0]

    def _planned(
        self, month: MonthTables, tables: Sequence[DecisionTable]
    ) -> tuple[Plan, list[Variable]]:
        """Return how to decide tables, and this month's questions; plans outlive the month."""
        roots = tuple(id(table.root) for table in tables)
        key = (month.month, roots)
        if key not in self._asked:
            questions = questions_of(tables)
            shape = (roots, questions.shape())
            if shape not in self._plans:
                walks = [self._walk(table) for table in tables]
                self._plans[shape] = make_plan(walks, questions, self._lock)
            self._asked[key] = self._plans[shape], questions.asked
        return self._asked[key]

    def _walk(self, table: DecisionTable) -> TableWalk:
        key = id(table.root)
        if key not in self._walks:
            self._walks[key] = TableWalk(table, self._lock)
        return self._walks[key]

    def _coder_for(self, month: MonthTables) -> ColumnCoder:
        if self._coder is None:
            subject = month.tables[0].provision.subject if month.tables else "elder"
            self._coder = ColumnCoder(month.context.rulebook.subjects[subject].facts)
        return self._coder


def _empty_columns(
    plan: Plan, tables: Sequence[DecisionTable], count: int
) -> list[ProvisionColumn]:
    """Return columns to fill: codes in one block, for which the system gives large pages."""
    block = np.empty((len(plan.walks), count), np.uint16)
    return [
        ProvisionColumn(
            table.provision,
            codes,
            walk.results_in(table.calendar),
            np.zeros(count, np.int64) if walk.computes else None,
        )
        for walk, table, codes in zip(plan.walks, tables, block, strict=True)
    ]


@dataclass(slots=True)
class Amounts:
    """Works out the amounts of a run of subjects that depend on their numbers."""

    walk: TableWalk
    results: list[Result]
    codes: Array
    fen: Array

    def work_out(self, columns: Columns, context: Context) -> None:
        for index, result in enumerate(list(self.results)):
            if result.formula is not None:
                rows = np.flatnonzero(self.codes == index)
                if len(rows):
                    self._of_result(result, rows, columns, context)

    def _of_result(self, result: Result, rows: Array, columns: Columns, context: Context) -> None:
        assert result.formula is not None
        fen, failed = fen_of(result.formula, result.rounding, columns, rows, context)
        if result.outcome == "yes" and result.unit.startswith("yuan"):
            none_due = fen <= 0
            none_due[failed] = False
            if none_due.any():
                self.codes[rows[none_due]] = self.walk.result_code(NOTHING_DUE)
                fen = np.where(none_due, 0, fen)
        self.fen[rows] = fen
        for position in failed:
            row = rows[position : position + 1]
            taken = {key: part.taken(row) for key, part in columns.items()}
            value = distinct_values(result.formula, taken, 1, context)[0][0]
            self.codes[row] = self.walk.result_code(finished(result, value))


def columns_at(month: MonthTables, people: People) -> dict[tuple[str, int], FactColumn]:
    """Return the columns that a month's tables look at, as they stood in the months they name."""
    wanted = {
        (fact, shift) for variable in month.coders for fact, shift in facts_and_shifts(variable)
    }
    wanted |= {(fact.name, fact.shift) for table in month.tables for fact in table.numbers}
    found = {}
    for name, shift in wanted:
        column = facts_of_month(people, name, month.month.plus(shift))
        if column is not None:
            found[(name, shift)] = column
    return found


def facts_and_shifts(variable: Variable) -> Iterable[tuple[str, int]]:
    return [(fact.name, fact.shift) for fact in facts_in(variable.leaf)]


def _in_runs(work: Callable[[int], None], starts: range, workers: int) -> None:
    if len(starts) <= 1 or workers <= 1:
        for start in starts:
            work(start)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, starts))
