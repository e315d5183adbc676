"""What is due to whom in a month, for those who pay: the engine's answers as plain rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import numpy as np

from anlao.office.benefits import population
from anlao.office.benefits.rulebooks import folders_of, program_for, rates_of
from anlao.rules.periods import Month
from anlao.rules.results import ProvisionColumn
from anlao.rules.wording import Words

_MONEY = "yuan"


@dataclass(frozen=True, slots=True)
class Provided:
    """A provision that pays money. ``every``: month, quarter, half_year, year or once."""

    id: str
    zh: str
    en: str
    unit: str
    every: str
    clause: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which decisions are wanted. ``known_at``: with what was known then; ``today``: for ages.

    ``whom``: numbers of elders by provision; nobody else is told about.
    """

    division: str
    month: date
    known_at: datetime
    today: date
    whom: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Row:
    """A decision. ``fen``: of money that is due, else None; ``missing``: facts that could help."""

    elder: int
    place: str
    provision: str
    outcome: str
    fen: int | None
    unit: str
    reason: str
    missing: tuple[str, ...]


def provided(division: str) -> list[Provided]:
    """Return the provisions of a division that pay money. Raises NoRulebook."""
    program = program_for(division)
    specs = program.rulebook.subjects["elder"].facts
    chinese, english = (Words(program.rulebook, specs, language) for language in ("zh", "en"))
    return [
        Provided(
            one.id,
            chinese.of(one.label),
            english.of(one.label),
            one.unit,
            one.payment.every,
            str(one.clause),
        )
        for one in program.provisions
        if one.unit.startswith(_MONEY) and not one.part_of
    ]


def rulebook_of(division: str) -> str:
    """Return the id of the rulebook that decides for a division. Raises NoRulebook."""
    return program_for(division).rulebook.id


def rules_digest(division: str) -> str:
    """Return a digest of all that decides besides facts: rulebook, its parents, local rates."""
    book = program_for(division).rulebook
    rates = rates_of(book.id)
    found = sha256()
    for folder in folders_of(division):
        for file in sorted(folder.rglob("*.yaml")):
            found.update(f"{folder.name}/{file.relative_to(folder)}\0".encode())
            found.update(file.read_bytes())
    found.update(rates.read_bytes() if rates.exists() else b"")
    return found.hexdigest()


def rows(asked: Asked, *, everybody: bool) -> Iterator[Row]:
    """Yield the decisions of money provisions about those asked for. Raises NoRulebook.

    ``everybody``: read the whole division at once; else only the files that are asked for, the
    ones that have left the division too.
    """
    program = program_for(asked.division)
    tables = program.month(Month.of(asked.month))
    numbers = sorted({number for some in asked.whom.values() for number in some})
    read = population.read(
        program,
        tables,
        asked.division,
        known_at=asked.known_at,
        today=asked.today,
        only=None if everybody else numbers,
    )
    found = np.array(read.numbers, np.int64)
    for column in read.decided(tables):
        whom = asked.whom.get(column.provision.id)
        if whom and column.provision.unit.startswith(_MONEY):
            places = np.flatnonzero(np.isin(found, np.array(whom, np.int64)))
            yield from _told(column, places.tolist(), read)


def _told(column: ProvisionColumn, places: list[int], read: population.Population) -> Iterator[Row]:
    amounts, codes = column.amounts(), column.codes
    for place in places:
        result = column.results[codes[place]]
        is_due = result.outcome == "yes"
        yield Row(
            read.numbers[place],
            read.places[place],
            column.provision.id,
            result.outcome,
            int(amounts[place]) if is_due else None,
            result.unit or column.provision.unit,
            result.reason,
            result.missing,
        )
