"""Budget beside spending, and money that funds gave."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connections
from hypothesis import given
from hypothesis import strategies as st

from anlao.office.payments import budgets, ledger
from anlao.office.payments.budgets import Compared, Told
from anlao.office.payments.ledger import Share
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope
from tests.office.county import COUNTY, NEIGHBOUR, County
from tests.office.log import log
from tests.office.payments import months
from tests.office.payments.months import AGE, APRIL, FINANCE, MARCH, MAY

NOW = months.at(MAY)
database = pytest.mark.usefixtures("committed")


def enter(fen: int, *, ground: str = "预算批复1号", year: int = 2026) -> None:
    with scope.within(WHOLE_OFFICE):
        told = Told(COUNTY, year, "county", AGE, fen, ground)
        budgets.enter(told, by=FINANCE, at=NOW)


def compared(year: int = 2026) -> list[Compared]:
    with scope.within(WHOLE_OFFICE):
        return budgets.compared(COUNTY, year)


@database
def test_spending_of_a_year_is_what_the_ledger_says_month_by_month(county: County) -> None:
    for key in ("a1", "b1"):
        months.award(county.elders[key])
        months.account(county.elders[key])
    months.paid(MARCH)
    months.paid(APRIL)
    months.die(county.elders["b1"], date(2026, 3, 20), known=months.at(date(2026, 5, 4)))
    months.approved(months.decided(MAY))
    enter(100000)

    [row] = compared()

    # May owes a1's 60 yuan and takes back b1's 100 of April
    assert row.months == (0, 0, 16000, 16000, -4000, 0, 0, 0, 0, 0, 0, 0)
    assert (row.spent, row.permille, row.left) == (28000, 280, 72000)
    # three months were entered, seven are to come
    assert (row.first, row.last, row.outlook) == (3, 5, 28000 + 28000 * 7 // 3)
    with scope.within(WHOLE_OFFICE):
        held = ledger.balances(COUNTY)
    assert row.spent == sum(one.fen for one in held if one.account == "expense")


@database
@pytest.mark.usefixtures("county")
def test_a_correction_is_entered_beside_what_was_there() -> None:
    enter(100000)
    enter(90000, ground="预算调整2号")

    [row] = compared()

    assert (row.fen, row.spent, row.outlook, row.left) == (90000, 0, None, 90000)
    with scope.within(WHOLE_OFFICE):
        assert [one.fen for one in budgets.history(COUNTY, 2026)] == [90000, 100000]
        last = log(act="enter_budget").latest("number")
    assert (last.before, last.purpose) == ({"fen": 100000}, "预算调整2号")
    assert compared(2027) == []


@database
@pytest.mark.usefixtures("county")
@pytest.mark.parametrize(("fen", "ground"), [(-1, "批复"), (10**15, "批复"), (100, " ")])
def test_no_budget_below_nothing_beyond_reason_or_without_a_ground(fen: int, ground: str) -> None:
    with pytest.raises(RunRefused):
        enter(fen, ground=ground)
    assert compared() == []


@database
@pytest.mark.usefixtures("county")
def test_a_fund_gives_money_and_the_books_still_fit() -> None:
    with scope.within(WHOLE_OFFICE):
        for fund, fen in (("county", 1), ("provincial", 250000), ("county", 99)):
            budgets.give(
                COUNTY, Share("", fund, fen), day=APRIL, ground="拨款单", by=FINANCE, at=NOW
            )
        given_ = budgets.given(COUNTY, 2026)
        held = {(one.account, one.fund): one.fen for one in ledger.balances(COUNTY)}
        faults = list(ledger.verify(COUNTY))
        earlier = budgets.given(COUNTY, 2025)

    assert given_ == {"county": 100, "provincial": 250000}
    assert earlier == {}
    assert held[("bank", "")] == 250100
    assert held[("funding", "provincial")] == -250000
    assert not faults
    assert compared() == []


@database
@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("fen", [0, -1])
def test_nothing_is_no_money_of_a_fund(fen: int) -> None:
    with scope.within(WHOLE_OFFICE), pytest.raises(RunRefused):
        budgets.give(COUNTY, Share("", "county", fen), day=APRIL, ground="拨", by=FINANCE, at=NOW)


@database
@pytest.mark.usefixtures("county")
def test_a_budget_is_seen_inside_its_county_only_and_never_rewritten() -> None:
    enter(100000)

    with scope.within(Scope((NEIGHBOUR,))):
        assert budgets.history(COUNTY, 2026) == []
    for login in ("default", "owner"):
        for statement in ("UPDATE payments_budget SET fen = 1", "DELETE FROM payments_budget"):
            with (
                pytest.raises(DatabaseError),
                scope.within(WHOLE_OFFICE, using=login),
                connections[login].cursor() as cursor,
            ):
                cursor.execute(statement)


@given(
    st.lists(st.integers(-(10**12), 10**12), min_size=12, max_size=12),
    st.integers(0, 10**12),
    st.lists(st.integers(1, 12), min_size=2, max_size=2).map(sorted),
)
def test_what_is_left_and_what_is_spent_are_the_budget(
    spent: list[int], fen: int, entered: list[int]
) -> None:
    first, last = entered
    row = Compared(AGE, "county", fen, tuple(spent), first, last)

    assert row.left is not None
    assert row.left + row.spent == fen
    assert row.outlook is not None
    count = last - first + 1
    exact = row.spent * (count + 12 - last)
    assert row.outlook * count <= exact < (row.outlook + 1) * count
    totals = budgets.totals([row, row])
    assert (totals.fen, totals.spent) == (2 * fen, 2 * row.spent)


def test_a_whole_year_that_was_entered_is_its_own_outlook() -> None:
    assert Compared(AGE, "county", None, (7,) * 12, 1, 12).outlook == 84
