"""A point on the earth as one fact: it is recorded whole, or not at all.

119.27, 28.59, CGCS2000  ->  "119.270000,28.590000,cgcs2000"
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from anlao.office.registry.models.details import EAST, NORTH, SOUTH, WEST, Address

_FORM = re.compile(r"([0-9]{2,3}\.[0-9]{2,6}),([0-9]{1,2}\.[0-9]{2,6}),([A-Z0-9]{4,8})", re.ASCII)
_DATUMS = {datum.upper(): datum for datum in Address.Datum.values}


class Point(NamedTuple):
    """Degrees, and the datum they are in."""

    longitude: float
    latitude: float
    datum: str


def normalised(text: str) -> str:
    """Return a point as it is kept. Raises ValueError for what is none, or lies far from China."""
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    found = _FORM.fullmatch(plain.replace("、", ",").replace("-", ""))
    if found is None or found[3] not in _DATUMS:
        raise ValueError(text)
    point = Point(float(found[1]), float(found[2]), _DATUMS[found[3]])
    if not (WEST <= point.longitude <= EAST and SOUTH <= point.latitude <= NORTH):
        raise ValueError(text)
    return f"{point.longitude:.6f},{point.latitude:.6f},{point.datum}"


def read(kept: str) -> Point | None:
    """Return a point that is kept; None where none is."""
    if not kept:
        return None
    longitude, latitude, datum = kept.split(",")
    return Point(float(longitude), float(latitude), datum)
