"""Recording what is known of an elder: facts for a span of days, and corrections of them.

known so far   [1 Jan ........ dibao ........ )
record         economic_status=tekun from 1 June
known now      [1 Jan .. dibao .. 1 June)[1 June .. tekun .. )      the old row: known until now
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.models import CharField, CheckConstraint
from django.utils import timezone

from anlao.office.organisations.models import Organisation
from anlao.office.registry import laying
from anlao.office.registry.laying import Piece
from anlao.office.registry.models import (
    STATUSES,
    Elder,
    Kept,
    RegistrationStatus,
    Status,
    VitalStatus,
)
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

COUNTY_DIGITS = 6
START_OF_TIME = date(1900, 1, 1)
"""Statuses of which nobody knows when they began hold from this day."""
ALWAYS = DateRange(START_OF_TIME, None)
MOMENT = timedelta(microseconds=1)
"""The shortest time that something is known; the database counts no shorter one."""


@dataclass(eq=False, slots=True)
class NothingToRecord(Exception):
    """Raised where what is to be recorded is known already."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"没有变化：{'、'.join(self.names)} 已按此登记"


class SpanRefused(ValueError):
    """Raised where a span ends before it begins."""


@dataclass(eq=False, slots=True)
class Contradiction(Exception):
    """Raised where facts cannot hold beside others that are known of the same days."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{'、'.join(self.names)} 与同一时期已登记的相关情况矛盾，请先更正那一项"


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is known: the organisation that said so, and the paper that shows it."""

    evidence: str
    source: Organisation | None = None


def record(
    *,
    elder: Elder,
    facts: Mapping[str, Any],
    start: date,
    until: date | None = None,
    ground: Ground,
    by: str,
    at: datetime,
    follow: bool = True,
) -> list[Status]:
    """Record facts for a span of days (half-open); other facts of these days stay as they were.

    Birth, death and sex hold always, whenever they are learnt: a death that is reported late was
    one in the months before the report too.
    ``facts``: values by name; None says that it is not known. Returns the new rows. Raises
    NothingToRecord, SpanRefused, Contradiction, and KeyError for a name that is no fact; nothing
    is recorded then. What was learnt at the same instant before counts as learnt earlier.
    ``follow``: the file moves with the registration at once, perhaps out of the recorder's sight;
    False leaves that to `follow_registration`.
    """
    if until is not None and until <= start:
        raise SpanRefused(f"终止日期 {until} 不晚于起始日期 {start}")
    made: list[Status] = []
    with transaction.atomic():
        lock(elder)
        for kind, values in by_kind(facts).items():
            span = ALWAYS if kind is VitalStatus else DateRange(start, until)
            made += _record_in(kind, elder, values, span, ground, by, at)
        if not made:
            raise NothingToRecord(tuple(facts))
        keep_words(elder, at)
        if follow:
            follow_registration(elder, at, by)
    return made


def kind_of(name: str) -> type[Status]:
    """Return the status that holds a fact. Raises KeyError."""
    for kind in STATUSES:
        if name in kind.FACTS:
            return kind
    raise KeyError(name)


def by_kind(facts: Mapping[str, Any]) -> dict[type[Status], dict[str, Any]]:
    """Return facts by the status that holds them. Raises KeyError."""
    found: dict[type[Status], dict[str, Any]] = {}
    for name, value in facts.items():
        found.setdefault(kind_of(name), {})[name] = value
    return found


