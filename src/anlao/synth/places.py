"""Villages of the five places, and the codes their counties once had."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from anlao.synth.arrays import Floats, Ints
from anlao.synth.shares import number, shares

UNIT_KINDS = ("committee", "village", "pseudo")


@dataclass(frozen=True)
class Villages:
    """Every village of the division lists, in order of code."""

    codes: tuple[str, ...]  # 12 digits
    kinds: Ints  # index into UNIT_KINDS
    counties: NDArray[np.str_]  # 6 digits, by village


def significant(division: str) -> str:
    """Return a division code without its trailing pairs of zeros.

    >>> significant("330600"), significant("331123000000")
    ('3306', '331123')
    """
    code = division.strip()
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


@cache
def villages() -> Villages:
    """Return all villages with kind and county."""
    codes = tuple(sorted(row["code"] for row in _divisions() if row["level"] == "village"))
    return Villages(
        codes=codes,
        kinds=np.array([_kind(code) for code in codes], dtype=np.int64),
        counties=np.array([code[:6] for code in codes]),
    )


@cache
def counties_with_villages() -> frozenset[str]:
    """Return six-digit codes of the counties whose villages are listed."""
    return frozenset(villages().counties.tolist())


def of_county(county: str) -> Ints:
    """Return the indices of a county's villages."""
    return np.flatnonzero(villages().counties == county)


def village_weights(*, county: str, urban_share: float) -> Floats:
    """Return how the elders of a county spread over its villages; the weights sum to 1.

    The census has no township figures: see `places` in shares.yaml for what is assumed.
    """
    kinds = villages().kinds[of_county(county)]
    figures = shares("places")
    urban = urban_share * number(figures, "urban_elder_ratio")
    in_kind = np.array([urban, 1 - urban, (1 - urban) * number(figures, "pseudo_unit_weight")])
    units = np.bincount(kinds, minlength=3)
    # A pseudo unit is measured against one village, not against all units of its kind.
    per_unit = in_kind / np.maximum([units[0], units[1], units[1]], 1)
    weights: Floats = per_unit[kinds]
    weights /= weights.sum()
    return weights


@cache
def old_codes(county: str) -> tuple[str, ...]:
    """Return the codes this county's people were numbered under about 1990, oldest first."""
    successors = {row["code"]: _successors(row) for row in _historic() if row["level"] == "县级"}
    in_force = {
        row["code"]
        for row in _historic()
        if int(row["from_year"]) <= 1990 < int(row["until_year"] or 9999)
    }
    found = [
        code for code in sorted(in_force & set(successors)) if _leads(code, county, successors)
    ]
    return tuple(found) or (county,)


def _leads(code: str, county: str, successors: dict[str, tuple[str, ...]]) -> bool:
    if code == county:
        return True
    return any(_leads(later, county, successors) for later in successors.get(code, ()))


def _successors(row: dict[str, str]) -> tuple[str, ...]:
    # An entry such as 332528[1982] passed only a part of the area, in that year.
    entries = row["successor_codes"].split(";")
    return tuple(entry for entry in entries if entry and "[" not in entry)


def _kind(village: str) -> int:
    if village[6] not in "0123" or village[9] not in "0123":
        return UNIT_KINDS.index("pseudo")
    return UNIT_KINDS.index("committee" if village[9] in "01" else "village")


@cache
def _historic() -> tuple[dict[str, str], ...]:
    text = files("anlao.synth").joinpath("data/historic_codes.csv").read_text("utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


@cache
def _divisions() -> tuple[dict[str, str], ...]:
    packed = files("anlao.synth").joinpath("data/divisions.csv.gz").read_bytes()
    return tuple(csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8"))))
