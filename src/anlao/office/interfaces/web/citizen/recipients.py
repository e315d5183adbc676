"""Who received what: lists by month and year, masked, of what a county chose to show."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse

from anlao.office.benefits import listing
from anlao.office.disclosure import recipients
from anlao.office.disclosure.models import PublicRecipient
from anlao.office.interfaces.web.citizen.page import (
    Wrong,
    page_of,
    place_of,
    public,
    shown,
    township_of,
)
from anlao.office.interfaces.web.who import who
from anlao.places import divisions

_A_PAGE = 100
_COUNTY_DIGITS = 6


@public()
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """The list of a month or year, the latest unless another is asked for."""
    place = place_of(code)
    if not place.decides or len(code) != _COUNTY_DIGITS:
        raise Http404
    reading = who(request)
    periods = recipients.periods(code, reading.today)
    period = request.GET.get("period", "") or (periods[0] if periods else "")
    if period and period not in periods:
        raise Http404  # never was, or has been up long enough
    items = _items(code, reading.today, period)
    item = request.GET.get("item", "")
    if item and item not in items:
        raise Wrong
    township = township_of(request.GET, place)
    found = recipients.listed(code, reading.today, period=period, provision=item, township=township)
    page = page_of(request.GET, Paginator(found, _A_PAGE))
    names = {key: told[0] for key, told in listing.names(code, reading.language).items()}
    given = {
        "parts": [
            (place_code, names.get(provision, provision), list(rows))
            for (place_code, provision), rows in groupby(page.object_list, _part)
        ],
        "page": page,
        "period": period,
        "is_year": len(period) == len("2026"),
        "periods": periods,
        "item": item,
        "items": [(one, names.get(one, one)) for one in items],
        "township": township,
        "townships": divisions.within(code, "township"),
        "today": reading.today,
    }
    response = shown(request, "public/recipients.html", given, place=place)
    response["X-Robots-Tag"] = "noindex, noarchive"  # a list ends; copies elsewhere would not
    return response


def _items(code: str, day: date, period: str) -> list[str]:
    found = recipients.listed(code, day, period=period).order_by().values_list("provision")
    return sorted(provision for (provision,) in found.distinct())


def _part(row: PublicRecipient) -> tuple[str, str]:
    return row.division_code, row.provision
