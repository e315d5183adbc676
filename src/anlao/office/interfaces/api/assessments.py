"""Ability assessments: asking for one, how it stands, and what was found; every look is logged."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Path, Router
from ninja import Status as Answer

from anlao.office.assessments import queries, requesting
from anlao.office.assessments.models import Assessment
from anlao.office.assessments.moving import Refused
from anlao.office.benefits.free_assessment import free_assessment
from anlao.office.interfaces.api import cursors
from anlao.office.interfaces.api.asking import elder_of, needs
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.places import Cursor, Limit
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import (
    LARGEST,
    AssessmentIn,
    AssessmentOut,
    Page,
    Purpose,
)
from anlao.office.organisations import roles
from anlao.office.registry import files
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

router = Router(tags=["assessments"])
Why = Annotated[Purpose, Header(alias="Purpose")]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
State = Literal[
    "requested", "assigned", "appointed", "scoring", "settling", "signing", "review",
    "published", "superseded", "withdrawn",
]  # fmt: skip


@router.get("/assessments", response=Page[AssessmentOut])
@needs(roles.SEE_ELDERS)
def assessments(
    request: HttpRequest,
    purpose: Why,
    state: State | None = None,
    cursor: Cursor = None,
    limit: Limit = cursors.USUAL,
) -> dict[str, Any]:
    """Assessments in a state, else all that are open."""
    token = token_of(request)
    after = {"state": state or "open", "limit": limit, "first": cursor is None}
    act = Act("read_list", "list:assessments", purpose=purpose, after=after)
    audit.record(act, by=str(token))
    return cursors.page(
        queries.listed(state or ""), by="pk", cursor=cursor, limit=limit, token=token,
        question=("assessments", state), show=_assessment,
    )  # fmt: skip


@router.get("/assessments/{number}", response=AssessmentOut)
@needs(roles.SEE_ELDERS)
def assessment(request: HttpRequest, number: Number, purpose: Why) -> dict[str, Any]:
    """How one assessment stands, and its level once it is published."""
    found = queries.find(number)
    if found is None:
        raise Problem(404, "没有这次评估，或不在范围内 / no such assessment, or none of yours")
    by = str(token_of(request))
    files.note_read(found.elder, "read_assessments", by=by, purpose=purpose)
    return _assessment(found)


@router.post("/elders/{number}/assessments", response={201: AssessmentOut})
@needs(roles.REQUEST_ASSESSMENT)
def ask_for_assessment(
    request: HttpRequest, number: Number, sent: AssessmentIn
) -> Answer[dict[str, Any]]:
    """Ask for an assessment; the rulebook says whether it is free."""
    elder, now, today = elder_of(number), timezone.now(), timezone.localdate()
    free = free_assessment(elder, today, known_at=now, language="zh", reason=sent.reason)
    try:
        made = requesting.request(
            elder=elder,
            asked_by=sent.asked_by,
            reason=sent.reason,
            day=today,
            free=free,
            by=str(token_of(request)),
            at=now,
            note_text=sent.note,
        )
    except Refused as refusal:
        raise Problem(409, str(refusal), kind="assessment-refused") from None
    return Answer(201, _assessment(made))


def _assessment(row: Assessment) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "elder": row.elder_id,
        "division": row.division_code,
        "state": row.state,
        "asked_by": row.asked_by,
        "asked_on": row.asked_on,
        "reason": row.reason,
        "is_free": row.is_free,
        "free_clause": row.free_clause,
        "body": row.body.name if row.body else None,
        "assessed_on": row.assessed_on,
        "total": row.total if row.published_on else None,
        "level": row.final_level if row.published_on else None,
        "published_on": row.published_on,
        "valid_until": row.valid_until,
        "verification_code": row.code,
    }
