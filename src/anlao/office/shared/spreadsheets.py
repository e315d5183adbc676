"""Tables given out as files: everything in them is text, and nothing in them is ever a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

import xlsxwriter

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠|")


def written(rows: Iterable[Sequence[str]], *, form: str) -> bytes:
    """Return rows as xlsx, or as csv (UTF-8 with a mark, as WPS and Excel take it)."""
    return _xlsx(rows) if form == "xlsx" else _csv(rows)


def is_formula_like(text: str) -> bool:
    """Return whether a spreadsheet might reckon the text if it were typed in."""
    return text.startswith(_FORMULA_STARTS)


def _xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.set_column(0, 10, 18)
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write_string(place, column, str(value))
    return out.getvalue()


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_harmless(str(value)) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if is_formula_like(text) else text
