"""Reading registers: what held on a day as known at a time, histories, lists, what expires."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from anlao.office.subjects.base import Known, Register, Subject

SOON = timedelta(days=90)
"""Who holds a paper is reminded so long before it ends."""


def facts_on(
    register: Register, subject: Subject, day: date, *, known_at: datetime
) -> dict[str, Any]:
    """Return what held on a day, as it was known at a time; the rest is unknown."""
    return facts_of(register, [subject.pk], day, known_at=known_at).get(subject.pk, {})


def facts_of(
    register: Register, numbers: Iterable[int], day: date, *, known_at: datetime
) -> dict[int, dict[str, Any]]:
    """Return what held on a day for many files, by their number."""
    found: dict[int, dict[str, Any]] = {}
    for table in register.tables:
        rows = table.objects.filter(
            subject__in=list(numbers), valid__contains=day, known__contains=known_at
        )
        for row in rows:
            found.setdefault(row.subject_id, {}).update(row.facts())
    return found


def rows_on(
    register: Register, subject: Subject, day: date, *, known_at: datetime
) -> list[tuple[type[Known], Known | None]]:
    """Return the row of each table that held on a day."""
    return [
        (
            table,
            table.objects.filter(subject=subject, valid__contains=day, known__contains=known_at)
            .select_related("source")
            .first(),
        )
        for table in register.tables
    ]


def history(register: Register, subject: Subject) -> list[Known]:
    """Return every row ever known, what was learnt latest first."""
    rows = [
        row
        for table in register.tables
        for row in table.objects.filter(subject=subject).select_related("source")
    ]
    return sorted(rows, key=lambda row: (row.known.lower, row.pk), reverse=True)


def listed(
    register: Register, *, word: str = "", place: str = "", state: str = "open", day: date
) -> QuerySet[Any]:
    """Return files by name, number and place. ``state``: open, ended or all."""
    found = register.model.objects.filter(division_code__startswith=place)
    if word:
        found = found.filter(Q(name__icontains=word) | Q(file_number__icontains=word))
    gone = Q(ended_on__isnull=False, ended_on__lte=day)
    if state in ("open", "ended"):
        found = found.filter(gone) if state == "ended" else found.exclude(gone)
    return found.order_by("name", "pk")


@dataclass(frozen=True, slots=True)
class Expiring:
    """A paper that ends soon, or has ended: of which file, what, on which day."""

    register: Register
    subject: Any
    name: str
    day: date
    is_over: bool


def expiring(registers: Iterable[Register], *, today: date, known_at: datetime) -> list[Expiring]:
    """Return papers that end within ninety days or have ended, of files that go on."""
    found = [
        Expiring(register, row.subject, name, getattr(row, name), getattr(row, name) < today)
        for register in registers
        for name in register.expiring
        for row in _ending(register, name, today, known_at)
    ]
    return sorted(found, key=lambda one: (one.day, one.subject.name))


def _ending(register: Register, name: str, today: date, known_at: datetime) -> Iterable[Any]:
    gone = Q(subject__ended_on__isnull=False, subject__ended_on__lte=today)
    return (
        register.table_of(name)
        .objects.filter(
            valid__contains=today,
            known__contains=known_at,
            **{f"{name}__lte": today + SOON},
        )
        .exclude(gone)
        .select_related("subject")
    )
