"""The audit log, for auditors: who read or changed what, and whether the chain is whole."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.templatetags.words.acts import ACTS
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import roles
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

PAGE = 50


@require_GET
@needs(roles.SEE_AUDIT)
def entries(request: HttpRequest) -> HttpResponse:
    """The log, latest first, by person, act or file; a look into it is logged too."""
    asking = who(request)
    words = {name: text_in(request.GET, name) for name in ("who", "act", "subject")}
    found = audit.entries(asking.where(roles.SEE_AUDIT), **words)
    audit.record(Act("read_audit", after=words), by=asking.name)
    chain = audit.verify() if "verify" in request.GET else None
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    given: dict[str, Any] = {"page": page, "words": words, "chain": chain}
    given |= {"acts": list(ACTS), "query": urlencode(words)}
    return render(request, "web/audit.html", given)
