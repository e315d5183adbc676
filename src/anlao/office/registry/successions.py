"""A village or township that another code stands for from a day on: files follow it, and what was
recorded before keeps the old place.

recorded before   [1 Jan ................ hukou 331123001007 ................ )
the village moves on 1 July
recorded now      [1 Jan .. 331123001007 .. 1 July)[1 July .. 331123102301 .. )
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet
from django.utils import timezone

from anlao.office.divisions import operations as divisions
from anlao.office.divisions.models import Division, DivisionChange
from anlao.office.registry import operations
from anlao.office.registry.models import Elder, RegistrationStatus
from anlao.office.registry.operations import Ground
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_PLACES = ("hukou", "residence")


def files_of(code: str, day: date) -> list[int]:
    """Return the numbers of the files that the end of a code on a day would move or change.

    Files outside the scope of the transaction are not among them.
    """
    found = set(Elder.objects.filter(division_code=code).values_list("pk", flat=True))
    found |= set(_rows(code, day).values_list("elder_id", flat=True))
    return sorted(found)


def supersede(
    old: Division, *, code: str, name: str, day: date, reason: str, by: str, at: datetime
) -> DivisionChange:
    """Let a code stand for a division from a day on; every file follows. Raises DivisionRefused.

    ``code``: a new one in the county, or for a village that of another village in force. With a
    township go its villages, each under the same last three digits.
    """
    with transaction.atomic():
        files = files_of(old.code, day)
        change = divisions.succeed(
            old, code=code, name=name, day=day, files=files, reason=reason, by=by, at=at,
            today=timezone.localdate(at),
        )  # fmt: skip
        _follow(change, files)
        _note("change_division", change)
        for village in villages_of(old):
            supersede(
                village, code=code + village.code[len(old.code) :], name=village.name, day=day,
                reason=reason, by=by, at=at,
            )  # fmt: skip
    return change


def villages_of(township: Division) -> list[Division]:
    """Return the villages that go with a township; none where it is a village itself."""
    return list(township.parts.filter(until_date=None).order_by("code"))


def went_with(change: DivisionChange) -> list[DivisionChange]:
    """Return the changes of the villages that went with a township, as far as they stand."""
    return list(
        DivisionChange.objects.filter(
            old__parent=change.old_id,
            new__parent=change.new_id,
            made_at=change.made_at,
            undoes=None,
            undone_by=None,
        ).order_by("pk")
    )


def take_back(change: DivisionChange, *, reason: str, by: str, at: datetime) -> DivisionChange:
    """Take back a change of a division by a counter-entry; files go back. Raises DivisionRefused.

    Where the code was new, whoever came to it since goes to the old village as well.
    """
    with transaction.atomic():
        if change.undoes_id is None:
            for one in went_with(change):
                take_back(one, reason=reason, by=by, at=at)
        files: Collection[int] = change.files
        if change.is_new_code:
            files = files_of(change.new_id, change.day)
        back = divisions.take_back(change, files=sorted(files), reason=reason, by=by, at=at)
        _follow(back, files)
        _note("take_back_division", back)
    return back


def _follow(change: DivisionChange, files: Collection[int]) -> None:
    ground = Ground(f"区划变更 {change.pk} 号")
    rows = _rows(change.old_id, change.day).filter(elder_id__in=files).select_related("elder")
    for row in list(rows.order_by("elder_id", "valid")):
        places = {name: change.new_id for name in _PLACES if getattr(row, name) == change.old_id}
        operations.record(
            elder=row.elder,
            facts=places,
            start=max(change.day, row.valid.lower),
            until=row.valid.upper,
            ground=ground,
            by=change.made_by,
            at=change.made_at,
        )
    for elder in Elder.objects.filter(division_code=change.old_id, pk__in=files):
        operations.move_file(elder, change.new_id, by=change.made_by)


def _rows(code: str, day: date) -> QuerySet[RegistrationStatus]:
    lives_there = Q(hukou=code) | Q(residence=code)
    found: QuerySet[RegistrationStatus] = RegistrationStatus.objects.filter(
        lives_there, known__upper_inf=True, valid__overlap=DateRange(day, None)
    )
    return found


def _note(act: str, change: DivisionChange) -> None:
    audit.record(
        Act(
            act,
            f"division:{change.old_id}",
            division=change.old_id,
            purpose=change.reason,
            before={"code": change.old_id, "name": change.old.name},
            after={
                "code": change.new_id,
                "name": change.new.name,
                "from": change.day.isoformat(),
                "files": len(change.files),
            },
        ),
        by=change.made_by,
    )
