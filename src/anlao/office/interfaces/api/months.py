"""What the nightly decide found: sums, and lists of the people; and the audit chain's check."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Header, Path, Router

from anlao.office.benefits import month
from anlao.office.benefits.models import DecidedMonth, Decision
from anlao.office.interfaces.api import cursors
from anlao.office.interfaces.api.asking import needs
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.places import Cursor, Limit
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import (
    PROVISION,
    DecisionOut,
    Language,
    MonthOut,
    Page,
    Purpose,
    VerificationOut,
)
from anlao.office.organisations import roles, tokens
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

router = Router()
Outcome = Literal["yes", "unknown"]
_SHOWN = 20


@router.get("/month", response=MonthOut, tags=["decisions"])
@needs(roles.SEE_FIGURES)
def overview(request: HttpRequest, language: Language = "zh") -> dict[str, Any]:
    """The latest decided month in the token's area: people and money of each provision."""
    decided = _latest(request, roles.SEE_FIGURES)
    found = month.overview(decided, language)
    return {
        "division": decided.division_code,
        "month": str(found.month),
        "known_at": found.known_at,
        "sums": [
            {
                "provision": line.provision,
                "name": line.name,
                "people": line.people,
                "fen": line.fen,
                "unknown": line.unknown,
            }
            for line in found.sums
        ],
    }


@router.get("/month/{provision}/{outcome}", response=Page[DecisionOut], tags=["decisions"])
@needs(roles.SEE_ELDERS)
def decisions(
    request: HttpRequest,
    provision: Annotated[str, Path(pattern=PROVISION)],
    outcome: Outcome,
    purpose: Annotated[Purpose, Header(alias="Purpose")],
    cursor: Cursor = None,
    limit: Limit = cursors.USUAL,
) -> dict[str, Any]:
    """The people of one provision in the latest decided month; the look is logged."""
    decided = _latest(request, roles.SEE_ELDERS)
    if month.name_of(decided, provision, "zh") is None:
        raise Problem(404, "规则册没有这个事项 / the rulebook has no such provision")
    token = token_of(request)
    after = {"outcome": outcome, "limit": limit, "first": cursor is None}
    act = Act("read_list", f"provision:{provision}", purpose=purpose, after=after)
    audit.record(act, by=str(token))
    rows = Decision.objects.filter(decided=decided, provision=provision, outcome=outcome)
    return cursors.page(
        rows, by="pk", cursor=cursor, limit=limit, token=token,
        question=(decided.pk, provision, outcome), show=_decision,
    )  # fmt: skip


@router.get("/audit/verification", response=VerificationOut, tags=["audit"])
@needs(roles.SEE_AUDIT)
def verification(request: HttpRequest) -> dict[str, Any]:
    """Whether every entry of the audit log fits the one before it; the look is logged."""
    audit.record(Act("verify_audit"), by=str(token_of(request)))
    chain = audit.verify(most=_SHOWN)
    return {
        "entries": chain.entries,
        "whole": not chain.broken,
        "broken": [{"number": one.number, "why": one.why} for one in chain.broken],
    }


def _latest(request: HttpRequest, act: str) -> DecidedMonth:
    where = tokens.scope_for(token_of(request), act)
    found = month.latest(where.divisions)
    if found is None:
        raise Problem(404, "还没有判定过的月份 / no month was decided here yet")
    return found


def _decision(row: Decision) -> dict[str, Any]:
    return {
        "id": row.pk,
        "elder": row.elder_id,
        "division": row.division_code,
        "provision": row.provision,
        "outcome": row.outcome,
        "fen": row.fen,
        "unit": row.unit,
        "reason": row.reason,
        "missing": row.missing,
    }
