"""Couples and people alone, tied into households."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from anlao.synth.arrays import Codes, Flags, Ints
from anlao.synth.crowd import Crowd
from anlao.synth.vocabulary import MALE

OLDEST_BIRTH = -40_000  # days since 1970: nobody here was born before 1860
TEN_YEARS = 3_653  # days


def household_ids(
    crowd: Crowd, *, person_ids: pa.Array, residence: Ints, status: Codes, couple: Flags
) -> pa.Array:
    """Return a household each: the id of its first person, led by H.

    Two people who live with a spouse only share one when village, hardship and generation agree;
    the others' spouses, and everybody else's family, are not among the elders.
    """
    generation = (crowd.birth - OLDEST_BIRTH) // TEN_YEARS
    group = (residence * 10 + status) * 100 + generation
    husbands, wives = pairs(crowd, rows=np.flatnonzero(couple), group=group)
    head = np.arange(len(crowd))
    head[wives] = husbands
    return pc.binary_join_element_wise("H", person_ids.take(pa.array(head)), "-")


def pairs(crowd: Crowd, *, rows: Ints, group: Ints) -> tuple[Ints, Ints]:
    """Return rows of husbands and wives, matched within a group by order of age."""
    order = rows[np.lexsort((crowd.birth[rows], crowd.sex[rows], group[rows]))]
    male = crowd.sex[order] == MALE
    husbands, wives = order[male], order[~male]
    keys = _group_and_rank(group[husbands]), _group_and_rank(group[wives])
    _, left, right = np.intersect1d(*keys, return_indices=True)
    return husbands[left], wives[right]


def _group_and_rank(groups: Ints) -> Ints:
    """Return one number for group and place in it; groups must be sorted."""
    places_in_group = np.arange(len(groups)) - np.searchsorted(groups, groups, side="left")
    return groups * 1_000_000 + places_in_group
