"""What is due to institutions, residents, centres and caregivers in a month, with the reasons.

rows of a register as of the month -> facts -> engine -> outcome, amount, reason, what is missing

Registers hold hundreds of files where the one of elders holds hundreds of thousands: they are
decided when somebody asks, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anlao.office.benefits.queries import (
    ORDER,
    RATE_ADVICE,
    Entitlements,
    FactLabel,
    in_words_of_the_engine,
    label_of,
    told,
)
from anlao.office.benefits.rulebooks import NoRulebook, facts_for, program_for
from anlao.office.facilities.registers import CENTRES, INSTITUTIONS, RESIDENTS
from anlao.office.subjects import queries
from anlao.office.subjects.base import Asked, Register, Subject
from anlao.office.workforce.registers import CAREGIVERS
from anlao.rules.engines.cells import decide
from anlao.rules.engines.program import Program
from anlao.rules.evaluation.evaluator import FactsAt
from anlao.rules.explain import explain
from anlao.rules.facts import FactSpec
from anlao.rules.periods import Month
from anlao.rules.tell import Teller
from anlao.rules.wording import Words

REGISTERS: Mapping[str, Register] = {
    register.kind: register for register in (INSTITUTIONS, RESIDENTS, CENTRES, CAREGIVERS)
}
_FEN_IN_A_YUAN = 100


@dataclass(frozen=True, slots=True)
class DueRow:
    """A provision's decision for one file. ``fen``: hundredths of the unit.

    ``missing`` and ``why`` are in words.
    """

    subject: Any
    outcome: str
    fen: int | None
    unit: str
    reason: str
    missing: str
    why: str
    clause: str


@dataclass(frozen=True, slots=True)
class Provided:
    """A provision about the subjects of a register."""

    register: Register
    id: str
    name: str
    clause: str
    is_money: bool


def labels(register: Register, division: str) -> dict[str, FactLabel]:
    """Return what can be recorded, in the register's order, as a form shows it.

    What a division's rulebook does not know is in the words of the common base, or left out.
    """
    known, asked = facts_for(division, register.kind), {one.name: one for one in register.asked}
    return {
        name: label_of(known[name]) if name in known else _label_of(asked[name])
        for name in register.fields
        if name in known or name in asked
    }


def provisions(division: str, language: str) -> list[Provided]:
    """Return what a division's rulebook decides about its registers; nothing without one."""
    found = []
    for register in REGISTERS.values():
        try:
            program = program_for(division, register.kind)
        except NoRulebook:
            return []
        words = words_of(program, register, language)
        found += [
            Provided(
                register,
                one.id,
                words.of(one.label),
                str(one.clause),
                one.unit.startswith("yuan"),
            )
            for one in program.provisions
        ]
    return found


def entitlements(
    register: Register, subject: Subject, month: Month, *, known_at: datetime, language: str
) -> Entitlements:
    """Return the decisions of a month about one file, with their reasons. Raises NoRulebook."""
    program = program_for(subject.division_code, register.kind)
    teller = Teller(words_of(program, register, language), RATE_ADVICE)
    explained = explain(program, month, facts_at(program, register, subject, month, known_at))
    ranked = sorted(explained, key=lambda item: ORDER.index(item.decision.outcome))
    book = program.rulebook
    return Entitlements(
        month,
        teller.words.of(book.title),
        book.document,
        teller.summary(explained),
        tuple(told(item, teller) for item in ranked),
    )


def due(
    provided: Provided,
    subjects: Iterable[Subject],
    month: Month,
    *,
    known_at: datetime,
    language: str,
) -> list[DueRow]:
    """Return a provision's decisions for many files, what is granted first."""
    rows = [
        _row(provided, subject, month, known_at=known_at, language=language) for subject in subjects
    ]
    return sorted(rows, key=lambda row: (ORDER.index(row.outcome), row.subject.name))


def home_of(register: Register, file: Any) -> str:
    """Return the institution that a resident lives in, as cases and lines name it, or ""."""
    return INSTITUTIONS.subject_of(file.institution_id) if register is RESIDENTS else ""


def month_of(day: date) -> Month:
    """Return the month of a day, for those who know no engine."""
    return Month.of(day)


def _row(
    provided: Provided, subject: Subject, month: Month, *, known_at: datetime, language: str
) -> DueRow:
    register = provided.register
    program = program_for(subject.division_code, register.kind)
    known = facts_at(program, register, subject, month, known_at)
    decision = next(
        one for one in decide(program.month(month), known) if one.provision.id == provided.id
    )
    words = words_of(program, register, language)
    comma = "、" if language == "zh" else ", "
    explained = explain(program, month, known, (provided.id,))[0]
    return DueRow(
        subject,
        decision.outcome,
        decision.fen if decision.outcome == "yes" else None,
        words.unit(decision.unit),
        decision.reason,
        comma.join(words.missing(name) for name in decision.missing),
        Teller(words, RATE_ADVICE).verdict(explained),
        str(decision.provision.clause),
    )


def words_of(program: Program, register: Register, language: str) -> Words:
    """Return a rulebook's words about the files of a register."""
    book = program.rulebook
    return Words(book, book.subjects[register.kind].facts, language)


def facts_at(
    program: Program, register: Register, subject: Subject, month: Month, known_at: datetime
) -> FactsAt:
    """Return what is known of a file around a month, as the engine asks for it."""
    specs = program.rulebook.subjects[register.kind].facts
    known: dict[int, dict[str, Any]] = {}

    def held_at(shift: int) -> dict[str, Any]:
        if shift not in known:
            asked = month.plus(shift)
            first, last = asked.first_day, asked.last_day
            held = queries.facts_on(register, subject, first, known_at=known_at)
            held |= register.derive(subject, held, first=first, last=last, known_at=known_at)
            if shift:  # a day is what is known of it now, whenever it is looked at
                now = held_at(0)
                days = [name for name, spec in specs.items() if spec.type == "date"]
                held.update({name: now[name] for name in days if name in now})
            known[shift] = in_words_of_the_engine(_as_numbers(held, specs), specs)
        return known[shift]

    return held_at


def _as_numbers(held: Mapping[str, Any], specs: Mapping[str, FactSpec]) -> dict[str, Any]:
    """Return values as the engine counts: exact numbers, and money in yuan."""
    return {name: _number(value, specs.get(name)) for name, value in held.items()}


def _number(value: Any, spec: FactSpec | None) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    is_money = spec is not None and spec.type == "money"
    exact = Fraction(value) / (_FEN_IN_A_YUAN if is_money else 1)
    return exact.numerator if exact.denominator == 1 else exact


def _label_of(asked: Asked) -> FactLabel:
    return FactLabel(asked.name, asked.type, asked.zh, asked.en, {})
