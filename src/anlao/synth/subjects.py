"""The subjects other than elders: small made-up tables, drawn from subjects.yaml.

Unlike the elders, nothing here follows a census: the tables serve demos, tests and speed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlao.places.divisions import significant
from anlao.synth import places
from anlao.synth.arrays import Ints, day_number
from anlao.synth.shares import data_file
from anlao.synth.texts import fixed_width

SUBJECTS = tuple(data_file("subjects.yaml"))
DIVISION = "331123"  # where residents are registered unless another is asked for
KEYS = {"staffing": "institution"}  # staffing is told by institution


class UnknownSubject(ValueError):
    """There is no generator for this subject."""

    code = "unknown-subject"

    def __init__(self, subject: str) -> None:
        self.subject = subject
        super().__init__(
            f"{subject!r} is no subject; known: elder (synthesise), {', '.join(SUBJECTS)}."
        )


@dataclass(frozen=True)
class Draw:
    """What a column draws from: its own recipe, the columns before it, one generator."""

    rng: np.random.Generator
    count: int
    division: str
    columns: dict[str, pa.Array]


def synthesise_subject(
    *, subject: str, count: int, seed: int, division: str = DIVISION
) -> pa.Table:
    """Return so many subjects with every fact of their kind, ids first.

    Raises UnknownSubject: for an elder, too, whose population is made by `synthesise`.
    """
    if subject not in SUBJECTS:
        raise UnknownSubject(subject)
    entropy = [seed, 2, SUBJECTS.index(subject)]
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
    key = KEYS.get(subject, subject)
    columns: dict[str, pa.Array] = {f"{key}_id": _ids(key, np.arange(1, count + 1))}
    for name, recipe in data_file("subjects.yaml")[subject].items():
        columns[name] = _column(Draw(rng, count, division, columns), recipe)
    metadata = {"anlao.synthetic": "true", "anlao.subject": subject, "anlao.seed": str(seed)}
    return pa.table(columns).replace_schema_metadata(metadata)


def _column(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    kind = next(iter(recipe))
    column = RECIPES[kind](draw, recipe)
    empty = draw.rng.random(draw.count) < recipe.get("unknown", 0.0)
    for other, values in recipe.get("only_if", {}).items():
        fits = pc.is_in(draw.columns[other], value_set=pa.array(values))
        empty |= ~np.asarray(fits, dtype=np.bool_)
    return pc.if_else(pa.array(empty), None, column)


def _choice(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    values, chances = list(recipe["choice"]), list(recipe["choice"].values())
    picked = draw.rng.choice(len(values), size=draw.count, p=np.array(chances) / sum(chances))
    return pa.array(values).take(pa.array(picked))


def _flag(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    return pa.array(draw.rng.random(draw.count) < recipe["flag"])


def _whole(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    low, high = recipe["whole"]
    return pa.array(draw.rng.integers(low, high + 1, size=draw.count, dtype=np.int64))


def _number(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    low, high = recipe["number"]
    return pa.array(np.round(draw.rng.uniform(low, high, size=draw.count), 2))


def _share(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    low, high = recipe["share"]
    return pa.array(np.round(draw.rng.uniform(low, high, size=draw.count), 3))


def _day(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    first, until = (day_number(day) for day in recipe["day"])
    return _dates(draw.rng.integers(first, until, size=draw.count, dtype=np.int64))


def _after(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    start = np.asarray(draw.columns[recipe["after"]].cast(pa.int32()))
    first, until = recipe["days"]
    return _dates(start + draw.rng.integers(first, until, size=draw.count, dtype=np.int64))


def _part_of(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    whole = np.asarray(draw.columns[recipe["part_of"]])
    return pa.array(np.floor(draw.rng.random(draw.count) * (whole + 1)).astype(np.int64))


def _fraction_of(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    whole = np.asarray(draw.columns[recipe["fraction_of"]])
    fraction = draw.rng.uniform(recipe["from"], recipe["to"], size=draw.count)
    return pa.array(np.round(whole * fraction, 2))


def _village(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    """Return villages, of the division with the chance given, of anywhere otherwise."""
    codes = np.array(places.villages().codes)
    here = codes[np.char.startswith(codes, significant(draw.division))]
    inside = draw.rng.choice(here, size=draw.count)
    anywhere = draw.rng.choice(codes, size=draw.count)
    return pa.array(np.where(draw.rng.random(draw.count) < recipe["village"], inside, anywhere))


def _id_of(draw: Draw, recipe: dict[str, Any]) -> pa.Array:
    """Return ids of other subjects, drawn among the first so many."""
    subject, among = recipe["id_of"], recipe["among"]
    return _ids(subject, draw.rng.integers(1, among + 1, size=draw.count, dtype=np.int64))


def _ids(subject: str, numbers: Ints) -> pa.Array:
    return fixed_width(f"SYN-{subject}-", (numbers, 6))


def _dates(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32)).cast(pa.date32())


RECIPES: dict[str, Callable[[Draw, dict[str, Any]], pa.Array]] = {
    "choice": _choice,
    "flag": _flag,
    "whole": _whole,
    "number": _number,
    "share": _share,
    "day": _day,
    "after": _after,
    "part_of": _part_of,
    "fraction_of": _fraction_of,
    "village": _village,
    "id_of": _id_of,
}
