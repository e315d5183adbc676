"""Opening a file in a register, and recording what is known of it, for a span of days.

known so far   [1 Jan ........ beginner ........ )
record         skill_level=intermediate from 1 June
known now      [1 Jan .. beginner .. 1 June)[1 June .. intermediate .. )
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.models import CharField, CheckConstraint, Field

from anlao.office.registry import laying
from anlao.office.registry.operations import (
    MOMENT,
    START_OF_TIME,
    Contradiction,
    Ground,
    NothingToRecord,
    SpanRefused,
)
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.subjects.base import Known, Register, Subject

_COUNTY_DIGITS = 6


def open_file(
    register: Register,
    subject: Subject,
    *,
    facts: Mapping[str, Any],
    ground: Ground,
    by: str,
    at: datetime,
) -> None:
    """Open a file with what is known of it from the beginning. Raises Contradiction.

    ``subject``: not saved yet, with its own number already (see `next_number`).
    """
    with transaction.atomic():
        subject.created_at = at
        subject.save(force_insert=True)
        told = Act(
            "open_register_file",
            register.subject_of(subject.pk),
            subject.division_code,
            purpose=ground.evidence,
        )
        audit.record(told, by=by)
        known = {name: value for name, value in facts.items() if value not in (None, "")}
        if known:
            record(register, subject, known, start=START_OF_TIME, ground=ground, by=by, at=at)


def change(
    register: Register, subject: Subject, values: Mapping[str, Any], *, ground: Ground, by: str
) -> None:
    """Correct what a file is called, its numbers or its place; its rows go to the place with it.

    ``values``: fields of the file itself. Raises NothingToRecord; a number that another file has
    is the database's to refuse.
    """
    with transaction.atomic():
        _lock(subject)
        before = _said(subject)
        for name, value in values.items():
            setattr(subject, name, value)
        after = _said(subject)
        if before == after:
            raise NothingToRecord(tuple(values))
        subject.save(update_fields=list(values))
        told = Act(
            "change_register_file",
            register.subject_of(subject.pk),
            subject.division_code,
            purpose=ground.evidence,
            before={name: before[name] for name in after if before[name] != after[name]},
            after={name: after[name] for name in after if before[name] != after[name]},
        )
        audit.record(told, by=by)


def _said(subject: Subject) -> dict[str, Any]:
    """Return what a file says of itself, with numbers as they may be shown."""
    shown = ("name", "division_code", "credit_code", "identity_mask")
    return {name: getattr(subject, name) for name in shown if hasattr(subject, name)}


def next_number(register: Register, division: str) -> str:
    """Return the number of a new file, which nobody gets twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('subjects_file_number')")
        return f"{register.prefix}{division[:_COUNTY_DIGITS]}-{cursor.fetchone()[0]:06d}"


def record(
    register: Register,
    subject: Subject,
    facts: Mapping[str, Any],
    *,
    start: date,
    until: date | None = None,
    ground: Ground,
    by: str,
    at: datetime,
) -> list[Known]:
    """Record something for a span of days (half-open); what else is known stays as it was.

    None says that it is not known. Raises NothingToRecord, SpanRefused, Contradiction, and
    KeyError for a name that the register does not hold; nothing is recorded then.
    """
    if until is not None and until <= start:
        raise SpanRefused(f"终止日期 {until} 不晚于起始日期 {start}")
    laid = _Laid(register, subject, DateRange(start, until), ground, by, at)
    made: list[Known] = []
    with transaction.atomic():
        _lock(subject)
        for table, values in _by_table(register, facts).items():
            made += laid.in_table(table, values)
        if not made:
            raise NothingToRecord(tuple(facts))
        _keep_end(register, subject)
    return made


