"""Cells -> codes: every distinct value is read once and strictly; bad cells are named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import NONE
from anlao.rules.people.columns import (
    NO_DAY,
    UNKNOWN_CODE,
    UNKNOWN_DAY,
    UNKNOWN_NUMBER,
    Array,
    FactColumn,
)
from anlao.rules.periods import epoch_day
from anlao.rules.quantities import Number, parse_number
from anlao.rules.tables.variables import domain

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z", re.ASCII)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII)
_TRUE = {"true", "1", "yes", "y", "t", "是", "有"}
_FALSE = {"false", "0", "no", "n", "f", "否", "无"}
_EMPTY = {"", "null", "none", "na", "n/a", "nan"}
_NONE_WORDS = {"none", "never", "无", "从未"}
_LARGEST = 10**12
_DECIMALS = 10**6
"""Numbers are kept to six decimals; measured shares such as 2/3 arrive with more."""
_EARLIEST = date(1850, 1, 1)
_BAD = object()


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that cannot be: row (first data row is 1), column, what stands there, what should."""

    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.value!r}, expected {self.expected}"


def encode(spec: FactSpec, cells: pa.Array, first_row: int) -> tuple[FactColumn, list[CellError]]:
    """Return the column of codes and every bad cell (coded as unknown)."""
    if spec.type == "rows":
        return _rows_column(spec, cells, first_row)
    if pa.types.is_nested(cells.type):
        cells = pa.array([None if cell is None else str(cell) for cell in cells.to_pylist()])
    fast = _fast_days(spec, cells)
    if fast is not None:
        return fast, []
    distinct, indices = _distinct(cells)
    parsed = [_parse(spec, value) for value in distinct]
    errors = _errors(spec, distinct, parsed, indices, first_row)
    cleaned = [None if value is _BAD else value for value in parsed]
    return _column(spec, cleaned, indices), errors


def _rows_column(
    spec: FactSpec, cells: pa.Array, first_row: int
) -> tuple[FactColumn, list[CellError]]:
    rows: list[Any] = []
    errors: list[CellError] = []
    for index, records in enumerate(cells.to_pylist()):
        parsed, bad = _records(spec, records)
        rows.append(parsed)
        errors.extend(
            CellError(first_row + index, f"{spec.name}.{column}", value, expected)
            for column, value, expected in bad
        )
    return FactColumn(spec, np.zeros(len(rows), np.uint8), rows=rows), errors


def _records(spec: FactSpec, records: Any) -> tuple[Any, list[tuple[str, str, str]]]:
    """Return a subject's rows, and (column, value, expected) of bad cells."""
    if records is None:
        return None, []
    if isinstance(records, str):
        return None, [("", records[:80], "a list of records")]
    found: list[dict[str, Any]] = []
    bad: list[tuple[str, str, str]] = []
    for record in records:
        known: dict[str, Any] = {}
        for name, raw in (record or {}).items():
            part = spec.rows.get(name)
            value = _BAD if part is None else _parse(part, raw)
            if value is _BAD and raw is not None:
                bad.append((name, str(raw), part.expected() if part else "a fact of the row"))
            elif value is not None and value is not _BAD:
                known[name] = value
        found.append(known)
    return tuple(found), bad


def _fast_days(spec: FactSpec, cells: pa.Array) -> FactColumn | None:
    """Days that are days already need no reading."""
    if spec.type != "date" or not pa.types.is_date32(cells.type):
        return None
    empty = NO_DAY if spec.empty_is_none else UNKNOWN_DAY
    days = cells.cast(pa.int32()).fill_null(int(empty)).to_numpy(zero_copy_only=False)
    known = days[days < NO_DAY]
    if len(known) and known.min() < epoch_day(_EARLIEST):
        return None
    return FactColumn(spec, days)


def _distinct(cells: pa.Array) -> tuple[list[Any], Array]:
    """Return the distinct cells (None last) and each cell's index among them."""
    if not pa.types.is_dictionary(cells.type):
        if pa.types.is_null(cells.type):
            cells = cells.cast(pa.string())
        cells = cells.dictionary_encode()
    values = cells.dictionary.to_pylist()
    indices = cells.indices.cast(pa.int32()).fill_null(len(values))
    return [*values, None], indices.to_numpy(zero_copy_only=False)


def _parse(spec: FactSpec, value: Any) -> Any:
    """Return the value, None for unknown, NONE for *there is none*, or _BAD."""
    if value is None:
        return NONE if spec.empty_is_none else None
    if isinstance(value, str):
        value = value.strip()
        if spec.none_is_a_word and value.lower() in _NONE_WORDS:
            return NONE
        if value.lower() in _EMPTY and not (spec.type == "enum" and value.lower() in spec.values):
            return NONE if spec.empty_is_none else None
    return _PARSERS[spec.type](spec, value)


