"""Opening and ending what files of the registers receive: rows are closed and added, never changed.

As `registry.details` does it for elders.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from anlao.office.benefits.models import FileAward
from anlao.office.registry.operations import MOMENT, SpanRefused
from anlao.office.shared import audit
from anlao.office.shared.audit import Act


def held(subject: str, provision: str) -> list[FileAward]:
    """Return what is known now of a file's receiving a provision, the earliest first."""
    rows = FileAward.objects.filter(subject=subject, provision=provision, known__upper_inf=True)
    return list(rows.order_by("valid"))


def add(row: FileAward, *, start: date, by: str, at: datetime) -> FileAward:
    """Open an award that is filled in but for its days, from a day on.

    Called while the file is locked. What is received already is the database's to refuse.
    """
    row.valid, row.known = DateRange(start, None), DateTimeTZRange(at, None)
    row.recorded_by = by
    row.save(force_insert=True)
    _note("open_award", row, by, row.evidence)
    return row


def end(row: FileAward, *, day: date, reason: str, by: str, at: datetime) -> None:
    """Let an award end on a day (not included). Raises SpanRefused."""
    if day <= row.valid.lower:
        raise SpanRefused(f"终止日期 {day} 不晚于起始日期 {row.valid.lower}")
    with transaction.atomic():
        now = _close(row, at)
        kept = FileAward(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
        kept.pk, kept._state.adding = None, True
        kept.valid, kept.known = DateRange(row.valid.lower, day), DateTimeTZRange(now, None)
        kept.save(force_insert=True)
        _note("end_award", kept, by, reason)


def take_back(row: FileAward, *, reason: str, by: str, at: datetime) -> None:
    """Say that an award never held; it stays readable."""
    with transaction.atomic():
        _close(row, at)
        _note("take_back_award", row, by, reason)


def _close(row: FileAward, at: datetime) -> datetime:
    now: datetime = max(at, row.known.lower + MOMENT)
    FileAward.objects.filter(pk=row.pk).update(known=DateTimeTZRange(row.known.lower, now))
    return now


def _note(act: str, row: FileAward, by: str, reason: str) -> None:
    after = {
        "provision": row.provision,
        "from": str(row.valid.lower),
        "until": str(row.valid.upper),
    }
    audit.record(Act(act, row.subject, row.division_code, purpose=reason, after=after), by=by)
