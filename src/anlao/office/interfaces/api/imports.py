"""Imported lists: how each stands, and what was wrong in it; for whoever sends lists."""

from __future__ import annotations

from base64 import b64decode
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router
from ninja import Status as Answer

from anlao.office.interfaces.api import cursors
from anlao.office.interfaces.api.asking import needs
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.places import Cursor, Limit
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import LARGEST, BatchOut, FindingOut, ListIn, Page
from anlao.office.interfaces.tasks import running
from anlao.office.jobs import queries as jobs
from anlao.office.jobs.operations import Wanted
from anlao.office.organisations import roles, tokens
from anlao.office.registry.imports import batches, kinds
from anlao.office.registry.imports.batches import Brought, SeenBefore
from anlao.office.registry.imports.kinds import NoSuchKind
from anlao.office.registry.imports.mapping import check_mapping
from anlao.office.registry.imports.models import Batch, FindingRow
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Upload
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

router = Router(tags=["imports"])
Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.get("/imports", response=Page[BatchOut])
@needs(roles.IMPORT_LISTS)
def imports(
    request: HttpRequest, cursor: Cursor = None, limit: Limit = cursors.USUAL
) -> dict[str, Any]:
    """The lists of the token's area, the first brought first."""
    return cursors.page(
        Batch.objects.all(), by="pk", cursor=cursor, limit=limit, token=token_of(request),
        question=("imports",), show=_batch,
    )  # fmt: skip


@router.get("/imports/{number}", response=BatchOut)
@needs(roles.IMPORT_LISTS)
def one_import(request: HttpRequest, number: Number) -> dict[str, Any]:  # noqa: ARG001
    """One list: how far it came, what it counts, and its job's progress."""
    return _batch(_found(number))


@router.get("/imports/{number}/findings", response=Page[FindingOut])
@needs(roles.IMPORT_LISTS)
def findings(
    request: HttpRequest, number: Number, cursor: Cursor = None, limit: Limit = cursors.USUAL
) -> dict[str, Any]:
    """What was wrong in a list: row, column, value (masked), reason; the look is logged."""
    batch, token = _found(number), token_of(request)
    after = {"limit": limit, "first": cursor is None}
    act = Act("read_list", f"import:{batch.pk}", batch.division_code, after=after)
    audit.record(act, by=str(token))
    return cursors.page(
        FindingRow.objects.filter(batch=batch), by="pk", cursor=cursor, limit=limit, token=token,
        question=("findings", batch.pk), show=_finding,
    )  # fmt: skip


@router.post("/imports", response={201: BatchOut})
@needs(roles.IMPORT_LISTS)
def bring(request: HttpRequest, sent: ListIn) -> Answer[dict[str, Any]]:
    """Bring a list. Where every column is known it is checked at once; people decide on rows that
    match nobody for certain, and commit it, on the pages of the office.
    """
    token, now = token_of(request), timezone.now()
    if not tokens.scope_for(token, roles.IMPORT_LISTS).covers(sent.division):
        raise Problem(404, "没有这个区划，或不在范围内 / no such place, or none of yours")
    if sent.until is not None and sent.until <= sent.from_date:
        raise Problem(422, "终止日期须晚于起始日期 / until must be after from_date")
    try:
        content = b64decode(sent.content, validate=True)
    except ValueError:
        raise Problem(422, "文件内容不是有效的 base64 / content is no base64") from None
    brought = Brought(
        Upload(sent.file_name, content),
        sent.kind,
        sent.source,
        sent.from_date,
        sent.until,
        sent.division,
    )
    try:
        batch = batches.bring(brought, by=str(token), at=now)
    except NoSuchKind:
        known = "、".join(kinds.kinds())
        raise Problem(422, f"没有这种名单；可用 / no such kind; known: {known}") from None
    except FileRefused as refusal:
        said = f"{refusal.message('zh')} / {refusal.message('en')}"
        raise Problem(422, said, kind="file-refused") from None
    except SeenBefore as refusal:
        said = f"这个文件已经导入过 / this file came before, as {refusal.batch.pk}"
        raise Problem(409, said, kind="seen-before") from None
    told = batches.mapping_of(batch)
    if all(f.severity != "error" for f in check_mapping(kinds.kind(batch.kind), told)):
        batches.confirm(batch, told, by=str(token), at=now)
        wanted = Wanted(
            running.CHECK,
            f"核对名单 #{batch.pk}",
            f"Check list #{batch.pk}",
            f"import:{batch.pk}",
            batch.division_code,
        )
        running.start(wanted, by=str(token))
        batch.refresh_from_db()
    return Answer(201, _batch(batch))


def _found(number: int) -> Batch:
    found: Batch | None = Batch.objects.filter(pk=number).first()
    if found is None:
        raise Problem(404, "没有这次导入，或不在范围内 / no such list, or none of yours")
    return found


def _batch(row: Batch) -> dict[str, Any]:
    job = jobs.latest(f"import:{row.pk}")
    return {
        "id": row.pk,
        "division": row.division_code,
        "kind": row.kind,
        "source": row.source,
        "file": row.file_name,
        "state": row.state,
        "counts": {name: count for name, count in row.counts.items() if isinstance(count, int)},
        "uploaded_by": row.uploaded_by,
        "uploaded_at": row.uploaded_at,
        "committed_at": row.committed_at,
        "undone_at": row.undone_at,
        "job_state": job.state if job else None,
        "job_done": job.done if job else None,
        "job_total": job.total if job else None,
    }


def _finding(row: FindingRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "column": row.column,
        "header": row.header,
        "value": row.value,
        "code": row.code,
        "severity": row.severity,
        "reason": row.reason_zh,
        "reason_en": row.reason_en,
    }
