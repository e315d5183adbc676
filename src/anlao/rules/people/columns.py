"""Columns of facts: small codes for listed values, days as integers, numbers as scaled integers.

Unknown is a value of its own in every column, never a null and never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import NONE
from anlao.rules.periods import day_of_epoch
from anlao.rules.quantities import whole
from anlao.rules.tables.variables import domain

Array = npt.NDArray[Any]
UNKNOWN_DAY = np.int32(2**31 - 1)
NO_DAY = np.int32(2**31 - 2)
UNKNOWN_NUMBER = np.int64(2**63 - 1)
UNKNOWN_CODE = np.int32(-1)


@dataclass(slots=True)
class FactColumn:
    """One fact of many subjects.

    ``data``: codes of the fact's values (uint8, unknown = number of values), days since 1970
    (int32), scaled whole numbers (int64, value = data / scale), or indices into ``words`` (int32).
    ``rows``: lists of records, for facts of rows.
    """

    spec: FactSpec
    data: Array
    scale: int = 1
    words: Sequence[str] = ()
    rows: Sequence[Any] = ()

    def value(self, index: int) -> Any:
        """Return a subject's value, or None where it is unknown."""
        match self.spec.type:
            case "date":
                day = self.data[index]
                if day == UNKNOWN_DAY:
                    return None
                return NONE if day == NO_DAY else day_of_epoch(int(day))
            case "integer" | "number" | "money":
                number = self.data[index]
                if number == UNKNOWN_NUMBER:
                    return None
                return whole(Fraction(int(number), self.scale))
            case "division" | "text":
                code = self.data[index]
                return None if code == UNKNOWN_CODE else self.words[code]
            case "rows":
                return self.rows[index]
            case _:
                values = domain(self.spec)
                code = self.data[index]
                return None if code >= len(values) else values[code]

    def unknown(self) -> Array:
        """Return for each subject whether the fact is unknown."""
        unknown: Array
        match self.spec.type:
            case "date":
                unknown = self.data == UNKNOWN_DAY
            case "integer" | "number" | "money":
                unknown = self.data == UNKNOWN_NUMBER
            case "division" | "text":
                unknown = self.data == UNKNOWN_CODE
            case "rows":
                unknown = np.array([row is None for row in self.rows], bool)
            case _:
                unknown = self.data >= len(domain(self.spec))
        return unknown

    def part(self, start: int, stop: int) -> FactColumn:
        """Return a run of subjects, sharing memory."""
        rows = self.rows[start:stop] if self.spec.type == "rows" else ()
        return FactColumn(self.spec, self.data[start:stop], self.scale, self.words, rows)

    def taken(self, indices: Array) -> FactColumn:
        rows = [self.rows[i] for i in indices] if self.spec.type == "rows" else ()
        return FactColumn(self.spec, self.data.take(indices), self.scale, self.words, rows)


@dataclass(slots=True)
class People:
    """Subjects of one kind with their facts; a fact without a column is unknown for all."""

    ids: pa.Array
    columns: Mapping[str, FactColumn]
    changes: Mapping[str, Sequence[Change]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def facts(self, index: int) -> dict[str, Any]:
        """Return the known facts of one subject."""
        values = ((name, column.value(index)) for name, column in self.columns.items())
        return {name: value for name, value in values if value is not None}

    def part(self, start: int, stop: int) -> People:
        """Return a run of subjects with their changes, sharing memory."""
        columns = {name: column.part(start, stop) for name, column in self.columns.items()}
        changes = {
            name: [change.part(start, stop) for change in found]
            for name, found in self.changes.items()
        }
        return People(self.ids.slice(start, stop - start), columns, changes)

    def taken(self, indices: Array) -> People:
        columns = {name: column.taken(indices) for name, column in self.columns.items()}
        return People(self.ids.take(pa.array(indices)), columns)


@dataclass(frozen=True, slots=True)
class Change:
    """Values of one fact for some subjects, half-open from day to day (days since 1970)."""

    rows: Array
    values: FactColumn
    start: Array
    until: Array

    def part(self, start: int, stop: int) -> Change:
        """Return the changes of a run of subjects, counted from its first."""
        here = np.flatnonzero((start <= self.rows) & (self.rows < stop))
        return Change(
            self.rows[here] - start, self.values.taken(here), self.start[here], self.until[here]
        )


def unknown_column(spec: FactSpec, count: int) -> FactColumn:
    """Return a column in which nothing is known; *none* where an empty cell means none."""
    match spec.type:
        case "date":
            return FactColumn(
                spec, np.full(count, NO_DAY if spec.empty_is_none else UNKNOWN_DAY, np.int32)
            )
        case "integer" | "number" | "money":
            return FactColumn(spec, np.full(count, UNKNOWN_NUMBER, np.int64))
        case "division" | "text":
            return FactColumn(spec, np.full(count, UNKNOWN_CODE, np.int32))
        case "rows":
            return FactColumn(spec, np.zeros(count, np.uint8), rows=[None] * count)
        case _:
            values = domain(spec)
            code = values.index(NONE) if spec.empty_is_none else len(values)
            return FactColumn(spec, np.full(count, code, np.uint8))


def of_one_scale(column: FactColumn, values: FactColumn) -> tuple[FactColumn, FactColumn]:
    """Return both with the same words, or the same scale, so that codes may be exchanged."""
    match column.spec.type:
        case "division" | "text":
            words = [*column.words, *values.words]
            moved = values.data + np.int32(len(column.words))
            data = np.where(values.data == UNKNOWN_CODE, UNKNOWN_CODE, moved).astype(np.int32)
            return (
                FactColumn(column.spec, column.data, words=words),
                FactColumn(column.spec, data, words=words),
            )
        case "integer" | "number" | "money":
            scale = max(column.scale, values.scale)
            return _scaled(column, scale), _scaled(values, scale)
    return column, values


def _scaled(column: FactColumn, scale: int) -> FactColumn:
    if column.scale == scale:
        return column
    unknown = column.data == UNKNOWN_NUMBER
    data = np.where(
        unknown, UNKNOWN_NUMBER, np.where(unknown, 0, column.data) * (scale // column.scale)
    )
    return FactColumn(column.spec, data, scale=scale)
