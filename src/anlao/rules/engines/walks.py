"""One table walked by cells: what is left of its diagram after some answers, and its results."""

from __future__ import annotations

from collections.abc import Sequence
from threading import RLock

import numpy as np

from anlao.rules.people.columns import Array
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.diagram import Diagram, Leaf, results
from anlao.rules.tables.symbolic import Residue
from anlao.rules.tables.verdict import Result

Rest = tuple[Diagram, frozenset[str]]
"""What is left to ask, and which numbers turned out to be unknown."""
NOTHING: frozenset[str] = frozenset()
NOT_MET = -1
"""Stands where a state has no rest."""


class TableWalk:
    """Numbers the rests of a table and its results; 0 is the whole diagram.

    ``computes``: whether some amounts are computed from numbers of the subject.
    """

    def __init__(self, table: DecisionTable, lock: RLock) -> None:
        self.table = table
        self.lock = lock
        self.computes = any(isinstance(v.amount, Residue) for v in results(table.root))
        self.results: list[Result] = []
        self._rests: list[Rest] = []
        self._numbers: dict[Rest, int] = {}
        self._codes: dict[Result, int] = {}
        self._results_of: dict[int, int] = {}
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

    def results_of(self, rests: Array) -> Array:
        """Return result codes of rests after which nothing more is asked."""
        return np.array([self._result_of(rest) for rest in rests.tolist()], np.uint16)

    def _result_of(self, rest: int) -> int:
        if rest == NOT_MET:
            return 0
        if rest not in self._results_of:
            result = self.table.result_of(*self._rests[rest])
            self._results_of[rest] = self.result_code(result)
        return self._results_of[rest]

    def result_code(self, result: Result) -> int:
        """Return the index of a result, adding it when it is new."""
        with self.lock:
            if result not in self._codes:
                self._codes[result] = len(self.results)
                self.results.append(result)
            return self._codes[result]
