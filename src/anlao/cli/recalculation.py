"""The same months on two sets of facts: what differs, to the fen, for people in both and in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlao.cli.deciding import Decider, Input, open_reading, rows_in
from anlao.cli.screen import progress
from anlao.rules.output.differences import (
    DIRECTIONS,
    Changed,
    Differ,
    Pair,
    Side,
    Totals,
    gathered,
)
from anlao.rules.people.columns import Array

if TYPE_CHECKING:
    from anlao.rules.periods import Month

WORDS = ("", "pay", "recover", "service", "service", "check")
_AT_ONCE = 65_536


@dataclass(slots=True)
class Decided:
    """Everybody's results: a kind per (month, provision) column, computed fen where there are."""

    ids: pa.Array
    kinds: list[Array]
    fen: dict[int, Array]


@dataclass(slots=True)
class Recalculation:
    """Differences between two decided sets of facts."""

    differ: Differ
    months: list[Month]
    columns: list[tuple[int, str]]
    before: Decided
    after: Decided
    totals: dict[str, Totals] = field(default_factory=dict)
    only_before: int = 0
    only_after: int = 0

    def parts(self) -> Iterator[tuple[pa.Array, Changed]]:
        """Yield (ids, rows that differ), the people of ``before`` first, then those only after."""
        places = pc.index_in(self.before.ids, value_set=self.after.ids)
        there = places.is_valid().to_numpy(zero_copy_only=False)
        rows = places.fill_null(-1).to_numpy(zero_copy_only=False)
        for start in range(0, len(there), _AT_ONCE):
            here = np.arange(start, min(start + _AT_ONCE, len(there)))
            both = here[there[here]]
            yield self.before.ids.take(pa.array(both)), self._both(both, rows[both])
            gone = here[~there[here]]
            if len(gone):
                self.only_before += len(gone)
                yield self.before.ids.take(pa.array(gone)), self._one_sided(self.before, gone, 0)
        new = np.setdiff1d(np.arange(len(self.after.ids)), rows[there])
        self.only_after = len(new)
        if len(new):
            yield self.after.ids.take(pa.array(new)), self._one_sided(self.after, new, 1)

    def _both(self, before: Array, after: Array) -> Changed:
        pairs: list[tuple[int, Pair]] = []
        for place, (month, provision) in enumerate(self.columns):
            pair = self.differ.pair(
                self._side(self.before, place, before), self._side(self.after, place, after)
            )
            self.differ.add(self.totals.setdefault(provision, Totals()), pair)
            pairs.append((month, pair))
        return gathered(pairs)

    def _side(self, decided: Decided, place: int, rows: Array) -> Side:
        fen = decided.fen.get(place)
        return self.differ.side_of(decided.kinds[place][rows], None if fen is None else fen[rows])

    def _one_sided(self, decided: Decided, rows: Array, side: int) -> Changed:
        """People whom one file lacks: what the other gave them is to be looked at by hand."""
        pairs = []
        for place, (month, _) in enumerate(self.columns):
            known = self._side(decided, place, rows)
            absent = Side(np.full(len(rows), -1), np.zeros(len(rows), np.int64), known.money)
            yes = self.differ.kinds.outcomes()[known.kinds] == 0
            direction = np.where(yes, DIRECTIONS.index("check"), 0).astype(np.uint8)
            both = (known, absent) if side == 0 else (absent, known)
            pairs.append((month, Pair(*both, direction)))
        return gathered(pairs)


def recalculate(decider: Decider, before: Input, after: Input) -> Recalculation:
    """Decide both sets of facts. Raises InputRefused."""
    differ = Differ()
    columns = [
        (number, provision.id)
        for number in range(len(decider.months))
        for provision in decider.program.provisions
    ]
    width = len(columns)
    was = _decide_all(decider, before, differ, width, "before 更正前")
    now = _decide_all(decider, after, differ, width, "after 更正后")
    return Recalculation(differ, list(decider.months), columns, was, now)


def _decide_all(decider: Decider, source: Input, differ: Differ, width: int, label: str) -> Decided:
    ids: list[pa.Array] = []
    kinds: list[list[Array]] = [[] for _ in range(width)]
    fen: dict[int, list[tuple[int, Array]]] = {}
    count = 0
    with open_reading(source, decider) as reading, progress(label, rows_in(source.people)) as told:
        for people in reading.batches(told):
            ids.append(people.ids.cast(pa.string()))
            columns = [column for _, found in decider.decided(people) for column in found]
            for place, column in enumerate(columns):
                kinds[place].append(differ.kinds.of(column).astype(np.uint32))
                if column.fen is not None:
                    fen.setdefault(place, []).append((count, column.fen))
            count += len(people)
    return Decided(
        pa.concat_arrays(ids) if ids else pa.array([], pa.string()),
        [np.concatenate(parts) if parts else np.zeros(0, np.uint32) for parts in kinds],
        {place: _placed(parts, count) for place, parts in fen.items()},
    )


def _placed(parts: list[tuple[int, Array]], count: int) -> Array:
    whole = np.zeros(count, np.int64)
    for start, part in parts:
        whole[start : start + len(part)] = part
    return whole
