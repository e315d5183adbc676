"""Values of facts as people and other systems write them, and as they are stored."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from anlao.office.benefits.queries import FactLabel
from anlao.places import divisions

UNKNOWN = "unknown"
_YES_NO = {"true": True, "false": False}
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
        case _:
            return place_code(text)


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
