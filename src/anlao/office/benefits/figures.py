"""A month by place: elders, money due, and what is to be looked at; and where the places lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from anlao.office.benefits.models import DecidedMonth
from anlao.places import divisions

_FIGURES = """
WITH here AS (
  SELECT left(division_code, %(digits)s) AS place, count(*) AS living FROM registry_elder
  WHERE state = 'living' AND division_code LIKE %(inside)s GROUP BY 1),
due AS (
  SELECT left(division_code, %(digits)s) AS place, count(DISTINCT elder_id) AS people,
    coalesce(sum(fen) FILTER (WHERE unit LIKE 'yuan%%'), 0) AS fen
  FROM benefits_decision WHERE decided_id = %(decided)s AND outcome = 'yes' GROUP BY 1),
found AS (
  SELECT left(division_code, %(digits)s) AS place,
    count(*) FILTER (WHERE kind = 'not_receiving') AS not_receiving,
    count(*) FILTER (WHERE kind = 'not_entitled') AS not_entitled,
    count(*) FILTER (WHERE kind = 'undecided') AS undecided
  FROM benefits_finding WHERE decided_id = %(decided)s GROUP BY 1),
point AS (
  SELECT left(division_code, %(digits)s) AS place, avg(longitude) AS x, avg(latitude) AS y
  FROM registry_address WHERE use = 'residence' AND longitude IS NOT NULL
    AND upper_inf(known) AND upper_inf(valid) AND division_code LIKE %(inside)s GROUP BY 1)
SELECT here.place, living, coalesce(people, 0), coalesce(fen, 0), coalesce(not_receiving, 0),
  coalesce(not_entitled, 0), coalesce(undecided, 0), x, y
FROM here LEFT JOIN due USING (place) LEFT JOIN found USING (place) LEFT JOIN point USING (place)
ORDER BY here.place
"""
_TOWNSHIP, _VILLAGE = 9, 12


@dataclass(frozen=True, slots=True)
class Place:
    """A township or village in a decided month. ``fen``: money due; ``point``: longitude and
    latitude, the middle of its elders' recorded homes (None: none is recorded).
    """

    code: str
    name: str
    living: int
    people: int
    fen: int
    not_receiving: int
    not_entitled: int
    undecided: int
    point: tuple[float, float] | None


def by_place(decided: DecidedMonth, area: str) -> list[Place]:
    """Return the places of an area: townships of a county, villages of a township."""
    values: dict[str, Any] = {
        "decided": decided.pk,
        "inside": f"{area}%",
        "digits": _TOWNSHIP if len(area) < _TOWNSHIP else _VILLAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, values)
        return [_place(*row) for row in cursor.fetchall()]


def _place(code: str, *figures: Any) -> Place:
    living, people, fen, not_receiving, not_entitled, undecided, longitude, latitude = figures
    found = divisions.find(code)
    return Place(
        code,
        found.name if found else code,
        living,
        people,
        int(fen),
        not_receiving,
        not_entitled,
        undecided,
        None if longitude is None else (float(longitude), float(latitude)),
    )
