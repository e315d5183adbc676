"""Who asks, what she may do, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, cast
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from anlao.office.organisations import queries as organisations
from anlao.office.organisations.models import Grant, User
from anlao.office.shared import scope
from anlao.office.shared.scope import Scope

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Who:
    """The asking user (None: nobody) with the grants of today."""

    user: User | None
    grants: tuple[Grant, ...]
    today: date
    language: str = "zh"

    @property
    def name(self) -> str:
        assert self.user is not None
        return str(self.user.username)

    def say(self, zh: str, en: str) -> str:
        """Return the words in her language."""
        return en if self.language == "en" else zh

    def say_refusal(self, refusal: Exception) -> str:
        """Return a refusal that was told as "中文 / English" in her language."""
        zh, _, en = str(refusal).partition(" / ")
        return self.say(zh, en or zh)

    def may(self, act: str) -> bool:
        return organisations.may(self.grants, act)

    def where(self, act: str) -> Scope:
        return organisations.scope_of(self.grants, act)


def who(request: HttpRequest) -> Who:
    """Return who asks."""
    return cast(Who, request.who)  # type: ignore[attr-defined]


def is_public(request: HttpRequest) -> bool:
    """Return whether a page is the portal's or an elder's own: staff are nobody there."""
    return request.path.startswith(("/public/", "/mine"))


def needs(act: str | None = None) -> Callable[[View], View]:
    """Let a view be used only by whoever may do an act, and see only where she may do it.

    Nobody signed in: to the sign-in page. Signed in without the act: 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            asking = who(request)
            if asking.user is None:
                here = request.get_full_path() if request.method == "GET" else "/"
                return redirect(f"{reverse('web:sign-in')}?next={quote(here)}")
            if act is not None:
                if not asking.may(act):
                    raise PermissionDenied
                scope.enter(asking.where(act))
            return view(request, *args, **kwargs)

        return checked

    return decorate
