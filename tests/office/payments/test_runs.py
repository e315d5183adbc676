"""A month's run, from the rules to the bank and back to the books."""

from __future__ import annotations

from datetime import date

import pytest

from anlao.office.journeys import operations as journeys
from anlao.office.journeys.operations import Signed
from anlao.office.payments import ledger, recovering
from anlao.office.payments.models import Line, Recovery, Transfer
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import COUNTY, County
from tests.office.payments import months
from tests.office.payments.months import AGE, APRIL, MARCH, MAY

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def paid_elders(county: County) -> County:
    """a1 and b1 are over 80 and hold the allowance; both have accounts."""
    for key in ("a1", "b1"):
        months.award(county.elders[key])
        months.account(county.elders[key])
    return county


def faults() -> list[ledger.Fault]:
    with scope.within(WHOLE_OFFICE):
        return list(ledger.verify(COUNTY))


def test_a_month_is_paid_to_whoever_holds_a_benefit_and_is_entitled(paid_elders: County) -> None:
    a1, b1 = (paid_elders.elders[key] for key in ("a1", "b1"))

    run = months.paid(MARCH)

    found = months.lines(run)
    assert {key: line.fen for key, line in found.items()} == {
        (a1.pk, AGE, "2026-03"): 6000,
        (b1.pk, AGE, "2026-03"): 10000,
    }
    assert run.state == "closed"
    assert {line.state for line in found.values()} == {"owed"}
    assert not faults()
    with scope.within(WHOLE_OFFICE):
        held = {(one.account, one.fund): one.fen for one in ledger.balances(COUNTY)}
    assert held[("expense", "county")] == 16000
    assert held[("bank", "")] == -16000
    assert held[("payable", "")] == held[("transit", "")] == 0


@pytest.mark.usefixtures("paid_elders")
def test_the_next_month_owes_only_the_next_month() -> None:
    months.paid(MARCH)

    run = months.decided(APRIL)

    assert {key[2] for key in months.lines(run)} == {"2026-04"}
    assert {line.previous_fen for line in months.lines(run).values()} == {6000, 10000}


def test_a_death_reported_two_months_late_is_taken_back(paid_elders: County) -> None:
    b1 = paid_elders.elders["b1"]
    months.paid(MARCH)
    months.paid(APRIL)
    months.die(b1, date(2026, 3, 20), known=months.at(date(2026, 5, 4)))

    run = months.approved(months.decided(MAY))

    of_b1 = {key[2]: line.fen for key, line in months.lines(run).items() if key[0] == b1.pk}
    assert of_b1 == {"2026-04": -10000}
    with scope.within(WHOLE_OFFICE):
        recovery = Recovery.objects.get(elder=b1)
        assert recovering.balance(recovery) == 10000
    assert not faults()


def test_who_turns_eighty_this_month_is_new_in_it(county: County) -> None:
    a2 = county.elders["a2"]
    months.award(a2)
    months.account(a2)
    assert a2.birth_date == date(1944, 2, 29)

    run = months.decided(MARCH)

    (line,) = months.lines(run).values()
    assert (line.fen, line.previous_fen, line.state) == (6000, None, "listed")


def test_without_an_account_a_line_waits_and_comes_with_the_next_run(county: County) -> None:
    a1 = county.elders["a1"]
    months.award(a1)
    run = months.decided(MARCH)
    (line,) = months.lines(run).values()
    assert (line.state, line.held_for) == ("held", ["no_account"])
    months.approved(run)
    months.account(a1)

    following = months.decided(APRIL)

    assert {key[2]: line.fen for key, line in months.lines(following).items()} == {
        "2026-03": 6000,
        "2026-04": 6000,
    }


def test_a_returned_payment_is_sent_anew_to_another_account(paid_elders: County) -> None:
    from anlao.office.payments import reissuing

    a1 = paid_elders.elders["a1"]
    run = months.approved(months.decided(MARCH))
    months.sent(run)
    months.answered(run, failing=(a1.pk,))
    months.closed(run)
    months.account(a1, "6228480399999999999")
    again = months.opened(MARCH, kind="reissue", parent=run)

    with scope.within(WHOLE_OFFICE):
        again = reissuing.prepare(again, by=months.MAKER, at=months.at(date(2026, 3, 20)))
    assert (again.lines, again.fen) == (1, 6000)
    months.approved(again)
    months.sent(again)
    months.answered(again)
    months.closed(again)

    with scope.within(WHOLE_OFFICE):
        transfers = Transfer.objects.filter(line__elder=a1).order_by("pk")
        assert [one.state for one in transfers] == ["returned", "paid"]
        assert Line.objects.filter(elder=a1).count() == 1
    assert not faults()


def test_an_overpayment_is_kept_back_from_later_months_up_to_the_share(
    paid_elders: County,
) -> None:
    a1 = paid_elders.elders["a1"]
    months.paid(MARCH)
    months.paid(APRIL)
    with scope.within(WHOLE_OFFICE):
        from anlao.office.registry import operations as registry
        from anlao.office.registry.operations import Ground

        registry.record(
            elder=a1,
            facts={"birth_date": date(1946, 4, 6)},
            start=date(1940, 1, 1),
            ground=Ground("身份证更正"),
            by="clerk",
            at=months.at(date(2026, 5, 3)),
        )
    run = months.approved(months.decided(MAY))
    taken = {key[2]: line.fen for key, line in months.lines(run).items() if key[0] == a1.pk}
    assert taken == {"2026-03": -6000, "2026-05": 6000}

    june = months.approved(months.decided(date(2026, 6, 1)))

    (line,) = [one for key, one in months.lines(june).items() if key[0] == a1.pk]
    assert (line.fen, line.offset_fen) == (6000, 3000)
    with scope.within(WHOLE_OFFICE):
        assert recovering.balance(Recovery.objects.get(elder=a1)) == 3000
        assert Transfer.objects.get(line=line).fen == 3000
    assert not faults()


def test_a_merged_files_benefit_goes_on_in_the_kept_file_and_nobody_is_paid_twice(
    county: County,
) -> None:
    keep, other = county.elders["a1"], county.elders["a2"]
    months.award(other)
    months.account(other)
    march = months.paid(MARCH)
    with scope.within(WHOLE_OFFICE):
        journeys.merge(
            keep=keep,
            other=other,
            take=frozenset(),
            day=date(2026, 4, 3),
            signed=Signed("clerk", months.at(date(2026, 4, 3)), Ground("同一人")),
        )

    april = months.paid(APRIL)

    assert {key[0]: line.fen for key, line in months.lines(march).items()} == {other.pk: 6000}
    assert {(key[0], key[2]): line.fen for key, line in months.lines(april).items()} == {
        (keep.pk, "2026-04"): 6000
    }
    assert months.lines(april)[keep.pk, AGE, "2026-04"].held_for == []


def test_two_files_of_one_person_that_were_both_paid_give_one_of_it_back(county: County) -> None:
    keep, other = county.elders["a1"], county.elders["a2"]
    for her in (keep, other):
        months.award(her)
        months.account(her)
    months.paid(MARCH)
    with scope.within(WHOLE_OFFICE):
        journeys.merge(
            keep=keep,
            other=other,
            take=frozenset(),
            day=date(2026, 4, 3),
            signed=Signed("clerk", months.at(date(2026, 4, 3)), Ground("同一人")),
        )

    april = months.approved(months.decided(APRIL))

    assert {(key[0], key[2]): line.fen for key, line in months.lines(april).items()} == {
        (keep.pk, "2026-04"): 6000,
        (other.pk, "2026-03"): -6000,
    }
