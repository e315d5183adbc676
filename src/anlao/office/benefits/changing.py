"""What somebody receives ends with her life, or goes on in another file; and is put back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from anlao.office.benefits.models import Award
from anlao.office.benefits.provisions import day_after_death, rule_of
from anlao.office.registry import details
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground, lock, next_instant
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
        _cut_at(elder, row, day, reason=reason, by=by, at=at)
    return _changed(elder, before)


def carry(
    keep: Elder,
    other: Elder,
    unpaid_from: Mapping[str, date],
    *,
    reason: str,
    by: str,
    at: datetime,
) -> tuple[Kept, Kept]:
    """Let what one file receives go on in another; return what that changed in either.

    ``unpaid_from``: the first day for which nothing was paid yet, by provision; none: nothing ever
    was. Where both receive the same the kept file's award stays, and the other's ends before it.
    """
    of_keep, of_other = _known(keep), _known(other)
    for row in Award.objects.filter(elder=other, known__upper_inf=True).order_by("pk"):
        mine = Award.objects.filter(
            elder=keep, provision=row.provision, known__upper_inf=True, valid__overlap=row.valid
        )
        if mine.exists():
            start = min(max(row.valid.lower, held.valid.lower) for held in mine)
        else:
            start = max(row.valid.lower, unpaid_from.get(row.provision, row.valid.lower))
            if row.valid.upper is not None and row.valid.upper <= start:
                continue  # it is over, and what it brought was paid
            _go_on(keep, row, start, reason=reason, by=by, at=at)
        _cut_at(other, row, start, reason=reason, by=by, at=at)
    return _changed(keep, of_keep), _changed(other, of_other)


def _go_on(keep: Elder, row: Award, start: date, *, reason: str, by: str, at: datetime) -> None:
    made = details.add(
        elder=keep,
        kind=Award,
        values={"provision": row.provision, "fen": row.fen, "case_number": row.case_number},
        start=start,
        ground=Ground(reason),
        by=by,
        at=at,
    )
    if row.valid.upper is not None:
        details.end(elder=keep, row=made, day=row.valid.upper, reason=reason, by=by, at=at)


def _cut_at(elder: Elder, row: Award, day: date, *, reason: str, by: str, at: datetime) -> None:
    """Let an award end on a day, or never have been where it began no earlier."""
    if row.valid.lower is not None and row.valid.lower >= day:
        details.take_back(elder=elder, row=row, reason=reason, by=by, at=at)
    else:
        details.end(elder=elder, row=row, day=day, reason=reason, by=by, at=at)


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


def _changed(elder: Elder, before: set[int]) -> Kept:
    after = _known(elder)
    made, closed = sorted(after - before), sorted(before - after)
    return asdict(Change({_KIND: made}, {_KIND: closed}))


def _known(elder: Elder) -> set[int]:
    return set(
        Award.objects.filter(elder=elder, known__upper_inf=True).values_list("pk", flat=True)
    )
