"""Finding elders, and reading what is (or was) known of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from anlao.office.registry.models import STATUSES, Elder, Status

FEW = 50
"""Search gives so many at most: it is for finding somebody, not for browsing everybody."""
_LOOKED = 500
"""So many are put in order by name."""


def facts_on(elder: Elder, day: date, *, known_at: datetime) -> dict[str, Any]:
    """Return the facts that held on a day, as they were known at a time; others are unknown."""
    found: dict[str, Any] = {}
    for kind in STATUSES:
        row = status_on(kind, elder, day, known_at=known_at)
        if row is not None:
            found |= row.facts()
            if getattr(row, "never_assessed", False):
                found["never_assessed"] = True
    return found


HeldOn = Callable[[date], dict[str, Any]]
"""What facts held on a day."""


def facts_of_days(elder: Elder, *, known_at: datetime) -> HeldOn:
    """Return what tells the facts of any day, as they were known at a time; it reads once."""
    rows = [
        row
        for kind in STATUSES
        for row in kind.objects.filter(elder=elder, known__contains=known_at)
    ]

    def on(day: date) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row in rows:
            if day in row.valid:
                found |= row.facts()
                if getattr(row, "never_assessed", False):
                    found["never_assessed"] = True
        return found

    return on


def status_on(kind: type[Status], elder: Elder, day: date, *, known_at: datetime) -> Status | None:
    """Return the row that held on a day, as it was known at a time."""
    rows = kind.objects.filter(elder=elder, valid__contains=day, known__contains=known_at)
    found: Status | None = rows.select_related("source").first()
    return found


def elder(number: int) -> Elder | None:
    """Return an elder, if she is inside the scope of the transaction."""
    return Elder.objects.filter(pk=number).first()


def title_of(kind: type[Status]) -> str:
    """Return the Chinese name of a status, as its docstring begins."""
    return (kind.__doc__ or "").split(":")[0]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of somebody's history."""

    kind: type[Status]
    row: Status

    @property
    def title(self) -> str:
        return title_of(self.kind)

    @property
    def is_known_still(self) -> bool:
        return self.row.known.upper is None


def history(elder: Elder) -> list[Entry]:
    """Return every row ever known of an elder, what was learnt latest first."""
    entries = [
        Entry(kind, row)
        for kind in STATUSES
        for row in kind.objects.filter(elder=elder).select_related("source")
    ]
    return sorted(entries, key=lambda entry: (entry.row.known.lower, entry.row.pk), reverse=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: at most FEW elders. ``more``: there are others."""

    elders: list[Elder]
    more: bool


Way = tuple[str, str] | tuple[str, str, str]
"""How a word may be meant, as `search.sql` reads it: a kind, and a value or a first and a last."""


def matching(words: Sequence[Sequence[Way]]) -> Found:
    """Return the elders whom all words fit in one of their ways, inside the pass.

    Where very many fit, these are some of them, and not the first by name.
    """
    if not words:
        return Found([], more=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT registry_search(%s::jsonb, %s)",
            [json.dumps(words, ensure_ascii=False), _LOOKED],
        )
        numbers = [number for (number,) in cursor.fetchall()]
    elders = Elder.objects.filter(pk__in=numbers).order_by("name", "birth_date", "pk")[: FEW + 1]
    found = list(elders)
    return Found(found[:FEW], len(found) > FEW)
