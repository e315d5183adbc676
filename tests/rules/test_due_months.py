"""Spans of months with payments due in some of them give what each month gives alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from anlao.rules.engines import reference
from anlao.rules.engines.columnar import ColumnarEngine
from anlao.rules.engines.program import Program
from anlao.rules.people.columns import People
from anlao.rules.periods import Month, months_from_to
from anlao.rules.results import ProvisionColumn
from anlao.rules.rulebook.load import load
from anlao.rules.tables.decision_table import MOST_CLOCKS
from anlao.rules.testing.boundary import people_of
from anlao.rules.timeline import decide_months
from anlao.rules.totals import totals_by_month
from tests.rules.shipped import LIBRARY

GOOD = Path(__file__).parent / "rulebook" / "good"
SPAN = list(months_from_to(Month(2024, 1), Month(2025, 3)))
DUE = (1, 3, 5, 7, 9, 11)


def many_due_months(folder: Path) -> Path:
    """Write a rulebook whose best of six payments falls due in six different months."""
    assert len(DUE) > MOST_CLOCKS
    for name in ("parameters", "provisions"):
        (folder / name).mkdir(parents=True)
    (folder / "rulebook.yaml").write_text(
        (GOOD / "costs" / "rulebook.yaml").read_text("utf-8").replace("costs", "many"), "utf-8"
    )
    (folder / "facts.yaml").write_text((GOOD / "costs" / "facts.yaml").read_text("utf-8"), "utf-8")
    (folder / "provisions" / "all.yaml").write_text(
        "".join(
            f"- id: paid-{month}\n  kind: cash\n  name: {{zh: 补助{month}, en: Paid {month}}}\n"
            f"  clause: {{article: '1'}}\n  amount: cost * {month}%\n  unit: yuan/year\n"
            f"  payment: {{every: year, due: {month}}}\n"
            "  combine: {group: best, rule: highest}\n"
            for month in DUE
        ),
        "utf-8",
    )
    return folder


@pytest.fixture(params=["costs", "quarterly", "many"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Program:
    folder = many_due_months(tmp_path / "many") if request.param == "many" else GOOD / request.param
    return Program(load(str(folder), LIBRARY).usable(request.param))


def people(program: Program) -> People:
    from datetime import date
    from fractions import Fraction

    costs: list[dict[str, object]] = [{"cost": cost} for cost in (0, 1, Fraction(33333, 100))]
    if "cost" not in program.rulebook.subjects["elder"].facts:
        costs = [{}]
    persons = [
        {"hukou": "990101001001", "birth_date": born} | cost
        for born in (date(1944, 3, 31), date(1944, 4, 1), date(1930, 1, 1))
        for cost in [*costs, {}]
    ]
    return people_of(program.rulebook, "elder", persons)


def shown(column: ProvisionColumn) -> list[tuple[object, ...]]:
    results = [(r.outcome, r.reason, r.unit, r.missing) for r in column.results]
    amounts = column.amounts().tolist()
    return [(*results[code], fen) for code, fen in zip(column.codes, amounts, strict=True)]


def test_each_month_of_the_span_equals_the_month_decided_plainly(program: Program) -> None:
    them = people(program)
    paid = 0

    for result in decide_months(ColumnarEngine(), program, them, SPAN):
        plain = reference.decide_people(program.month(result.month), them)
        for spanned, single in zip(result.columns, plain, strict=True):
            assert shown(spanned) == shown(single), (result.month, spanned.provision.id)
            paid += int(spanned.amounts().sum())

    assert paid > 0


def test_totals_of_the_span_are_sums_of_its_months(program: Program) -> None:
    them = people(program)

    for month, totals in totals_by_month(ColumnarEngine(), program, them, SPAN):
        for column in reference.decide_people(program.month(month), them):
            outcomes = column.outcome_codes()
            found = totals[column.provision.id]
            assert (found.yes, found.unknown) == (
                int((outcomes == 0).sum()),
                int((outcomes == 3).sum()),
            )
            assert found.fen == int(column.amounts()[outcomes == 0].sum())
