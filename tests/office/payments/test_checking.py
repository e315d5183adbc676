"""Every night the books are laid beside what they sum up; what was changed is found."""

from __future__ import annotations

from datetime import date

import pytest

from anlao.office.database.folder import DataFolder
from anlao.office.interfaces.tasks.books import verify_ledgers
from anlao.office.payments import checking
from anlao.office.registry import operations as registry
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE, Scope
from tests.office.county import COUNTY, County, owner
from tests.office.payments import months
from tests.office.payments.months import APRIL, MARCH

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def paid(county: County) -> County:
    months.award(county.elders["a1"])
    months.account(county.elders["a1"])
    months.paid(MARCH)
    return county


def test_the_night_finds_nothing_wrong_and_says_so(paid: County) -> None:
    del paid

    assert verify_ledgers(by="nightly") == 0

    with scope.within(Scope((COUNTY,))):
        found = checking.latest(COUNTY)
    assert found is not None
    assert (found.by, found.faults) == ("nightly", 0)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("payments_entry", "UPDATE payments_entry SET memo = 'x' WHERE kind = 'paid'"),
        ("payments_posting", "UPDATE payments_posting SET fen = fen * 2"),
        ("payments_posting", "DELETE FROM payments_posting WHERE account = 'bank'"),
        ("payments_transfer", "UPDATE payments_transfer SET state = 'sent'"),
    ],
)
def test_what_somebody_changed_behind_our_back_is_found(
    paid: County, office: DataFolder, table: str, change: str
) -> None:
    del paid
    with owner(office) as session:
        session.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        session.execute(change)
        session.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    assert verify_ledgers(by="nightly") > 0


def test_what_was_being_recorded_while_a_run_was_decided_is_not_missed(paid: County) -> None:
    b1 = paid.elders["b1"]
    months.award(b1)
    months.account(b1)
    months.approved(months.decided(APRIL))
    with scope.within(WHOLE_OFFICE):  # began before the run looked, was seen only afterwards
        registry.record(
            elder=b1,
            facts={"death_date": date(2026, 3, 20)},
            start=date(2026, 3, 20),
            ground=Ground("死亡证明"),
            by="clerk",
            at=months.at(APRIL.replace(day=10), hour=8),
        )

    run = months.decided(date(2026, 5, 1))

    taken = {key[2]: line.fen for key, line in months.lines(run).items() if key[0] == b1.pk}
    assert taken["2026-04"] == -10000
