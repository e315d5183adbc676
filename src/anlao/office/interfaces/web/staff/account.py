"""One's own account: where one is signed in, and the ways to password, factors, delegation."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.interfaces.web.apps import SIGN_IN
from anlao.office.interfaces.web.sent import number_in
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import factors, sessions
from anlao.office.organisations.models import SignIn, User


@require_http_methods(["GET", "POST"])
@needs()
def account(request: HttpRequest) -> HttpResponse:
    """The open sign-ins; one of them, or all others, can be ended."""
    asking = who(request)
    user, here = asking.user, request.session.get(SIGN_IN)
    assert user is not None
    if request.method == "POST":
        only = number_in(request.POST, "session") if "session" in request.POST else None
        ended = sessions.end(user, only=only, but=here, by=user.username, at=timezone.now())
        messages.success(request, asking.say(f"已结束{ended}处登录", f"Sign-ins ended: {ended}"))
        return redirect("web:account")
    given = {
        "sessions": open_sessions(user),
        "this": here,
        "factors": list(factors.of(user)),
        "required": factors.is_required(user, asking.grants),
    }
    return render(request, "web/account.html", given)


def open_sessions(user: User) -> list[SignIn]:
    """Return the sign-ins of somebody that still open pages."""
    since = timezone.now() - timedelta(minutes=settings.IDLE_MINUTES)
    return sessions.open_ones(user, since=since)