@dataclass(frozen=True, slots=True)
class _Laid:
    """A recording: whose, for which days, on what ground."""

    register: Register
    subject: Subject
    span: DateRange
    ground: Ground
    by: str
    at: datetime

    def in_table(self, table: type[Known], values: Mapping[str, Any]) -> list[Known]:
        held = list(
            table.objects.filter(
                subject=self.subject, known__upper_inf=True, valid__overlap=self.span
            ).order_by("valid")
        )
        spans = [(row, (row.valid.lower, row.valid.upper)) for row in held]
        pieces = list(laying.pieces(spans, (self.span.lower, self.span.upper)))
        wanted = _as_stored(table, values)
        if not any(piece.is_laid and _differs(piece.base, wanted) for piece in pieces):
            return []
        at = max([self.at, *(row.known.lower + MOMENT for row in held)])
        before = [_shown(row, wanted) for row in held]
        for row in held:
            row.known = DateTimeTZRange(row.known.lower, at)
            row.save(update_fields=["known"])
        made = [self._made(table, piece, wanted, at) for piece in pieces]
        self._note(before, wanted)
        return made

    def _made(
        self,
        table: type[Known],
        piece: laying.Piece[Known],
        wanted: Mapping[str, Any],
        at: datetime,
    ) -> Known:
        row = _copied(table, piece.base)
        row.subject, row.valid = self.subject, DateRange(*piece.span)
        row.known = DateTimeTZRange(at, None)
        if piece.is_laid and _differs(piece.base, wanted):
            for name, value in wanted.items():
                setattr(row, name, value)
            row.source, row.evidence = self.ground.source, self.ground.evidence
            row.recorded_by = self.by
            _refuse_contradiction(row, wanted)
        row.division_code = self.subject.division_code
        row.save(force_insert=True)
        return row

    def _note(self, before: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any]) -> None:
        until = None if self.span.upper is None else str(self.span.upper)
        act = Act(
            "record_register_facts",
            self.register.subject_of(self.subject.pk),
            self.subject.division_code,
            purpose=self.ground.evidence,
            before={"rows": list(before)},
            after={"values": _plain(wanted), "from": str(self.span.lower), "until": until},
        )
        audit.record(act, by=self.by)


def _by_table(register: Register, facts: Mapping[str, Any]) -> dict[type[Known], dict[str, Any]]:
    found: dict[type[Known], dict[str, Any]] = {}
    for name, value in facts.items():
        found.setdefault(register.table_of(name), {})[name] = value
    return found


def _lock(subject: Subject) -> None:
    """Let two recordings for one file happen one after the other."""
    type(subject).objects.select_for_update().get(pk=subject.pk)


def _differs(row: Known | None, wanted: Mapping[str, Any]) -> bool:
    return row is None or any(getattr(row, name) != value for name, value in wanted.items())


def _copied(table: type[Known], row: Known | None) -> Known:
    """Return an unsaved row like another; who recorded it and why stay with it."""
    if row is None:
        return table()
    fields = {f.attname: getattr(row, f.attname) for f in table._meta.concrete_fields}
    made = table(**fields)
    made.pk = None
    return made


def _as_stored(table: type[Known], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as they are stored: texts that are not known are empty, never null."""
    return {
        name: "" if value is None and isinstance(table._meta.get_field(name), CharField) else value
        for name, value in values.items()
    }


def _refuse_contradiction(row: Known, wanted: Mapping[str, Any]) -> None:
    try:
        for name in wanted:
            value, field = getattr(row, name), row._meta.get_field(name)
            if value not in (None, ""):
                assert isinstance(field, Field)
                setattr(row, name, field.clean(value, row))
        for constraint in row._meta.constraints:
            if isinstance(constraint, CheckConstraint):
                constraint.validate(type(row), row)
    except ValidationError:
        raise Contradiction(tuple(wanted)) from None


def _keep_end(register: Register, subject: Subject) -> None:
    """Bring the word for lists up to date: the last end that is known now, if any."""
    table = register.table_of(register.ends)
    last = (
        table.objects.filter(subject=subject, known__upper_inf=True)
        .order_by("-valid")
        .values_list(register.ends, flat=True)
        .first()
    )
    if last != subject.ended_on:
        subject.ended_on = last
        subject.save(update_fields=["ended_on"])


def _shown(row: Known, wanted: Mapping[str, Any]) -> dict[str, Any]:
    upper = None if row.valid.upper is None else str(row.valid.upper)
    found = _plain({name: getattr(row, name) for name in wanted})
    return found | {"from": str(row.valid.lower), "until": upper}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, date | Decimal) else value
        for name, value in values.items()
    }
