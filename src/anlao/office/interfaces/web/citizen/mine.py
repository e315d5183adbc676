"""What every page of a signed-in elder or agent does, and signing in and out by an access card.

The cookie says only which sign-in; it is no session of the staff, and theirs opens nothing here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from anlao.office.citizens import entering
from anlao.office.citizens.entering import SignedIn
from anlao.office.interfaces.web.citizen.page import digits, shown
from anlao.office.interfaces.web.often import MINUTE, too_often
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.who import Who, who
from anlao.office.service_list import queries

View = Callable[..., HttpResponse]
COOKIE, PATH = "mine", "/mine"
_PAGES, _TRIES, _EVERYWHERE = 120, 10, 20
_COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Me:
    """Whoever is signed in, and how she reads."""

    by: SignedIn
    reading: Who

    @property
    def may_apply(self) -> bool:
        return bool(self.by.card.may_apply)


def mine(*, own: bool = False, apply: bool = False) -> Callable[[View], View]:
    """Let a view be used by whoever shows a good card, and see that elder's rows alone.

    ``own``: only the elder herself. ``apply``: only who may apply. To others there is no such page.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if too_often(request, "mine", most=_PAGES, everywhere=_PAGES * _EVERYWHERE):
                return _often(request)
            found = entering.shown(
                request.COOKIES.get(COOKIE, ""), day=who(request).today, at=timezone.now()
            )
            if found is None:
                return redirect("web:mine-sign-in")
            me = Me(found, who(request))
            if (own and not found.card.is_own) or (apply and not me.may_apply):
                return mine_page(request, "mine/not_yours.html", me, status=403)
            try:
                return view(request, me, *args, **kwargs)
            except Http404:
                return mine_page(request, "mine/missing.html", me, status=404)

        return checked

    return decorate


def mine_page(
    request: HttpRequest,
    template: str,
    me: Me,
    given: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Return a page of a signed-in elder or agent."""
    known = {"me": me.by, "elder": me.by.elder, "may_apply": me.may_apply, "is_mine": True}
    place = queries.place(me.by.elder.division_code[:_COUNTY_DIGITS])
    return shown(request, template, known | dict(given or {}), place=place, status=status)


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Card number, code and date of birth; whoever errs is not told in which of them."""
    if request.method == "GET":
        return shown(request, "mine/sign_in.html")
    if too_often(request, "mine-sign-in", most=_TRIES, everywhere=_TRIES * _EVERYWHERE):
        return _often(request)
    number, code = digits(text_in(request.POST, "number")), text_in(request.POST, "code")
    token = entering.enter(
        number=number.replace(" ", ""),
        code=code,
        born=day_of(text_in(request.POST, "born")),
        day=who(request).today,
        at=timezone.now(),
    )
    if token is None:
        return shown(request, "mine/sign_in.html", {"wrong": True, "number": number}, status=400)
    response = redirect("web:mine")
    response.set_cookie(
        COOKIE, token, path=PATH, httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


@require_POST
@mine()
def sign_out(request: HttpRequest, me: Me) -> HttpResponse:  # noqa: ARG001 - as views are called
    entering.leave(me.by, at=timezone.now())
    response = redirect("web:mine-sign-in")
    response.delete_cookie(COOKIE, path=PATH, samesite="Strict")
    return response


def day_of(text: str) -> date | None:
    """Return a day that was written 19400506 or 1940-05-06, with any digits."""
    plain = "".join(sign for sign in digits(text) if sign.isdigit())
    try:
        return date.fromisoformat(plain) if plain.isascii() else None
    except ValueError:
        return None


def _often(request: HttpRequest) -> HttpResponse:
    response = shown(request, "public/often.html", status=429)
    response["Retry-After"] = str(MINUTE)
    return response
