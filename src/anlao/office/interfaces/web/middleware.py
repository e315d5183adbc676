"""What every request passes: what the browser may load, and who is asking."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth import get_user, logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from anlao.office.divisions import queries as divisions
from anlao.office.interfaces.web.apps import SIGN_IN
from anlao.office.interfaces.web.who import Who, is_public
from anlao.office.organisations import factors, sessions
from anlao.office.organisations import queries as organisations
from anlao.office.organisations.models import User

Handler = Callable[[HttpRequest], HttpResponse]

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)


def content_security(handler: Handler) -> Handler:
    """Let pages load nothing but our own files: no inline code, no outside host."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = handler(request)
        response["Content-Security-Policy"] = _POLICY
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        response.setdefault("Cache-Control", "no-store")
        return response

    return handle


def signed_in(handler: Handler) -> Handler:
    """Find out who asks and what she may do; whoever left the page alone signs in again."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):  # other systems have no session, they show a token
            return handler(request)
        # the portal is everybody's: it neither knows nor keeps awake whoever is signed in
        user = AnonymousUser() if is_public(request) else get_user(request)
        if isinstance(user, User) and (why := _why_out(request, user)):
            logout(request)
            here = request.get_full_path() if request.method == "GET" else "/"
            return redirect(f"{reverse('web:sign-in')}?{why}=1&next={quote(here)}")
        divisions.refresh()
        known = user if isinstance(user, User) else None
        if known:
            note_seen(request)
        today = timezone.localdate()
        grants = organisations.grants_on(known, today) if known else []
        request.user = user
        language = known.language if known else request.COOKIES.get("language", "zh")
        request.who = Who(known, tuple(grants), today, language)  # type: ignore[attr-defined]
        if known and known.must_change_password and not _may_pass(request):
            return redirect("web:password")
        if known and not _may_pass(request) and factors.missing(known, grants):
            return redirect("web:second-factor")
        with translation.override("en" if language == "en" else "zh-hans"):
            return handler(request)

    return handle


def note_seen(request: HttpRequest) -> None:
    """Remember to the minute when somebody who is signed in was last here.

    What is stored with every page would let the database wait for the disk at every page.
    """
    now = int(time.time())
    if now - int(request.session.get("seen_at", 0)) >= sessions.SEEN_EVERY.total_seconds():
        request.session["seen_at"] = now


def _why_out(request: HttpRequest, user: User) -> str:
    """Return why somebody has to sign in again; "" if she need not."""
    number, now = request.session.get(SIGN_IN), timezone.now()
    seen = int(request.session.get("seen_at", 0))
    if seen and time.time() - seen > settings.IDLE_MINUTES * 60:
        sessions.leave(user, number, at=now)
        return "idle"
    return "" if sessions.is_open(user, number, at=now) else "ended"


def _may_pass(request: HttpRequest) -> bool:
    names = ("password", "second-factor", "sign-out", "language")
    open_ = {reverse(f"web:{name}") for name in names}
    return request.path in open_ or request.path.startswith("/static/")
