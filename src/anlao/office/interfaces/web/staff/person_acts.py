"""What an administrator does with somebody's account, each for a stated reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone

from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.account import open_sessions
from anlao.office.interfaces.web.who import Who, who
from anlao.office.organisations import accounts, factors, sessions
from anlao.office.organisations.models import User
from anlao.office.organisations.operations import AccountRefused
from anlao.office.organisations.queries import grants_on

_LEAST = 2


def about(asking: Who, user: User) -> dict[str, Any]:
    """Return what the page of somebody shows of her account."""
    return {
        "sessions": open_sessions(user),
        "factors": list(factors.of(user)),
        "required": factors.is_required(user, grants_on(user, asking.today)),
    }


def do(request: HttpRequest, user: User, act: str) -> None:
    """Do it and say so, or say why not."""
    asking, reason = who(request), text_in(request.POST, "reason")
    if len(reason) < _LEAST:
        messages.error(request, asking.say("请写明理由", "Give a reason"))
        return
    try:
        said = ACTS[act](user, reason, asking.name)
    except AccountRefused as refusal:
        messages.error(request, asking.say_refusal(refusal))
    else:
        messages.success(request, asking.say(*said))


def _end_sessions(user: User, reason: str, by: str) -> tuple[str, str]:
    ended = sessions.end(user, by=by, at=timezone.now(), reason=reason)
    return f"已结束{ended}处登录", f"Sign-ins ended: {ended}"


def _reset_factor(user: User, reason: str, by: str) -> tuple[str, str]:
    if user.username == by:  # a page left open must not be enough to take one's factor away
        raise AccountRefused("自己的请在“我的账户”中更改 / change your own under My account")
    now = timezone.now()
    factors.reset(user, reason=reason, by=by, at=now)
    sessions.end(user, by=by, at=now, reason=reason)
    return "已重置；她下次登录只用密码", "Reset; she signs in with her password alone"


def _deactivate(user: User, reason: str, by: str) -> tuple[str, str]:
    accounts.deactivate(user, reason=reason, by=by, at=timezone.now())
    return "账户已停用", "The account is closed"


def _reactivate(user: User, reason: str, by: str) -> tuple[str, str]:
    accounts.reactivate(user, reason=reason, by=by)
    return "账户已恢复，请重新授权", "The account is open again; grant its roles anew"


ACTS: dict[str, Callable[[User, str, str], tuple[str, str]]] = {
    "end-sessions": _end_sessions,
    "reset-factor": _reset_factor,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
}
