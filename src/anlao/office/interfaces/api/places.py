"""Divisions, organisations, and what the token itself is."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from ninja import Path, Query, Router

from anlao.office.divisions.models import Division
from anlao.office.interfaces.api import cursors
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import (
    CODE,
    DivisionOut,
    OrganisationOut,
    Page,
    Text,
    TokenOut,
)
from anlao.office.organisations import tokens
from anlao.office.organisations.models import Organisation
from anlao.office.shared.scope import joined

router = Router()
Level = Literal["province", "city", "county", "township", "village"]
Limit = Annotated[int, Query(ge=1, le=cursors.AT_MOST)]
Cursor = Annotated[Text | None, Query(max_length=1000)]


@router.get("/token", response=TokenOut, tags=["token"])
def token(request: HttpRequest) -> dict[str, Any]:
    """What the token that asks may do, where, and until when."""
    found = token_of(request)
    return {
        "organisation": found.organisation.name,
        "name": found.name,
        "acts": found.acts,
        "division": found.division_id,
        "expires_at": found.expires_at,
    }


@router.get("/divisions", response=Page[DivisionOut], tags=["places"])
def divisions(
    request: HttpRequest,
    within: Annotated[str | None, Query(pattern=CODE)] = None,
    level: Level | None = None,
    cursor: Cursor = None,
    limit: Limit = cursors.USUAL,
) -> dict[str, Any]:
    """Divisions by code, those that ended as well, all or those inside one."""
    rows = Division.objects.all()
    if within is not None:
        rows = rows.filter(code__startswith=within)
    if level is not None:
        rows = rows.filter(level=level)
    return cursors.page(
        rows, by="code", cursor=cursor, limit=limit, token=token_of(request),
        question=("divisions", within, level), show=_division,
    )  # fmt: skip


@router.get("/divisions/{code}", response=DivisionOut, tags=["places"])
def division(
    request: HttpRequest,  # noqa: ARG001
    code: Annotated[str, Path(pattern=CODE)],
) -> dict[str, Any]:
    """One division."""
    found = Division.objects.filter(code=code).first()
    if found is None:
        raise Problem(404, f"没有区划 {code} / there is no division {code}")
    return _division(found)


@router.get("/organisations", response=Page[OrganisationOut], tags=["places"])
def organisations(
    request: HttpRequest, cursor: Cursor = None, limit: Limit = cursors.USUAL
) -> dict[str, Any]:
    """The organisations of the token's area; its own where it has none."""
    asking = token_of(request)
    where = joined(tokens.scope_for(asking, act) for act in asking.acts)
    inside = (Q(division__code__startswith=code) for code in where.divisions)
    rows = Organisation.objects.filter(reduce(or_, inside, Q(pk=asking.organisation_id)))
    return cursors.page(
        rows, by="pk", cursor=cursor, limit=limit, token=asking, question=("organisations",),
        show=_organisation,
    )  # fmt: skip


def _division(row: Division) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "level": row.level,
        "parent": row.parent_id,
        "from_date": row.from_date,
        "until": row.until_date,
        "successor": row.successor_id,
    }


def _organisation(row: Organisation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": row.name,
        "division": row.division_id,
        "is_active": row.is_active,
    }
