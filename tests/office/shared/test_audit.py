"""Every act has its entry, and whatever happens to an entry is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.office.county import EARLY, TOWN_A, County
from tests.office.log import chain_is_whole, log

from anlao.office.organisations import operations
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act, Broken
from anlao.office.shared.models import AuditEntry
from anlao.office.shared.scope import WHOLE_OFFICE, Scope


@pytest.fixture
def tampering(committed: None) -> Iterator[Callable[[str], list[Broken]]]:
    """Change the log as its owner, look what the check says, and undo it."""
    del committed
    for number in range(5):
        with transaction.atomic():
            audit.record(Act(f"act{number}", "elder:1", after={"n": number}), by="clerk")

    def tamper(statement: str) -> list[Broken]:
        owner = connections["owner"]
        with transaction.atomic(using="owner"):
            with owner.cursor() as cursor:
                cursor.execute("ALTER TABLE shared_auditentry DISABLE TRIGGER audit_append_only")
                cursor.execute(statement)
                assert cursor.rowcount
            found = verified_by_owner()
            transaction.set_rollback(True, using="owner")
        assert chain_is_whole()
        return found

    yield tamper
    connections["owner"].close()


def verified_by_owner() -> list[Broken]:
    """Check what the owner's transaction sees: the check itself knows one connection only."""
    usual = AuditEntry.objects.db_manager("owner").all()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(AuditEntry.objects, "order_by", usual.order_by)
        return list(audit.verify().broken)


SOME = "(SELECT max(number) - 2 FROM shared_auditentry)"


@pytest.mark.parametrize(
    "change",
    [
        "who = 'somebody'",
        "act = 'other'",
        "subject = 'elder:2'",
        "division = '331123'",
        "purpose = 'other'",
        "at = at + interval '1 microsecond'",
        """after = '{"n": 99}'""",
        "after = NULL",
        "before = '{}'",
        "mark = repeat('0', 64)",
    ],
)
def test_a_changed_entry_is_found(tampering: Callable[[str], list[Broken]], change: str) -> None:
    found = tampering(f"UPDATE shared_auditentry SET {change} WHERE number = {SOME}")

    assert found
    assert "changed" in found[0].why


def test_a_removed_entry_is_found(tampering: Callable[[str], list[Broken]]) -> None:
    (first, *_) = tampering(f"DELETE FROM shared_auditentry WHERE number = {SOME}")

    assert "missing" in first.why


def test_the_first_entry_removed_is_found(tampering: Callable[[str], list[Broken]]) -> None:
    (first, *_) = tampering("DELETE FROM shared_auditentry WHERE number = 1")

    assert "entries 1 to 1 are missing" in first.why


def test_a_removed_entry_with_all_renumbered_is_found(
    tampering: Callable[[str], list[Broken]],
) -> None:
    found = tampering(
        f"WITH gone AS (DELETE FROM shared_auditentry WHERE number = {SOME} RETURNING number) "
        "UPDATE shared_auditentry SET number = -number WHERE number > (SELECT number FROM gone)"
    )

    assert found


def test_entries_in_another_order_are_found(tampering: Callable[[str], list[Broken]]) -> None:
    found = tampering(
        "UPDATE shared_auditentry a SET who = b.who, act = b.act, after = b.after, at = b.at, "
        "mark = b.mark FROM shared_auditentry b "
        f"WHERE b.number = CASE a.number WHEN {SOME} THEN {SOME} + 1 ELSE {SOME} END "
        f"AND a.number IN ({SOME}, {SOME} + 1)"
    )

    assert len(found) >= 2


def test_an_entry_put_in_by_hand_is_found(tampering: Callable[[str], list[Broken]]) -> None:
    found = tampering(
        "INSERT INTO shared_auditentry (number, at, who, act, subject, division, purpose, mark) "
        "SELECT max(number) + 1, now(), 'x', 'x', '', '', '', repeat('a', 64) "
        "FROM shared_auditentry"
    )

    assert len(found) == 1


@pytest.mark.usefixtures("committed")
def test_even_the_owner_is_stopped_by_the_table() -> None:
    for statement in ("UPDATE shared_auditentry SET who = 'x'", "DELETE FROM shared_auditentry"):
        with (
            connections["owner"].cursor() as cursor,
            pytest.raises(DatabaseError, match="never changed"),
        ):
            cursor.execute(statement)
    connections["owner"].close()


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=8).map(lambda text: text.replace("\x00", "")),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
keys = st.text(alphabet="abc姓", min_size=1, max_size=3)


