"""A span of months gives, month by month, what each month gives alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from anlao.rules.engines.columnar import ColumnarEngine
from anlao.rules.engines.program import Program
from anlao.rules.people.columns import Change, FactColumn, People
from anlao.rules.people.reader import PeopleReader
from anlao.rules.periods import Month, epoch_day, months_from_to
from anlao.rules.results import ProvisionColumn
from anlao.rules.rulebook.load import load
from anlao.rules.tables.variables import domain
from anlao.rules.timeline import decide_months
from anlao.rules.totals import totals_by_month
from anlao.synth import write_population
from tests.rules.shipped import LIBRARY, example_rates

SPAN = list(months_from_to(Month(2023, 6), Month(2024, 7)))


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> People:
    path: Path = tmp_path_factory.mktemp("people") / "people.parquet"
    write_population(
        division="331123", elders=4000, seed=7, as_of=date(2024, 1, 1), output=path, history=False
    )
    subject = load("suichang", LIBRARY).usable("suichang").subjects["elder"]
    return next(iter(PeopleReader(subject, date(2026, 1, 1)).read(path)))


def program(name: str) -> Program:
    rulebook = load(name, LIBRARY).usable(name)
    return Program(rulebook, rates=example_rates(rulebook))


def shown(column: ProvisionColumn) -> list[tuple[object, ...]]:
    results = [(r.outcome, r.reason, r.unit, r.missing) for r in column.results]
    amounts = column.amounts().tolist()
    return [(*results[code], fen) for code, fen in zip(column.codes, amounts, strict=True)]


def with_history(people: People) -> People:
    """Three people change setting in the middle of the span, one of them back again."""
    spec = people.columns["care_setting"].spec
    codes = [domain(spec).index(value) for value in ("institution", "home", "institution")]
    change = Change(
        np.array([3, 3, 10]),
        FactColumn(spec, np.array(codes, np.uint8)),
        np.array(
            [
                epoch_day(date(2023, 10, 15)),
                epoch_day(date(2024, 1, 1)),
                epoch_day(date(2024, 2, 1)),
            ]
        ),
        np.array([epoch_day(date(2024, 1, 1)), 2**31 - 1, 2**31 - 1]),
    )
    return People(people.ids, people.columns, {"care_setting": [change]})


@pytest.mark.parametrize("name", ["suichang", "zhejiang", "huitong"])
@pytest.mark.parametrize("history", [False, True])
def test_each_month_of_a_span_equals_the_month_alone(
    people: People, name: str, history: bool
) -> None:
    chosen = with_history(people) if history else people

    for result in decide_months(ColumnarEngine(), program(name), chosen, SPAN):
        alone = ColumnarEngine().decide(program(name).month(result.month), chosen)

        for spanned, single in zip(result.columns, alone, strict=True):
            assert shown(spanned) == shown(single), (result.month, spanned.provision.id)


def test_totals_of_a_span_are_the_sums_of_its_months(people: People) -> None:
    rules = program("suichang")

    for month, totals in totals_by_month(ColumnarEngine(), rules, people, SPAN):
        for column in ColumnarEngine().decide(rules.month(month), people):
            yes = column.outcome_codes() == 0
            assert totals[column.provision.id].yes == int(yes.sum())
            assert totals[column.provision.id].fen == int(column.amounts()[yes].sum())


def test_a_month_in_which_little_changes_is_decided_for_few(people: People) -> None:
    results = decide_months(ColumnarEngine(), program("zhejiang"), people, SPAN[:3])

    changed = [None if result.changed is None else len(result.changed) for result in results]

    assert changed[0] is None
    assert all(count is not None and 0 < count < len(people) // 10 for count in changed[1:])
