"""The second step of signing in, after the password: a code, or a security key."""

from __future__ import annotations

import time

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.interfaces.web.middleware import note_seen
from anlao.office.interfaces.web.sent import origin_of
from anlao.office.organisations import factors, operations, security_keys
from anlao.office.organisations.models import Authenticator, User

_PENDING, _ASKED = "pending", "key_asked"
_SECONDS = 300
"""How long after the password the second step is waited for."""


def begin_second_step(request: HttpRequest, user: User, *, wanted: str) -> None:
    """Remember who gave her password; she is not signed in yet."""
    request.session.cycle_key()
    request.session[_PENDING] = {"user": user.pk, "at": int(time.time()), "next": wanted}


def let_in(request: HttpRequest, user: User) -> None:
    """Sign somebody in who has shown everything that is asked of her."""
    operations.note_success(user)
    login(request, user)
    note_seen(request)


@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor; wrong ones count like wrong passwords."""
    user = _pending(request)
    if user is None:
        return redirect("web:sign-in")
    refused = False
    if request.method == "POST":
        if _is_shown(request, user):
            wanted = str(request.session.pop(_PENDING)["next"])
            request.session["second_shown"] = True
            let_in(request, user)
            return redirect(wanted)
        refused = True
    asked = security_keys.ask(user, origin_of(request))
    request.session[_ASKED] = asked.state if asked else None
    kinds = set(factors.of(user).values_list("kind", flat=True))
    given = {
        "refused": refused,
        "asked": asked,
        "has_app": Authenticator.Kind.APP in kinds,
        "has_key": Authenticator.Kind.KEY in kinds,
    }
    return render(request, "web/sign_in_second.html", given, status=401 if refused else 200)


def _pending(request: HttpRequest) -> User | None:
    found = request.session.get(_PENDING)
    if not found or time.time() - found["at"] > _SECONDS:
        return None
    return User.objects.select_for_update().filter(pk=found["user"], is_active=True).first()


def _is_shown(request: HttpRequest, user: User) -> bool:
    now = timezone.now()
    state, answer = request.session.pop(_ASKED, None), request.POST.get("key", "")
    if user.locked_until_at is not None and user.locked_until_at > now:
        return False
    if answer:
        shown = security_keys.check(user, origin_of(request), state, answer, at=now)
    else:
        shown = factors.check_code(user, request.POST.get("code", ""), at=now)
    if not shown:
        operations.note_failure(user, at=now)
    return shown
