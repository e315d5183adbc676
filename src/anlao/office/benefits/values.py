"""Values of facts as people and other systems write them, and as they are stored."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from anlao.office.benefits.queries import FactLabel
from anlao.office.facilities import points
from anlao.places import divisions

UNKNOWN = "unknown"
_YES_NO = {"true": True, "false": False}
_DECIMAL = re.compile(r"[0-9]{1,14}(?:\.[0-9]{1,8})?", re.ASCII)
_CODE = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")


def read_value(label: FactLabel, text: str) -> Any:
    """Return a value as it is stored. Raises ValueError."""
    if text == UNKNOWN:
        return None
    match label.type:
        case "bool":
            if text not in _YES_NO:
                raise ValueError(text)
            return _YES_NO[text]
        case "date":
            return date.fromisoformat(text)
        case "level":
            if not label.low <= int(text) <= label.high:
                raise ValueError(text)
            return int(text)
        case "enum":
            if text not in label.values:
                raise ValueError(text)
            return text
        case "text":
            return text
        case "integer" | "institution":
            return _whole(text)
        case "number":
            return _decimal(text)
        case "money":
            return _fen(text)
        case "point":
            return points.normalised(text)
        case _:
            return place_code(text)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _fen(text: str) -> int:
    """Return yuan, as people write them, in fen."""
    fen = _decimal(text.replace(",", "")) * 100
    if fen != int(fen):
        raise ValueError(text)
    return int(fen)


def place_code(text: str) -> str:
    """Return the code of a place that was named, or given by its code. Raises ValueError."""
    if _CODE.fullmatch(text) and (divisions.find(text) or not divisions.find(text[:6])):
        return text  # our lists hold some counties only; of those they know every village
    name = "".join(text.split())
    named = [
        found.code
        for found in divisions.every()
        if name.endswith(found.name) and divisions.name_path(found.code).endswith(name)
    ]
    if len(named) != 1:
        raise ValueError(text)
    return named[0]
