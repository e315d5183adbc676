"""What is due to whom in a month, for those who pay: the engine's answers as plain rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

import numpy as np

from anlao.office.benefits import population, subjects
from anlao.office.benefits.rulebooks import folders_of, program_for, rates_of
from anlao.rules.engines.cells import decide
from anlao.rules.engines.program import Program
from anlao.rules.periods import Month
from anlao.rules.results import ProvisionColumn
from anlao.rules.wording import Words

ELDER = "elder"
_MONEY = "yuan"


@dataclass(frozen=True, slots=True)
class Provided:
    """A provision that pays money. ``every``: month, quarter, half_year, year or once.

    ``subject``: whom, as rulebooks name it.
    """

    id: str
    subject: str
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
    """A decision. ``fen``: of money that is due, else None; ``missing``: facts that could help.

    ``elder``: her number, None of a file; ``home``: the institution that a resident lives in.
    """

    subject: str
    elder: int | None
    home: str
    place: str
    provision: str
    outcome: str
    fen: int | None
    unit: str
    reason: str
    missing: tuple[str, ...]


def provided(division: str) -> list[Provided]:
    """Return the provisions of a division that pay money. Raises NoRulebook."""
    return [
        one
        for subject in (ELDER, *subjects.REGISTERS)
        for one in _provided(program_for(division, subject), subject)
    ]


def _provided(program: Program, subject: str) -> list[Provided]:
    specs = program.rulebook.subjects[subject].facts
    chinese, english = (Words(program.rulebook, specs, language) for language in ("zh", "en"))
    return [
        Provided(
            one.id,
            subject,
            chinese.of(one.label),
            english.of(one.label),
            one.unit,
            one.payment.every,
            str(one.clause),
        )
        for one in program.provisions
        if one.subject == subject and one.unit.startswith(_MONEY) and not one.part_of
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


def rows(asked: Asked) -> Iterator[Row]:
    """Yield the decisions of money provisions about those asked for. Raises NoRulebook.

    Only their files are read, those that have left the division too: of a county that pays one in
    ten, that is a tenth of the work.
    """
    program = program_for(asked.division)
    tables = program.month(Month.of(asked.month))
    numbers = sorted({number for some in asked.whom.values() for number in some})
    read = population.read(
        program,
        [tables],
        asked.division,
        known_at=asked.known_at,
        today=asked.today,
        only=numbers,
    )
    found = np.array(read.numbers, np.int64)
    for column in read.decided(tables):
        whom = asked.whom.get(column.provision.id)
        if whom and column.provision.unit.startswith(_MONEY):
            places = np.flatnonzero(np.isin(found, np.array(whom, np.int64)))
            yield from _told(column, places.tolist(), read)


def file_rows(
    division: str, month: date, known_at: datetime, whom: Mapping[str, Sequence[str]]
) -> Iterator[Row]:
    """Yield the decisions about files of the registers. Raises NoRulebook.

    ``whom``: subjects by provision. As far as the scope of the transaction goes: whoever pays by
    them sees the whole office.
    """
    asked: dict[str, set[str]] = {}
    for provision, named in whom.items():
        for subject in named:
            asked.setdefault(subject, set()).add(provision)
    for subject in sorted(asked):
        yield from _of_file(subject, asked[subject], division, Month.of(month), known_at)


def _of_file(
    subject: str, wanted: set[str], division: str, month: Month, known_at: datetime
) -> Iterator[Row]:
    kind, _, number = subject.partition(":")
    register = subjects.REGISTERS[kind]
    file = register.model.objects.get(pk=number)
    program = program_for(division, kind)
    facts = subjects.facts_at(program, register, file, month, known_at)
    for one in decide(program.month(month), facts):
        if one.provision.id in wanted:
            yield Row(
                subject,
                None,
                subjects.home_of(register, file),
                file.division_code,
                one.provision.id,
                one.outcome,
                one.fen if one.outcome == "yes" else None,
                one.unit,
                one.reason,
                one.missing,
            )


def _told(column: ProvisionColumn, places: list[int], read: population.Population) -> Iterator[Row]:
    amounts, codes = column.amounts(), column.codes
    for place in places:
        result = column.results[codes[place]]
        is_due = result.outcome == "yes"
        yield Row(
            f"{ELDER}:{read.numbers[place]}",
            read.numbers[place],
            "",
            read.places[place],
            column.provision.id,
            result.outcome,
            int(amounts[place]) if is_due else None,
            result.unit or column.provision.unit,
            result.reason,
            result.missing,
        )
