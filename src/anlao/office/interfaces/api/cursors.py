"""Pages that stay in order while rows come and go: a cursor says after which row to go on.

Cursors are signed and bound to token and question, so nobody makes her own or takes another's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet

from anlao.office.interfaces.api.problems import Problem
from anlao.office.organisations.models import Token

_SALT = "anlao.api.cursor"
AT_MOST = 200
USUAL = 50
Row = TypeVar("Row", bound=Model)
Shown = TypeVar("Shown")


def after_of(cursor: str | None, *, token: Token, question: Sequence[Any]) -> Any:
    """Return after which row a page begins; None at the beginning. Raises Problem."""
    if cursor is None:
        return None
    try:
        after, of = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise _wrong() from None
    if of != _question(token, question):
        raise _wrong()
    return after


def page(
    rows: QuerySet[Row],
    *,
    by: str,
    cursor: str | None,
    limit: int,
    token: Token,
    question: Sequence[Any],
    show: Callable[[Row], Shown],
) -> dict[str, Any]:
    """Return a page of rows in the order of a unique field, and the cursor of the next one."""
    after = after_of(cursor, token=token, question=question)
    if after is not None:
        rows = rows.filter(**{f"{by}__gt": after})
    found = list(rows.order_by(by)[: limit + 1])
    following = None
    if len(found) > limit:
        last = getattr(found[limit - 1], by)
        following = signing.dumps([last, _question(token, question)], salt=_SALT)
    return {"items": [show(row) for row in found[:limit]], "next": following}


def _question(token: Token, question: Sequence[Any]) -> str:
    return repr((token.pk, *question))


def _wrong() -> Problem:
    detail = "游标无效，请从第一页开始 / the cursor is not of this list: begin at its first page"
    return Problem(400, detail, kind="invalid-cursor")
