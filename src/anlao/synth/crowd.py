"""A chunk of people with the givens every further fact depends on, and how chances are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from anlao.synth import places
from anlao.synth.arrays import Codes, Days, Flags, Floats, Ints, day_number
from anlao.synth.plan import Plan
from anlao.synth.shares import band_of

Facts = dict[str, Codes]


@dataclass(frozen=True)
class Crowd:
    """People of one chunk; all arrays have one entry a person."""

    rng: np.random.Generator
    as_of: date
    first_row: int
    sex: Ints
    birth: Days
    village: Ints
    age: Ints  # completed years on the day
    band: Ints

    def __len__(self) -> int:
        return len(self.sex)

    def chance(self, probability: Floats | float) -> Flags:
        """Return true for each with the probability given, one for all or one for each."""
        return self.rng.random(len(self)) < probability

    def pick(self, probabilities: Floats) -> Ints:
        """Return a column index for each, by one row of probabilities for all or one for each."""
        edges = np.cumsum(np.atleast_2d(probabilities), axis=1)[:, :-1]
        picked: Ints = (self.rng.random(len(self))[:, None] >= edges).sum(axis=1)
        return picked

    def day_between(self, first: Ints | int, until: Ints | int) -> Ints:
        """Return a day in [first, until) for each; the first day where the span is empty."""
        width = np.maximum(np.asarray(until) - first, 1)
        return first + np.floor(self.rng.random(len(self)) * width).astype(np.int64)

    def tilted(self, *, share: Floats, weight: Floats) -> Floats:
        """Return each one's probability: on average the share of the band, tilted by a weight."""
        people = np.bincount(self.band, minlength=len(share))
        weights = np.bincount(self.band, weights=weight, minlength=len(share))
        mean = weights / np.maximum(people, 1)
        return np.minimum(share[self.band] * weight / mean[self.band], 0.97)


def gather(*, plan: Plan, rows: slice, as_of: date, rng: np.random.Generator) -> Crowd:
    """Return the people of some rows of a plan."""
    birth = plan.birth[rows]
    age = completed_years(birth, as_of)
    return Crowd(
        rng=rng,
        as_of=as_of,
        first_row=rows.start,
        sex=plan.sex[rows],
        birth=birth,
        village=plan.village[rows],
        age=age,
        band=band_of(age),
    )


def completed_years(birth: Days | Ints, as_of: date) -> Ints:
    """Return completed years on a day, by the calendar."""
    born = _year_month_day(birth)
    today = _year_month_day(np.array([day_number(as_of)]))
    return (today - born) // 10_000


def county_of(crowd: Crowd) -> Ints:
    """Return the six-digit county of each as a number."""
    return places.villages().counties.astype(np.int64)[crowd.village]


def _year_month_day(days: Days | Ints) -> Ints:
    stamps = days.astype("datetime64[D]")
    months = stamps.astype("datetime64[M]").astype(np.int64)
    day_of_month = (stamps - stamps.astype("datetime64[M]")).astype(np.int64) + 1
    numbers: Ints = (months // 12 + 1970) * 10_000 + (months % 12 + 1) * 100 + day_of_month
    return numbers
