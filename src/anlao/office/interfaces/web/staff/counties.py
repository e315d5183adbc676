"""The counties of somebody's area, to choose from."""

from __future__ import annotations

from anlao.office.shared.scope import Scope
from anlao.places import divisions

COUNTY_DIGITS = 6


def inside(where: Scope) -> list[tuple[str, str]]:
    """Return code and name of the counties that lie wholly inside an area."""
    found = []
    for code in where.divisions:
        within = (
            divisions.within(code, "county")
            if len(code) < COUNTY_DIGITS
            else [one for one in (divisions.find(code),) if one is not None]
        )
        found += [(one.code, one.name) for one in within if len(one.code) == COUNTY_DIGITS]
    return found


def chosen(wanted: str, among: list[tuple[str, str]]) -> str:
    """Return the county that was asked for, the first where that is none of them, "" of none."""
    codes = [code for code, _ in among]
    return wanted if wanted in codes else next(iter(codes), "")
