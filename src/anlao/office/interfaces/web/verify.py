"""The public's question: is this report genuine, and is it still the latest?

No sign-in, no personal data beyond a masked name, and few tries a minute.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from anlao.office.assessments import reviewing
from anlao.office.interfaces.web.often import MINUTE, too_often
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.who import who
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

TRIES = 10
"""From one address in a minute; from everywhere, sixty times as many."""
_EVERYWHERE = 60


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Take number and code of a report; tell level, day, body and whether it still holds."""
    if request.method == "GET":
        return render(request, "web/verify.html", {"number": text_in(request.GET, "number")})
    number, code = text_in(request.POST, "number"), text_in(request.POST, "code")
    given: dict[str, object] = {"number": number, "code": code}
    if too_often(request, "verify", most=TRIES, everywhere=TRIES * _EVERYWHERE):
        response = render(request, "web/verify.html", given | {"too_often": True}, status=429)
        response["Retry-After"] = str(MINUTE)
        return response
    told = reviewing.tell(number, code)
    audit.record(
        Act("verify_report", f"report:{number[:20]}", after={"found": told is not None}),
        by="public",
    )
    lapsed = told is not None and told.has_lapsed(who(request).today)
    given |= {"told": told, "lapsed": lapsed, "asked": True}
    return render(request, "web/verify.html", given, status=404 if told is None else 200)
