"""Recording family, addresses, household and consent: added from a day on, ended, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.models import CheckConstraint

from anlao import masking
from anlao.office.registry.models import Address, Detail, Elder, Relation
from anlao.office.registry.operations import Ground, SpanRefused, lock, next_instant
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault

_PHONE = "relation.phone"


@dataclass(eq=False, slots=True)
class DetailRefused(ValueError):
    """Raised where what is to be recorded cannot hold; ``names``: the fields that are wrong."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"请检查：{'、'.join(self.names)}"


def detail_on(kind: type[Detail], elder: Elder, day: date, *, known_at: datetime) -> list[Detail]:
    """Return the rows that held on a day, as they were known at a time."""
    rows = kind.objects.filter(elder=elder, valid__contains=day, known__contains=known_at)
    return list(rows.select_related("source").order_by("pk"))


def add(
    *,
    elder: Elder,
    kind: type[Detail],
    values: Mapping[str, Any],
    start: date,
    ground: Ground,
    by: str,
    at: datetime,
) -> Detail:
    """Record something from a day on. Raises DetailRefused.

    Where only one row can hold on a day, the one before ends on that day. A telephone number
    comes as ``phone`` and is kept sealed.
    """
    row = kind(elder=elder, division_code=elder.division_code, valid=DateRange(start, None))
    given = dict(values)
    phone = given.pop("phone", "")
    for name, value in given.items():
        setattr(row, name, value)
    if phone and isinstance(row, Relation):
        row.phone_cipher = vault().seal(phone, field=_PHONE, row=elder.file_number)
        row.phone_mask = masking.phone(phone)
    row.source, row.evidence, row.recorded_by = ground.source, ground.evidence, by
    with transaction.atomic():
        lock(elder)
        earlier = _in_its_place(row, start)
        row.known = DateTimeTZRange(next_instant(earlier, at), None)
        _refuse_nonsense(row)
        for other in earlier:
            _cut(other, start, row.known.lower)
        row.save(force_insert=True)
        _note("add_detail", elder, row, by, purpose=ground.evidence)
        if isinstance(row, Address) and row.use == Address.Use.RESIDENCE:
            elder.address = row.text
            elder.save(update_fields=["address"])
    return row


def end(*, elder: Elder, row: Detail, day: date, reason: str, by: str, at: datetime) -> None:
    """Let something that held end on a day (not included). Raises SpanRefused."""
    if row.valid.lower is not None and day <= row.valid.lower:
        raise SpanRefused(f"终止日期 {day} 不晚于起始日期 {row.valid.lower}")
    with transaction.atomic():
        lock(elder)
        _cut(row, day, next_instant([row], at))
        _note("end_detail", elder, row, by, purpose=reason)


def take_back(*, elder: Elder, row: Detail, reason: str, by: str, at: datetime) -> None:
    """Say that something never held: from now on it is not known; it stays readable."""
    with transaction.atomic():
        lock(elder)
        _close(row, next_instant([row], at))
        _note("take_back_detail", elder, row, by, purpose=reason)


def copy_to(keep: Elder, row: Detail, other: Elder, *, by: str, at: datetime) -> None:
    """Let another file of the same person have a row too."""
    fields = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    made = type(row)(**fields)
    made.pk, made._state.adding = None, True
    made.elder, made.recorded_by, made.known = keep, by, DateTimeTZRange(at, None)
    if isinstance(row, Relation) and isinstance(made, Relation) and row.phone_cipher:
        made.phone_cipher = vault().seal(phone_of(row, other), field=_PHONE, row=keep.file_number)
    made.save(force_insert=True)


def phone_of(row: Relation, elder: Elder) -> str:
    """Return a relation's whole telephone number; the caller logs why."""
    sealed = row.phone_cipher
    return vault().open(bytes(sealed), field=_PHONE, row=elder.file_number) if sealed else ""


def _in_its_place(row: Detail, start: date) -> list[Detail]:
    """Return the rows that hold from a day on and in whose place the new one comes."""
    if row.ONE_OF is None:
        return []
    same = {name: getattr(row, name) for name in row.ONE_OF}
    held = type(row).objects.filter(
        elder=row.elder, known__upper_inf=True, valid__overlap=DateRange(start, None), **same
    )
    return list(held)


def _cut(row: Detail, day: date, at: datetime) -> None:
    """Let a row hold until a day only: the old row is known until now, its beginning stays."""
    _close(row, at)
    if row.valid.lower is not None and row.valid.lower >= day:
        return
    kept = type(row)(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
    kept.pk, kept._state.adding = None, True
    kept.valid, kept.known = DateRange(row.valid.lower, day), DateTimeTZRange(at, None)
    kept.save(force_insert=True)


def _close(row: Detail, at: datetime) -> None:
    type(row).objects.filter(pk=row.pk).update(known=DateTimeTZRange(row.known.lower, at))


def _refuse_nonsense(row: Detail) -> None:
    try:
        left = ["source", "recorded_by", "evidence", "elder", "other"]
        row.full_clean(exclude=left, validate_constraints=False)
        # What overlaps is the database's business: Django would compare every elder with herself.
        for constraint in row._meta.constraints:
            if isinstance(constraint, CheckConstraint):
                constraint.validate(type(row), row)
    except ValidationError as refusal:
        names = tuple(refusal.message_dict) if hasattr(refusal, "error_dict") else ("",)
        raise DetailRefused(names) from None


def _note(act: str, elder: Elder, row: Detail, by: str, *, purpose: str) -> None:
    shown = {name: str(getattr(row, name)) for name in row.FIELDS}
    after = {"kind": row._meta.model_name, "from": str(row.valid.lower), **shown}
    audit.record(
        Act(act, f"elder:{elder.pk}", elder.division_code, purpose=purpose, after=after), by=by
    )
