"""Homes with points to try the map on. The points are made up, as their evidence says."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django.db import connections

_ONE_IN, _DEGREES = 12, 0.16
"""One elder in so many gets a point; how far townships lie from the county's middle."""
_MIDDLE = (119.27, 28.55)
"""About the middle of Suichang county: the made-up places lie around it."""
_HOMES = """
INSERT INTO registry_address (elder_id, division_code, valid, known, evidence, recorded_by, use,
  text, place, longitude, latitude, datum)
SELECT e.id, e.division_code, daterange('1900-01-01', NULL), tstzrange(%(at)s, NULL),
  '演示坐标，不是实际位置 made up', 'rehearsal', 'residence', '演示住址' || e.id || '号', '',
  round((%(x)s + (e.id %% 17 - 8) * 0.0021)::numeric, 6),
  round((%(y)s + (e.id %% 13 - 6) * 0.0019)::numeric, 6), 'cgcs2000'
FROM registry_elder e
WHERE e.division_code LIKE %(inside)s AND e.state = 'living' AND e.id %% %(one_in)s = 0
"""


def place_homes(townships: list[str], *, at: datetime) -> None:
    """Give some elders of each township a home on the map, the townships around the middle."""
    with connections["owner"].cursor() as cursor:
        for number, code in enumerate(townships):
            turn = 2.4 * number  # a spiral, so that no two lie on each other
            far = _DEGREES * math.sqrt((number + 0.5) / len(townships))
            values: dict[str, Any] = {
                "at": at,
                "x": _MIDDLE[0] + far * math.cos(turn) * 1.3,
                "y": _MIDDLE[1] + far * math.sin(turn),
                "inside": f"{code}%",
                "one_in": _ONE_IN,
            }
            cursor.execute(_HOMES, values)
