"""Checked files -> sheets: a header row, and rows of cells that know where they stand.

| 城口县残疾人名单 |          |    title rows are passed over
| 姓名  | 残疾情况        |    two header rows under a merged cell become
|       | 类别   | 等级    |    姓名, 残疾情况/类别, 残疾情况/等级
| 王某  | 肢体   | 一级    |    row 4, columns A-C
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from anlao.office.registry.imports.headers import Merged, find_header
from anlao.office.registry.imports.refusals import (
    BrokenWorkbook,
    NoTable,
    SheetTooWide,
    line,
    place,
)
from anlao.office.registry.imports.safety import CheckedFile
from anlao.office.registry.imports.separated import csv_rows

EXACT_BELOW = 10**15
"""A spreadsheet keeps fifteen digits of a number: from here on the last ones may be lost."""
MAX_ROWS = 200_000
MAX_CELLS = 16_000_000
"""Of all sheets together, blank ones too: they are held in memory as full rectangles."""
_SCIENTIFIC = re.compile(r"\s*\d(?:\.\d+)?[eE]\+?(\d{1,3})\s*\Z", re.ASCII)
_DIGITS_KEPT = 15


@dataclass(frozen=True, slots=True)
class LostDigits:
    """A number with more digits than the file kept: never to be rounded into an identity."""

    shown: str

    def __str__(self) -> str:
        return self.shown


@dataclass(frozen=True, slots=True)
class Serial:
    """A number in a cell without a date format: perhaps a day counted by the spreadsheet."""

    number: float
    epoch_1904: bool = False

    def __str__(self) -> str:
        return number_text(self.number)


Cell = str | date | bool | Serial | LostDigits | None
"""``None``: empty. Times of day are dropped from days, as lists date by the day."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands: ``row`` counts from 1 as the spreadsheet shows it."""

    sheet: str
    row: int
    column: str

    def __str__(self) -> str:
        return f"{self.sheet}!{self.column}{self.row}"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list: as many cells as there are headers."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list: its headers and, as often as asked, its rows.

    ``first_column`` counts from 0. ``epoch_1904``: how numbers that are days are counted.
    """

    name: str
    headers: tuple[str, ...]
    header_row: int
    first_column: int
    read_rows: Callable[[], Iterator[Row]]
    epoch_1904: bool = False

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header that are not blank. Raises FileRefused."""
        return self.read_rows()

    def place(self, row: int, column: int) -> Place:
        return Place(self.name, row, column_letter(self.first_column + column))


@dataclass(frozen=True, slots=True)
class Book:
    """The lists of a file. ``left_out``: sheets without a list, and hidden ones."""

    sheets: tuple[Sheet, ...]
    left_out: tuple[str, ...] = ()


def column_letter(index: int) -> str:
    """Return the letter of a column counted from 0: 0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def number_text(number: float) -> str:
    """Return a number as a clerk would write it: 3.0 -> 3."""
    return str(int(number)) if number == int(number) else repr(number)


def read_book(file: CheckedFile, is_header: Callable[[str], bool]) -> Book:
    """Return the lists of a file. ``is_header`` knows header words of the lists expected.

    Raises NoTable, BrokenWorkbook or BrokenQuotes.
    """
    book = _csv_book(file, is_header) if file.type == "csv" else _xlsx_book(file, is_header)
    if not book.sheets:
        raise NoTable
    return book


def _csv_book(file: CheckedFile, is_header: Callable[[str], bool]) -> Book:
    def grid() -> Iterator[Sequence[Any]]:
        return csv_rows(file.text)

    sheet = _sheet(file.name, grid, is_header, (), 0, epoch_1904=False)
    return Book((sheet,) if sheet else ())


def _xlsx_book(file: CheckedFile, is_header: Callable[[str], bool]) -> Book:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.data))
        sheets: list[Sheet] = []
        left_out: list[str] = []
        cells = 0
        for about in workbook.sheets_metadata:
            found = None
            if about.typ is SheetTypeEnum.WorkSheet and about.visible is SheetVisibleEnum.Visible:
                sheet = workbook.get_sheet_by_name(about.name)
                last_row, last_column = sheet.end or (-1, -1)
                cells += (last_row + 1) * (last_column + 1)
                if cells > MAX_CELLS:
                    raise SheetTooWide(place(about.name))
                found = _worksheet(sheet, is_header, epoch_1904=file.epoch_1904)
            if found is None:
                left_out.append(about.name)
            else:
                sheets.append(found)
    except (CalamineError, OSError, ValueError):
        raise BrokenWorkbook from None
    return Book(tuple(sheets), tuple(left_out))


def _worksheet(
    sheet: CalamineSheet, is_header: Callable[[str], bool], *, epoch_1904: bool
) -> Sheet | None:
    if sheet.start is None:
        return None
    first_column = sheet.start[1]
    merged = [
        Merged(top, left - first_column, bottom, right - first_column)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    return _sheet(
        sheet.name, sheet.iter_rows, is_header, merged, first_column, epoch_1904=epoch_1904
    )


def _sheet(
    name: str,
    grid: Callable[[], Iterator[Sequence[Any]]],
    is_header: Callable[[str], bool],
    merged: Sequence[Merged],
    first_column: int,
    *,
    epoch_1904: bool,
) -> Sheet | None:
    header = find_header(grid(), is_header, merged)
    if header is None:
        return None
    width = len(header.names)

    def rows() -> Iterator[Row]:
        for number, raw in enumerate(grid(), start=1):
            if number <= header.row:
                continue
            if number > MAX_ROWS:
                raise SheetTooWide(line(number))
            cells = [_cell(value, epoch_1904) for value in raw]
            if any(cell is not None for cell in cells):
                cells = (cells + [None] * (width - len(cells))) if len(cells) < width else cells
                yield Row(number, tuple(cells))

    if next(rows(), None) is None:
        return None
    return Sheet(name, header.names, header.row, first_column, rows, epoch_1904)


def _cell(value: Any, epoch_1904: bool) -> Cell:
    kind = type(value)
    if kind is str:
        text: str = value.strip(" \t\r\n\u3000\u00a0\ufeff\u200b")
        if not text:
            return None
        if len(text) < 40 and (text[1:2] in ".eE") and (found := _SCIENTIFIC.match(text)):
            # A spreadsheet that saved a long number as text kept only its first digits.
            return LostDigits(text) if int(found[1]) >= _DIGITS_KEPT else text
        return text
    if kind is float or kind is int:
        if abs(value) >= EXACT_BELOW or value != value:
            # Shown as 3.3e+17: written out in digits it would pass for the number it no longer is.
            return LostDigits(f"{float(value):e}")
        return Serial(float(value), epoch_1904)
    if kind is datetime:
        day: date = value.date()
        return day
    if kind is date or kind is bool:
        kept: date | bool = value
        return kept
    if isinstance(value, time | timedelta):
        return str(value)
    return None if value is None else str(value)
