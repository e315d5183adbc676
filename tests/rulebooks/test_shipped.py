"""The shipped rulebooks: no finding, every case holds on every engine, floors are kept."""

from __future__ import annotations

import pytest
from tests.rules.shipped import LIBRARY, SHIPPED

from anlao.rules.proofs import find_problems, prove_floor
from anlao.rules.rulebook.load import load
from anlao.rules.testing.cases import run_cases


@pytest.mark.parametrize("name", ["cn", *SHIPPED])
def test_it_has_no_finding(name: str) -> None:
    loaded = load(name, LIBRARY)

    found = [*loaded.problems.sorted(), *find_problems(loaded.usable(name))]

    assert [str(problem) for problem in found] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_every_case_holds_on_every_engine_and_no_branch_is_untouched(name: str) -> None:
    report = run_cases(load(name, LIBRARY).usable(name))

    assert report.failures == []
    assert report.untouched == []
    assert report.passed > 10


@pytest.mark.parametrize("name", ["suichang", "shaoxing"])
def test_nobody_gets_less_than_the_province_gives(name: str) -> None:
    child, parent = load(name, LIBRARY).usable(name), load("zhejiang", LIBRARY).usable("zhejiang")

    assert prove_floor(child, parent) == []
