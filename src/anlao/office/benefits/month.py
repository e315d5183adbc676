"""What the nightly decide found, as far as a scope goes: sums, and whom they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from anlao.office.benefits.models import DecidedMonth, Decision
from anlao.office.benefits.rulebooks import program_for
from anlao.places import divisions
from anlao.rules.periods import Month
from anlao.rules.wording import Words

TOWNSHIP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class ProvisionSum:
    """One provision: people who have it, money in fen (None for services), people undecided."""

    provision: str
    name: str
    people: int
    fen: int | None
    unknown: int


@dataclass(frozen=True, slots=True)
class Lack:
    """A fact that would settle decisions, and for how many people."""

    name: str
    people: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A decided month inside a scope. ``by_township``: (name, people, fen) of cash provisions."""

    month: Month
    known_at: datetime
    seconds: float
    sums: list[ProvisionSum]
    lacks: list[Lack]
    by_township: list[tuple[str, int, int]]


def latest(scope_divisions: Sequence[str]) -> DecidedMonth | None:
    """Return the latest decided month that covers some part of a scope."""
    for decided in DecidedMonth.objects.filter(is_latest=True).order_by("-month", "-known_at"):
        code = decided.division_code
        if any(code.startswith(own) or own.startswith(code) for own in scope_divisions):
            return decided
    return None


def overview(decided: DecidedMonth, language: str) -> Overview:
    """Return what was found, counted over what the scope of the transaction shows."""
    words = _words(decided, language)
    program = program_for(decided.division_code)
    found = {
        (row["provision"], row["outcome"]): (row["people"], row["fen"])
        for row in _decisions(decided)
        .values("provision", "outcome")
        .annotate(people=Count("id"), fen=Sum("fen"))
    }
    sums = []
    for provision in program.provisions:
        people, fen = found.get((provision.id, "yes"), (0, 0))
        unknown, _ = found.get((provision.id, "unknown"), (0, 0))
        money = provision.unit.startswith("yuan")
        name = words.of(provision.label)
        sums.append(
            ProvisionSum(provision.id, name, people, int(fen or 0) if money else None, unknown)
        )
    return Overview(
        Month.of(decided.month),
        decided.known_at,
        decided.seconds,
        sums,
        [Lack(words.missing(name), people) for name, people in _lacking(decided)],
        _by_township(decided),
    )


def people_of(decided: DecidedMonth, provision: str, outcome: str) -> QuerySet[Decision]:
    """Return the decisions of one provision, with the elders, by village and name."""
    chosen = _decisions(decided).filter(provision=provision, outcome=outcome)
    return chosen.select_related("elder").order_by("division_code", "elder__name", "pk")


def name_of(decided: DecidedMonth, provision: str, language: str) -> str | None:
    """Return a provision's name, or None where the rulebook has no such."""
    found = program_for(decided.division_code).rulebook.provisions.get(provision)
    return None if found is None else _words(decided, language).of(found.label)


def missing_words(decided: DecidedMonth, names: Sequence[str], language: str) -> str:
    """Return facts that are missing, in words."""
    words = _words(decided, language)
    return ("、" if language == "zh" else ", ").join(words.missing(name) for name in names)


def _words(decided: DecidedMonth, language: str) -> Words:
    book = program_for(decided.division_code).rulebook
    return Words(book, book.subjects["elder"].facts, language)


def _decisions(decided: DecidedMonth) -> QuerySet[Decision]:
    return Decision.objects.filter(decided=decided)


def _lacking(decided: DecidedMonth) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT fact, count(DISTINCT elder_id) FROM benefits_decision, unnest(missing) AS fact "
            "WHERE decided_id = %s AND outcome = 'unknown' GROUP BY fact ORDER BY 2 DESC, 1",
            [decided.pk],
        )
        return [(str(fact), int(people)) for fact, people in cursor.fetchall()]


def _by_township(decided: DecidedMonth) -> list[tuple[str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(division_code, %s), count(DISTINCT elder_id), coalesce(sum(fen), 0) "
            "FROM benefits_decision WHERE decided_id = %s AND outcome = 'yes' AND fen > 0 "
            "AND unit LIKE 'yuan%%' GROUP BY 1 ORDER BY 1",
            [TOWNSHIP_DIGITS, decided.pk],
        )
        rows = cursor.fetchall()
    return [(_place(code), int(people), int(fen)) for code, people, fen in rows]


def _place(code: str) -> str:
    found = divisions.find(code)
    return found.name if found else code
