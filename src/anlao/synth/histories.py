"""Facts that changed lately: what held before, and what holds since.

Two rows a change, half-open: `home` in [first day, day of change), `institution` from then on. The
first day lies two years before the day of the population; an open end is left empty, and nothing
reaches past a death.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlao.synth.arrays import NO_DAY, Flags, Ints, day_number
from anlao.synth.elders import Elders, village_codes
from anlao.synth.health import TWO_YEARS
from anlao.synth.shares import number, shares
from anlao.synth.vocabulary import (
    ABLE,
    CARE,
    DIBAO,
    ECONOMIC,
    HOME,
    HOME_BED,
    INSTITUTION,
    NEAR_POOR,
    NO_SUPPORT,
    ORDINARY,
    PARTIAL,
    SELF_CARE,
)

SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("fact", pa.string()),
        ("value", pa.string()),
        ("from", pa.date32()),
        ("until", pa.date32()),
    ]
)


@dataclass(frozen=True)
class Change:
    """One fact of some people, before and since a day."""

    fact: str
    people: Ints  # rows of the chunk
    day: Ints
    before: Any  # Arrow strings
    since: Any


def histories(elders: Elders, *, person_ids: pa.Array) -> pa.Table:
    """Return the changes of a chunk as rows of a history file, by person and day."""
    changes = [
        _care_setting(elders),
        _economic_status(elders),
        *_capability(elders),
        _registration(elders),
    ]
    tables = [part for change in changes for part in _rows(elders, change, person_ids)]
    keys = [("person_id", "ascending"), ("fact", "ascending"), ("from", "ascending")]
    return pa.concat_tables(tables).sort_by(keys)


def _care_setting(elders: Elders) -> Change:
    """Return moves to and from institutions and home beds; the destitute stay where they are."""
    figures, now = shares("change"), elders.facts["care_setting"]
    before = np.full(len(now), HOME)
    chance = np.zeros(len(now))
    chance[now == INSTITUTION] = number(figures, "entered_institution")
    chance[now == HOME_BED] = number(figures, "entered_home_bed")
    chance[now == HOME] = number(figures, "left_institution")
    before[now == HOME] = INSTITUTION
    chance[elders.facts["support_mode"] != NO_SUPPORT] = 0
    return _change(elders, "care_setting", chance, _symbols(CARE, before), _symbols(CARE, now))


def _economic_status(elders: Elders) -> Change:
    """Return who came into, or out of, minimum living or near-poor recognition."""
    figures, now = shares("change"), elders.facts["economic_status"]
    before = np.full(len(now), ORDINARY)
    chance = np.zeros(len(now))
    chance[now == DIBAO] = number(figures, "entered_dibao")
    chance[now == NEAR_POOR] = number(figures, "entered_near_poor")
    chance[now == ORDINARY] = number(figures, "left_dibao")
    before[now == ORDINARY] = DIBAO
    symbols = _symbols(ECONOMIC, before), _symbols(ECONOMIC, now)
    return _change(elders, "economic_status", chance, *symbols)


def _capability(elders: Elders) -> tuple[Change, Change]:
    """Return declines by one level on the day of the assessment, and self-care along with them."""
    now, self_care = elders.facts["capability_level"], elders.facts["self_care"]
    share = number(shares("change"), "capability_declined")
    assessed = elders.days["assessed_on"]
    chance = np.where((now >= 1) & (assessed > _first_day(elders)), share, 0.0)
    before = np.maximum(now.astype(np.int64) - 1, 0)
    decline = _change(elders, "capability_level", chance, _levels(before), _levels(now))
    decline = replace(decline, day=assessed[decline.people])
    earlier = np.minimum(self_care, np.where(before >= 2, PARTIAL, ABLE))
    moved = earlier[decline.people] != self_care[decline.people]
    moved &= ~elders.unknown["self_care"][decline.people]
    people = decline.people[moved]
    return decline, Change(
        "self_care",
        people,
        decline.day[moved],
        _symbols(SELF_CARE, earlier).take(people),
        _symbols(SELF_CARE, self_care).take(people),
    )


def _registration(elders: Elders) -> Change:
    """Return moves of registration into the village of today."""
    registered = elders.registration
    since = elders.days["hukou_since"]
    late = registered.moved_lately & (since > _first_day(elders)) & ~elders.unknown["hukou"]
    people = np.flatnonzero(late)
    return Change(
        "hukou",
        people,
        since[people],
        _codes_of(registered.hukou_before[people]),
        _codes_of(registered.hukou[people]),
    )


def _change(elders: Elders, fact: str, chance: Any, before: Any, since: Any) -> Change:
    """Return a change for those drawn whose fact is known and who lived long enough for it."""
    last = _last_day(elders)
    first = np.full(len(elders.crowd), _first_day(elders) + 1)
    drawn: Flags = elders.crowd.chance(chance) & ~elders.unknown[fact] & (last > first)
    day = elders.crowd.day_between(first, last)
    people = np.flatnonzero(drawn)
    return Change(fact, people, day[people], before.take(people), since.take(people))


def _rows(elders: Elders, change: Change, person_ids: pa.Array) -> tuple[pa.Table, pa.Table]:
    """Return the rows before and since a change."""
    start = np.full(len(change.people), _first_day(elders))
    death = elders.days["death_date"][change.people]
    before = _table(change, person_ids, change.before, start, change.day)
    return before, _table(change, person_ids, change.since, change.day, death)


def _table(change: Change, person_ids: pa.Array, value: Any, first: Ints, until: Ints) -> pa.Table:
    columns = [
        person_ids.take(pa.array(change.people)),
        pa.array([change.fact] * len(change.people), pa.string()),
        value,
        pa.array(first.astype(np.int32)).cast(pa.date32()),
        pa.array(until.astype(np.int32), mask=until == NO_DAY).cast(pa.date32()),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _first_day(elders: Elders) -> int:
    return day_number(elders.crowd.as_of) - TWO_YEARS


def _last_day(elders: Elders) -> Ints:
    """Return the day before which a change must lie: the day of the population, or a death."""
    death, today = elders.days["death_date"], day_number(elders.crowd.as_of)
    return np.where(death == NO_DAY, today, np.minimum(death, today))


def _symbols(vocabulary: tuple[str, ...], codes: Any) -> pa.Array:
    return pa.array(vocabulary).take(pa.array(codes))


def _levels(levels: Any) -> pa.Array:
    return pc.cast(pa.array(levels), pa.string())


def _codes_of(villages: Ints) -> pa.Array:
    return village_codes(villages).cast(pa.string())
