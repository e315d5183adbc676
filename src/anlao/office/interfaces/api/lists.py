"""Work lists: whom the office should look at next; every look is logged."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header, Path, Query, Router

from anlao.office.benefits import month
from anlao.office.interfaces.api import cursors
from anlao.office.interfaces.api.asking import needs
from anlao.office.interfaces.api.elders import shown_elder
from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.places import Cursor, Limit
from anlao.office.interfaces.api.problems import Problem
from anlao.office.interfaces.api.schemas import (
    CODE,
    PROVISION,
    Language,
    LineOut,
    ListOut,
    Page,
    Purpose,
)
from anlao.office.organisations import roles, tokens
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.worklists import queries
from anlao.office.worklists.kinds import KINDS, Asked, Line

router = Router(tags=["lists"])


@router.get("/lists", response=list[ListOut])
@needs(roles.SEE_ELDERS)
def lists(request: HttpRequest, language: Language = "zh") -> list[dict[str, Any]]:
    """Every list with how many are on it, inside the token's area."""
    return [
        {
            "id": found.kind.id,
            "name": found.kind.en if language == "en" else found.kind.zh,
            "people": found.people,
            "is_more": found.is_more,
            "provisions": [
                {"provision": heap.id, "name": heap.name, "people": heap.people, "fen": heap.fen}
                for heap in found.heaps
            ],
        }
        for found in queries.overviews(_asked(request, language))
    ]


@router.get("/lists/{name}", response=Page[LineOut])
@needs(roles.SEE_ELDERS)
def lines(
    request: HttpRequest,
    name: Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")],
    purpose: Annotated[Purpose, Header(alias="Purpose")],
    within: Annotated[str, Query(pattern=CODE)] | None = None,
    provision: Annotated[str, Query(pattern=PROVISION)] | None = None,
    language: Language = "zh",
    cursor: Cursor = None,
    limit: Limit = cursors.USUAL,
) -> dict[str, Any]:
    """The elders of a list, and why each is on it."""
    if name not in KINDS:
        raise Problem(404, "没有这个名单 / there is no such list")
    token, kind = token_of(request), KINDS[name]
    asked = _asked(request, language, place=within or "", provision=provision or "")
    after = {"list": name, "limit": limit, "first": cursor is None, **asked.saved()}
    act = Act("read_list", f"list:{name}", asked.place, purpose=purpose, after=after)
    audit.record(act, by=str(token))
    decided = asked.decided and asked.decided.pk
    return cursors.page(
        kind.find(asked), by="pk", cursor=cursor, limit=limit, token=token,
        question=(name, within, provision, decided), show=lambda row: _line(kind.line(row, asked)),
    )  # fmt: skip


def _asked(request: HttpRequest, language: str, *, place: str = "", provision: str = "") -> Asked:
    where = tokens.scope_for(token_of(request), roles.SEE_ELDERS)
    return Asked(
        today=timezone.localdate(),
        language=language,
        decided=month.latest(where.divisions),
        place=place,
        provision=provision,
    )


def _line(line: Line) -> dict[str, Any]:
    return {
        "elder": shown_elder(line.elder),
        "what": line.what,
        "fen": line.fen,
        "note": line.note,
    }
