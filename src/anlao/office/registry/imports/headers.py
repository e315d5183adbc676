"""Which row of a grid is the header: the one whose cells are known header words.

Rows above it are titles, notes and units of the table; a merged cell of two rows makes two
header rows one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

SEARCHED_ROWS = 20
MAX_COLUMNS = 200
_SPACE = re.compile(r"[\s\u3000\u00a0\ufeff\u200b]+")


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range, counted from 0, ends included; columns from the first column read."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Header:
    """``row``: the last header row, counted from 1; ``names``: one for each column."""

    row: int
    names: tuple[str, ...]


def find_header(
    grid: Iterable[Sequence[Any]], is_header: Callable[[str], bool], merged: Sequence[Merged] = ()
) -> Header | None:
    """Return the header of a grid, or None where the first rows hold none."""
    rows = [[_text(cell) for cell in row[:MAX_COLUMNS]] for row in islice(grid, SEARCHED_ROWS)]
    scores = [sum(map(is_header, _distinct(row))) for row in rows]
    best = max(scores, default=0)
    top = scores.index(best) if best else _first_full_row(rows)
    if top is None:
        return None
    # The row with the most known words may be the lower half of a header of two rows.
    top = min((m.top for m in merged if m.top < top <= m.bottom), default=top)
    below = _rows_below(top, rows, merged, is_header, best)
    names = _spread(top, rows[top], merged)
    for index in range(top + 1, below + 1):
        names = _joined(names, _spread(index, rows[index], merged))
    while names and not names[-1]:
        names.pop()
    return Header(below + 1, tuple(names)) if names else None


def _text(cell: Any) -> str:
    return _SPACE.sub("", cell)[:60] if isinstance(cell, str) else "" if cell is None else str(cell)


def _distinct(row: Sequence[str]) -> set[str]:
    return {cell for cell in row if cell}


def _first_full_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Without a known word: the first row of several words, none of them a number."""
    width = max((len(_distinct(row)) for row in rows), default=0)
    for index, row in enumerate(rows):
        words = _distinct(row)
        if len(words) >= max(2, (width + 1) // 2) and not any(word[0].isdigit() for word in words):
            return index
    return None


def _rows_below(
    top: int,
    rows: Sequence[Sequence[str]],
    merged: Sequence[Merged],
    is_header: Callable[[str], bool],
    best: int,
) -> int:
    """Return the index of the last header row: merged cells reach down from the first."""
    reaching = [m.bottom for m in merged if m.top == top and m.bottom > top]
    last = max(reaching, default=top)
    if last == top and any(m.top == m.bottom == top and m.right > m.left for m in merged):
        below = rows[top + 1] if top + 1 < len(rows) else []
        last = top + 1 if best and any(map(is_header, below)) else top
    return min(last, top + 2, len(rows) - 1)


def _spread(row: int, names: Sequence[str], merged: Sequence[Merged]) -> list[str]:
    """Return the names of a row with each merged cell's name in all of its columns."""
    spread = list(names)
    for m in merged:
        if m.top == row and m.right > m.left and 0 <= m.left < len(spread):
            for column in range(m.left, min(m.right + 1, len(spread))):
                spread[column] = spread[column] or spread[m.left]
    return spread


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    width = max(len(upper), len(lower))
    upper, lower = ([*side, *[""] * (width - len(side))] for side in (upper, lower))
    return [
        f"{above}/{below}" if above and below and above != below else above or below
        for above, below in zip(upper, lower, strict=True)
    ]
