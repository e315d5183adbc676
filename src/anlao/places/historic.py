"""Codes that counties and prefectures of the five places have had since 1981.

    332527 遂昌县, 1981 until 2000  ->  331123 遂昌县, from 2000

An identity number keeps the code its bearer was first numbered under, whatever followed it.
Years are half-open, as spans are elsewhere; the day within a year is not known.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

HistoricLevel = Literal["province", "prefecture", "county"]

_LEVELS: dict[str, HistoricLevel] = {"省级": "province", "地级": "prefecture", "县级": "county"}
_SUCCESSOR = re.compile(r"(\d{6})(?:\[(\d{4})\])?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Succession:
    """Which code an area passed to; `part_in` is the year in which only a part of it did."""

    code: str
    part_in: int | None


@dataclass(frozen=True, slots=True)
class HistoricCode:
    """Six digits in force from a year until before another; `until_year` None: still in force."""

    code: str
    name: str
    level: HistoricLevel
    province: str
    prefecture: str  # empty for a province; 直辖 for a county directly under one
    from_year: int
    until_year: int | None
    successions: tuple[Succession, ...]

    @property
    def successors(self) -> tuple[str, ...]:
        """Return the codes that took over when this one ended."""
        return tuple(entry.code for entry in self.successions if entry.part_in is None)

    def in_force(self, year: int) -> bool:
        """Return whether the code was in force at the end of a year."""
        return self.from_year <= year and (self.until_year is None or year < self.until_year)


def find(code: str) -> HistoricCode | None:
    """Return what is known of a six-digit code, in force or not; None if it is not listed."""
    return _codes().get(code)


def every() -> tuple[HistoricCode, ...]:
    """Return all codes of the list, in order of code."""
    return tuple(_codes().values())


def codes_in(year: int, *, county: str) -> tuple[str, ...]:
    """Return the county codes of a year that led to a present county, in order of code.

    Empty where the list does not know. A code of which only a part passed over does not lead.

    >>> codes_in(1990, county="331123")
    ('332527',)
    """
    return tuple(
        entry.code
        for entry in every()
        if entry.level == "county" and entry.in_force(year) and county in present_codes(entry.code)
    )


def present_codes(code: str) -> tuple[str, ...]:
    """Return the codes in force today of the area a code once named; itself if it still is.

    Empty where the code is not listed or ended without a successor. A successor outside the list
    (Lianhua went to another prefecture) is taken to be in force.

    >>> present_codes("330621"), present_codes("511228")
    (('330602', '330603'), ('500229',))
    """
    entry = find(code)
    if entry is None:
        return ()
    if entry.until_year is None:
        return (code,)
    found = {present for later in entry.successors for present in present_codes(later) or (later,)}
    return tuple(sorted(found))


@cache
def _codes() -> Mapping[str, HistoricCode]:
    text = files("anlao.places").joinpath("data/historic_codes.csv").read_text("utf-8")
    entries = sorted(
        (_entry(row) for row in csv.DictReader(io.StringIO(text))), key=lambda one: one.code
    )
    codes = {entry.code: entry for entry in entries}
    assert len(codes) == len(entries), "no code of the five places was given out twice"
    return codes


def _entry(row: dict[str, str]) -> HistoricCode:
    return HistoricCode(
        code=row["code"],
        name=row["name"],
        level=_LEVELS[row["level"]],
        province=row["province"],
        prefecture=row["prefecture"],
        from_year=int(row["from_year"]),
        until_year=int(row["until_year"]) if row["until_year"] else None,
        successions=tuple(_succession(text) for text in row["successor_codes"].split(";") if text),
    )


def _succession(text: str) -> Succession:
    match = _SUCCESSOR.match(text)
    assert match, f"historic_codes.csv: {text!r} is no successor"
    return Succession(code=match[1], part_in=int(match[2]) if match[2] else None)
