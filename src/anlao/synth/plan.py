"""Who there is: county, village, sex and birth day of everybody, before any other fact.

    census cells (county x sex x band)  ->  whole persons  ->  a birth day each  ->  a village each

Counts are apportioned, not drawn, so that the census is met exactly up to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from anlao.synth import census, places
from anlao.synth.arrays import (
    Days,
    Floats,
    Ints,
    apportion,
    day_number,
    day_of,
    years_before,
)
from anlao.synth.shares import bands, row, shares

OLDEST_AGE = 110  # completed years nobody passes here


@dataclass(frozen=True)
class Plan:
    """One entry a person, in the order of the rows to come."""

    sex: Ints  # index into census.SEXES
    birth: Days
    village: Ints  # index into places.villages()
    identity_area: Ints  # six digits, of the county code at first numbering
    identity_sequence: Ints  # 0-498 among those of the same area, birth day and sex

    def __len__(self) -> int:
        return len(self.sex)


def make(*, division: str, elders: int, as_of: date, rng: np.random.Generator) -> Plan:
    """Return a plan for so many elders, aged 60 and over on the given day.

    Raises DivisionWithoutCensus: when the census has no figures for the division.
    """
    counted = census.read(division)
    counts = _split_oldest(apportion(total=elders, weights=counted.elders))
    parts = [
        _county(
            county=county,
            counts=counts[index],
            urban_share=float(counted.urban_share[index]),
            as_of=as_of,
            rng=rng,
        )
        for index, county in enumerate(counted.counties)
    ]
    sex, birth, village, area = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = rng.permutation(elders)
    sex, birth, village, area = sex[order], birth[order], village[order], area[order]
    return Plan(sex, birth.astype(np.int32), village, area, _sequence(area, birth, sex))


def _split_oldest(counts: Ints) -> Ints:
    """Return persons by county, sex and band: the open group 85+ divided."""
    weights = census.shares_of_oldest()
    oldest = [[apportion(total=int(n), weights=weights) for n in row] for row in counts[..., -1]]
    return np.concatenate([counts[..., :-1], np.array(oldest)], axis=-1)


def _county(
    *, county: str, counts: Ints, urban_share: float, as_of: date, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return sex, birth day, village and identity area of a county's elders."""
    people = int(counts.sum())
    sex = np.repeat(np.arange(2), counts.sum(axis=1))
    birth = np.concatenate(
        [
            _births(count=int(counts[of_sex, band]), band=band, as_of=as_of, rng=rng)
            for of_sex in range(counts.shape[0])
            for band in range(counts.shape[1])
        ]
    )
    weights = places.village_weights(county=county, urban_share=urban_share)
    village = places.of_county(county)[_systematic(weights=weights, count=people, rng=rng)]
    codes = np.array([int(code) for code in places.old_codes(county)])
    return sex, birth, rng.permutation(village), rng.choice(codes, size=people)


def _births(*, count: int, band: int, as_of: date, rng: np.random.Generator) -> Ints:
    """Return birth days of so many people of a band, weighted by births and survival."""
    first_day, weights = _day_weights(band=band, as_of=as_of)
    return first_day + _systematic(weights=weights, count=count, rng=rng)


def _day_weights(*, band: int, as_of: date) -> tuple[int, Floats]:
    """Return the earliest birth day of a band and a weight for it and each day after it."""
    youngest, next_band = (*bands(), OLDEST_AGE)[band : band + 2]
    earliest = years_before(day=as_of, years=int(next_band)) + timedelta(days=1)
    first = day_number(earliest)
    days = np.arange(first, day_number(years_before(day=as_of, years=int(youngest))) + 1)
    years = np.array([day_of(int(day)).year for day in days])
    survival = 1 - row(shares("annual_mortality"), "by_band")[band]
    return first, _births_of(years) * survival ** ((days[-1] - days) / 365.25)


def _births_of(years: Ints) -> Floats:
    """Return national births of the years, taken as level outside the series; unit: million."""
    series = census.births_by_year()
    return np.interp(years, list(series), list(series.values()))


def _systematic(*, weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Return so many indices, each as often as its weight asks for, or one off."""
    edges = np.cumsum(weights)
    points = (np.arange(count) + rng.random()) * (edges[-1] / max(count, 1))
    indices: Ints = np.searchsorted(edges, points, side="right")
    return np.minimum(indices, len(weights) - 1)


def _sequence(area: Ints, birth: Ints, sex: Ints) -> Ints:
    """Return the place of each among those sharing area, birth day and sex; wraps after 499."""
    order = np.lexsort((sex, birth, area))
    keys = np.stack([area[order], birth[order], sex[order]])
    starts = np.flatnonzero(np.any(np.diff(keys, prepend=keys[:, :1] - 1) != 0, axis=0))
    lengths = np.diff(np.append(starts, len(order)))
    sequence = np.empty(len(order), dtype=np.int64)
    sequence[order] = np.arange(len(order)) - np.repeat(starts, lengths)
    return sequence % 499
