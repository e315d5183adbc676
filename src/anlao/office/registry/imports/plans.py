"""What lists say, laid over what is known: for many elders at once, as `operations.record` does.

Only reads. A preview shows what comes of it, and the commit writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import CharField, CheckConstraint, DateField

from anlao.office.registry import laying, operations
from anlao.office.registry.imports.models import Change
from anlao.office.registry.laying import Span
from anlao.office.registry.models import (
    CapabilityStatus,
    RegistrationStatus,
    Status,
    VitalStatus,
)
from anlao.office.registry.operations import START_OF_TIME, Contradiction

ALWAYS: Span = (START_OF_TIME, None)
Values = dict[str, Any]


@dataclass(slots=True)
class Said:
    """What a row of a list says of an elder. ``elder`` None: her file is to be opened.

    ``first``: what a new file begins with, from the beginning of time.
    """

    staged: int
    elder: int | None
    facts: Values
    span: Span
    first: Values = field(default_factory=dict)


@dataclass(slots=True)
class Held:
    """A row of a status as it is known now. ``id`` None: of a file that is not there yet."""

    id: int | None
    span: Span
    known_from: datetime | None
    values: Values
    source_id: int | None
    evidence: str
    recorded_by: str


@dataclass(slots=True)
class Piece:
    """A row to be written. ``base``: the row whose source and evidence it keeps; None: our own."""

    base: Held | None
    values: Values
    span: Span


@dataclass(slots=True)
class Planned:
    """What a row of a list does to one status of an elder."""

    said: Said
    kind: type[Status]
    nature: str
    held: list[Held]
    pieces: list[Piece]
    before: list[dict[str, Any]]
    after: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.kind._meta.model_name)


@dataclass(slots=True)
class Plan:
    """``contradicting``: numbers of the rows that cannot hold beside what is known."""

    changes: list[Planned]
    contradicting: set[int]


def columns_of(kind: type[Status]) -> tuple[str, ...]:
    """Return what a status says: its facts, and that nobody was ever assessed."""
    return (*kind.FACTS, *(("never_assessed",) if kind is CapabilityStatus else ()))


def plan(sayings: Sequence[Said]) -> Plan:
    """Return what rows of a list change, inside the scope of the transaction."""
    parts = {said.staged: _parts(said) for said in sayings}
    elders: dict[type[Status], list[int]] = {}
    for said in sayings:
        for kind in parts[said.staged]:
            if said.elder is not None:
                elders.setdefault(kind, []).append(said.elder)
    held = {kind: _known_now(kind, numbers) for kind, numbers in elders.items()}
    found = Plan([], set())
    for said in sayings:
        try:
            changes = [
                planned
                for kind, values in parts[said.staged].items()
                if (planned := _planned(said, kind, values, held)) is not None
            ]
        except Contradiction:
            found.contradicting.add(said.staged)
        else:
            found.changes += changes
    return found


def _parts(said: Said) -> dict[type[Status], Values]:
    parts = operations.by_kind(said.facts)
    for kind in operations.by_kind(said.first):
        parts.setdefault(kind, {})
    return {
        kind: {name: _typed(kind, name, value) for name, value in values.items()}
        for kind, values in parts.items()
    }


def _typed(kind: type[Status], name: str, value: Any) -> Any:
    if isinstance(value, str) and isinstance(kind._meta.get_field(name), DateField):
        return date.fromisoformat(value)
    return value


def _known_now(kind: type[Status], elders: list[int]) -> dict[int, list[Held]]:
    names = columns_of(kind)
    shown = ", ".join(names)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT elder_id, id, lower(valid), upper(valid), lower(known), source_id, evidence,"  # noqa: S608
            f" recorded_by, {shown} FROM {kind._meta.db_table}"
            " WHERE elder_id = ANY(%s) AND upper_inf(known) ORDER BY elder_id, valid",
            [elders],
        )
        found: dict[int, list[Held]] = {}
        for elder, number, start, until, known, source, evidence, by, *values in cursor:
            span = (start or START_OF_TIME, until)
            said = dict(zip(names, values, strict=True))
            found.setdefault(elder, []).append(
                Held(number, span, known, said, source, evidence, by)
            )
        return found


def _planned(
    said: Said, kind: type[Status], values: Values, known: Mapping[type[Status], Any]
) -> Planned | None:
    span = ALWAYS if kind is VitalStatus else said.span
    if said.elder is None:
        first = operations.by_kind(said.first).get(kind)
        held = []
        if first is not None:
            begun = _nothing(kind) | {k: _typed(kind, k, v) for k, v in first.items()}
            held = [Held(None, ALWAYS, None, begun, None, "", "")]
    else:
        held = [row for row in known[kind].get(said.elder, ()) if laying.overlaps(row.span, span)]
    pieces, changed = _pieces(kind, held, values, span)
    if not changed and said.elder is not None:
        return None
    shown = values or {name: held[0].values[name] for name in said.first if name in kind.FACTS}
    before = [] if said.elder is None else [_shown(row, values) for row in held]
    after = {"values": _plain(shown), "from": str(span[0]), "until": _day(span[1])}
    nature = _nature(said, kind, held, values)
    return Planned(said, kind, nature, held, pieces, before, after)


def _pieces(
    kind: type[Status], held: Sequence[Held], values: Values, span: Span
) -> tuple[list[Piece], bool]:
    """Return the rows to be written, and whether any says something new."""
    found: list[Piece] = []
    changed = False
    laid = laying.pieces([(row, row.span) for row in held], span) if values else _as_it_is(held)
    for piece in laid:
        base = piece.base
        if not piece.is_laid:
            found.append(Piece(base, base.values if base else {}, piece.span))
            continue
        kept = base.values if base is not None else _nothing(kind)
        is_new = base is None or any(kept[name] != value for name, value in values.items())
        wanted = kept | values
        if is_new:
            changed = True
            _refuse_contradiction(kind, wanted, values)
        found.append(Piece(None if is_new else base, wanted, piece.span))
    return found, changed


def _as_it_is(held: Sequence[Held]) -> Iterator[laying.Piece[Held]]:
    for row in held:
        yield laying.Piece(row, row.span, is_laid=False)


def _nothing(kind: type[Status]) -> Values:
    empty: Values = {}
    for name in columns_of(kind):
        column = kind._meta.get_field(name)
        empty[name] = "" if isinstance(column, CharField) else None
    if kind is CapabilityStatus:
        empty["never_assessed"] = False
    return empty


_FITTING: set[tuple[Any, ...]] = set()
"""Facts that were found to hold together: the check asks the database, and lists repeat them."""


def _refuse_contradiction(kind: type[Status], wanted: Values, values: Values) -> None:
    checks = [one for one in kind._meta.constraints if isinstance(one, CheckConstraint)]
    if not checks:
        return
    key = (kind, *(wanted[name] for name in columns_of(kind)))
    if key in _FITTING:
        return
    operations.refuse_contradiction(kind(**wanted), values)
    if len(_FITTING) < 10_000:
        _FITTING.add(key)


def _nature(said: Said, kind: type[Status], held: Sequence[Held], values: Values) -> str:
    if said.elder is None:
        return Change.Nature.NEW_FILE
    lives = not held or any(row.values.get("death_date") is None for row in held)
    if kind is VitalStatus and values.get("death_date") is not None and lives:
        return Change.Nature.DEATH
    differs = {
        name
        for row in held
        for name, value in values.items()
        if row.values[name] not in (None, "", value)
    }
    if kind is RegistrationStatus and "hukou" in differs:
        return Change.Nature.MOVE
    return Change.Nature.CORRECTION if differs else Change.Nature.ADDITION


def _shown(row: Held, values: Values) -> dict[str, Any]:
    found = _plain({name: row.values[name] for name in values})
    return found | {"from": str(row.span[0]), "until": _day(row.span[1])}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
