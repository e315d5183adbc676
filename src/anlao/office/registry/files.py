"""Reading an elder's file: whatever is read is logged, with the purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from anlao.office.registry import identity, queries
from anlao.office.registry.models import STATUSES, Elder, Status
from anlao.office.registry.queries import Entry
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.models import AuditEntry
from anlao.places import divisions

READS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A status that held on the day looked at (None: nothing is known in this respect)."""

    kind: type[Status]
    status: Status | None

    @property
    def title(self) -> str:
        return queries.title_of(self.kind)

    @property
    def values(self) -> list[tuple[str, Any]]:
        if self.status is None:
            return [(name, None) for name in self.kind.FACTS]
        return [(name, getattr(self.status, name)) for name in self.kind.FACTS]


@dataclass(frozen=True, slots=True)
class File:
    """What an elder's file shows. ``place``: names from the province down."""

    elder: Elder
    place: str
    rows: list[Row]


def read(elder: Elder, *, day: date, known_at: datetime, by: str, purpose: str) -> File:
    """Return the file as of a day, as it was known at a time."""
    note_read(elder, "read_file", by=by, purpose=purpose)
    rows = [Row(kind, queries.status_on(kind, elder, day, known_at=known_at)) for kind in STATUSES]
    return File(elder, place_of(elder.division_code), rows)


@dataclass(frozen=True, slots=True)
class History:
    """All that was ever known, and the latest acts on the file."""

    entries: list[Entry]
    acts: Sequence[AuditEntry]


def read_history(elder: Elder, *, by: str, purpose: str) -> History:
    """Return every row ever known, and who read or changed the file."""
    note_read(elder, "read_history", by=by, purpose=purpose)
    audit.write_waiting()
    acts = AuditEntry.objects.filter(subject=_subject(elder)).order_by("-number")[:READS]
    return History(queries.history(elder), list(acts))


def reads(elder: Elder) -> QuerySet[AuditEntry]:
    """Return every time that somebody read the file, the latest first."""
    audit.write_waiting()
    found = AuditEntry.objects.filter(subject=_subject(elder))
    wanted = found.filter(Q(act__startswith="read_") | Q(act="reveal"))
    return wanted.order_by("-number")


@dataclass(frozen=True, slots=True)
class Revealed:
    """Personal data in full."""

    identity_number: str
    phone: str


def reveal(elder: Elder, *, reason: str, by: str) -> Revealed:
    """Return what is masked elsewhere; the reason goes into the log."""
    note_read(elder, "reveal", by=by, purpose=reason)
    return Revealed(identity.identity_number_of(elder), identity.phone_of(elder))


def note_read(elder: Elder, act: str, *, by: str, purpose: str) -> None:
    audit.record(Act(act, _subject(elder), division=elder.division_code, purpose=purpose), by=by)


def place_of(code: str) -> str:
    """Return the names of a division from the province down, or the code where it is not listed."""
    return divisions.name_path(code) if divisions.find(code) else code


def _subject(elder: Elder) -> str:
    return f"elder:{elder.pk}"
