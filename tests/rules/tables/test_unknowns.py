"""Unknown facts: a result is unknown only if a completion could change it, and names exactly those.

The oracle is brute force: every way to fill the blanks from the boundary values, decided plainly.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlao.rules.engines import cells, reference
from anlao.rules.engines.cells import Decision
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.periods import Month
from anlao.rules.rulebook.load import load
from anlao.rules.tables.coding import known_facts
from anlao.rules.testing.boundary import boundary_values, consistent
from tests.rules.shipped import LIBRARY, example_rates

MONTH = Month(2024, 1)
CASES = [("suichang", "elder"), ("shaoxing", "elder"), ("huitong", "elder"), ("jian", "resident")]


def built(name: str, subject: str) -> MonthTables:
    rulebook = load(name, LIBRARY).usable(name)
    return Program(rulebook, subject, rates=example_rates(rulebook)).month(MONTH)


TABLES = {case: built(*case) for case in CASES}
VALUES = {case: boundary_values(tables) for case, tables in TABLES.items()}


def result(decision: Decision) -> tuple[Any, ...]:
    """What counts as a difference: not why it is refused, nor which kind of refusal it is."""
    refused = decision.outcome in ("no", "not_applicable")
    return ("no",) if refused else (decision.outcome, decision.fen)


@pytest.mark.parametrize("case", CASES)
@settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_missing_names_exactly_the_facts_that_could_change_the_result(
    case: tuple[str, str], data: st.DataObject
) -> None:
    tables, known = TABLES[case], VALUES[case]
    specs = tables.context.rulebook.subjects[case[1]].facts
    # Facts whose value fixes whether another fact exists are not blanked alone here.
    free = [name for name in known if len(known[name]) > 1 and not specs[name].none_when]
    free = [name for name in free if name not in ("disability_type", "birth_date", "death_date")]
    person = {name: data.draw(st.sampled_from(found)) for name, found in known.items()}
    blank = data.draw(st.lists(st.sampled_from(sorted(free)), min_size=1, max_size=2, unique=True))
    if not consistent(person, specs):
        return
    rest = {name: value for name, value in person.items() if name not in blank}
    ways = {
        filling: [
            result(d)
            for d in reference.decide(
                tables, known_facts({**rest, **dict(zip(blank, filling, strict=True))})
            )
        ]
        for filling in product(*(known[name] for name in blank))
    }

    decisions = cells.decide(tables, known_facts(rest))

    for index, decision in enumerate(decisions):
        outcomes = {found[index] for found in ways.values()}
        if decision.outcome != "unknown":
            assert outcomes == {result(decision)}, decision
            continue
        matter = {name for position, name in enumerate(blank) if _matters(ways, position, index)}
        facts = {name for name in decision.missing if ":" not in name}
        # What only a person can judge stays open whatever the facts are.
        assert len(outcomes) > 1 or len(facts) < len(decision.missing), decision
        assert facts == matter, decision


def _matters(ways: dict[tuple[Any, ...], list[Any]], position: int, index: int) -> bool:
    """Whether changing one blank alone changes the result, for some filling of the others."""
    seen: dict[tuple[Any, ...], set[Any]] = {}
    for filling, found in ways.items():
        others = (*filling[:position], *filling[position + 1 :])
        seen.setdefault(others, set()).add(found[index])
    return any(len(results) > 1 for results in seen.values())
