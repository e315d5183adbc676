"""Results of many subjects: what every engine hands on and every output takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anlao.rules.people.columns import Array
from anlao.rules.rulebook.model import Provision
from anlao.rules.tables.verdict import OUTCOMES, Result


@dataclass(slots=True)
class ProvisionColumn:
    """A provision's results for many subjects in one month.

    ``codes``: index into ``results`` for each subject. ``fen``: amounts of the subjects whose
    result has a formula (elsewhere 0), or None where no result has one.
    """

    provision: Provision
    codes: Array
    results: list[Result]
    fen: Array | None = None

    def copy(self) -> ProvisionColumn:
        """Return a column that later months leave alone."""
        fen = None if self.fen is None else self.fen.copy()
        return ProvisionColumn(self.provision, self.codes.copy(), self.results, fen)

    def taken(self, rows: Array) -> ProvisionColumn:
        """Return a column of some subjects only."""
        fen = None if self.fen is None else self.fen.take(rows)
        return ProvisionColumn(self.provision, self.codes.take(rows), self.results, fen)

    def put(self, rows: Array, other: ProvisionColumn) -> None:
        """Overwrite some subjects' results with those of a column of the same codes."""
        self.codes[rows] = other.codes
        self.results = other.results
        if other.fen is not None and self.fen is None:
            self.fen = np.zeros(len(self.codes), np.int64)
        if self.fen is not None:
            self.fen[rows] = 0 if other.fen is None else other.fen

    def amounts(self) -> Array:
        """Return each subject's amount in fen (hundredths of the unit); 0 where there is none."""
        table = np.array([result.fen or 0 for result in self.results], np.int64)
        amounts = table[self.codes]
        return amounts if self.fen is None else amounts + self.fen

    def outcome_codes(self) -> Array:
        """Return each subject's outcome as an index into OUTCOMES."""
        order = np.array([OUTCOMES.index(result.outcome) for result in self.results], np.uint8)
        return order[self.codes]
