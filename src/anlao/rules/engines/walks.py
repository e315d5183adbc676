"""One table walked by cells: what is left of its diagram after some answers, and its results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from threading import RLock

import numpy as np

from anlao.rules.people.columns import Array
from anlao.rules.tables.decision_table import Calendar, DecisionTable
from anlao.rules.tables.diagram import Diagram, Leaf, results
from anlao.rules.tables.symbolic import Residue
from anlao.rules.tables.verdict import Result

Ending = tuple[Result, ...]
"""What an end of the diagram means: a result for every combination of answers of the calendar."""
Rest = tuple[Diagram, frozenset[str]]
"""What is left to ask, and which numbers turned out to be unknown."""
NOTHING: frozenset[str] = frozenset()
NOT_MET = -1
"""Stands where a state has no rest."""


class TableWalk:
    """Numbers the rests of a table and its endings; 0 is the whole diagram.

    Subjects have the code of an ending; which result that is depends on the month's calendar.
    ``computes``: whether some amounts are computed from numbers of the subject.
    """

    def __init__(self, table: DecisionTable, lock: RLock) -> None:
        self.table = table
        self.lock = lock
        self.computes = any(isinstance(v.amount, Residue) for v in results(table.root))
        self._results: dict[Calendar, list[Result]] = {
            calendar: [] for calendar in _calendars(table)
        }
        self._rests: list[Rest] = []
        self._numbers: dict[Rest, int] = {}
        self._codes: dict[Ending, int] = {}
        self._endings_of: dict[int, int] = {}
        self._number((table.root, NOTHING))

    def follow(
        self, rests: Array, positions: Sequence[int], codes: Sequence[Array], names: Sequence[str]
    ) -> Array:
        """Return the rests after more answers, working out each combination that occurs once.

        ``codes``: classes of the variables at ``positions``, then for each of ``names`` whether
        the number is unknown.
        """
        key = rests.astype(np.int64)
        for part in codes:
            key = key * (int(part.max(initial=0)) + 1) + part
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        found = [
            self._after(int(rests[row]), positions, [int(part[row]) for part in codes], names)
            for row in first
        ]
        return np.array(found, np.int32)[inverse.reshape(-1)]

    def _after(
        self, rest: int, positions: Sequence[int], codes: Sequence[int], names: Sequence[str]
    ) -> int:
        diagram, lacking = self._rests[rest]
        known: list[int | None] = [None] * len(self.table.variables)
        for position, code in zip(positions, codes, strict=False):
            if code < self.table.variables[position].size:
                known[position] = code
        unknown = codes[len(positions) :]
        lacking |= {name for name, flag in zip(names, unknown, strict=True) if flag}
        return self._number((self.table.diagrams.restrict(diagram, known), lacking))

    def _number(self, rest: Rest) -> int:
        diagram, _ = rest
        if isinstance(diagram, Leaf) and not isinstance(diagram.value.amount, Residue):
            rest = (diagram, NOTHING)  # decided: no number can change it
        if rest not in self._numbers:
            self._numbers[rest] = len(self._rests)
            self._rests.append(rest)
        return self._numbers[rest]

    def endings_of(self, rests: Array) -> Array:
        """Return the codes of rests of which no subject is asked anything more."""
        return np.array([self._ending_of(rest) for rest in rests.tolist()], np.uint16)

    def results_in(self, calendar: Calendar) -> list[Result]:
        """Return what each code means in months with these answers; it grows with new codes."""
        return self._results[calendar]

    def result_code(self, result: Result) -> int:
        """Return the code of a result that no calendar changes."""
        return self._code((result,) * len(self._results))

    def _ending_of(self, rest: int) -> int:
        if rest == NOT_MET:
            return 0
        if rest not in self._endings_of:
            diagram, lacking = self._rests[rest]
            self._endings_of[rest] = self._code(
                tuple(self.table.result_of(diagram, lacking, known) for known in self._results)
            )
        return self._endings_of[rest]

    def _code(self, ending: Ending) -> int:
        with self.lock:
            if ending not in self._codes:
                self._codes[ending] = len(self._codes)
                for results_there, result in zip(self._results.values(), ending, strict=True):
                    results_there.append(result)
            return self._codes[ending]


def _calendars(table: DecisionTable) -> Iterator[Calendar]:
    """Yield every combination of answers that the calendar could give a table."""
    answers = [(0, 1) if variable.kind == "clock" else (None,) for variable in table.variables]
    yield from product(*answers)
