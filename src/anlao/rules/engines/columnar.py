"""Millions of subjects: sort them into cells, decide each cell once, spread the results.

Subjects are taken in runs that fit the processor's cache. A table with many cells is walked in
stages: after each stage the subjects that lead to the same remaining diagram count as one state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from anlao.rules.engines.cells import finished
from anlao.rules.engines.coding import ColumnCoder
from anlao.rules.engines.formulas import distinct_values, fen_of
from anlao.rules.engines.program import MonthTables
from anlao.rules.evaluation.context import Context
from anlao.rules.language.tree import facts_in
from anlao.rules.people.changes import facts_of_month
from anlao.rules.people.columns import Array, FactColumn, People
from anlao.rules.rulebook.model import Provision
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.diagram import Diagram
from anlao.rules.tables.variables import Variable
from anlao.rules.tables.verdict import OUTCOMES, Result

RUN = 65_536
STAGE_CELLS = 4096
WORKERS = 2
Columns = Mapping[tuple[str, int], FactColumn]


@dataclass(slots=True)
class ProvisionColumn:
    """A provision's results for many subjects in one month.

    ``codes``: index into ``results`` for each subject. ``fen``: amounts of the subjects whose
    result has a formula (elsewhere 0), or None where no result has one.
    """

    provision: Provision
    codes: Array
    results: list[Result]
    fen: Array | None = None

    def amounts(self) -> Array:
        """Return each subject's amount in fen (hundredths of the unit); 0 where there is none."""
        table = np.array([result.fen or 0 for result in self.results], np.int64)
        amounts = table[self.codes]
        return amounts if self.fen is None else amounts + self.fen

    def outcome_codes(self) -> Array:
        """Return each subject's outcome as an index into OUTCOMES."""
        order = np.array([OUTCOMES.index(result.outcome) for result in self.results], np.uint8)
        return order[self.codes]


@dataclass(slots=True)
class _Stage:
    """Some variables of a table, by position. ``next[state * cells + cell]``: the state after, or -1."""

    positions: range
    sizes: tuple[int, ...]
    cells: int
    next: Array


