"""Imported lists: how each stands, and what was wrong in it; for whoever sends lists."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router

from anlao.office.interfaces.api import cursors
from anlao.office.interfaces.api.asking import needs
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.places import Cursor, Limit
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import LARGEST, BatchOut, FindingOut, Page
from anlao.office.jobs import queries as jobs
from anlao.office.organisations import roles
from anlao.office.registry.imports.models import Batch, FindingRow
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
