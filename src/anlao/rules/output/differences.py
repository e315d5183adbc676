"""Two decisions of the same subjects side by side: who gets more, who gets less, how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlao.rules.output.decisions import amount_texts, csv_cell, quoted, text_bytes
from anlao.rules.output.kinds import Kinds
from anlao.rules.people.columns import Array
from anlao.rules.results import ProvisionColumn
from anlao.rules.tables.verdict import OUTCOMES

YES, UNKNOWN = OUTCOMES.index("yes"), OUTCOMES.index("unknown")
DIRECTIONS = ("", "more", "less", "gained", "lost", "check")
"""No money: gained and lost. ``check``: one side cannot be told."""


@dataclass(slots=True)
class Side:
    """One side of a comparison for some subjects: result kinds and paid fen."""

    kinds: Array
    fen: Array
    money: Array


@dataclass(slots=True)
class Pair:
    """Both sides of one provision. ``direction``: index into DIRECTIONS for each subject."""

    before: Side
    after: Side
    direction: Array

    @property
    def difference(self) -> Array:
        return self.after.fen - self.before.fen


@dataclass(slots=True)
class Totals:
    """What a comparison of one provision comes to."""

    unit: str = ""
    before_people: int = 0
    after_people: int = 0
    before_fen: int = 0
    after_fen: int = 0
    more: int = 0
    less: int = 0
    more_fen: int = 0
    less_fen: int = 0
    gained: int = 0
    lost: int = 0
    check: int = 0


@dataclass(slots=True)
class Differ:
    """Compares columns; its kinds number the results of both sides."""

    kinds: Kinds = field(default_factory=Kinds)

    def side(self, column: ProvisionColumn) -> Side:
        kinds = self.kinds.of(column)
        return self.side_of(kinds, column.fen)

    def side_of(self, kinds: Array, computed: Array | None) -> Side:
        """Return the side of known kinds; money counts only where it is due."""
        units = [result.unit.startswith("yuan") for _, result in self.kinds.found]
        yes = self.kinds.outcomes() == YES
        paid = np.array(units, bool) & yes
        fen = np.where(paid, self.kinds.fen(), 0)[kinds]
        if computed is not None:
            fen = fen + np.where(paid[kinds], computed, 0)
        return Side(kinds, fen, paid[kinds])

    def pair(self, before: Side, after: Side) -> Pair:
        """Return the comparison of two sides, subject by subject."""
        outcomes = self.kinds.outcomes()
        was, now = outcomes[before.kinds], outcomes[after.kinds]
        difference = after.fen - before.fen
        direction = np.zeros(len(was), np.uint8)
        direction[difference > 0] = DIRECTIONS.index("more")
        direction[difference < 0] = DIRECTIONS.index("less")
        services = ~(before.money | after.money)
        direction[services & (was != YES) & (now == YES)] = DIRECTIONS.index("gained")
        direction[services & (was == YES) & (now != YES)] = DIRECTIONS.index("lost")
        in_doubt = (was == UNKNOWN) != (now == UNKNOWN)
        direction[in_doubt] = DIRECTIONS.index("check")
        return Pair(before, after, direction)

    def add(self, totals: Totals, pair: Pair) -> None:
        """Count a comparison into running totals."""
        outcomes = self.kinds.outcomes()
        totals.before_people += int((outcomes[pair.before.kinds] == YES).sum())
        totals.after_people += int((outcomes[pair.after.kinds] == YES).sum())
        totals.before_fen += int(pair.before.fen.sum())
        totals.after_fen += int(pair.after.fen.sum())
        counts = np.bincount(pair.direction, minlength=len(DIRECTIONS))
        totals.more += int(counts[1])
        totals.less += int(counts[2])
        totals.gained += int(counts[3])
        totals.lost += int(counts[4])
        totals.check += int(counts[5])
        difference = pair.difference
        totals.more_fen += int(difference[pair.direction == 1].sum())
        totals.less_fen += int(difference[pair.direction == 2].sum())
        if not totals.unit:
            totals.unit = next(
                (
                    result.unit
                    for _, result in (
                        self.kinds.found[kind] for kind in np.unique(pair.after.kinds)
                    )
                    if result.unit
                ),
                "",
            )


@dataclass(slots=True)
class Changed:
    """Rows of a file of differences, by subject, month and provision.

    ``before`` and ``after`` are kinds, -1 where the subject is not there.
    """

    subjects: Array
    months: Array
    before: Array
    after: Array
    before_fen: Array
    after_fen: Array
    direction: Array


def gathered(pairs: Sequence[tuple[int, Pair]]) -> Changed:
    """Return the rows that differ. ``pairs``: (month index, comparison) in the order of rows."""
    found = [np.flatnonzero(pair.direction) for _, pair in pairs]
    order = np.lexsort(
        (
            np.repeat(np.arange(len(pairs)), [len(rows) for rows in found]),
            np.concatenate(found) if found else np.zeros(0, np.int64),
        )
    )

    def joined(parts: list[Array]) -> Array:
        whole: Array = np.concatenate(parts)[order] if parts else np.zeros(0, np.int64)
        return whole

    zipped = list(zip(pairs, found, strict=True))
    return Changed(
        joined(found),
        joined([np.full(len(rows), month, np.int64) for (month, _), rows in zipped]),
        joined([pair.before.kinds[rows] for (_, pair), rows in zipped]),
        joined([pair.after.kinds[rows] for (_, pair), rows in zipped]),
        joined([pair.before.fen[rows] for (_, pair), rows in zipped]),
        joined([pair.after.fen[rows] for (_, pair), rows in zipped]),
        joined([pair.direction[rows] for (_, pair), rows in zipped]),
    )


def lines(
    rows: Changed, ids: pa.Array, kinds: Kinds, months: Sequence[str], words: Sequence[str]
) -> memoryview:
    """Return CSV lines; ``words`` names each direction."""
    if not len(rows.subjects):
        return memoryview(b"")
    found = kinds.found
    money = [item.unit.startswith("yuan") and item.outcome == "yes" for _, item in found]
    paid = np.array([*money, False], bool)
    before = np.where(rows.before < 0, len(found), rows.before)
    after = np.where(rows.after < 0, len(found), rows.after)
    known = np.where(rows.after < 0, before, after)
    has_unit = np.array([*(bool(item.unit) for _, item in found), False])

    def text(values: list[str], index: Array) -> pa.Array:
        return pa.array([*(csv_cell(value) for value in values), ""]).take(pa.array(index))

    cells = (
        quoted(ids).take(pa.array(rows.subjects)),
        pa.array(months).take(pa.array(rows.months)),
        text([item.id for item, _ in found], known),
        text([item.outcome for _, item in found], before),
        amount_texts(rows.before_fen, paid[before]),
        text([item.outcome for _, item in found], after),
        amount_texts(rows.after_fen, paid[after]),
        amount_texts(rows.after_fen - rows.before_fen, paid[before] | paid[after]),
        text([item.unit for _, item in found], np.where(has_unit[after], after, before)),
        pa.array(list(words)).take(pa.array(rows.direction)),
        text([item.reason for _, item in found], before),
        text([item.reason for _, item in found], after),
        text([str(item.clause) for item, _ in found], known),
    )
    joined = pc.binary_join_element_wise(*cells, ",")
    return text_bytes(pc.binary_join_element_wise(joined, "\n", ""))


def header(before: str, after: str) -> bytes:
    """Return the first line of a file of differences."""
    sides = f"outcome_{before},amount_{before},outcome_{after},amount_{after}"
    reasons = f"reason_{before},reason_{after}"
    line = f"subject_id,month,provision,{sides},difference,unit,direction,{reasons},clause\n"
    return line.encode()