def lock(elder: Elder) -> None:
    """Let two recordings for one elder happen one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM registry_elder WHERE id = %s FOR UPDATE", [elder.pk])


def next_instant(held: Sequence[Kept], at: datetime) -> datetime:
    """Return when something is learnt that replaces rows: after all of them were."""
    latest: datetime = max([at, *(row.known.lower + MOMENT for row in held)])
    return latest


def _record_in(
    kind: type[Status],
    elder: Elder,
    values: Mapping[str, Any],
    span: DateRange,
    ground: Ground,
    by: str,
    at: datetime,
) -> list[Status]:
    held = list(
        kind.objects.filter(elder=elder, known__upper_inf=True, valid__overlap=span).order_by(
            "valid"
        )
    )
    pieces = _pieces(kind, held, values, span)
    if not any(piece.is_new for piece in pieces):
        return []
    at = next_instant(held, at)
    for row in held:
        row.known = DateTimeTZRange(row.known.lower, at)
        row.save(update_fields=["known"])
    made = []
    for piece in pieces:
        row = piece.base or kind()
        row.pk, row._state.adding = None, True
        for name, value in piece.values.items():
            setattr(row, name, value)
        if piece.values.get("assessed_on"):
            row.never_assessed = False  # type: ignore[attr-defined]
        row.elder, row.valid, row.known = elder, piece.span, DateTimeTZRange(at, None)
        if piece.is_new:
            row.source, row.evidence, row.recorded_by = ground.source, ground.evidence, by
            refuse_contradiction(row, values)
        row.save(force_insert=True)
        made.append(row)
    audit.record(
        Act(
            "record_facts",
            f"elder:{elder.pk}",
            division=elder.division_code,
            purpose=ground.evidence,
            before={"rows": [_shown(row, values) for row in held]},
            after={"values": _plain(values), "from": str(span.lower), "until": _day(span.upper)},
        ),
        by=by,
    )
    return made


def refuse_contradiction(row: Status, values: Mapping[str, Any]) -> None:
    """Raise Contradiction where the facts of a row cannot hold together."""
    for constraint in row._meta.constraints:
        if isinstance(constraint, CheckConstraint):
            try:
                constraint.validate(type(row), row)
            except ValidationError:
                raise Contradiction(tuple(values)) from None


@dataclass(slots=True)
class _Piece:
    """A span with the row that it continues, and what is laid over it."""

    base: Status | None
    values: dict[str, Any]
    span: DateRange
    is_new: bool


def _pieces(
    kind: type[Status], held: Sequence[Status], values: Mapping[str, Any], span: DateRange
) -> list[_Piece]:
    """Cut the rows at the ends of the span, fill its gaps, and lay the values over it."""
    spans = [(row, (row.valid.lower, row.valid.upper)) for row in held]
    return [
        _laid(kind, piece, values)
        if piece.is_laid
        else _Piece(_copied(kind, piece.base), {}, DateRange(*piece.span), is_new=False)
        for piece in laying.pieces(spans, (span.lower, span.upper))
    ]


def _laid(kind: type[Status], piece: Piece[Status], values: Mapping[str, Any]) -> _Piece:
    wanted = as_stored(values)
    base = piece.base
    changed = base is None or any(getattr(base, name) != value for name, value in wanted.items())
    return _Piece(_copied(kind, base), wanted, DateRange(*piece.span), changed)


def as_stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as they are stored: what is not known is null, or an empty text."""
    return {name: _empty(name) if value is None else value for name, value in values.items()}


def _empty(name: str) -> str | None:
    """Return how a fact that is not known is stored: texts are never null."""
    field = kind_of(name)._meta.get_field(name)
    return "" if isinstance(field, CharField) else None


def _copied(kind: type[Status], row: Status | None) -> Status | None:
    if row is None:
        return None
    fields = {f.attname: getattr(row, f.attname) for f in kind._meta.concrete_fields}
    return kind(**fields)


def keep_words(elder: Elder, at: datetime) -> None:
    """Bring the words for search and lists up to date with what is known now."""
    vital = _now(VitalStatus, elder, timezone.localdate(at))
    if isinstance(vital, VitalStatus):
        elder.birth_date, elder.death_date, elder.sex = (
            vital.birth_date,
            vital.death_date,
            vital.sex,
        )
    hukou = _registered(elder, at)
    moved = bool(hukou) and not _is_of_the_county(hukou, elder)
    if elder.state != Elder.State.MERGED:
        elder.state = _state(died=elder.death_date is not None, moved=moved)
    elder.save(update_fields=["birth_date", "death_date", "sex", "state"])


def follow_registration(elder: Elder, at: datetime, by: str) -> None:
    """Move the file to the village of registration, inside the county."""
    hukou = _registered(elder, at)
    is_village = len(hukou) > COUNTY_DIGITS and _is_of_the_county(hukou, elder)
    if is_village and hukou != elder.division_code:
        move_file(elder, hukou, by=by)


def _registered(elder: Elder, at: datetime) -> str:
    """Return where she is registered, as far as is known; else nothing."""
    row = _now(RegistrationStatus, elder, timezone.localdate(at))
    return row.hukou if isinstance(row, RegistrationStatus) else ""


def _is_of_the_county(code: str, elder: Elder) -> bool:
    return code[:COUNTY_DIGITS] == elder.division_code[:COUNTY_DIGITS]


def _now(kind: type[Status], elder: Elder, day: date) -> Status | None:
    found: Status | None = kind.objects.filter(
        elder=elder, known__upper_inf=True, valid__contains=day
    ).first()
    return found


def _state(*, died: bool, moved: bool) -> str:
    if died:
        return Elder.State.DECEASED
    return Elder.State.MOVED_OUT if moved else Elder.State.LIVING


def move_file(elder: Elder, code: str, *, by: str) -> None:
    """Let a file go to another village of its county; whoever had it may lose sight of it."""
    before, elder.division_code = elder.division_code, code
    audit.record(
        Act(
            "move_file",
            f"elder:{elder.pk}",
            division=before,
            before={"division": before},
            after={"division": code},
        ),
        by=by,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT registry_move_elder(%s, %s)", [elder.pk, code])


def _shown(row: Status, values: Mapping[str, Any]) -> dict[str, Any]:
    found = _plain({name: getattr(row, name) for name in values})
    return found | {"from": str(row.valid.lower), "until": _day(row.valid.upper)}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
