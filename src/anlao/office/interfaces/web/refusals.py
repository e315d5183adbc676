"""Pages for what any view may come upon and none can help."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anlao.office.interfaces.web.citizen.page import shown
from anlao.office.interfaces.web.who import is_public, who
from anlao.office.shared.county_settings import TermsRefused


def answer_to(request: HttpRequest, wrong: Exception) -> HttpResponse | None:
    """Return the page that tells what went wrong; None where it is none of these.

    Settings that cannot be used: staff read what to mend and where, anybody else whom to ask.
    """
    if not isinstance(wrong, TermsRefused) or request.path.startswith("/api/"):
        return None
    if is_public(request):
        return shown(request, "public/not_now.html", status=503)
    told = {"what": who(request).say(wrong.zh, wrong.en)}
    return render(request, "web/settings_refused.html", told, status=503)
