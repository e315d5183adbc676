"""A chunk of elders with every fact, what is unknown left open, as an Arrow table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa

from anlao.synth import health, living, means, places, registration
from anlao.synth.arrays import NO_DAY, UNKNOWN, Flags, Ints, day_number
from anlao.synth.crowd import Crowd, Facts
from anlao.synth.registration import Registration
from anlao.synth.shares import shares
from anlao.synth.texts import fixed_width
from anlao.synth.vocabulary import ELDER_FACTS, LOW_INCOME, Kind


@dataclass(frozen=True)
class Elders:
    """Everything known of a chunk, before anything is forgotten."""

    crowd: Crowd
    registration: Registration
    facts: Facts  # codes by fact
    days: dict[str, Ints]  # birth, death, assessment and registration days by fact
    unknown: dict[str, Flags]  # by fact, where the register has a gap


def imagine(crowd: Crowd, *, deaths_until: date) -> Elders:
    """Return a chunk of people with every fact."""
    registered = registration.register(crowd)
    facts: Facts = {
        "sex": crowd.sex.astype(np.int8),
        "area_class": registration.area_class(crowd, registered.hukou),
    }
    facts |= health.health(crowd)
    facts |= means.means(crowd, facts)
    facts |= living.living(crowd, facts)
    facts |= living.honours(crowd)
    days = _days(crowd, registered, facts, deaths_until)
    return Elders(crowd, registered, facts, days, _gaps(crowd))


def table(elders: Elders, *, person_ids: pa.Array) -> pa.Table:
    """Return the chunk as a table with the columns and types of `schema`."""
    columns = [
        person_ids if fact == "person_id" else _column(elders, fact, kind)
        for fact, kind in ELDER_FACTS.items()
    ]
    return pa.Table.from_arrays(columns, schema=schema())


def schema() -> pa.Schema:
    """Return the columns of an elder file, without metadata."""
    return pa.schema([(fact, _arrow_type(kind)) for fact, kind in ELDER_FACTS.items()])


def person_ids(*, counties: Ints, first_row: int, digits: int) -> pa.Array:
    """Return ids such as SYN-331123-0000001, numbered by row."""
    numbers = np.arange(first_row + 1, first_row + 1 + len(counties))
    return fixed_width("SYN-", (counties, 6), "-", (numbers, digits))


def village_codes(indices: Ints, *, unknown: Flags | None = None) -> pa.Array:
    """Return twelve-digit codes, dictionary-encoded over all villages."""
    numbers = pa.array(indices.astype(np.int32), mask=unknown)
    return pa.DictionaryArray.from_arrays(numbers, _village_dictionary())


def _days(
    crowd: Crowd, registered: Registration, facts: Facts, deaths_until: date
) -> dict[str, Ints]:
    death = registration.death_date(crowd, deaths_until=deaths_until)
    alive_until = np.where(death == NO_DAY, day_number(crowd.as_of), death)
    assessed = health.assessed_on(
        crowd,
        level=facts["capability_level"],
        hardship=facts["economic_status"] <= LOW_INCOME,
        until=np.minimum(alive_until, day_number(crowd.as_of)),
    )
    since = np.where(registered.hukou_since < alive_until, registered.hukou_since, NO_DAY)
    return {
        "birth_date": crowd.birth.astype(np.int64),
        "death_date": death,
        "assessed_on": assessed,
        "hukou_since": since,
    }


def _gaps(crowd: Crowd) -> dict[str, Flags]:
    """Return where each fact is unknown; an unknown kind of disability hides its grade too."""
    by_fact = shares("unknown")["by_fact"]
    gaps = {fact: crowd.chance(float(share)) for fact, share in by_fact.items()}
    return gaps | {"disability_grade": gaps["disability_type"]}


def _column(elders: Elders, fact: str, kind: Kind) -> pa.Array:
    unknown = elders.unknown.get(fact, np.zeros(len(elders.crowd), dtype=np.bool_))
    if kind == "village":
        return village_codes(getattr(elders.registration, fact), unknown=unknown)
    if kind == "date":
        days = elders.days[fact]
        return pa.array(days.astype(np.int32), mask=unknown | (days == NO_DAY)).cast(pa.date32())
    codes = elders.facts[fact]
    unknown = unknown | (codes == UNKNOWN)
    if kind == "bool":
        return pa.array(codes.astype(np.bool_), mask=unknown)
    if kind == "level":
        return pa.array(codes, mask=unknown)
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=unknown), pa.array(kind))


def _arrow_type(kind: Kind) -> pa.DataType:
    if isinstance(kind, tuple):
        return pa.dictionary(pa.int8(), pa.string())
    return {
        "text": pa.string(),
        "date": pa.date32(),
        "village": pa.dictionary(pa.int32(), pa.string()),
        "bool": pa.bool_(),
        "level": pa.int8(),
    }[kind]


@cache
def _village_dictionary() -> pa.Array:
    return pa.array(places.villages().codes)
