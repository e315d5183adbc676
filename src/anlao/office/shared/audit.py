"""Writing and checking the audit chain.

    entry 1: mark1 = keyed(entry1 + "")      entry 2: mark2 = keyed(entry2 + mark1)      …

An entry is written in the transaction of the act itself: there is no act without its entry.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from anlao.office.shared.models import AuditEntry
from anlao.office.shared.scope import Scope

_AT_ONCE = 5_000
_LOCK = 7_340_001
"""Number of the advisory lock that lets entries be written one after the other."""


@dataclass(frozen=True, slots=True)
class Act:
    """What was done. ``subject``: what it was done to, such as "registry.elder:17"."""

    name: str
    subject: str = ""
    division: str = ""
    purpose: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(act: Act, *, by: str) -> AuditEntry:
    """Add an entry to the chain, within the transaction of the act."""
    with transaction.atomic():
        return _chained(act, by)


def _chained(act: Act, by: str) -> AuditEntry:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    latest = AuditEntry.objects.order_by("-number").values_list("number", "mark").first()
    number, mark = latest or (0, "")
    entry = _entry(number + 1, timezone.now(), act, by)
    entry.mark = _mark(entry, mark)
    entry.save(force_insert=True)
    return entry


def _entry(number: int, at: datetime, act: Act, by: str) -> AuditEntry:
    return AuditEntry(
        number=number,
        at=at,
        who=by,
        act=act.name,
        subject=act.subject,
        division=act.division,
        purpose=act.purpose,
        before=None if act.before is None else dict(act.before),
        after=None if act.after is None else dict(act.after),
    )


def record_many(acts: Sequence[Act], *, by: str) -> None:
    """Add many entries of one moment to the chain, within the transaction of the acts.

    Everybody else's entries wait from here to the end of the transaction, so this comes last.
    """
    at = timezone.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        latest = AuditEntry.objects.order_by("-number").values_list("number", "mark").first()
        number, mark = latest or (0, "")
        for first in range(0, len(acts), _AT_ONCE):
            rows = []
            for act in acts[first : first + _AT_ONCE]:
                number += 1
                entry = _entry(number, at, act, by)
                mark = entry.mark = _mark(entry, mark)
                rows.append(
                    (
                        number,
                        *(act.subject, act.name, act.division, act.purpose),
                        *(_json(entry.before), _json(entry.after), mark),
                    )
                )
            cursor.execute(
                "INSERT INTO shared_auditentry (number, at, who, subject, act, division, purpose,"
                " before, after, mark) SELECT r.number, %s, %s, r.subject, r.act, r.division,"
                " r.purpose, r.before::jsonb, r.after::jsonb, r.mark FROM unnest(%s::bigint[],"
                " %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
                " %s::text[]) AS r(number, subject, act, division, purpose, before, after, mark)",
                [at, by, *map(list, zip(*rows, strict=True))],
            )


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that does not fit the chain. ``why``: changed, or missing before it."""

    number: int
    why: str


def verify() -> Iterator[Broken]:
    """Yield every entry that was changed, and every gap; nothing when the chain is whole."""
    before, expected = "", 1
    for entry in AuditEntry.objects.order_by("number").iterator(2000):
        if entry.number != expected:
            yield Broken(entry.number, f"entries {expected} to {entry.number - 1} are missing")
        elif not hmac.compare_digest(entry.mark, _mark(entry, before)):
            yield Broken(entry.number, "its content or the one before it was changed")
        before, expected = entry.mark, entry.number + 1


def _mark(entry: AuditEntry, before: str) -> str:
    content = [
        entry.number,
        _instant(entry.at),
        entry.who,
        entry.act,
        entry.subject,
        entry.division,
        entry.purpose,
        entry.before,
        entry.after,
        before,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hmac.new(str(settings.AUDIT_KEY).encode(), text.encode(), sha256).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(timezone.get_default_timezone()).isoformat(timespec="microseconds")


def entries(
    scope: Scope, *, who: str = "", act: str = "", subject: str = ""
) -> QuerySet[AuditEntry]:
    """Return entries about divisions of a scope, and those about none, latest first."""
    inside = Q(division="")
    for code in scope.divisions:
        inside |= Q(division__startswith=code)
    found = AuditEntry.objects.filter(inside)
    for name, wanted in (("who", who), ("act", act), ("subject", subject)):
        if wanted:
            found = found.filter(**{name: wanted})
    return found.order_by("-number")
