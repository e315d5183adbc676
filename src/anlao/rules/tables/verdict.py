"""The result of a provision: outcome, amount, unit, reason, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from anlao.rules.language.tree import Expr
from anlao.rules.quantities import Number, Rounding
from anlao.rules.tables.symbolic import Residue

OutcomeName = Literal["yes", "no", "not_applicable", "unknown"]
OUTCOMES: tuple[OutcomeName, ...] = ("yes", "no", "not_applicable", "unknown")
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A result as it stands in a table.

    ``amount``: exact, before rounding; a residue where it depends on numbers of the subject.
    ``step``: how late in the order of decision it was reached; the reason of the latest certain
    refusal is the one that holds whatever the unknown facts are.
    """

    outcome: OutcomeName
    reason: str
    amount: Number | Residue | None = None
    unit: str = ""
    step: int = 0
    missing: frozenset[str] = NOBODY


@dataclass(frozen=True, slots=True)
class Result:
    """A verdict made final: amounts in fen, or a formula still to be computed for the subject.

    ``fen``: hundredths of the unit (for money, fen). ``formula`` is set instead where the amount
    depends on numbers of the subject; the columns compute it.
    """

    outcome: OutcomeName
    reason: str
    fen: int | None
    unit: str
    missing: tuple[str, ...]
    formula: Expr | None = None
    rounding: Rounding = field(default_factory=Rounding)