class CellTable:
    """A decision table laid out for columns: stages of look-ups that fill up as cells occur."""

    def __init__(self, table: DecisionTable, lock: Lock) -> None:
        self.table = table
        self.lock = lock
        self.numbers = table.numbers
        self.results: list[Result] = []
        self._result_codes: dict[Result, int] = {}
        self._finals: dict[tuple[int, frozenset[str]], int] = {}
        self.stages = self._laid_out()
        self._states: list[dict[int, int]] = [{} for _ in self.stages]
        self._diagrams: list[list[Diagram]] = [[table.root], *([] for _ in self.stages)]

    def _laid_out(self) -> list[_Stage]:
        stages: list[_Stage] = []
        sizes = [variable.size + 1 for variable in self.table.variables]
        cells, first = 1, 0
        for index, size in enumerate(sizes):
            if index > first and cells * size > STAGE_CELLS:
                stages.append(self._stage(sizes, first, index, cells))
                cells, first = 1, index
            cells *= size
        stages.append(self._stage(sizes, first, len(sizes), cells))
        return stages

    def _stage(self, sizes: list[int], first: int, end: int, cells: int) -> _Stage:
        positions = range(first, end)
        return _Stage(positions, tuple(sizes[first:end]), cells, np.full(cells, -1, np.int32))

    def codes(self, classes: Sequence[Array], lacking: Array | None, count: int) -> Array:
        """Return result codes for a run of subjects, given their classes by variable."""
        state: Array | None = None
        for number, stage in enumerate(self.stages):
            cell = _cell_index(stage, classes, count)
            if state is not None:
                cell += state * np.int32(stage.cells)
            state = self._looked_up(number, stage, cell)
        assert state is not None
        return self._final(state, lacking)

    def _looked_up(self, number: int, stage: _Stage, cell: Array) -> Array:
        found = stage.next.take(cell, mode="clip")
        if len(found) and found.min() < 0:
            with self.lock:
                self._fill(number, stage, cell)
            found = stage.next.take(cell, mode="clip")
        return found

    def _fill(self, number: int, stage: _Stage, cell: Array) -> None:
        """Decide the cells that occur for the first time."""
        occurs = np.zeros(len(stage.next), bool)
        occurs[cell] = True
        for index in np.flatnonzero(occurs & (stage.next < 0)):
            before, inside = divmod(int(index), stage.cells)
            rest = self._restricted(number, before, self._codes_of(stage, inside), stage)
            stage.next[index] = self._state(number, rest)

    def _codes_of(self, stage: _Stage, cell: int) -> list[int]:
        codes = []
        for size in reversed(stage.sizes):
            cell, code = divmod(cell, size)
            codes.append(code)
        return codes[::-1]

    def _restricted(self, number: int, before: int, codes: list[int], stage: _Stage) -> Diagram:
        known: list[int | None] = [None] * len(self.table.variables)
        for position, size, code in zip(stage.positions, stage.sizes, codes, strict=True):
            if code < size - 1:  # the last code is unknown
                known[position] = code
        return self.table.diagrams.restrict(self._diagrams[number][before], known)

    def _state(self, number: int, rest: Diagram) -> int:
        states = self._states[number]
        if rest.id not in states:
            states[rest.id] = len(states)
            self._diagrams[number + 1].append(rest)
            if number + 1 < len(self.stages):
                self._make_room(self.stages[number + 1], len(states))
        return states[rest.id]

    def _make_room(self, stage: _Stage, states: int) -> None:
        wanted = states * stage.cells
        if len(stage.next) < wanted:
            grown = np.full(max(wanted, 2 * len(stage.next)), -1, np.int32)
            grown[: len(stage.next)] = stage.next
            stage.next = grown

    def _final(self, state: Array, lacking: Array | None) -> Array:
        """Return result codes of the last states; amounts without their numbers are unknown."""
        complete = np.array(
            [self._code(index, frozenset()) for index in range(len(self._diagrams[-1]))], np.uint16
        )
        codes = complete.take(state, mode="clip")
        if lacking is None:
            return codes
        for pattern in np.unique(lacking):
            if pattern:
                rows = np.flatnonzero(lacking == pattern)
                names = [name for bit, name in enumerate(self.numbers) if pattern >> bit & 1]
                for final in np.unique(state[rows]):
                    code = self._code(int(final), frozenset(names))
                    codes[rows[state[rows] == final]] = code
        return codes

    def _code(self, final: int, without: frozenset[str]) -> int:
        key = (final, without)
        if key not in self._finals:
            with self.lock:
                result = self.table.result_of(self._diagrams[-1][final], without)
                self._finals[key] = self.result_code(result)
        return self._finals[key]

    def result_code(self, result: Result) -> int:
        """Return the index of a result, adding it when it is new."""
        if result not in self._result_codes:
            self._result_codes[result] = len(self.results)
            self.results.append(result)
        return self._result_codes[result]


def _cell_index(stage: _Stage, classes: Sequence[Array], count: int) -> Array:
    cell = np.zeros(count, np.int32)
    for number, (position, size) in enumerate(zip(stage.positions, stage.sizes, strict=True)):
        if number:
            cell *= np.int32(size)
        cell += classes[position]
    return cell


