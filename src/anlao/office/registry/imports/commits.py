"""Recording a whole list, in one transaction: all of it, or nothing.

The same pieces as `operations.record` writes for one elder, many at once, by the application's own
login, so that row security holds for every row. What the preview showed is what is recorded: where
something was recorded meanwhile, the commit is refused and the preview is made anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from anlao import masking
from anlao.office.jobs.progress import Progress, Refused
from anlao.office.registry import bulk, identity
from anlao.office.registry.imports import kinds, plans, previews
from anlao.office.registry.imports.checking import opened
from anlao.office.registry.imports.models import Batch, Change, StagedRow
from anlao.office.registry.imports.plans import Planned, Said
from anlao.office.registry.imports.words import keep_words
from anlao.office.registry.models import Elder, Status
from anlao.office.registry.names import searched_initials
from anlao.office.registry.operations import COUNTY_DIGITS, MOMENT
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault

_CHANGED_MEANWHILE = Refused(
    "预览之后有人登记了新的情况，没有提交任何内容。请重新生成预览，看过后再提交。",
    "Something was recorded since the preview, so nothing was committed. Make the preview anew,"
    " look at it, then commit.",
)
_OUT_OF_SIGHT = Refused(
    "名单中有人的档案已不在您的范围，没有提交任何内容。请重新生成预览。",
    "The file of somebody on the list is no longer in your area, so nothing was committed. Make the"
    " preview anew.",
)


@dataclass
class _Run:
    batch: Batch
    by: str
    at: datetime
    evidence: str
    acts: list[Act] = field(default_factory=list)
    elders: list[int] = field(default_factory=list)


def commit(batch: Batch, *, by: str, at: datetime, today: date, progress: Progress) -> None:
    """Record a previewed list, inside the scope of the transaction. Raises Refused.

    A batch that is committed already is left alone, so a job begun anew does nothing twice.
    """
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.state == Batch.State.COMMITTED:
        return
    if held.state != Batch.State.CHECKED:
        raise Refused("这批名单现在不能提交", "this list cannot be committed as it stands")
    run = _Run(held, by, at, evidence(held))
    total = previews.decided(held).count()
    done = 0
    for sayings in previews.chunks(held):
        progress.step(done, total, "正在登记", "recording")
        _chunk(run, sayings)
        done += len(sayings)
    progress.step(done, total, "正在写入审计日志", "writing the audit log")
    run.acts += keep_words(run.elders, today)
    held.state, held.committed_by, held.committed_at = Batch.State.COMMITTED, by, at
    held.save(update_fields=["state", "committed_by", "committed_at"])
    after = {"kind": held.kind, "elders": len(run.elders), **held.counts.get("natures", {})}
    about = f"import:{held.pk}"
    audit.record_many(
        [Act("import_commit", about, held.division_code, run.evidence, after=after), *run.acts],
        by=by,
    )


def evidence(batch: Batch) -> str:
    """Return the paper that rows of a batch are recorded by."""
    return f"{batch.source}《{kinds.kind(batch.kind).name.zh}》导入批次 {batch.pk}"[:200]


def _chunk(run: _Run, sayings: list[Said]) -> None:
    places = _lock([said.elder for said in sayings if said.elder is not None])
    plan = plans.plan(sayings)
    previewed = {
        (staged, kind): (number, before, after)
        for number, staged, kind, before, after in Change.objects.filter(
            batch=run.batch, staged_id__in=[said.staged for said in sayings]
        ).values_list("id", "staged_id", "kind", "before", "after")
    }
    now = {(one.said.staged, one.name): one for one in plan.changes}
    if previewed.keys() != now.keys() or any(
        (one.before, one.after) != previewed[key][1:] for key, one in now.items()
    ):
        raise _CHANGED_MEANWHILE
    opened_files = _open_files(run, sorted({key[0] for key in now if now[key].said.elder is None}))
    places |= dict(opened_files.values())
    by_kind: dict[type[Status], list[Planned]] = defaultdict(list)
    for one in plan.changes:
        if one.said.elder is None:
            one.said.elder = opened_files[one.said.staged][0]
        by_kind[one.kind].append(one)
    for kind, changes in by_kind.items():
        written = _write(run, kind, changes)
        rows = [
            {"id": previewed[one.said.staged, one.name][0], "elder_id": one.said.elder, **numbers}
            for one, numbers in zip(changes, written, strict=True)
        ]
        bulk.update(Change, ("elder_id", "closed", "made"), rows)
    _note(run, plan.changes, places)


def _lock(elders: list[int]) -> dict[int, str]:
    """Let no other recording for these elders come between; return where their files are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, division_code FROM registry_elder WHERE id = ANY(%s) AND state <> 'merged'"
            " ORDER BY id FOR UPDATE",
            [elders],
        )
        found = dict(cursor.fetchall())
    if len(found) != len(set(elders)):
        raise _OUT_OF_SIGHT
    return found


