"""Separated text -> rows of cells: comma, tab, semicolon or bar, whichever the rows agree on."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from anlao.office.registry.imports.refusals import BrokenQuotes, CellTooLong, line

SEPARATORS = (",", "\t", ";", "|", "，")
_SAMPLED_ROWS = 50


def csv_rows(text: str) -> Iterator[list[str]]:
    """Yield the rows of a text, blank ones too, so that rows keep their numbers.

    Raises BrokenQuotes or CellTooLong with the line at which the text breaks off.
    """
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text), strict=True)
    try:
        yield from rows
    except csv.Error as error:
        # The parser has one exception for both; only its words tell them apart.
        refusal = CellTooLong if "limit" in str(error) else BrokenQuotes
        raise refusal(line(rows.line_num)) from None


def separator_of(text: str) -> str:
    """Return the separator that splits most of the first rows into the same number of cells."""
    return max(SEPARATORS, key=lambda separator: _agreement(text, separator))


def _agreement(text: str, separator: str) -> tuple[int, int]:
    """Return (rows that agree on a number of cells above one, that number)."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        widths = Counter(len(row) for row in islice(rows, _SAMPLED_ROWS) if len(row) > 1)
    except csv.Error:
        return 0, 0
    if not widths:
        return 0, 0
    width, count = widths.most_common(1)[0]
    return count, width
