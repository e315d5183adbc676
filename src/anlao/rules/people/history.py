"""Facts with a past: rows of ``person_id,fact,value,from,until`` joined to batches of subjects.

    E1,care_setting,home,,2023-06-15          until the day before 15 June at home
    E1,care_setting,institution,2023-06-15,   from then on in an institution

Inside its span a row overrides the column of the people file; outside, the column counts. A row
recorded later (``recorded_on``) comes before an earlier one; what was recorded after the day of
knowledge is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlao.rules.facts import FactSpec, Label, Subject
from anlao.rules.people.columns import (
    NO_DAY,
    Array,
    Change,
    FactColumn,
    People,
    of_one_scale,
    unknown_column,
)
from anlao.rules.people.encode import CellError, as_strings, encode
from anlao.rules.people.errors import BadCells, InputRefused
from anlao.rules.people.sources import open_source
from anlao.rules.periods import epoch_day
from anlao.rules.rulebook.problems import did_you_mean

_DAY = FactSpec("day", "date", Label("日期", "day"), empty_is_none=True)
_EVER = -(2**31) + 1
_REQUIRED = ("fact", "value", "from", "until")
_OPTIONAL = ("recorded_on",)


@dataclass(frozen=True, slots=True)
class FactPast:
    """All rows about one fact, in the order in which they are applied."""

    ids: pa.Array
    values: FactColumn
    start: Array
    until: Array


@dataclass(slots=True)
class History:
    """The past of facts of many subjects; give each batch its own."""

    name: str
    facts: Mapping[str, FactPast]
    ids: pa.Array
    _met: Array = field(default_factory=lambda: np.zeros(0, bool))

    def __post_init__(self) -> None:
        self._met = np.zeros(len(self.ids), bool)

    def joined(self, people: People) -> People:
        """Return the batch with the changes of its subjects."""
        self._met |= ~np.isnan(_places(self.ids, people.ids))
        columns = dict(people.columns)
        changes: dict[str, Sequence[Change]] = {}
        for name, past in self.facts.items():
            places = _places(past.ids, people.ids)
            here = np.flatnonzero(~np.isnan(places))
            if not len(here):
                continue
            column = columns.get(name)
            if column is None:
                column = unknown_column(past.values.spec, len(people))
            columns[name], values = of_one_scale(column, past.values.taken(here))
            rows = places[here].astype(np.int64)
            changes[name] = _layers(rows, values, past.start[here], past.until[here])
        return People(people.ids, columns, {**people.changes, **changes})

    def strangers(self) -> list[str]:
        """Return subjects of the history that no batch had so far."""
        return [str(value) for value in self.ids.filter(pa.array(~self._met)).to_pylist()]


def read_history(path: Path, subject: Subject, *, known_as_of: date | None = None) -> History:
    """Return a history file. Raises InputRefused; every bad row is named."""
    source = open_source(path)
    _check_columns(source.name, source.columns, subject)
    batches = [batch for batch in source.batches if batch.num_rows]
    if not batches:
        msg = f"{source.name}: there are column names but no rows"
        raise InputRefused(msg, "export it again")
    table = pa.Table.from_batches(batches).combine_chunks()
    return _Reader(source.name, table, subject, known_as_of).history()


def _check_columns(name: str, columns: list[str], subject: Subject) -> None:
    known = [subject.id_column, *_REQUIRED, *_OPTIONAL]
    missing = [column for column in known[:-1] if column not in columns]
    strange = [column for column in columns if column not in known]
    if missing or strange:
        found = f"no column {', '.join(missing)}" if missing else ""
        found += "; " if missing and strange else ""
        found += f"unknown column(s) {', '.join(strange)}" if strange else ""
        msg = f"{name}: {found}"
        raise InputRefused(msg, f"a history has the columns {','.join(known[:-1])}[,recorded_on]")
    if len(set(columns)) < len(columns):
        msg = f"{name}: a column appears twice"
        raise InputRefused(msg, "keep one of them")


class _Reader:
    def __init__(
        self, name: str, table: pa.Table, subject: Subject, known_as_of: date | None
    ) -> None:
        self.name = name
        self.subject = subject
        self.known_as_of = known_as_of
        self.table = table
        self.errors: list[CellError] = []

    def history(self) -> History:
        ids = as_strings(self._cells(self.subject.id_column))
        facts = as_strings(self._cells("fact"))
        days = {name: self._days(name) for name in ("from", "until", *self._recorded())}
        start = np.where(days["from"] == NO_DAY, _EVER, days["from"]).astype(np.int64)
        until = days["until"].astype(np.int64)
        self._check(ids, facts, start, until)
        order = self._order(days.get("recorded_on"))
        past = {
            str(name): self._past(str(name), ids, facts, start, until, order)
            for name in pc.unique(facts).to_pylist()
            if name in self.subject.facts
        }
        if days.get("recorded_on") is None:
            self._check_overlaps(past)
        if self.errors:
            self.errors.sort(key=lambda error: error.row)
            raise BadCells(self.name, self.errors)
        return History(self.name, past, pc.unique(ids.take(pa.array(order))))

    def _cells(self, column: str) -> Any:
        return self.table.column(column).combine_chunks()

    def _recorded(self) -> list[str]:
        return [name for name in _OPTIONAL if name in self.table.column_names]

    def _days(self, name: str) -> Array:
        column, errors = encode(_DAY, self._cells(name), 1)
        self.errors += [CellError(e.row, name, e.value, e.expected) for e in errors]
        return column.data

    def _check(self, ids: pa.Array, facts: pa.Array, start: Array, until: Array) -> None:
        for column, cells in ((self.subject.id_column, ids), ("fact", facts)):
            empty = pc.fill_null(pc.equal(cells, ""), fill_value=True).to_numpy(
                zero_copy_only=False
            )
            for row in np.flatnonzero(empty):
                self.errors.append(CellError(int(row) + 1, column, "", "a name"))
        known = list(self.subject.facts)
        for name in pc.unique(facts).to_pylist():
            if not name or name in self.subject.facts:
                continue
            rows = pc.equal(facts, name).to_numpy(zero_copy_only=False)
            expected = f"a fact of {self.subject.name}; {did_you_mean(name, known)}"
            self.errors += [
                CellError(int(row) + 1, "fact", name, expected) for row in np.flatnonzero(rows)
            ]
        for row in np.flatnonzero(until <= start):
            cell = str(self._cells("until")[int(row)])
            self.errors.append(CellError(int(row) + 1, "until", cell, "a day after from"))

    def _order(self, recorded: Array | None) -> Array:
        """Return the rows that were known, those recorded later last."""
        if recorded is None:
            return np.arange(self.table.num_rows)
        day = np.where(recorded == NO_DAY, _EVER, recorded)
        order = np.argsort(day, kind="stable")
        if self.known_as_of is None:
            return order
        return order[day[order] <= epoch_day(self.known_as_of)]

    def _past(
        self, name: str, ids: pa.Array, facts: pa.Array, start: Array, until: Array, order: Array
    ) -> FactPast:
        mine = pc.equal(facts, name).to_numpy(zero_copy_only=False)
        rows = order[mine[order]]
        spec = self.subject.facts[name]
        if spec.type == "rows":
            self.errors += [
                CellError(int(row) + 1, "fact", name, "a fact of one value, not a list of rows")
                for row in rows
            ]
            rows = rows[:0]
        cells = self._cells("value").take(pa.array(rows))
        values, errors = encode(spec, cells, 1)
        self.errors += [
            CellError(int(rows[error.row - 1]) + 1, f"value ({name})", error.value, error.expected)
            for error in errors
        ]
        return FactPast(ids.take(pa.array(rows)), values, start[rows], until[rows])

    def _check_overlaps(self, past: Mapping[str, FactPast]) -> None:
        """Two values on one day say nothing about which is right, unless recorded one by one."""
        for name, rows in past.items():
            codes = rows.ids.dictionary_encode().indices.to_numpy(zero_copy_only=False)
            order = np.lexsort((rows.start, codes))
            codes, start, until = codes[order], rows.start[order], rows.until[order]
            clash = (codes[1:] == codes[:-1]) & (start[1:] < until[:-1])
            for index in np.flatnonzero(clash):
                who = str(rows.ids[int(order[index])])
                self.errors.append(
                    CellError(
                        self._row_of(name, int(order[index + 1])),
                        "from",
                        f"{who} {name}",
                        "one value a day; this span overlaps row "
                        f"{self._row_of(name, int(order[index]))} (or add recorded_on)",
                    )
                )

    def _row_of(self, name: str, index: int) -> int:
        facts = as_strings(self._cells("fact"))
        mine = np.flatnonzero(pc.equal(facts, name).to_numpy(zero_copy_only=False))
        return int(mine[index]) + 1


def _places(wanted: pa.Array, ids: pa.Array) -> Array:
    """Return the row of each wanted id, NaN where it is not there."""
    found = pc.index_in(wanted.cast(pa.string()), value_set=ids.cast(pa.string()))
    places: Array = found.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return places


def _layers(rows: Array, values: FactColumn, start: Array, until: Array) -> list[Change]:
    """Return changes to apply one after another, each with at most one row a subject."""
    order = np.argsort(rows, kind="stable")
    first = np.flatnonzero(np.diff(rows[order], prepend=-1))
    sizes = np.diff(np.append(first, len(rows)))
    rank = np.empty(len(rows), np.int64)
    rank[order] = np.arange(len(rows)) - np.repeat(first, sizes)
    layers = []
    for number in range(int(rank.max()) + 1):
        here = np.flatnonzero(rank == number)
        layers.append(Change(rows[here], values.taken(here), start[here], until[here]))
    return layers
