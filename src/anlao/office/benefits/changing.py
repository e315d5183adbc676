"""Ending what somebody receives with her life, and putting it back where that was wrong."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from anlao.office.benefits.models import Award
from anlao.office.benefits.provisions import day_after_death, rule_of
from anlao.office.registry import details
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import lock, next_instant
from anlao.office.registry.rows import Change, ChangedSince

_KIND = "award"
Kept = dict[str, dict[str, list[int]]]
"""A Change as a journey keeps it."""


def end_with_life(elder: Elder, death: date, *, reason: str, by: str, at: datetime) -> Kept:
    """End what an elder receives as the rulebook says, and return what that changed."""
    before = _known(elder)
    for row in Award.objects.filter(elder=elder, known__upper_inf=True).order_by("pk"):
        day = day_after_death(rule_of(elder.division_code, row.provision), death)
        if row.valid.upper is not None and row.valid.upper <= day:
            continue
        if row.valid.lower is not None and row.valid.lower >= day:
            details.take_back(elder=elder, row=row, reason=reason, by=by, at=at)
        else:
            details.end(elder=elder, row=row, day=day, reason=reason, by=by, at=at)
    after = _known(elder)
    made, closed = sorted(after - before), sorted(before - after)
    return asdict(Change({_KIND: made}, {_KIND: closed}))


def put_back(elder: Elder, kept: Kept, *, at: datetime) -> None:
    """Let her receive again what was ended. Raises ChangedSince."""
    lock(elder)
    made = list(Award.objects.filter(pk__in=kept["made"][_KIND]))
    if any(row.known.upper is not None for row in made):
        raise ChangedSince
    closed = list(Award.objects.filter(pk__in=kept["closed"][_KIND]))
    now = next_instant([*made, *closed], at)
    for row in made:
        Award.objects.filter(pk=row.pk).update(known=DateTimeTZRange(row.known.lower, now))
    for row in closed:
        row.pk, row._state.adding = None, True
        row.known = DateTimeTZRange(now, None)
        row.save(force_insert=True)


def _known(elder: Elder) -> set[int]:
    return set(
        Award.objects.filter(elder=elder, known__upper_inf=True).values_list("pk", flat=True)
    )
