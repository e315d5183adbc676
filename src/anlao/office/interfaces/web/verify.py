"""The public's question: is this report genuine, and is it still the latest?

No sign-in, no personal data beyond a masked name, and few tries a minute.
"""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from anlao.office.assessments import reviewing
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.who import who
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

TRIES = 10
"""From one address in a minute; from everywhere, sixty times as many."""
_EVERYWHERE = 60
_MINUTE = 60


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Take number and code of a report; tell level, day, body and whether it still holds."""
    if request.method == "GET":
        return render(request, "web/verify.html", {"number": text_in(request.GET, "number")})
    number, code = text_in(request.POST, "number"), text_in(request.POST, "code")
    given: dict[str, object] = {"number": number, "code": code}
    if _too_often(request):
        response = render(request, "web/verify.html", given | {"too_often": True}, status=429)
        response["Retry-After"] = str(_MINUTE)
        return response
    told = reviewing.tell(number, code)
    audit.record(
        Act("verify_report", f"report:{number[:20]}", after={"found": told is not None}),
        by="public",
    )
    lapsed = told is not None and told.has_lapsed(who(request).today)
    given |= {"told": told, "lapsed": lapsed, "asked": True}
    return render(request, "web/verify.html", given, status=404 if told is None else 200)


def _too_often(request: HttpRequest) -> bool:
    """Count a try; the count of a minute is forgotten with it."""
    return any(
        _counted(f"verify:{name}") > most
        for name, most in ((_address(request), TRIES), ("everywhere", TRIES * _EVERYWHERE))
    )


def _address(request: HttpRequest) -> str:
    """Return who asks: behind a proxy of ours, the address that the proxy itself has added."""
    added = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    if added and settings.SECURE_PROXY_SSL_HEADER:
        return added[:64]
    return str(request.META.get("REMOTE_ADDR", ""))


def _counted(key: str) -> int:
    cache.add(key, 0, _MINUTE)
    try:
        return int(cache.incr(key))
    except ValueError:  # forgotten just now
        return 1