@pytest.mark.usefixtures("db")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.none() | st.dictionaries(keys, anything, max_size=3))
def test_whatever_is_logged_fits_the_chain(content: dict[str, Any] | None) -> None:
    audit.record(Act("any", after=content, before=content), by="某人")

    assert chain_is_whole()


@pytest.mark.usefixtures("db")
def test_an_act_that_is_rolled_back_leaves_no_entry() -> None:
    before = log().count()

    with transaction.atomic():
        audit.record(Act("act"), by="clerk")
        transaction.set_rollback(True)

    assert log().count() == before


@pytest.mark.usefixtures("committed")
def test_acts_at_the_same_time_make_one_chain() -> None:
    start, failed = Barrier(4), []

    def act(name: str) -> None:
        try:
            start.wait(10)
            for number in range(5):
                with transaction.atomic():
                    audit.record(Act(f"{name}{number}"), by=name)
        except (DatabaseError, psycopg.Error) as error:
            failed.append(error)
        finally:
            connection.close()

    before = log().count()
    threads = [Thread(target=act, args=(f"clerk{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert log().count() == before + 20
    assert chain_is_whole()


@pytest.mark.usefixtures("db")
def test_an_auditor_reads_what_concerns_her_divisions_and_what_concerns_none() -> None:
    for division in (TOWN_A, "331123102", "330624", ""):
        audit.record(Act("seen", division=division), by="clerk")

    with scope.within(WHOLE_OFFICE):
        found = audit.entries(Scope((TOWN_A,)), act="seen")

        assert {entry.division for entry in found} == {TOWN_A, ""}


# an entry for every act of the operations


@pytest.mark.usefixtures("db")
def test_grants_and_passwords_are_logged(county: County) -> None:
    user = county.cast["nobody"]
    before = log().count()
    held = operations.grant(
        user=user,
        role="leader",
        organisation=user.organisation,
        start=date(2024, 1, 1),
        reason="任命",
        by="administrator",
        at=EARLY,
    )
    operations.revoke(held=held, reason="离任", by="administrator", at=EARLY)
    operations.note_failure(user, at=datetime.now(EARLY.tzinfo))
    operations.note_success(user)
    operations.change_password(user, "another sentence")
    operations.reset_password(user, "first", by="administrator")

    entries = log().order_by("number")[before:]
    assert [(entry.act, entry.who, entry.purpose) for entry in entries] == [
        ("grant", "administrator", "任命"),
        ("revoke", "administrator", "离任"),
        ("sign_in_failed", "nobody", ""),
        ("sign_in", "nobody", ""),
        ("change_password", "nobody", ""),
        ("reset_password", "administrator", ""),
    ]
    assert {entry.subject for entry in entries} == {"user:nobody"}
    assert not any("sentence" in f"{entry.before}{entry.after}" for entry in entries)


def mine() -> QuerySet[AuditEntry]:
    return log(act__in=("first", "second", "third")).order_by("number")


@pytest.mark.usefixtures("db")
def test_entries_that_wait_are_written_at_the_end_in_their_order() -> None:
    with audit.written_at_the_end():
        for name in ("first", "second", "third"):
            audit.record(Act(name), by="t")
        assert not mine().exists()

    assert list(mine().values_list("act", flat=True)) == ["first", "second", "third"]
    assert chain_is_whole()


@pytest.mark.usefixtures("db")
def test_what_is_rolled_back_takes_its_waiting_entries_with_it() -> None:
    with audit.written_at_the_end():
        audit.record(Act("first"), by="t")
        with transaction.atomic():
            audit.record(Act("second"), by="t")
            transaction.set_rollback(True)
        audit.record(Act("third"), by="t")

    assert set(mine().values_list("act", flat=True)) == {"first", "third"}


@pytest.mark.usefixtures("db")
def test_whoever_reads_the_log_reads_what_waits_too() -> None:
    with scope.within(WHOLE_OFFICE), audit.written_at_the_end():
        audit.record(Act("first"), by="t")

        assert audit.entries(WHOLE_OFFICE, act="first").count() == 1
    assert log(act="first").count() == 1
