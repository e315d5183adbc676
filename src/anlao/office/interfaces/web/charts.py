"""Charts as SVG, made on the server: no script, no style and no picture from elsewhere."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import vl_convert
from django.utils.safestring import SafeString, mark_safe

_ACCENT, _WARN, _QUIET, _PALE = "#0b6152", "#8a4b00", "#52605b", "#a9d3c9"
_FONT = "Noto Sans SC, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_WIDTH, _BAR, _TALL, _TYPE = 820, 26, 460, 16
_LEAST_DEGREES = 0.02
"""Of a map: about two kilometres, where all points are one."""
_one_at_a_time = Lock()


def bars(
    rows: Sequence[tuple[str, float]], *, unit: str, width: int = _WIDTH, type_size: int = _TYPE
) -> SafeString:
    """Return horizontal bars, in the order given, each with its figure."""
    values = [{"name": name, "figure": figure} for name, figure in rows]
    spec = {
        "width": width,
        "height": {"step": _BAR * type_size / _TYPE},
        "data": {"values": values},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
            "x": {"field": "figure", "type": "quantitative", "title": unit, "axis": {"grid": True}},
        },
        "layer": [
            {"mark": {"type": "bar", "color": _ACCENT}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "color": "#1d2623"},
                "encoding": {"text": {"field": "figure", "format": ",.0f"}},
            },
        ],
    }
    return _svg(spec, type_size)


def pairs(
    rows: Sequence[tuple[str, str, float]], *, series: Sequence[str], unit: str
) -> SafeString:
    """Return two bars for each name: (name, series, figure), the series in the order given."""
    values = [{"name": name, "series": part, "figure": figure} for name, part, figure in rows]
    place = {
        "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
        "yOffset": {"field": "series", "sort": list(series)},
        "x": {"field": "figure", "type": "quantitative", "title": unit, "axis": {"grid": True}},
    }
    colour = {
        "field": "series",
        "type": "nominal",
        "sort": list(series),
        "title": None,
        "scale": {"domain": list(series), "range": [_PALE, _ACCENT]},
    }
    spec = {
        "width": _WIDTH,
        "height": {"step": _BAR},
        "data": {"values": values},
        "encoding": place,
        "layer": [
            {"mark": {"type": "bar"}, "encoding": {"color": colour}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "color": "#1d2623"},
                "encoding": {"text": {"field": "figure", "format": ",.0f"}},
            },
        ],
    }
    return _svg(spec)


def lines(
    rows: Sequence[tuple[str, str, float]], *, series: Sequence[str], unit: str
) -> SafeString:
    """Return lines over months: (month, series, figure); dashes tell them apart as well."""
    values = [{"month": month, "series": part, "figure": figure} for month, part, figure in rows]
    looks = {"field": "series", "type": "nominal", "sort": list(series), "title": None}
    spec = {
        "width": _WIDTH,
        "height": _TALL * 2 // 3,
        "data": {"values": values},
        "mark": {"type": "line", "strokeWidth": 2.5, "point": True},
        "encoding": {
            "x": {
                "field": "month",
                "type": "ordinal",
                "title": None,
                "axis": {"labelAngle": -45, "labelOverlap": True},
            },
            "y": {
                "field": "figure",
                "type": "quantitative",
                "title": unit,
                "scale": {"zero": True},
            },
            "color": looks | {"scale": {"domain": list(series), "range": [_ACCENT, _WARN]}},
            "strokeDash": looks | {"scale": {"domain": list(series), "range": [[1, 0], [6, 4]]}},
        },
    }
    return _svg(spec)


def points(
    rows: Sequence[tuple[str, tuple[float, float], float, float]], *, size: str, colour: str
) -> SafeString:
    """Return places on a map: name, (longitude, latitude), size and colour, with what they mean."""
    values = [
        {"name": name, "longitude": at[0], "latitude": at[1], "size": big, "colour": share}
        for name, at, big, share in rows
    ]
    where = {
        "longitude": {"field": "longitude", "type": "quantitative"},
        "latitude": {"field": "latitude", "type": "quantitative"},
    }
    spec = {
        "width": _WIDTH,
        "height": _TALL,
        "projection": {"type": "mercator"},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "circle", "opacity": 0.85, "stroke": "#ffffff"},
                "encoding": where
                | {
                    "size": {
                        "field": "size",
                        "type": "quantitative",
                        "title": size,
                        "scale": {"range": [60, 1600]},
                    },
                    "color": {
                        "field": "colour",
                        "type": "quantitative",
                        "title": colour,
                        "scale": {"range": [_PALE, _WARN]},
                    },
                },
            },
            {
                "mark": {"type": "text", "dy": -18, "color": "#1d2623"},
                "encoding": where | {"text": {"field": "name"}},
            },
        ],
    }
    return _svg(spec)


def numbered(
    rows: Sequence[tuple[str, tuple[float, float]]], *, width: int, type_size: int
) -> SafeString:
    """Return places on a plain map, north above: what stands in the circle, and its degrees.

    The map ends a little outside the outermost points; a degree of longitude is as long as it is
    in their latitude.
    """
    easts, norths = [at[0] for _, at in rows], [at[1] for _, at in rows]
    middle = ((min(easts) + max(easts)) / 2, (min(norths) + max(norths)) / 2)
    shorter = math.cos(math.radians(middle[1]))
    half = max(max(easts) - min(easts), (max(norths) - min(norths)) / shorter, _LEAST_DEGREES) * 0.6
    values = [{"name": name, "east": at[0], "north": at[1]} for name, at in rows]
    where = {
        axis: {
            "field": field,
            "type": "quantitative",
            "axis": None,
            "scale": {"zero": False, "nice": False, "domain": [centre - far, centre + far]},
        }
        for axis, field, centre, far in (
            ("x", "east", middle[0], half),
            ("y", "north", middle[1], half * shorter),
        )
    }
    spec = {
        "width": width,
        "height": width,
        "data": {"values": values},
        "encoding": where,
        "view": {"stroke": _QUIET},
        "layer": [
            {"mark": {"type": "circle", "size": 900, "opacity": 1, "color": _ACCENT}},
            {
                "mark": {"type": "text", "color": "#ffffff", "fontWeight": "bold"},
                "encoding": {"text": {"field": "name", "type": "nominal"}},
            },
        ],
    }
    return _svg(spec, type_size)


def _config(size: int) -> dict[str, Any]:
    type_ = {"labelFontSize": size, "titleFontSize": size}
    return {
        "font": _FONT,
        "axis": type_ | {"labelColor": "#1d2623", "labelLimit": 240},
        "legend": type_ | {"orient": "bottom"},
        "text": {"fontSize": size},
        "view": {"stroke": None},
        "background": None,
    }


def _svg(spec: dict[str, Any], type_size: int = _TYPE) -> SafeString:
    whole = spec | {"config": _config(type_size)}
    return mark_safe(_drawn(json.dumps(whole, sort_keys=True)))  # noqa: S308 - drawn here


@lru_cache(maxsize=64)
def _drawn(spec: str) -> str:
    with _one_at_a_time:
        return str(vl_convert.vegalite_to_svg(spec, vl_version="5.20"))
