"""The pages as an application: every sign-in is noted, whichever way it comes."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils import timezone

SIGN_IN = "sign_in"
"""Under this name a web session keeps the number of its sign-in."""


class WebConfig(AppConfig):
    name = "anlao.office.interfaces.web"

    def ready(self) -> None:
        user_logged_in.connect(_note, dispatch_uid="anlao.sign_in")


def _note(request: HttpRequest, user: Any, **_: Any) -> None:
    from anlao.office.organisations import sessions

    begun = sessions.begin(
        user,
        device=sessions.device_words(request.META.get("HTTP_USER_AGENT", "")),
        second=bool(request.session.pop("second_shown", False)),
        at=timezone.now(),
    )
    request.session[SIGN_IN] = begun.pk
