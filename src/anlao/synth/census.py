"""The 2020 census: counts by county, sex and five-year group, and the births of single years."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from anlao.places.divisions import significant
from anlao.synth import places
from anlao.synth.arrays import Floats

GROUPS = ("60-64", "65-69", "70-74", "75-79", "80-84", "85+")
OLDEST = ("85-89", "90-94", "95-99", "100+")

Rows = dict[tuple[str, str, str, str], float]


@dataclass(frozen=True)
class Census:
    """Elders of a division as the census counted them."""

    counties: tuple[str, ...]
    elders: Floats  # persons, county x sex x group
    urban_share: Floats  # part of all residents, by county


class DivisionWithoutCensus(ValueError):
    """There are no census figures from which to make a population of this division."""

    code = "division-without-census"

    def __init__(self, division: str, available: dict[str, str]) -> None:
        self.division = division
        self.available = available
        listed = ", ".join(f"{code} {name}" for code, name in available.items())
        super().__init__(
            f"{division!r} has no census figures by county here. Divisions that have: {listed}."
        )


def read(division: str) -> Census:
    """Return the census of a division given by a code of 4, 6 or more digits.

    Raises DivisionWithoutCensus: unless every county of the division has figures and villages.
    """
    prefix = significant(division)
    if prefix not in available():
        raise DivisionWithoutCensus(division, available())
    counties = tuple(code for code in _counties() if code.startswith(prefix))
    return Census(
        counties=counties,
        elders=np.array([_county_elders(county) for county in counties]),
        urban_share=np.array([_urban_share(county) for county in counties]),
    )


@cache
def available() -> dict[str, str]:
    """Return code and name of each division whose counties add up to its own census total."""
    totals = {
        significant(region): (name, value)
        for (region, indicator, age, sex), value in rows().items()
        if (indicator, age, sex) == ("population", "60+", "both")
        for name in [_names()[region]]
    }
    return {
        prefix: name
        for prefix, (name, total) in sorted(totals.items())
        if len(prefix) >= 4 and _sum_of_counties(prefix) == total
    }


def births_by_year() -> dict[int, float]:
    """Return national births by calendar year; unit: million."""
    return {
        int(age.removeprefix("born ")): value
        for (_, indicator, age, _), value in rows().items()
        if indicator == "births_million"
    }


def shares_of_oldest() -> Floats:
    """Return how the census's open group 85+ divides over OLDEST, nationally; in percent."""
    return np.array([rows()["000000", "split_of_85plus", band, "both"] for band in OLDEST])


@cache
def rows() -> Rows:
    """Return value by region, indicator, age group and sex."""
    return {
        (row["region_code"], row["indicator"], row["age_group"], row["sex"]): float(row["value"])
        for row in _records()
    }


@cache
def _names() -> dict[str, str]:
    return {row["region_code"]: row["region_name"] for row in _records()}


@cache
def _records() -> tuple[dict[str, str], ...]:
    text = files("anlao.synth").joinpath("data/demography.csv").read_text("utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


@cache
def _counties() -> tuple[str, ...]:
    with_villages = places.counties_with_villages()
    return tuple(sorted(code for code in _names() if code in with_villages))


def _sum_of_counties(prefix: str) -> float:
    return sum(
        rows()[county, "population", "60+", "both"]
        for county in _counties()
        if county.startswith(prefix)
    )


def _county_elders(county: str) -> list[list[float]]:
    return [[rows()[county, "population", group, sex] for group in GROUPS] for sex in ("M", "F")]


def _urban_share(county: str) -> float:
    urban = rows()[county, "urban_population", "all", "both"]
    rural = rows()[county, "rural_population", "all", "both"]
    return urban / (urban + rural)
