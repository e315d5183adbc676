"""Where people are registered and live, since when, and when some of them died."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from anlao.synth import places
from anlao.synth.arrays import NO_DAY, Codes, Flags, Ints, day_number
from anlao.synth.crowd import Crowd, county_of
from anlao.synth.health import TWO_YEARS
from anlao.synth.shares import by_symbol, number, row, shares
from anlao.synth.vocabulary import RURAL, URBAN


@dataclass(frozen=True)
class Registration:
    """Indices into places.villages(), and days."""

    hukou: Ints
    residence: Ints
    hukou_before: Ints  # where a late mover was registered before
    hukou_since: Ints
    moved_lately: Flags  # the move lies within the two years before the day


def register(crowd: Crowd) -> Registration:
    """Return registration and residence; everybody lives in the planned village but a few."""
    figures = shares("registration")
    outside = crowd.chance(number(figures, "hukou_elsewhere"))
    inside = ~outside & crowd.chance(number(figures, "moved_inside_county"))
    hukou = np.where(outside, _elsewhere(crowd), crowd.village)
    hukou = np.where(inside, _same_county(crowd), hukou)
    gone = ~outside & crowd.chance(number(figures, "residing_elsewhere"))
    since, lately = _moves(crowd, may_have_moved=~outside)
    return Registration(
        hukou=hukou,
        residence=np.where(gone, _elsewhere(crowd), crowd.village),
        hukou_before=_elsewhere(crowd),
        hukou_since=since,
        moved_lately=lately,
    )


def area_class(crowd: Crowd, hukou: Ints) -> Codes:
    """Return urban or rural registration, by the kind of the unit."""
    by_unit = by_symbol(shares("area_class_urban"), "by_unit", places.UNIT_KINDS)
    urban = crowd.chance(by_unit[places.villages().kinds[hukou]])
    return np.where(urban, URBAN, RURAL).astype(np.int8)


def death_date(crowd: Crowd, *, deaths_until: date) -> Ints:
    """Return the day of death of those who died within two years before the day, or until later."""
    figures = shares("annual_mortality")
    by_sex = by_symbol(figures, "by_sex", ("male", "female"))[crowd.sex]
    yearly = np.minimum(row(figures, "by_band")[crowd.band] * by_sex, 0.6)
    first, until = day_number(crowd.as_of) - TWO_YEARS, day_number(deaths_until)
    died = crowd.chance(1 - (1 - yearly) ** ((until - first) / 365.25))
    return np.where(died, crowd.day_between(first, until), NO_DAY)


def _moves(crowd: Crowd, *, may_have_moved: Flags) -> tuple[Ints, Flags]:
    """Return since when those who moved here are registered here, and who moved lately."""
    figures = shares("registration")
    moved = may_have_moved & crowd.chance(number(figures, "hukou_moved_here"))
    lately = moved & crowd.chance(number(figures, "hukou_moved_here_lately"))
    today = day_number(crowd.as_of)
    long_ago = crowd.day_between(crowd.birth.astype(np.int64) + 18 * 365, today - TWO_YEARS)
    since = np.where(lately, crowd.day_between(today - TWO_YEARS + 1, today), long_ago)
    return np.where(moved, since, NO_DAY), lately


def _same_county(crowd: Crowd) -> Ints:
    """Return a random village of each one's own county."""
    county = county_of(crowd)
    village = crowd.village.copy()
    for code in np.unique(county):
        people = np.flatnonzero(county == code)
        village[people] = crowd.rng.choice(places.of_county(str(code)), size=len(people))
    return village


def _elsewhere(crowd: Crowd) -> Ints:
    """Return a random village outside each one's county, mostly of the same province."""
    county = county_of(crowd)
    near = crowd.chance(number(shares("registration"), "hukou_elsewhere_same_province"))
    village = crowd.village.copy()
    for code in np.unique(county):
        people = np.flatnonzero(county == code)
        chosen = crowd.rng.choice(_outside(code, same_province=False), size=len(people))
        nearby = crowd.rng.choice(_outside(code, same_province=True), size=len(people))
        village[people] = np.where(near[people], nearby, chosen)
    return village


def _outside(county: int, *, same_province: bool) -> Ints:
    """Return the villages outside a county; all of them where its province has no others."""
    counties = places.villages().counties.astype(np.int64)
    outside = counties != county
    nearby = outside & (counties // 10_000 == county // 10_000)
    chosen: Flags = nearby if same_province and nearby.any() else outside
    return np.flatnonzero(chosen)
