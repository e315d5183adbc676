"""A stream of checked batches of subjects: columns known, cells read, bad rows refused or set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from anlao.rules.facts import Subject
from anlao.rules.language.tree import NONE
from anlao.rules.people.columns import (
    NO_DAY,
    UNKNOWN_DAY,
    Array,
    FactColumn,
    People,
    unknown_column,
)
from anlao.rules.people.encode import CellError, as_strings, encode
from anlao.rules.people.errors import BadCells, InputRefused
from anlao.rules.people.sources import Source, open_source, record_batch
from anlao.rules.periods import epoch_day
from anlao.rules.rulebook.problems import did_you_mean
from anlao.rules.tables.variables import domain

SetAside = Callable[[pa.RecordBatch, list[CellError]], None]
MAX_COLLECTED = 10_000


@dataclass(slots=True)
class PeopleReader:
    """Reads files of one subject kind.

    ``today``: births after it are refused. ``set_aside``: takes bad rows; without it one bad row
    refuses the file. ``needed``: facts that are wanted; others are checked but not kept.
    """

    subject: Subject
    today: date
    ignore_extra: bool = False
    set_aside: SetAside | None = None
    needed: frozenset[str] | None = None
    refused_rows: int = 0
    _seen: list[Array] = field(default_factory=list)

    def read(self, path: Path) -> Iterator[People]:
        """Yield batches of subjects in the order of the file. Raises InputRefused."""
        source = open_source(path)
        names = self._columns(source)
        bad: list[CellError] = []
        row = 1
        rows = 0
        for batch in source.batches:
            if batch.num_rows == 0:
                continue
            rows += batch.num_rows
            people, errors = self._batch(batch, names, row)
            row += batch.num_rows
            if errors and self.set_aside is None:
                bad.extend(errors)
                if len(bad) > MAX_COLLECTED:
                    break
            elif errors and self.set_aside is not None:
                yield self._without_bad(batch, people, errors, row - batch.num_rows)
            elif not bad:
                yield people
        if bad:
            raise BadCells(source.name, bad)
        if not rows:
            raise InputRefused(f"{source.name}: there are column names but no rows", "export the list again")

    def read_records(self, records: list[dict[str, Any]], name: str) -> People:
        """Return subjects given as records of facts. Raises InputRefused."""
        batch = record_batch(records)
        source = Source(name, batch.schema.names, batch.num_rows, iter([batch]))
        people, errors = self._batch(batch, self._columns(source), 1)
        if errors:
            raise BadCells(name, errors)
        return people

    def _columns(self, source: Source) -> dict[str, str]:
        """Return fact name (or the id) by column name; strangers are errors with a suggestion."""
        by_label = {spec.label.zh: name for name, spec in self.subject.facts.items()}
        known = {self.subject.id_column: self.subject.id_column, "编号": self.subject.id_column}
        known |= by_label | {name: name for name in self.subject.facts}
        found: dict[str, str] = {}
        strange: list[str] = []
        for column in source.columns:
            if column not in known:
                strange.append(column)
            elif known[column] in found.values():
                raise InputRefused(
                    f"{source.name}: two columns give {known[column]}", "keep one of them"
                )
            else:
                found[column] = known[column]
        self._check_columns(source, found, strange, list(known))
        return found

    def _check_columns(
        self, source: Source, found: dict[str, str], strange: list[str], known: list[str]
    ) -> None:
        if self.subject.id_column not in found.values():
            raise InputRefused(
                f"{source.name}: no column {self.subject.id_column}",
                did_you_mean(self.subject.id_column, strange) or "add it; it names each subject",
            )
        if strange and not self.ignore_extra:
            lines = [f"{name}: {did_you_mean(name, known)}" for name in strange]
            raise InputRefused(
                f"{source.name}: column(s) that are no facts of {self.subject.name}: "
                + ", ".join(strange),
                "\n  ".join([*lines[:10], "rename them, or use --ignore-extra to leave them out"]),
            )

    def _batch(
        self, batch: pa.RecordBatch, names: Mapping[str, str], first_row: int
    ) -> tuple[People, list[CellError]]:
        ids = pa.array([], pa.string())
        errors: list[CellError] = []
        columns: dict[str, FactColumn] = {}
        for column, name in names.items():
            cells = batch.column(batch.schema.get_field_index(column))
            if name == self.subject.id_column:
                ids = as_strings(cells)
                continue
            spec = self.subject.facts[name]
            columns[name], bad = encode(spec, cells, first_row)
            errors.extend(bad)
        errors.extend(self._bad_ids(ids, first_row))
        self._fill(columns, len(ids))
        errors.extend(self._contradictions(columns, first_row))
        errors.sort(key=lambda error: error.row)
        return People(ids, columns), errors

    def _fill(self, columns: dict[str, FactColumn], count: int) -> None:
        """Facts that have no column: none where an empty cell means none; grades of nobody."""
        for name, spec in self.subject.facts.items():
            if name not in columns and spec.empty_is_none:
                columns[name] = unknown_column(spec, count)
        for name, spec in self.subject.facts.items():
            if spec.none_when is not None and spec.none_when[0] in columns:
                column = columns.setdefault(name, unknown_column(spec, count))
                absent = _holds(columns[spec.none_when[0]], spec.none_when[1])
                values = domain(spec)
                data = column.data.copy()
                data[absent & (data == len(values))] = values.index(NONE)
                column.data = data

    def _bad_ids(self, ids: pa.Array, first_row: int) -> list[CellError]:
        column = self.subject.id_column
        errors = []
        texts = ids.to_pylist()
        for index, text in enumerate(texts):
            if not text:
                errors.append(CellError(first_row + index, column, "", "an identifier"))
        hashes = np.fromiter((hash(text) for text in texts), np.int64, len(texts))
        errors += [
            CellError(first_row + int(index), column, str(texts[index]), "an identifier not used before")
            for index in self._repeated(hashes)
            if texts[index]
        ]
        return errors

    def _repeated(self, hashes: Array) -> list[int]:
        """Return rows whose identifier stood before in this or an earlier batch."""
        _, first = np.unique(hashes, return_index=True)
        repeated = np.ones(len(hashes), bool)
        repeated[first] = False
        for earlier in self._seen:
            places = np.minimum(np.searchsorted(earlier, hashes), len(earlier) - 1)
            repeated |= earlier[places] == hashes
        self._remember(np.sort(hashes))
        return [int(index) for index in np.flatnonzero(repeated)]

    def _remember(self, hashes: Array) -> None:
        """Keep few sorted runs, each at least twice the next, so that looking up stays quick."""
        while self._seen and len(self._seen[-1]) < 2 * len(hashes):
            hashes = np.sort(np.concatenate([self._seen.pop(), hashes]), kind="stable")
        self._seen.append(hashes)

    def _contradictions(self, columns: Mapping[str, FactColumn], first_row: int) -> list[CellError]:
        """Return cells that cannot be true together."""
        errors: list[CellError] = []

        def report(mask: Array, name: str, expected: str) -> None:
            for index in np.flatnonzero(mask):
                value = str(columns[name].value(int(index)))
                errors.append(CellError(first_row + int(index), name, value, expected))

        birth, death = columns.get("birth_date"), columns.get("death_date")
        if birth is not None:
            known = birth.data < NO_DAY
            report(known & (birth.data > epoch_day(self.today)), "birth_date", "a day that has come")
            if death is not None:
                died = death.data < NO_DAY
                report(died & known & (death.data < birth.data), "death_date", "a day not before birth")
        for name, spec in self.subject.facts.items():
            if spec.none_when is not None and name in columns and spec.none_when[0] in columns:
                other, value = spec.none_when
                count = len(domain(spec)) - 1
                clash = _holds(columns[other], value) & (columns[name].data < count)
                report(clash, name, f"an empty cell, because {other} is {value}")
        if "start" in columns and "end" in columns:
            start, end = columns["start"].data, columns["end"].data
            report((start != UNKNOWN_DAY) & (end < start), "end", "a day not before start")
        return errors

    def _without_bad(
        self, batch: pa.RecordBatch, people: People, errors: list[CellError], first_row: int
    ) -> People:
        assert self.set_aside is not None
        bad = sorted({error.row - first_row for error in errors})
        self.refused_rows += len(bad)
        self.set_aside(batch.take(pa.array(bad)), errors)
        good = np.ones(batch.num_rows, bool)
        good[bad] = False
        return people.taken(np.flatnonzero(good))


def _holds(column: FactColumn, value: str) -> Array:
    code = domain(column.spec).index(value)
    return column.data == code