def _parse_bool(_: FactSpec, value: Any) -> Any:
    word = str(value).lower()
    return True if word in _TRUE else False if word in _FALSE else _BAD


def _parse_enum(spec: FactSpec, value: Any) -> Any:
    word = str(value)
    if word.lower() in spec.values:
        return word.lower()
    for name, label in spec.values.items():
        if word in (name, label.zh, label.en):
            return name
    return _BAD


def _number_of(value: Any) -> Any:
    if isinstance(value, bool):
        return _BAD
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return parse_number_text(repr(value)) if isfinite(value) else _BAD
    return parse_number_text(str(value))


def parse_number_text(text: str) -> Any:
    """Return the exact number a text writes (also 1e3, from floats), or the bad mark."""
    try:
        return parse_number(text)
    except ValueError:
        pass
    try:
        number = Decimal(text)
    except ArithmeticError:
        return _BAD
    if not number.is_finite() or abs(number) > _LARGEST or abs(number.adjusted()) > 20:
        return _BAD
    exact = Fraction(number)
    return exact.numerator if exact.denominator == 1 else exact


def _parse_level(spec: FactSpec, value: Any) -> Any:
    number = _number_of(value)
    return number if isinstance(number, int) and spec.low <= number <= spec.high else _BAD


def _parse_number(spec: FactSpec, value: Any) -> Any:
    number = _number_of(value)
    if number is _BAD or abs(number) > _LARGEST:
        return _BAD
    if spec.type == "integer" and not isinstance(number, int):
        return _BAD
    low, high = spec.minimum, spec.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        return _BAD
    return number


def _parse_date(_: FactSpec, value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value if value >= _EARLIEST else _BAD
    match = _DAY.match(str(value)) or _COMPACT_DAY.match(str(value))
    if match is None:
        return _BAD
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return _BAD
    return day if day >= _EARLIEST else _BAD


def _parse_division(_: FactSpec, value: Any) -> Any:
    code = str(value)
    return code if code.isascii() and code.isdigit() and len(code) in (6, 9, 12) else _BAD


_PARSERS: dict[str, Callable[[FactSpec, Any], Any]] = {
    "bool": _parse_bool,
    "enum": _parse_enum,
    "level": _parse_level,
    "integer": _parse_number,
    "number": _parse_number,
    "money": _parse_number,
    "date": _parse_date,
    "division": _parse_division,
    "text": lambda _, value: str(value),
}


def _errors(
    spec: FactSpec, distinct: list[Any], parsed: list[Any], indices: Array, first_row: int
) -> list[CellError]:
    bad = [index for index, value in enumerate(parsed) if value is _BAD]
    if not bad:
        return []
    rows = np.flatnonzero(np.isin(indices, bad))
    return [
        CellError(first_row + int(row), spec.name, str(distinct[indices[row]]), spec.expected())
        for row in rows
    ]


def _column(spec: FactSpec, values: list[Any], indices: Array) -> FactColumn:
    match spec.type:
        case "date":
            days = [_epoch(value) for value in values]
            return FactColumn(spec, np.array(days, np.int32)[indices])
        case "integer" | "number" | "money":
            return _numbers(spec, values, indices)
        case "division" | "text":
            codes = [UNKNOWN_CODE if value is None else i for i, value in enumerate(values)]
            words = ["" if value is None else value for value in values]
            return FactColumn(spec, np.array(codes, np.int32)[indices], words=words)
        case _:
            order = {(type(v), v): code for code, v in enumerate(domain(spec))}
            unknown = len(order)
            codes = [order.get((type(value), value), unknown) for value in values]
            return FactColumn(spec, np.array(codes, np.uint8)[indices])


def _epoch(value: Any) -> int:
    if value is None:
        return int(UNKNOWN_DAY)
    return int(NO_DAY) if value is NONE else epoch_day(value)


def _numbers(spec: FactSpec, values: list[Number | None], indices: Array) -> FactColumn:
    scale = 1
    for value in values:
        while (
            isinstance(value, Fraction) and (value * scale).denominator != 1 and scale < _DECIMALS
        ):
            scale *= 10
    scaled = [int(UNKNOWN_NUMBER) if value is None else round(value * scale) for value in values]
    return FactColumn(spec, np.array(scaled, np.int64)[indices], scale=scale)


def as_strings(cells: pa.Array) -> pa.Array:
    """Return identifiers as text."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return pc.utf8_trim_whitespace(cells.cast(pa.string()))