@dataclass(slots=True)
class ColumnarEngine:
    """Decides months for columns of subjects; keeps its look-ups from batch to batch."""

    workers: int = WORKERS
    _lock: Lock = field(default_factory=Lock)
    _tables: dict[int, CellTable] = field(default_factory=dict)
    _coder: ColumnCoder | None = None

    def decide(self, month: MonthTables, people: People) -> list[ProvisionColumn]:
        """Return the results of every provision for all subjects in a month."""
        return self.decide_tables(month, month.tables, columns_at(month, people), len(people))

    def decide_tables(
        self, month: MonthTables, tables: Sequence[DecisionTable], columns: Columns, count: int
    ) -> list[ProvisionColumn]:
        """Return the results of some of a month's tables, for subjects given by their columns."""
        coder = self._coder_for(month)
        laid_out = [self._table(table) for table in tables]
        variables = {variable for table in tables for variable in table.variables}
        out = [np.empty(count, np.uint16) for _ in tables]

        def decide_run(start: int) -> None:
            stop = min(start + RUN, count)
            part = {key: column.part(start, stop) for key, column in columns.items()}
            classes = {
                variable: coder.codes(variable, part, stop - start, month.context)
                for variable in variables
            }
            for table, cells, codes in zip(tables, laid_out, out, strict=True):
                lacking = _lacking(table.numbers, part, stop - start)
                of_table = [classes[variable] for variable in table.variables]
                codes[start:stop] = cells.codes(of_table, lacking, stop - start)

        _in_runs(decide_run, range(0, count, RUN), self.workers)
        return [
            self._with_amounts(table, cells, codes, columns)
            for table, cells, codes in zip(tables, laid_out, out, strict=True)
        ]

    def _coder_for(self, month: MonthTables) -> ColumnCoder:
        if self._coder is None:
            subject = month.tables[0].provision.subject if month.tables else "elder"
            self._coder = ColumnCoder(month.context.rulebook.subjects[subject].facts)
        return self._coder

    def _table(self, table: DecisionTable) -> CellTable:
        key = id(table.root)
        if key not in self._tables:
            self._tables[key] = CellTable(table, self._lock)
        return self._tables[key]

    def _with_amounts(
        self, now: DecisionTable, table: CellTable, codes: Array, columns: Columns
    ) -> ProvisionColumn:
        """Work out the amounts that depend on numbers of the subject."""
        column = ProvisionColumn(table.table.provision, codes, table.results)
        formulas = [i for i, result in enumerate(table.results) if result.formula is not None]
        for index in formulas:
            rows = np.flatnonzero(codes == index)
            if not len(rows):
                continue
            if column.fen is None:
                column.fen = np.zeros(len(codes), np.int64)
            self._amounts(now.context, table, index, rows, column, columns)
        return column

    def _amounts(
        self,
        context: Context,
        table: CellTable,
        index: int,
        rows: Array,
        column: ProvisionColumn,
        columns: Columns,
    ) -> None:
        result = table.results[index]
        assert result.formula is not None and column.fen is not None
        fen, failed = fen_of(result.formula, result.rounding, columns, rows, context)
        if result.outcome == "yes" and result.unit.startswith("yuan"):
            nothing = Result("no", "amount_zero", None, "", ())
            none_due = fen <= 0
            none_due[failed] = False
            column.codes[rows[none_due]] = table.result_code(nothing)
            fen = np.where(none_due, 0, fen)
        column.fen[rows] = fen
        for position in failed:
            row = rows[position : position + 1]
            taken = {key: part.taken(row) for key, part in columns.items()}
            value = distinct_values(result.formula, taken, 1, context)[0][0]
            column.codes[row] = table.result_code(finished(result, value))


def columns_at(month: MonthTables, people: People) -> dict[tuple[str, int], FactColumn]:
    """Return the columns that a month's tables look at, as they stood in the months they name."""
    wanted = {
        (fact, shift)
        for variable in month.coders
        for fact, shift in facts_and_shifts(variable)
    }
    wanted |= {(name, 0) for table in month.tables for name in table.numbers}
    found = {}
    for name, shift in wanted:
        column = facts_of_month(people, name, month.month.plus(shift))
        if column is not None:
            found[(name, shift)] = column
    return found


def facts_and_shifts(variable: Variable) -> Iterable[tuple[str, int]]:
    return [(fact.name, fact.shift) for fact in facts_in(variable.leaf)]


def _lacking(numbers: tuple[str, ...], columns: Columns, count: int) -> Array | None:
    """Return for each subject which of the numbers are unknown, a bit each; None if none is."""
    if not numbers:
        return None
    pattern = np.zeros(count, np.int64)
    for bit, name in enumerate(numbers):
        column = columns.get((name, 0))
        unknown = np.ones(count, bool) if column is None else column.unknown()
        pattern |= unknown.astype(np.int64) << bit
    return pattern if pattern.any() else None


def _in_runs(work, starts: range, workers: int) -> None:  # type: ignore[no-untyped-def]
    if len(starts) <= 1 or workers <= 1:
        for start in starts:
            work(start)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, starts))
