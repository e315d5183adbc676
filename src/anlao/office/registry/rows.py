"""Everything that is known of an elder now, as numbers of rows: to see what an act has changed,
and to put it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from anlao.office.registry.models import DETAILS, STATUSES, Elder, Kept
from anlao.office.registry.operations import keep_words, lock, next_instant

_KINDS: Mapping[str, type[Kept]] = {
    str(kind._meta.model_name): kind for kind in (*STATUSES, *DETAILS)
}
Rows = dict[str, list[int]]
"""Numbers of rows by kind."""


class ChangedSince(Exception):
    """Raised where something was recorded on top of what is to be put back."""

    def __str__(self) -> str:
        return "此后又登记了新的情况，不能整体撤销；请先更正那些登记"


@dataclass(frozen=True, slots=True)
class Change:
    """What an act has changed: rows that it made, rows that it closed."""

    made: Rows
    closed: Rows


def known_now(elder: Elder) -> Rows:
    """Return the rows that are known now."""
    return {
        name: sorted(
            kind.objects.filter(elder=elder, known__upper_inf=True).values_list("pk", flat=True)
        )
        for name, kind in _KINDS.items()
    }


def between(before: Rows, after: Rows) -> Change:
    """Return what lies between two looks."""
    return Change(
        {name: sorted(set(after[name]) - set(before[name])) for name in _KINDS},
        {name: sorted(set(before[name]) - set(after[name])) for name in _KINDS},
    )


def put_back(elder: Elder, change: Change, *, at: datetime) -> None:
    """Let everything be known again as it was before an act. Raises ChangedSince.

    What the act had made stays readable as known until now. The file stays where it is: see
    `operations.follow_registration`.
    """
    with transaction.atomic():
        lock(elder)
        made = _rows(change.made)
        if any(row.known.upper is not None for row in made):
            raise ChangedSince
        now = next_instant(made, at)
        for row in made:
            type(row).objects.filter(pk=row.pk).update(known=DateTimeTZRange(row.known.lower, now))
        for row in _rows(change.closed):
            row.pk, row._state.adding = None, True
            row.known = DateTimeTZRange(now, None)
            row.save(force_insert=True)
        keep_words(elder, now)


def _rows(numbers: Rows) -> list[Kept]:
    return [row for name, wanted in numbers.items() for row in _of(_KINDS[name], wanted)]


def _of(kind: type[Kept], numbers: list[int]) -> list[Kept]:
    return list(kind.objects.filter(pk__in=numbers).order_by("pk"))
