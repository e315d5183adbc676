"""What an elder is entitled to over many months, at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anlao.office.benefits.queries import facts_of_months
from anlao.office.benefits.rulebooks import program_for
from anlao.office.registry.models import Elder
from anlao.rules.engines.cells import decide
from anlao.rules.periods import Month
from anlao.rules.wording import Words


@dataclass(frozen=True, slots=True)
class Cell:
    """A provision in a month. ``fen``: of money, where an amount is known."""

    month: Month
    outcome: str
    fen: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A provision over the months; only provisions that are or may be due in one of them."""

    provision: str
    name: str
    cells: tuple[Cell, ...]


def by_month(
    elder: Elder, months: Sequence[Month], *, known_at: datetime, language: str
) -> list[Line]:
    """Return the decisions of several months, as known at a time. Raises NoRulebook."""
    program = program_for(elder.division_code)
    book = program.rulebook
    words = Words(book, book.subjects["elder"].facts, language)
    cells: dict[str, list[Cell]] = {}
    names: dict[str, str] = {}
    for month in months:
        facts = facts_of_months(elder, month, known_at=known_at)
        for found in decide(program.month(month), facts):
            provision = found.provision
            names[provision.id] = words.of(provision.label)
            fen = found.fen if provision.unit.startswith("yuan") else None
            cells.setdefault(provision.id, []).append(Cell(month, found.outcome, fen))
    return [
        Line(provision, names[provision], tuple(row))
        for provision, row in cells.items()
        if any(cell.outcome in ("yes", "unknown") for cell in row)
    ]
