"""A list's way, as people see it: brought, its columns told, checked, decided on, given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from anlao.office.registry.imports import fingerprints, kinds, mapping, safety, sheets
from anlao.office.registry.imports.models import Batch, RememberedMapping, StagedRow
from anlao.office.registry.imports.sheets import Book, Sheet
from anlao.office.shared import audit, sealed_files
from anlao.office.shared.audit import Act

_OVER = (Batch.State.UNDONE, Batch.State.DISCARDED)


class SeenBefore(Exception):
    """Raised for a file that is in the office already; ``batch``: as which."""

    def __init__(self, batch: Batch) -> None:
        super().__init__(batch.pk)
        self.batch = batch


class WrongState(Exception):
    """Raised where a batch has gone on, or been given up, meanwhile."""


class DecisionRefused(ValueError):
    """Raised for a decision that cannot be; the text says why, in Chinese and in English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Brought:
    """A file with what its bringer says of it. ``until``: None: until something else is known."""

    upload: safety.Upload
    kind: str
    source: str
    from_date: date
    until: date | None
    division: str


def bring(brought: Brought, *, by: str, at: datetime) -> Batch:
    """Check a file, keep it sealed, and propose which column is what.

    Raises FileRefused, NoSuchKind and SeenBefore; nothing is kept then.
    """
    kind = kinds.kind(brought.kind)
    digest = fingerprints.content_digest(brought.upload.data)
    seen = Batch.objects.filter(content_digest=digest, kind=kind.id).exclude(state__in=_OVER)
    if (before := seen.order_by("-id").first()) is not None:
        raise SeenBefore(before)
    book = _book(brought.upload)
    with transaction.atomic():
        batch = Batch(
            division_code=brought.division,
            kind=kind.id,
            source=brought.source,
            file_name=brought.upload.name[-200:],
            content_digest=digest,
            stored=sealed_files.keep(brought.upload.data, kind="import"),
            from_date=brought.from_date,
            until=brought.until,
            uploaded_by=by,
            uploaded_at=at,
        )
        _propose(batch, book.sheets[0])
        batch.save(force_insert=True)
        note("import_upload", batch, by, after={"kind": kind.id, "file": batch.file_name})
    return batch


def book_of(batch: Batch) -> Book:
    """Return the lists of the kept file."""
    return _book(safety.Upload(batch.file_name, sealed_files.take_out(batch.stored)))


def sheet_of(batch: Batch) -> Sheet:
    """Return the list that was chosen."""
    return next(sheet for sheet in book_of(batch).sheets if sheet.name == batch.sheet)


def mapping_of(batch: Batch) -> mapping.Mapping:
    return mapping.Mapping.from_json(batch.mapping)


def choose_sheet(batch: Batch, name: str) -> None:
    """Take another list of the file. Raises StopIteration for one that is not there."""
    _refuse_unless(batch, Batch.State.UPLOADED, Batch.State.CHECKED)
    _propose(batch, next(sheet for sheet in book_of(batch).sheets if sheet.name == name))
    batch.save(update_fields=["sheet", "mapping"])


def confirm(batch: Batch, told: mapping.Mapping, *, by: str, at: datetime) -> None:
    """Keep which column is what, for this list and the next of its form."""
    _refuse_unless(batch, Batch.State.UPLOADED, Batch.State.CHECKED)
    with transaction.atomic():
        batch.mapping, batch.state = told.to_json(), Batch.State.UPLOADED
        batch.save(update_fields=["mapping", "state"])
        RememberedMapping.objects.update_or_create(
            division_code=batch.division_code,
            kind=batch.kind,
            source=batch.source,
            signature=told.signature,
            defaults={"mapping": batch.mapping, "confirmed_by": by, "confirmed_at": at},
        )
        note("import_mapping", batch, by)


def decide(batch: Batch, row: int, decision: str, elder: int | None, *, by: str) -> None:
    """Say who a row is about. Raises DecisionRefused and WrongState.

    The scope of the transaction holds: somebody outside it is not there to be linked.
    """
    _refuse_unless(batch, Batch.State.CHECKED)
    staged = StagedRow.objects.select_for_update().get(batch=batch, row=row)
    if decision == StagedRow.Decision.LINK:
        if elder is None:
            raise DecisionRefused("请选择一份档案", "choose a file")
        others = StagedRow.objects.filter(batch=batch, elder_id=elder).exclude(pk=staged.pk)
        if other := others.exclude(decision=StagedRow.Decision.LEAVE_OUT).first():
            raise DecisionRefused(
                f"第 {other.row} 行已经是这位老人，请先改那一行",
                f"row {other.row} is this elder already; change that row first",
            )
        staged.elder_id = elder
    elif decision == StagedRow.Decision.OPEN:
        if staged.match == StagedRow.Match.NAME_DIFFERS or not may_open(batch, staged):
            raise DecisionRefused("这一行不能新建档案", "no file can be opened for this row")
        staged.elder_id = None
    staged.decision, staged.decided_by = decision, by
    staged.outcome = StagedRow.Outcome.LEFT_OUT if decision == StagedRow.Decision.LEAVE_OUT else ""
    staged.save(update_fields=["decision", "decided_by", "elder_id", "outcome"])
    note("import_decide", batch, by, after={"row": row, "decision": decision, "elder": elder})


def may_open(batch: Batch, staged: StagedRow) -> bool:
    """Return whether a list of this kind opens a file for somebody of this age."""
    age = kinds.kind(batch.kind).opens_from_age
    return age is not None and is_aged(staged.birth_date, age, timezone.localdate())


def is_aged(born: date, age: int, day: date) -> bool:
    """Return whether somebody has reached an age, in years, on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) >= age


def discard(batch: Batch, *, by: str) -> None:
    """Give up a list that was not committed. Raises WrongState."""
    _refuse_unless(batch, Batch.State.UPLOADED, Batch.State.CHECKED)
    batch.state = Batch.State.DISCARDED
    batch.save(update_fields=["state"])
    note("import_discard", batch, by)


def note(
    act: str, batch: Batch, by: str, *, purpose: str = "", after: dict[str, object] | None = None
) -> None:
    audit.record(
        Act(act, f"import:{batch.pk}", batch.division_code, purpose=purpose, after=after), by=by
    )


def _refuse_unless(batch: Batch, *states: str) -> None:
    if batch.state not in states:
        raise WrongState


def _book(upload: safety.Upload) -> Book:
    return sheets.read_book(safety.check(upload), kinds.is_header_word)


def _propose(batch: Batch, sheet: Sheet) -> None:
    remembered = [
        mapping.Mapping.from_json(known.mapping)
        for known in RememberedMapping.objects.filter(
            division_code=batch.division_code, kind=batch.kind, source=batch.source
        )
    ]
    batch.sheet = sheet.name
    batch.mapping = mapping.propose(
        kinds.kind(batch.kind), sheet.headers, remembered
    ).mapping.to_json()
