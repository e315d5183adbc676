"""The month as charts and a map, each beside the table that it is drawn from."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlao.office.benefits import figures, month
from anlao.office.interfaces.web import charts
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import roles
from anlao.office.shared import scope

_FEN = 100
_COUNTY_DIGITS = 6


@require_GET
@needs()
def overview(request: HttpRequest) -> HttpResponse:
    """Money and what is to be looked at, by township or village; counted inside one's own area."""
    asking = who(request)
    act = next((act for act in (roles.SEE_FIGURES, roles.SEE_ELDERS) if asking.may(act)), None)
    if act is None:
        raise PermissionDenied
    where = asking.where(act)
    scope.enter(where)
    decided = month.latest(where.divisions)
    given: dict[str, Any] = {
        "decided": decided,
        "may_forecast": asking.may(roles.SEE_FIGURES),
    }
    if decided is not None:
        area = _area(where.divisions, decided.division_code)
        places = figures.by_place(decided, area)
        given |= {"places": places, "area": area}
        money = sorted(places, key=lambda place: -place.fen)
        given["money"] = charts.bars(
            [(place.name, place.fen / _FEN) for place in money], unit=asking.say("元", "yuan")
        )
        found = sorted(places, key=lambda place: -place.not_receiving)
        given["not_receiving"] = charts.bars(
            [(place.name, place.not_receiving) for place in found],
            unit=asking.say("人次", "cases"),
        )
        located = [
            (place.name, place.point, place.living, _share(place.undecided, place.living))
            for place in places
            if place.point is not None
        ]
        if located:
            given["map"] = charts.points(
                located,
                size=asking.say("在册老年人", "elders"),
                colour=asking.say("每百人待补情况", "undecided per 100 elders"),
            )
        given["unlocated"] = [place.name for place in places if place.point is None]
    return render(request, "web/figures.html", given)


def _area(divisions: tuple[str, ...], county: str) -> str:
    """Return what is drawn: one's own area, or the county where one sees several."""
    inside = [code for code in divisions if code.startswith(county)]
    return inside[0] if len(inside) == 1 and len(inside[0]) > _COUNTY_DIGITS else county


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0
