"""What a view of the API needs of whoever asks: the act, and the pass for where it may be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone

from anlao.office.interfaces.api.gate import token_of
from anlao.office.interfaces.api.problems import Problem
from anlao.office.organisations import tokens
from anlao.office.registry import queries
from anlao.office.registry.models import Elder
from anlao.office.shared import scope

Answer = TypeVar("Answer")


def needs(act: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Let a view be used only by tokens that may do an act, and see only where they may."""

    def decorate(view: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
            where = tokens.scope_for(token_of(request), act)
            if where.is_empty:
                raise Problem(403, f"令牌没有权限 {act} / the token lacks the act {act}")
            scope.enter(where)
            return view(request, *args, **kwargs)

        # ninja reads the types of a view by the names that its own module knows
        checked.__signature__ = signature(view, eval_str=True)  # type: ignore[attr-defined]
        return checked

    return decorate


def elder_of(number: int) -> Elder:
    """Return an elder inside the scope; to all others there is no such file. Raises Problem."""
    found = queries.elder(number)
    if found is None:
        raise Problem(404, "没有这份档案，或不在范围内 / no such file, or none of yours")
    return found


def known_by(day: date | None) -> datetime:
    """Return the end of a day by whose knowledge something is looked at; now where none is said."""
    now = timezone.now()
    if day is None or day >= timezone.localdate(now):
        return now
    return timezone.make_aware(datetime.combine(day, time.max))
