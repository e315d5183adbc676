"""Writing and checking the audit chain.

    entry 1: mark1 = keyed(entry1 + "")      entry 2: mark2 = keyed(entry2 + mark1)      …

An entry is written in the transaction of the act itself: there is no act without its entry.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from anlao.office.shared.models import AuditEntry
from anlao.office.shared.scope import WHOLE_OFFICE, Scope, place, within

_LOCK = 7_340_001
"""Number of the advisory lock that lets entries be written one after the other."""
_AT_ONCE = 5000
"""Entries that one statement writes."""


@dataclass(frozen=True, slots=True)
class Act:
    """What was done. ``subject``: what it was done to, such as "elder:17".

    ``division``: whose affair it is; "": that of the place where whoever acts may act.
    """

    name: str
    subject: str = ""
    division: str = ""
    purpose: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record(act: Act, *, by: str) -> None:
    """Add an entry to the chain, within the transaction of the act."""
    with transaction.atomic():
        waiting = _Waiting(act, by, timezone.now())
        if _at_the_end.get():
            transaction.on_commit(waiting)
        else:
            _write([waiting])


@contextmanager
def written_at_the_end() -> Iterator[None]:
    """Let the entries of a transaction wait for its end, so that it holds the chain shortly.

    Entries are written one after the other in the whole office: whoever writes one keeps all
    others waiting until she commits. What is rolled back takes its entries with it. Open it
    inside the transaction.
    """
    token = _at_the_end.set(True)
    try:
        yield
    finally:
        _at_the_end.reset(token)
    if not connection.needs_rollback:
        write_waiting()


def write_waiting() -> None:
    """Write the entries that wait now, for whoever reads the log in the same transaction."""
    # Django keeps what waits for a commit by savepoint, and forgets it with a rolled back one.
    calls = [kept[1] for kept in connection.run_on_commit]
    found = [call for call in calls if isinstance(call, _Waiting) and not call.is_written]
    if found:
        _write(found)


_at_the_end: ContextVar[bool] = ContextVar("audit_at_the_end", default=False)


@dataclass(slots=True)
class _Waiting:
    """An entry that has no number yet. Called at the commit, it does nothing more."""

    act: Act
    by: str
    at: datetime
    is_written: bool = False

    def __call__(self) -> None:
        assert self.is_written


def record_many(acts: Sequence[Act], *, by: str) -> None:
    """Add many entries of one moment to the chain, within the transaction of the acts.

    Everybody else's entries wait from here to the end of the transaction, so this comes last.
    """
    at = timezone.now()
    with transaction.atomic():
        _write([_Waiting(act, by, at) for act in acts])


_INSERT = """
INSERT INTO shared_auditentry
  (number, at, who, subject, act, division, purpose, before, after, mark)
SELECT r.number, r.at, r.who, r.subject, r.act, r.division, r.purpose, r.before::jsonb,
  r.after::jsonb, r.mark
FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::text[], %s::text[], %s::text[], %s::text[])
  AS r(number, at, who, subject, act, division, purpose, before, after, mark)
"""


def _write(waiting: Sequence[_Waiting]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SELECT number, mark FROM audit_latest()")
        number, mark = cursor.fetchone() or (0, "")
        here = "" if all(one.act.division for one in waiting) else place()
        for first in range(0, len(waiting), _AT_ONCE):
            rows = []
            for one in waiting[first : first + _AT_ONCE]:
                number += 1
                entry = _entry(number, one, here)
                mark = entry.mark = _mark(entry, mark)
                rows.append(_row(entry))
                one.is_written = True
            cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])


def _row(entry: AuditEntry) -> tuple[Any, ...]:
    return (
        entry.number,
        entry.at,
        entry.who,
        entry.subject,
        entry.act,
        entry.division,
        entry.purpose,
        _json(entry.before),
        _json(entry.after),
        entry.mark,
    )


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _entry(number: int, waiting: _Waiting, here: str) -> AuditEntry:
    act = waiting.act
    return AuditEntry(
        number=number,
        at=waiting.at,
        who=waiting.by,
        act=act.name,
        subject=act.subject,
        division=act.division or here,
        purpose=act.purpose,
        before=None if act.before is None else dict(act.before),
        after=None if act.after is None else dict(act.after),
    )


@dataclass(frozen=True, slots=True)
class Broken:
    """An entry that does not fit the chain. ``why``: changed, or missing before it."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What a check of the whole log found. ``broken``: the first entries that do not fit."""

    entries: int
    broken: tuple[Broken, ...]


def verify(*, most: int = 5) -> Chain:
    """Return how many entries there are, and the first that were changed or follow a gap.

    It looks at the entries of all divisions, whatever the asker may see; it tells nothing of them.
    """
    with within(WHOLE_OFFICE):
        return Chain(AuditEntry.objects.count(), tuple(islice(_broken(), most)))


def _broken() -> Iterator[Broken]:
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
    write_waiting()
    inside = Q(division="")
    for code in scope.divisions:
        inside |= Q(division__startswith=code)
    found = AuditEntry.objects.filter(inside)
    for name, wanted in (("who", who), ("act", act), ("subject", subject)):
        if wanted:
            found = found.filter(**{name: wanted})
    return found.order_by("-number")
