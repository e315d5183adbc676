"""The directory of care homes: a map with its list, and a page for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.safestring import SafeString

from anlao.office.benefits.subjects import labels
from anlao.office.disclosure import institutions
from anlao.office.disclosure.institutions import ORDERS, Wanted
from anlao.office.disclosure.models import PublicInstitution
from anlao.office.facilities import points
from anlao.office.facilities.registers import INSTITUTIONS
from anlao.office.interfaces.web import charts
from anlao.office.interfaces.web.citizen.page import (
    Wrong,
    page_of,
    place_of,
    public,
    shown,
    township_of,
    whole,
)
from anlao.office.interfaces.web.who import Who, who
from anlao.office.service_list import queries
from anlao.office.service_list.queries import Place
from anlao.places import divisions

_A_PAGE = 30
_FEN = 100
_GRADES = range(1, 6)
_MAP, _TYPE = 290, 18
_LONGEST_FEE = 6
_COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """An institution in words. ``number``: on the map and before its name."""

    number: int
    home: PublicInstitution
    grade: str
    fee: str
    vacant: str
    has_point: bool


@public()
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """Every institution, or those that fit what is asked for."""
    place = _with_any(code)
    reading = who(request)
    wanted = _wanted(request.GET, place)
    found = institutions.find(code, wanted)
    page = page_of(request.GET, Paginator(found.rows, _A_PAGE))
    lines = [
        _line(home, page.start_index() + turn, reading)
        for turn, home in enumerate(page.object_list)
    ]
    kept = request.GET.copy()
    kept.pop("page", None)
    given: dict[str, Any] = {
        "lines": lines,
        "map": _map(lines),
        "unplaced": sum(not line.has_point for line in lines),
        "found": found,
        "page": page,
        "kept": kept.urlencode(),
        "wanted": wanted,
        "fee": "" if wanted.fee is None else wanted.fee // _FEN,
        "townships": divisions.within(code, "township") if len(code) == _COUNTY_DIGITS else (),
        "grades": [(str(grade), _grade(grade, reading)) for grade in _GRADES],
        "narrowed": wanted != Wanted(order=wanted.order),
        "latest": max((home.counted_at for home in found.rows), default=None),
    }
    return shown(request, "public/institutions.html", given, place=place)


@public()
def one(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One institution: what it costs, whom it admits, whether there is a bed, how to ask."""
    place = _with_any(code)
    reading = who(request)
    home = institutions.one(code, int(number))
    if home is None:
        raise Http404
    known = labels(INSTITUTIONS, home.division_code)
    point = points.read(home.point)
    given = {
        "home": home,
        "line": _line(home, 1, reading),
        "facts": [
            (known[name].text(reading.language), _shown(known[name], value, reading))
            for name, value in (
                ("kind", home.kind),
                ("ownership", home.ownership),
                ("beds", home.beds),
                ("nursing_beds", home.nursing_beds),
                ("takes_unable", home.takes_unable),
                ("takes_dementia", home.takes_dementia),
            )
            if name in known
        ],
        "point": point,
        "township": queries.township_help(home.division_code),
    }
    return shown(request, "public/institution.html", given, place=place)


def _shown(label: Any, value: Any, reading: Who) -> str:
    return _unknown(reading) if value in (None, "") else str(label.shown(value, reading.language))


def _with_any(code: str) -> Place:
    place = place_of(code)
    if not institutions.any_in(code):
        raise Http404
    return place


# in words


def _line(home: PublicInstitution, number: int, reading: Who) -> Line:
    vacant = _unknown(reading) if home.vacant is None else str(home.vacant)
    has_point = bool(home.point)
    return Line(number, home, _grade(home.grade, reading), _fee(home, reading), vacant, has_point)


def _unknown(reading: Who) -> str:
    return reading.say("不详", "not known")


def _grade(grade: int | None, reading: Who) -> str:
    if grade is None:
        return _unknown(reading)
    if grade == 0:
        return reading.say("未评定", "not rated")
    return reading.say(f"{'一二三四五'[grade - 1]}级", f"grade {grade}")


def _fee(home: PublicInstitution, reading: Who) -> str:
    low, high = home.fee_from, home.fee_to
    if low is None:
        if high is None:
            return _unknown(reading)
        return reading.say(f"每月至多{_yuan(high)}元", f"up to {_yuan(high)} yuan a month")
    if high is None:
        return reading.say(f"每月{_yuan(low)}元起", f"from {_yuan(low)} yuan a month")
    if low == high:
        return reading.say(f"每月{_yuan(low)}元", f"{_yuan(low)} yuan a month")
    return reading.say(
        f"每月{_yuan(low)}至{_yuan(high)}元", f"{_yuan(low)} to {_yuan(high)} yuan a month"
    )


def _yuan(fen: int) -> str:
    return f"{fen // _FEN:,}" if fen % _FEN == 0 else f"{fen // _FEN:,}.{fen % _FEN:02d}"


def _map(lines: list[Line]) -> SafeString | str:
    placed = [
        (str(line.number), (point.longitude, point.latitude))
        for line in lines
        if (point := points.read(line.home.point)) is not None
    ]
    return charts.numbered(placed, width=_MAP, type_size=_TYPE) if placed else ""


# reading the address


def _wanted(sent: QueryDict, place: Place) -> Wanted:
    township, order = township_of(sent, place), sent.get("order", "name")
    if order not in ORDERS:
        raise Wrong
    fee = whole(sent, "fee", longest=_LONGEST_FEE)
    grade = whole(sent, "grade", longest=1)
    if grade is not None and grade not in _GRADES:
        raise Wrong
    free, unable, dementia = (_yes(sent, name) for name in ("free", "unable", "dementia"))
    return Wanted(
        township, grade, None if fee is None else fee * _FEN, free, unable, dementia, order
    )


def _yes(sent: QueryDict, name: str) -> bool:
    if sent.get(name, "") not in ("", "1"):
        raise Wrong
    return sent.get(name) == "1"
