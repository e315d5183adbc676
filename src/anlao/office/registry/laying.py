"""Laying something over what is known: where rows are cut, kept and filled up.

held     [1 Jan ........ A ........ )          [1 Sep ... B ...
laid                [1 Jun ................................. 1 Dec)
pieces   [1 Jan .. A 1 Jun)[.. A+ ..)[.. new ..)[.. B+ .. 1 Dec)[.. B ..

Written once for whoever records one fact and for whoever imports a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Row = TypeVar("Row")
Span = tuple[date, date | None]
"""Days, half-open; None: for good."""


@dataclass(slots=True)
class Piece(Generic[Row]):
    """A span with the row that it continues (None: nothing was known). ``is_laid``: over it."""

    base: Row | None
    span: Span
    is_laid: bool


def overlaps(one: Span, other: Span) -> bool:
    """Return whether two spans have a day in common."""
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])


def pieces(held: Sequence[tuple[Row, Span]], laid: Span) -> Iterator[Piece[Row]]:
    """Yield the pieces of rows that overlap a span, in order of their days, and of its gaps."""
    start, until = laid
    open_from: date | None = start
    for row, span in held:
        assert open_from is not None, "rows of one elder do not overlap"
        first = max(span[0], start)
        last = _earlier(span[1], until)
        if open_from < first:
            yield Piece(None, (open_from, first), is_laid=True)
        if span[0] < first:
            yield Piece(row, (span[0], first), is_laid=False)
        yield Piece(row, (first, last), is_laid=True)
        if last is not None and span[1] != last:
            yield Piece(row, (last, span[1]), is_laid=False)
        open_from = last
    if open_from is not None and (until is None or open_from < until):
        yield Piece(None, (open_from, until), is_laid=True)


def _earlier(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
