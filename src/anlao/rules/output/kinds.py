"""Results of many provisions, months and batches under one numbering.

A column of results numbers them within its own table. Written files, differences and totals need
one number per (provision, result) that stays the same from batch to batch and month to month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from anlao.rules.people.columns import Array
from anlao.rules.results import ProvisionColumn
from anlao.rules.rulebook.model import Provision
from anlao.rules.tables.verdict import OUTCOMES, Result


@dataclass(slots=True)
class Kinds:
    """Every (provision, result) seen so far, in the order in which they were met."""

    found: list[tuple[Provision, Result]] = field(default_factory=list)
    _numbers: dict[tuple[str, Result], int] = field(default_factory=dict)
    _known: dict[int, tuple[Sequence[Result], list[int]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.found)

    def of(self, column: ProvisionColumn) -> Array:
        """Return the number of each subject's result."""
        return self._translation(column).take(column.codes)

    def _translation(self, column: ProvisionColumn) -> Array:
        held, numbers = self._known.get(id(column.results), (column.results, []))
        for result in column.results[len(numbers) :]:
            numbers.append(self.number(column.provision, result))
        # Holding the list keeps its id from being given to another one.
        self._known[id(column.results)] = (held, numbers)
        return np.array(numbers, np.int32)

    def number(self, provision: Provision, result: Result) -> int:
        key = (provision.id, result)
        if key not in self._numbers:
            self._numbers[key] = len(self.found)
            self.found.append((provision, result))
        return self._numbers[key]

    def fen(self) -> Array:
        """Return the amount of each kind; 0 where there is none or it is computed per subject."""
        return np.array([result.fen or 0 for _, result in self.found], np.int64)

    def has_amount(self) -> Array:
        return np.array(
            [result.fen is not None or result.formula is not None for _, result in self.found], bool
        )

    def outcomes(self) -> Array:
        """Return the outcome of each kind as an index into OUTCOMES."""
        order = [OUTCOMES.index(result.outcome) for _, result in self.found]
        return np.array(order, np.uint8)
