"""The books of a county: trial balance, entries, and whether all of it fits."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.runs import SEEING, enter, names_of
from anlao.office.interfaces.web.who import needs
from anlao.office.payments import checking, ledger, queries
from anlao.office.payments.models import Entry, Posting
from anlao.places import divisions

PAGE = 30


@require_GET
@needs()
def balances(request: HttpRequest) -> HttpResponse:
    """The trial balance and the entries of a county; ``verify`` checks marks and sums."""
    asking = enter(request)
    act = next(act for act in SEEING if asking.may(act))
    counties = sorted(
        set(
            queries.runs(asking.where(act).divisions)
            .order_by()
            .values_list("division_code", flat=True)
        )
    )
    county = text_in(request.GET, "county")
    if county not in counties:
        county = counties[0] if counties else ""
    rows = ledger.balances(county) if county else []
    found = Entry.objects.filter(division_code=county).order_by("-number")
    page = Paginator(found.prefetch_related("postings"), PAGE).get_page(request.GET.get("page"))
    given: dict[str, Any] = {
        "county": county,
        "counties": [(code, _name(code)) for code in counties],
        "rows": [(Posting.Account(row.account).label, row) for row in rows],
        "names": names_of(county, asking.language) if county else {},
        "total": sum(row.fen for row in rows),
        "page": page,
        "latest": checking.latest(county) if county else None,
    }
    if county and "verify" in request.GET:
        faults = list(ledger.verify(county))
        given["faults"] = faults
        checking.note(county, faults, by=asking.name)
    return render(request, "web/ledger.html", given)


def _name(code: str) -> str:
    found = divisions.find(code)
    return found.name if found else code
