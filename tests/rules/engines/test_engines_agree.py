"""Every engine gives the same outcome, amount, missing facts and reason for boundary people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlao.rules.engines import cells, reference
from anlao.rules.engines.cells import Decision
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.periods import Month
from anlao.rules.people.changes import facts_by_shift
from anlao.rules.rulebook.load import load
from anlao.rules.rulebook.model import Rulebook
from anlao.rules.testing.boundary import boundary_values, consistent, people_of
from anlao.rules.testing.cases import columnar_decisions
from tests.rules.shipped import LIBRARY, SHIPPED, example_rates

MONTHS = (Month(2023, 9), Month(2024, 1), Month(2024, 2))


@cache
def rulebook(name: str) -> Rulebook:
    return load(name, LIBRARY).usable(name)


@cache
def tables(name: str, subject: str, month: Month, with_rates: bool) -> MonthTables:
    rates = example_rates(rulebook(name)) if with_rates else {}
    return Program(rulebook(name), subject, rates=rates).month(month)


@cache
def values(name: str, subject: str, month: Month) -> dict[str, list[Any]]:
    return boundary_values(tables(name, subject, month, True))


PAIRS = [
    (name, subject)
    for name in SHIPPED
    for subject in load(name, LIBRARY).usable(name).subjects
    if load(name, LIBRARY).usable(name).of_subject(subject)
]


def essence(decisions: list[Decision]) -> list[tuple[Any, ...]]:
    return [
        (d.provision.id, d.outcome, d.fen, d.unit if d.outcome == "yes" else "", d.missing, d.reason)
        for d in decisions
    ]


@st.composite
def persons(draw: st.DrawFn, known: Mapping[str, list[Any]]) -> dict[str, Any]:
    """A person on the limits, with a few facts blanked."""
    person = {name: draw(st.sampled_from(found)) for name, found in known.items() if found}
    blank = draw(st.lists(st.sampled_from(sorted(person)), max_size=3)) if person else []
    return {name: value for name, value in person.items() if name not in blank}


@pytest.mark.parametrize(("name", "subject"), PAIRS)
@settings(
    max_examples=400, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_all_engines_agree_on_boundary_people(name: str, subject: str, data: st.DataObject) -> None:
    month = data.draw(st.sampled_from(MONTHS))
    known = values(name, subject, month)
    person = data.draw(persons(known))
    if not consistent(person, rulebook(name).subjects[subject].facts):
        return
    people = people_of(rulebook(name), subject, [person])
    facts_at = facts_by_shift(people, 0, month)
    for with_rates in (True, False):
        built = tables(name, subject, month, with_rates)

        plainly = essence(reference.decide(built, facts_at))

        assert essence(cells.decide(built, facts_at)) == plainly
        assert essence(columnar_decisions(built, people)) == plainly


