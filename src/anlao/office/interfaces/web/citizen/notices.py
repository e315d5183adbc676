"""Public notices of today: masked names by village, and where and until when to object."""

from __future__ import annotations

from itertools import groupby

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse

from anlao.office.benefits import listing
from anlao.office.disclosure import notices
from anlao.office.disclosure.models import PublicNotice
from anlao.office.interfaces.web.citizen.page import (
    page_of,
    place_of,
    public,
    shown,
    township_of,
)
from anlao.office.interfaces.web.who import who
from anlao.office.service_list import queries
from anlao.places import divisions

_A_PAGE = 50
_COUNTY_DIGITS, _TOWNSHIP_DIGITS = 6, 9


@public()
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """What is on notice today in a county, or in one of its townships."""
    place = place_of(code)
    if not place.decides or len(code) != _COUNTY_DIGITS:
        raise Http404
    reading = who(request)
    township = township_of(request.GET, place)
    names = listing.names(code, reading.language)
    page = page_of(request.GET, Paginator(notices.on(code, reading.today, township), _A_PAGE))
    given = {
        "parts": [
            (
                divisions.find(part),
                queries.help_for(part),
                [(row, names.get(row.provision, ("", ""))[0]) for row in rows],
            )
            for part, rows in groupby(page.object_list, _township)
        ],
        "page": page,
        "township": township,
        "townships": divisions.within(code, "township"),
        "today": reading.today,
    }
    response = shown(request, "public/notices.html", given, place=place)
    response["X-Robots-Tag"] = "noindex, noarchive"  # a notice ends; copies elsewhere would not
    return response


def _township(row: PublicNotice) -> str:
    return row.division_code[:_TOWNSHIP_DIGITS]
