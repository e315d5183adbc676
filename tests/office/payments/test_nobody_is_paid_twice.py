"""Whatever programs try, the database pays nobody twice, and lets no single person pay."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, connections, transaction

from anlao.office.database.folder import DataFolder
from anlao.office.payments import deciding, operations
from anlao.office.payments.models import Line, Run, Signature, Transfer
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import COUNTY, County, owner
from tests.office.payments import months
from tests.office.payments.months import APRIL, MARCH

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def a1(county: County) -> int:
    months.award(county.elders["a1"])
    months.account(county.elders["a1"])
    return int(county.elders["a1"].pk)


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(DatabaseError), scope.within(WHOLE_OFFICE), _checked_at_once():
        yield


@contextmanager
def _checked_at_once() -> Iterator[None]:
    with transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do things side by side, all beginning together; return what came of each."""
    ready = Barrier(len(acts))

    def done(act: Callable[[], object]) -> object:
        ready.wait(20)
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - what was raised is what the test looks at
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(done, acts))


def test_of_many_who_open_the_same_month_at_once_one_does(a1: int) -> None:
    del a1

    found = at_once(*(lambda: months.opened(MARCH) for _ in range(4)))

    assert [type(one) for one in found].count(Run) == 1
    assert {type(one) for one in found} == {Run, RunRefused}


def test_deciding_a_run_from_four_sides_leaves_one_line(a1: int) -> None:
    run = months.opened(MARCH)
    when = months.at(date(2026, 3, 10))

    at_once(*(lambda: deciding.decide(run.pk, by="maker", at=when, today=MARCH) for _ in range(4)))

    with scope.within(WHOLE_OFFICE):
        assert Line.objects.filter(elder_id=a1).count() == 1


def test_settling_and_sending_from_many_sides_sends_once(a1: int) -> None:
    from anlao.office.payments import settling, signing
    from anlao.office.payments.bank import files

    run = months.stamped(months.decided(MARCH))
    when = months.at(date(2026, 3, 12))
    with scope.within(WHOLE_OFFICE):
        signing.review(run, digest=run.digest, remark="", by="reviewer", at=when)
        signing.approve(run, digest=run.digest, remark="", by="approver", at=when)

    def settle() -> None:
        with scope.within(WHOLE_OFFICE):
            settling.settle(run, at=when)

    def send() -> object:
        with scope.within(WHOLE_OFFICE):
            return files.make(run, "usual-csv", by="finance", at=when)

    assert at_once(settle, settle, settle) == [None] * 3
    sent = at_once(send, send, send)

    assert [one for one in sent if one is None] == [None] * 2
    with scope.within(WHOLE_OFFICE):
        assert Transfer.objects.filter(line__elder_id=a1).count() == 1


def test_a_second_first_line_is_refused_by_the_database(a1: int, office: DataFolder) -> None:
    months.approved(months.decided(MARCH))
    again = months.opened(APRIL)

    with owner(office) as session, pytest.raises(Exception, match="line_follows_once"):
        session.execute(
            "INSERT INTO payments_line (run_id, subject, payee, elder_id, division_code, provision,"
            " month, period, follows_id, before_fen, due_fen, fen, offset_fen, reason, state,"
            " held_for, cleared) SELECT %s, subject, payee, elder_id, division_code, provision,"
            " month, period, NULL, 0, due_fen, due_fen, 0, reason, 'listed', '{}', '{}'"
            " FROM payments_line WHERE elder_id = %s",
            [again.pk, a1],
        )


def test_a_line_cannot_say_that_less_was_due_before(a1: int, office: DataFolder) -> None:
    months.approved(months.decided(MARCH))
    again = months.opened(APRIL)

    with owner(office) as session, pytest.raises(Exception, match="does not follow"):
        session.execute(
            "INSERT INTO payments_line (run_id, subject, payee, elder_id, division_code, provision,"
            " month, period, follows_id, before_fen, due_fen, fen, offset_fen, reason, state,"
            " held_for, cleared) SELECT %s, subject, payee, elder_id, division_code, provision,"
            " month, period, id, 0, due_fen, due_fen, 0, reason, 'listed', '{}', '{}'"
            " FROM payments_line WHERE elder_id = %s",
            [again.pk, a1],
        )


def test_a_second_transfer_of_a_line_is_refused(a1: int) -> None:
    run = months.approved(months.decided(MARCH))
    with scope.within(WHOLE_OFFICE):
        first = Transfer.objects.get(run=run)

    with refused():
        Transfer.objects.create(
            line=first.line,
            run=run,
            division_code=first.division_code,
            account=first.account,
            reference="P2",
            fen=first.fen,
        )
    del a1


def test_a_transfer_of_another_amount_is_refused(a1: int) -> None:
    run = months.approved(months.decided(MARCH))
    months.sent(run)
    months.answered(run, failing=(a1,))
    with scope.within(WHOLE_OFFICE):
        first = Transfer.objects.get(run=run)

    with refused():
        Transfer.objects.create(
            line=first.line,
            run=run,
            division_code=first.division_code,
            account=first.account,
            reference="P2",
            fen=first.fen + 1,
        )


@pytest.mark.parametrize("by", ["maker", "reviewer"])
def test_the_maker_signs_nothing_and_nobody_signs_twice(a1: int, by: str) -> None:
    del a1
    run = months.stamped(months.decided(MARCH))
    with scope.within(WHOLE_OFFICE):
        from anlao.office.payments import signing

        signing.review(
            run, digest=run.digest, remark="", by="reviewer", at=months.at(date(2026, 3, 12))
        )

    with refused():
        Signature.objects.create(
            run=run,
            division_code=COUNTY,
            part="approval",
            digest=run.digest,
            by=by,
            at=months.at(date(2026, 3, 12)),
        )


@pytest.mark.parametrize("state", ["reviewed", "approved", "sent", "closed"])
def test_no_state_is_reached_past_the_signatures(a1: int, state: str) -> None:
    del a1
    run = months.decided(MARCH)

    with refused():
        Run.objects.filter(pk=run.pk).update(state=state)


@pytest.mark.parametrize(
    "change", [{"fen": 1}, {"due_fen": 99_999}, {"state": "listed"}, {"state": "left_out"}]
)
def test_what_is_owed_is_never_changed(a1: int, change: dict[str, object]) -> None:
    run = months.approved(months.decided(MARCH))
    del a1

    with refused():
        Line.objects.filter(run=run).update(**change)


def test_an_approved_run_is_neither_decided_again_nor_cancelled(a1: int) -> None:
    del a1
    run = months.approved(months.decided(MARCH))

    with pytest.raises(deciding.NotNow):
        deciding.decide(run.pk, by="maker", at=months.at(APRIL), today=APRIL)
    with pytest.raises(RunRefused), scope.within(WHOLE_OFFICE):
        operations.cancel(run, reason="误开", by="maker")


def test_postings_that_do_not_add_up_are_refused(a1: int, office: DataFolder) -> None:
    del a1
    months.approved(months.decided(MARCH))

    with owner(office) as session:
        session.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Exception, match="do not add up"):
            session.execute(
                "INSERT INTO payments_posting"
                " (entry_id, division_code, account, fund, provision, fen)"
                " SELECT max(id), '331123', 'bank', '', '', 1 FROM payments_entry"
            )
