"""The list given back: every row as it came, what is wrong with it, and what to do.

Two columns are added, 错误 and 处理建议; bad cells are coloured. Rows keep their numbers, so that
the copy can be laid beside the original. Everything is written as text or number: nothing in it
is a formula, a link or a program. It holds whole identity numbers, as the upload did: give it to
nobody but the clerk who uploaded the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

import xlsxwriter

from anlao.office.registry.imports.findings import Finding
from anlao.office.registry.imports.sheets import Cell, Row, Serial, Sheet, column_letter
from anlao.office.registry.imports.validation import Validation
from anlao.office.shared.spreadsheets import is_formula_like

ADDED = ("错误", "处理建议")
_LONGEST = 32_000
"""Characters of a cell: a workbook holds 32,767 of them."""
_AT_ONCE = 1_000
_TEXT = {"num_format": "@"}
_BAD = {"bg_color": "#FFD6D6", "font_color": "#7A0000"}


def write_marked(
    *,
    sheet: Sheet,
    validation: Validation,
    out: BinaryIO,
    tell: Callable[[int], None] = lambda _: None,
) -> None:
    """Write the whole list with its findings as an xlsx workbook.

    ``tell``: is told now and then how many rows are written.
    """
    by_row = _by_row(validation.findings)
    width = _width(sheet, validation)
    with _workbook(out, sheet) as book:
        page = _Page(book, sheet)
        page.header(sheet.headers, [*[""] * (width - len(sheet.headers)), *ADDED])
        for count, row in enumerate(sheet.rows()):
            if count % _AT_ONCE == 0:
                tell(count)
            page.row(row, by_row.get(row.number, ()), width)


def write_clean(*, sheet: Sheet, validation: Validation, out: BinaryIO) -> None:
    """Write the sound rows only, in their own words, under the same headers."""
    with _workbook(out, sheet) as book:
        page = _Page(book, sheet)
        page.header(sheet.headers, ())
        for row in _sound(sheet, validation):
            page.row(row, (), 0)


def _sound(sheet: Sheet, validation: Validation) -> Iterator[Row]:
    numbers = {row.number for row in validation.rows}
    return (row for row in sheet.rows() if row.number in numbers)


def _by_row(findings: Sequence[Finding]) -> Mapping[int, Sequence[Finding]]:
    by_row: dict[int, list[Finding]] = {}
    for finding in findings:
        if finding.place is not None:
            by_row.setdefault(finding.place.row, []).append(finding)
    return by_row


def _width(sheet: Sheet, validation: Validation) -> int:
    """Return the number of columns in use; only rows that are too wide reach past the header."""
    if any(finding.code == "row-too-wide" for finding in validation.findings):
        return max(len(row.cells) for row in sheet.rows())
    return len(sheet.headers)


def _workbook(out: BinaryIO, sheet: Sheet) -> Any:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        # Numbers that are days keep their meaning only under the epoch they came with.
        "date_1904": sheet.epoch_1904,
    }
    return xlsxwriter.Workbook(out, options)


@dataclass(slots=True, init=False)
class _Page:
    """A worksheet written row after row."""

    page: Any
    sheet: Sheet
    formats: dict[tuple[str, bool], Any]

    def __init__(self, book: Any, sheet: Sheet) -> None:
        self.page = book.add_worksheet("核对结果")
        self.sheet = sheet
        self.formats = {}
        for bad in (False, True):
            colour = _BAD if bad else {}
            self.formats["text", bad] = book.add_format(_TEXT | colour)
            # Shown with an apostrophe while edited, so that pressing Enter makes no formula.
            self.formats["quoted", bad] = book.add_format(_TEXT | colour | {"quote_prefix": True})
            self.formats["number", bad] = book.add_format({"num_format": "General"} | colour)
            self.formats["whole", bad] = book.add_format({"num_format": "0"} | colour)

    def header(self, headers: Sequence[str], added: Sequence[str]) -> None:
        for index, name in enumerate([*headers, *added]):
            self._text(self.sheet.header_row - 1, self.sheet.first_column + index, name, bad=False)

    def row(self, row: Row, findings: Sequence[Finding], width: int) -> None:
        line = row.number - 1
        bad = {finding.place.column for finding in findings if finding.place is not None}
        for index, cell in enumerate(row.cells):
            column = self.sheet.first_column + index
            self._cell(line, column, cell, bad=bool(bad) and column_letter(column) in bad)
        if findings:
            first = self.sheet.first_column + max(width, len(self.sheet.headers))
            errors = "；".join(f"{f.header} {f.reason.zh}".strip() for f in findings)
            advice = "；".join(filter(None, map(_advice, findings)))
            self._text(line, first, errors, bad=True)
            self._text(line, first + 1, advice, bad=False)

    def _cell(self, line: int, column: int, cell: Cell, *, bad: bool) -> None:
        if cell is None:
            if bad:
                self.page.write_blank(line, column, None, self.formats["text", bad])
        elif isinstance(cell, bool):
            self.page.write_boolean(line, column, cell, self.formats["number", bad])
        elif isinstance(cell, Serial):
            shape = "whole" if cell.number.is_integer() else "number"
            self.page.write_number(line, column, cell.number, self.formats[shape, bad])
        else:
            shown = cell.isoformat() if isinstance(cell, date) else str(cell)
            self._text(line, column, shown, bad=bad)

    def _text(self, line: int, column: int, text: str, *, bad: bool) -> None:
        shape = "quoted" if is_formula_like(text) else "text"
        kept = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
        self.page.write_string(line, column, kept, self.formats[shape, bad])


def _advice(finding: Finding) -> str:
    if finding.severity == "warning":
        return "可以导入，请留意"
    return f"请改为{finding.expected.zh}" if finding.expected.zh else "请核对后改正"
