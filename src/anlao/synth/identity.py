"""Names and identity numbers that look right and can be nobody's.

GB 11643: six digits of area, eight of birth, three of sequence (odd for men), one check character.
The area keeps the last four digits of the county's code at first numbering and starts with 99: no
province has 99, and as the number of a foreign resident (9, then a province) it would name a
province 9x, which does not exist either. The check character is right, so that validators which
test it can be exercised; one that looks the province up must refuse it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlao.identity_numbers import CHECK_CHARACTERS, SYNTHETIC_PREFIX, WEIGHTS
from anlao.synth.arrays import Days, Ints
from anlao.synth.crowd import Crowd
from anlao.synth.elders import Elders
from anlao.synth.households import household_ids
from anlao.synth.shares import data_file
from anlao.synth.texts import Letters, as_strings, digits
from anlao.synth.vocabulary import MALE

CHECK = np.frombuffer(CHECK_CHARACTERS.encode("ascii"), dtype=np.uint8)
TWO_CHARACTERS = 0.8  # share of given names of two characters, ASSUMPTION

SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("name", pa.string()),
        ("identity_number", pa.string()),
        ("household_id", pa.string()),
        ("synthetic", pa.bool_()),
    ]
)


def identities(elders: Elders, *, person_ids: pa.Array, area: Ints, sequence: Ints) -> pa.Table:
    """Return name, number and household of each; no number where the birth date is unknown."""
    crowd, facts = elders.crowd, elders.facts
    numbers = identity_numbers(area=area, birth=crowd.birth, sex=crowd.sex, sequence=sequence)
    households = household_ids(
        crowd,
        person_ids=person_ids,
        residence=elders.registration.residence,
        status=facts["economic_status"],
        couple=(facts["empty_nest"] == 1) & (facts["lives_alone"] == 0),
    )
    columns = [
        person_ids,
        names(crowd),
        pc.if_else(pa.array(elders.unknown["birth_date"]), None, numbers),
        households,
        pa.array(np.ones(len(crowd), dtype=np.bool_)),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def identity_numbers(*, area: Ints, birth: Days, sex: Ints, sequence: Ints) -> pa.Array:
    """Return eighteen characters each; `sequence` counts from 0 among those of the same sex."""
    synthetic_area = int(SYNTHETIC_PREFIX) * 10_000 + area % 10_000
    number = 2 * sequence + np.where(sex == MALE, 1, 2)
    letters = np.hstack([digits(synthetic_area, 6), _birth_digits(birth), digits(number, 3)])
    return as_strings(np.hstack([letters, check_characters(letters)]))


def check_characters(letters: Letters) -> Letters:
    """Return the check character of each row of seventeen digits (ISO 7064 MOD 11-2)."""
    sums = (letters.astype(np.int64) - ord("0")) @ np.array(WEIGHTS)
    characters: Letters = CHECK[sums % 11][:, None]
    return characters


def names(crowd: Crowd) -> pa.Array:
    """Return a surname and one or two given characters each, by sex."""
    lists = _characters()
    surname = _skewed(crowd, len(lists["surnames"]))
    first, second = (_given(crowd, lists) for _ in range(2))
    short = pa.array(~crowd.chance(TWO_CHARACTERS))
    second = pc.if_else(short, "", second)
    return pc.binary_join_element_wise(lists["surnames"].take(surname), first, second, "")


def _given(crowd: Crowd, lists: dict[str, Any]) -> pa.Array:
    male = lists["male"].take(_skewed(crowd, len(lists["male"])))
    female = lists["female"].take(_skewed(crowd, len(lists["female"])))
    return pc.if_else(pa.array(crowd.sex == MALE), male, female)


def _skewed(crowd: Crowd, size: int) -> pa.Array:
    """Return indices of which the early ones are the more frequent."""
    return pa.array(np.floor(crowd.rng.random(len(crowd)) ** 2 * size).astype(np.int32))


def _birth_digits(birth: Days) -> Letters:
    days = birth.astype("datetime64[D]")
    text = np.char.replace(days.astype("U10"), "-", "").astype("S8")
    return np.frombuffer(text.tobytes(), dtype=np.uint8).reshape(len(birth), 8)


@cache
def _characters() -> dict[str, Any]:
    lists = data_file("names.yaml")
    return {name: pa.array(list(lists[name])) for name in ("surnames", "male", "female")}
