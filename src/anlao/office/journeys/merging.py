"""Two files of one person become one, and two again where that was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from anlao.office.journeys import assignments
from anlao.office.registry import details, identity, operations, queries
from anlao.office.registry.models import DETAILS, STATUSES, Assignment, Elder, Status
from anlao.office.registry.operations import Ground


@dataclass(eq=False, slots=True)
class MergeRefused(ValueError):
    """Raised where two files cannot become one, with the reason in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that both files know otherwise, or that only the other knows (``kept`` is None)."""

    name: str
    kept: Any
    other: Any


def refuse(keep: Elder, other: Elder) -> None:
    """Raise MergeRefused where the two cannot be one."""
    if keep.pk == other.pk:
        raise MergeRefused("这是同一份档案", "this is the same file")
    if Elder.State.MERGED in (keep.state, other.state):
        raise MergeRefused("其中一份已经并入别的档案", "one of them is merged already")


def differences(keep: Elder, other: Elder, *, day: date, known_at: datetime) -> list[Difference]:
    """Return where two files differ on a day."""
    kept, held = (queries.facts_on(one, day, known_at=known_at) for one in (keep, other))
    held.pop("never_assessed", None)
    return [
        Difference(name, kept.get(name), value)
        for name, value in held.items()
        if kept.get(name) != value
    ]


def merge(
    keep: Elder, other: Elder, take: frozenset[str], *, by: str, at: datetime, ground: Ground
) -> dict[str, Any]:
    """Let one file go on with what the other knew; return what undoing needs."""
    day = timezone.localdate(at)
    known = queries.facts_on(keep, day, known_at=at)
    before = {"other_state": other.state, "took_number": False, "took_phone": False}
    other.state, other.merged_into = Elder.State.MERGED, keep
    other.save(update_fields=["state", "merged_into"])
    for kind in STATUSES:
        wanted = {name for name in kind.FACTS if name in take or name not in known}
        _take_facts(keep, _open_rows(kind, other), wanted, by=by, at=at, ground=ground)
    _take_details(keep, other, by=by, at=at)
    if not keep.identity_cipher and other.identity_cipher:
        number = identity.identity_number_of(other)
        keep.identity_cipher = identity.seal_number(number, keep)
        keep.identity_index, keep.identity_mask = other.identity_index, other.identity_mask
        before["took_number"] = True
    if not keep.phone_cipher and other.phone_cipher:
        identity.set_phone(keep, identity.phone_of(other))
        before["took_phone"] = True
    keep.save()
    return before | {"ended": {}, "carried": _carry_assignments(keep, other, by, day)}


def split(keep: Elder, other: Elder, effects: Mapping[str, Any]) -> None:
    """Give the other file its own life back, and take away what it had brought.

    A number that was amended since is not the one that came, and stays.
    """
    assignments.never(effects["carried"])
    if effects["took_number"] and _same(keep.identity_index, other.identity_index):
        keep.identity_cipher = keep.identity_index = None
        keep.identity_mask = ""
    if effects["took_phone"] and _same(keep.phone_index, other.phone_index):
        keep.phone_cipher = keep.phone_index = None
        keep.phone_mask = ""
    keep.save()
    other.state, other.merged_into = effects["other_state"], None
    other.save(update_fields=["state", "merged_into"])


def _same(one: bytes | memoryview | None, other: bytes | memoryview | None) -> bool:
    return one is not None and other is not None and bytes(one) == bytes(other)


def _open_rows(kind: type[Status], elder: Elder) -> list[Status]:
    return list(kind.objects.filter(elder=elder, known__upper_inf=True).order_by("valid"))


def _take_facts(
    keep: Elder, held: list[Status], wanted: set[str], *, by: str, at: datetime, ground: Ground
) -> None:
    for row in held:
        facts = {name: value for name, value in row.facts().items() if name in wanted}
        if not facts:
            continue
        try:
            operations.record(
                elder=keep,
                facts=facts,
                start=row.valid.lower,
                until=row.valid.upper,
                ground=ground,
                by=by,
                at=at,
                follow=False,
            )
        except operations.NothingToRecord:
            continue  # both files knew it


def _take_details(keep: Elder, other: Elder, *, by: str, at: datetime) -> None:
    """Copy what only the other file knew; where one holds on a day, the kept file's stays."""
    for kind in DETAILS:
        mine = list(kind.objects.filter(elder=keep, known__upper_inf=True))
        held = {tuple(str(getattr(row, name)) for name in _key(row)) for row in mine}
        for row in kind.objects.filter(elder=other, known__upper_inf=True):
            if tuple(str(getattr(row, name)) for name in _key(row)) in held:
                continue
            details.copy_to(keep, row, other, by=by, at=at)


def _key(row: Any) -> tuple[str, ...]:
    return tuple(row.ONE_OF) if row.ONE_OF is not None else tuple(row.FIELDS)


def _carry_assignments(keep: Elder, other: Elder, by: str, day: date) -> list[int]:
    """Put the kept file on the lists on which the other stands, where it is not yet."""
    mine = set(keep.assignments.values_list("organisation_id", flat=True))
    return [
        Assignment.objects.create(
            elder=keep,
            organisation_id=held.organisation_id,
            division_code=keep.division_code,
            valid=held.valid,
            purpose=held.purpose,
            assigned_by=by,
        ).pk
        for held in other.assignments.all()
        if held.organisation_id not in mine and (held.valid.upper is None or held.valid.upper > day)
    ]
