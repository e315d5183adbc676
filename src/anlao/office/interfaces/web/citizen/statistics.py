"""Figures of a place, as a chart with its table beside it; nothing here looks at a person's row."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from anlao.office.interfaces.web import charts
from anlao.office.interfaces.web.citizen.page import language, place_of, public, shown
from anlao.office.service_list import queries, statistics

_FEN = 100
_WIDTH, _TYPE = 150, 18


@public()
def figures(request: HttpRequest, code: str) -> HttpResponse:
    """Elders by age and township; people and money by service, of the latest decided month."""
    place = place_of(code)
    held = queries.figures(code)
    if held is None:
        raise Http404
    reading = language(request)
    told = statistics.told(held, reading)
    bands = [_band(*limits, language=reading) for limits in statistics.BANDS]
    paid = [(one.name, one.fen / _FEN) for one in told.provisions if one.fen]
    given = {
        "told": told,
        "bands": bands,
        "totals": list(zip(bands, told.by_band, strict=True)),
        "fewest": statistics.FEWEST,
        "ages": charts.bars(
            [
                (band, count)
                for band, count in zip(bands, told.by_band, strict=True)
                if count is not None
            ],
            unit="people" if reading == "en" else "人",
            width=_WIDTH,
            type_size=_TYPE,
        ),
        "money": charts.bars(
            paid, unit="yuan" if reading == "en" else "元", width=_WIDTH, type_size=_TYPE
        )
        if paid
        else "",
    }
    return shown(request, "public/statistics.html", given, place=place)


def _band(low: int, high: int | None, *, language: str) -> str:
    if high is None:
        return f"{low} and over" if language == "en" else f"{low}岁及以上"
    return f"{low} to {high}" if language == "en" else f"{low}至{high}岁"