def _write(run: _Run, kind: type[Status], changes: list[Planned]) -> list[dict[str, list[int]]]:
    """Close the rows that are held and add the pieces; return the numbers of both by change."""
    numbers = iter(bulk.fresh_ids(kind, sum(len(one.pieces) for one in changes)))
    closing: list[dict[str, Any]] = []
    adding: list[dict[str, Any]] = []
    written = []
    for one in changes:
        real = [row for row in one.held if row.id is not None]
        at = max([run.at, *(row.known_from + MOMENT for row in real if row.known_from)])
        for row in real:
            assert row.known_from is not None
            known = f"[{row.known_from.isoformat()},{at.isoformat()})"
            closing.append({"id": row.id, "known": known})
        made = []
        for piece in one.pieces:
            made.append(next(numbers))
            ours = piece.base is None or piece.base.id is None
            adding.append(
                {
                    "id": made[-1],
                    "elder_id": one.said.elder,
                    "division_code": "",
                    "valid": bulk.days(*piece.span),
                    "known": bulk.since(at),
                    "source_id": None if ours else piece.base.source_id,  # type: ignore[union-attr]
                    "evidence": run.evidence if ours else piece.base.evidence,  # type: ignore[union-attr]
                    "recorded_by": run.by if ours else piece.base.recorded_by,  # type: ignore[union-attr]
                    **piece.values,
                }
            )
        written.append({"closed": [row.id for row in real if row.id], "made": made})
    if bulk.update(kind, ("known",), closing) != len(closing):
        raise _CHANGED_MEANWHILE
    bulk.insert(kind, adding)
    return written


def _open_files(run: _Run, staged: list[int]) -> dict[int, tuple[int, str]]:
    """Open files for rows that say of somebody who has none; return number and place by row."""
    rows = list(StagedRow.objects.filter(pk__in=staged).order_by("row"))
    if not rows:
        return {}
    numbers = bulk.fresh_ids(Elder, len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('registry_file_number') FROM generate_series(1, %s)", [len(rows)]
        )
        serials = [int(serial) for (serial,) in cursor.fetchall()]
    bulk.insert(
        Elder,
        (
            _elder(run, row, number, f"{row.place[:COUNTY_DIGITS]}-{serial:08d}")
            for row, number, serial in zip(rows, numbers, serials, strict=True)
        ),
    )
    bulk.update(
        StagedRow,
        ("elder_id",),
        [{"id": row.pk, "elder_id": number} for row, number in zip(rows, numbers, strict=True)],
    )
    return {row.pk: (number, row.place) for row, number in zip(rows, numbers, strict=True)}


def _elder(run: _Run, row: StagedRow, number: int, file_number: str) -> dict[str, Any]:
    told = opened(row, run.batch)
    phone = told.get("phone", "")
    return {
        "id": number,
        "file_number": file_number,
        "name": row.name,
        "initials": searched_initials(row.name),
        "identity_cipher": vault().seal(told["identity"], field=identity.IDENTITY, row=file_number),
        "identity_index": row.identity_index,
        "identity_mask": row.identity_mask,
        "phone_cipher": vault().seal(phone, field=identity.PHONE, row=file_number)
        if phone
        else None,
        "phone_index": vault().index(phone, field=identity.PHONE) if phone else None,
        "phone_mask": masking.phone(phone) if phone else "",
        "address": told.get("address", "")[:200],
        "division_code": row.place,
        "sex": row.sex,
        "birth_date": row.birth_date,
        "state": Elder.State.LIVING.value,
        "is_synthetic": False,
        "created_at": run.at,
    }


def _note(run: _Run, changes: list[Planned], places: dict[int, str]) -> None:
    """Leave an entry for every elder who changed, as recording her facts would."""
    by_elder: dict[int, list[Planned]] = defaultdict(list)
    for one in changes:
        assert one.said.elder is not None
        by_elder[one.said.elder].append(one)
    for elder, some in by_elder.items():
        values = {name: value for one in some for name, value in one.after["values"].items()}
        first = some[0]
        after = {"values": values, "from": first.after["from"], "until": first.after["until"]}
        after["batch"] = run.batch.pk
        act = "open_file" if first.nature == Change.Nature.NEW_FILE else "record_facts"
        before = {"rows": [row for one in some for row in one.before]}
        run.acts.append(
            Act(act, f"elder:{elder}", places[elder], run.evidence, before=before, after=after)
        )
    run.elders += by_elder
