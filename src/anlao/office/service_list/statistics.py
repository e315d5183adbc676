"""Figures for the public: counted once after a month is decided, with small numbers left out.

A public page never sees a row of a person: it reads one row of `PublicFigures`, in which counts
of a few are absent already, and so are those from which they could be worked out.

{"ages": [{"township": "331123001", "counts": [120, 88, 41, 9, null]}, …],
 "provisions": [{"provision": "old-age-allowance", "people": 812, "fen": 5231000}, …]}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connections

from anlao.office.benefits import listing
from anlao.office.benefits.models import DecidedMonth
from anlao.office.service_list.models import PublicFigures
from anlao.places import divisions

_OWNER = "owner"
FEWEST = 5
"""Counts below it, but for none at all, are not told."""
BANDS = ((60, 69), (70, 79), (80, 89), (90, 99), (100, None))
_OLDEST = 200
_AGES = """
SELECT left(division_code, 9),
  extract(year FROM age(%(day)s::date, birth_date))::int / 10, count(*)
FROM registry_elder
WHERE state = 'living' AND birth_date IS NOT NULL AND division_code LIKE %(inside)s
GROUP BY 1, 2
"""
Counts = list[int | None]


@dataclass(frozen=True, slots=True)
class Township:
    """``counts``: living elders by band; None: a few, or kept back for the sake of a few."""

    code: str
    name: str
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Provided:
    """``people`` and ``fen``: None where few people have it; ``fen`` also without any money."""

    provision: str
    name: str
    people: int | None
    fen: int | None
    is_money: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What the public page shows of a division."""

    month: date
    counted_at: datetime
    townships: tuple[Township, ...]
    provisions: tuple[Provided, ...]

    @property
    def by_band(self) -> list[int | None]:
        """Return for each band the sum of what is told, which may be less than all elders.

        None: there are some, and none of their counts is told.
        """
        return [
            None if None in column and not any(column) else sum(filter(None, column))
            for column in zip(*(place.counts for place in self.townships), strict=True)
        ] or [0] * len(BANDS)


def publish(decided: DecidedMonth) -> None:
    """Count what a decided month tells the public, unless a later month is told already."""
    later = PublicFigures.objects.using(_OWNER).filter(
        division_code=decided.division_code, month__gt=decided.month
    )
    if later.exists():
        return
    figures = {"ages": _ages(decided), "provisions": _provisions(decided)}
    PublicFigures.objects.using(_OWNER).update_or_create(
        division_code=decided.division_code,
        defaults={"month": decided.month, "counted_at": decided.known_at, "figures": figures},
    )


def told(held: PublicFigures, language: str) -> Told:
    """Return the figures with their names."""
    names = listing.names(held.division_code, language)
    return Told(
        held.month,
        held.counted_at,
        tuple(
            Township(row["township"], _name(row["township"]), tuple(row["counts"]))
            for row in held.figures["ages"]
        ),
        tuple(
            Provided(
                row["provision"],
                names.get(row["provision"], (row["provision"], ""))[0],
                row["people"],
                row["fen"],
                row["is_money"],
            )
            for row in held.figures["provisions"]
        ),
    )


def _ages(decided: DecidedMonth) -> list[dict[str, Any]]:
    values: dict[str, Any] = {"day": decided.known_at.date(), "inside": f"{decided.division_code}%"}
    with connections[_OWNER].cursor() as cursor:
        cursor.execute(_AGES, values)
        found: dict[str, list[int]] = {}
        for township, decade, count in cursor.fetchall():
            for place, (low, high) in enumerate(BANDS):
                if low <= decade * 10 < (high or _OLDEST):
                    found.setdefault(township, [0] * len(BANDS))[place] += count
    codes = sorted(found)
    kept = kept_back([found[code] for code in codes])
    return [{"township": code, "counts": counts} for code, counts in zip(codes, kept, strict=True)]


def _provisions(decided: DecidedMonth) -> list[dict[str, Any]]:
    told_of = listing.names(decided.division_code, "zh")
    paid = listing.amounts(decided.division_code, decided.month)
    return [
        {
            "provision": line["provision"],
            "people": None if 0 < line["yes"] < FEWEST else line["yes"],
            "fen": None if 0 < line["yes"] < FEWEST else line["fen"],
            "is_money": bool(paid[line["provision"]]),
        }
        for line in decided.totals
        if line["provision"] in told_of
    ]


def kept_back(table: Sequence[Sequence[int]]) -> list[Counts]:
    """Return a table without counts of a few, nor those that would give them away.

    A total told elsewhere, less what is told here, gives the sum of what is absent in a row or
    column. So at least two are absent there, and at least so many people that they may be told;
    as long as there are others to go with them.

    >>> kept_back([[10, 3], [20, 30]])
    [[None, None], [None, None]]
    >>> kept_back([[10, 0], [20, 30]])
    [[10, 0], [20, 30]]
    """
    kept: list[Counts] = [[None if 0 < count < FEWEST else count for count in row] for row in table]
    if not kept:
        return kept
    rows, columns = range(len(kept)), range(len(kept[0]))
    lines = [[(row, column) for column in columns] for row in rows]
    lines += [[(row, column) for row in rows] for column in columns]
    while any(_hide_another(kept, table, line) for line in lines):
        pass
    return kept


def _hide_another(
    kept: list[Counts], table: Sequence[Sequence[int]], line: list[tuple[int, int]]
) -> bool:
    """Take the least told count of a row or column away, where too little is absent there."""
    absent = [table[row][column] for row, column in line if kept[row][column] is None]
    told_of = [(count, (row, column)) for row, column in line if (count := kept[row][column])]
    if not absent or not told_of or (len(absent) > 1 and sum(absent) >= FEWEST):
        return False
    _, (row, column) = min(told_of)
    kept[row][column] = None
    return True


def _name(code: str) -> str:
    found = divisions.find(code)
    return found.name if found else code
