"""What nobody may do to a line or a transfer, whatever the program believes: all ways tried."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from typing import Any

import psycopg
import pytest
from psycopg import sql

from anlao.office.database.folder import DataFolder
from anlao.office.payments.models import Line, Run, Transfer
from tests.office.county import County, owner
from tests.office.payments import months
from tests.office.payments.months import MARCH

Session = psycopg.Connection[Any]
OPEN, PREVIEWED, APPROVED, CANCELLED = "open", "previewed", "approved", "cancelled"
WAITS = ("listed", "held")
LINES_GO = {
    *((OPEN, was, becomes) for was in Line.State.values for becomes in WAITS if was != becomes),
    *((PREVIEWED, was, becomes) for was, becomes in permutations(WAITS)),
    *((stage, was, "left_out") for stage in (APPROVED, CANCELLED) for was in WAITS),
    (APPROVED, "listed", "owed"),
    (APPROVED, "listed", "charged"),
}
"""(state of the run, state of the line, its next state): all that is let through."""
TRANSFERS_GO = {("ready", "sent"), ("sent", "paid"), ("sent", "returned")}
LINE_KEEPS = {
    "run_id": "run_id + 1",
    "subject": "'elder:0'",
    "payee": "'elder:0'",
    "elder_id": "NULL",
    "provision": "'other'",
    "month": "month + 1",
    "period": "'2026-01'",
    "follows_id": "id",
    "before_fen": "before_fen + 1",
    "due_fen": "due_fen + 1",
    "fen": "fen + 1",
    "previous_fen": "7",
    "reason": "'other'",
}
TRANSFER_KEEPS = {
    "line_id": "line_id + 1",
    "run_id": "run_id + 1",
    "account_id": "account_id + 1",
    "reference": "'P1'",
    "fen": "fen + 1",
}


@pytest.fixture
def books(county: County, office: DataFolder, committed: None) -> Iterator[Session]:
    """One paid line and its transfer, open to the owner of the tables; all of it is taken back."""
    del committed
    months.award(county.elders["a1"])
    months.account(county.elders["a1"])
    months.paid(MARCH)
    with owner(office) as session:
        session.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else triggers could not be put off
        yield session
        session.rollback()


def put(session: Session, table: str, **values: object) -> None:
    """Change rows behind the back of what guards them."""
    changes = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values)
    for statement in (
        sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)),
        sql.SQL("UPDATE {} SET {}").format(sql.Identifier(table), changes),
        sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)),
    ):
        session.execute(statement, list(values.values()) if "SET" in str(statement) else None)


def goes(session: Session, statement: str) -> bool:
    """Return whether a statement is let through; what it did is taken back."""
    try:
        with session.transaction(force_rollback=True):
            session.execute(statement.encode())
    except psycopg.errors.RaiseException:
        return False
    return True


def money(state: str) -> dict[str, int]:
    """Return figures that a line of a state may have."""
    less = {"before_fen": 6000, "due_fen": 0, "fen": -6000}
    return less if state == "charged" else {"before_fen": 0, "due_fen": 6000, "fen": 6000}


def test_lines_go_the_ways_of_their_run_and_no_other(books: Session) -> None:
    through = set()
    for stage, (was, becomes) in product(Run.State.values, permutations(Line.State.values, 2)):
        if {was, becomes} == {"owed", "charged"}:
            continue  # no figure fits both
        put(books, "payments_run", state=stage)
        put(books, "payments_line", state=was, **money(max(was, becomes, key="charged".__eq__)))
        if goes(books, f"UPDATE payments_line SET state = '{becomes}'"):
            through.add((stage, was, becomes))

    assert through == LINES_GO


@pytest.mark.parametrize(
    ("change", "stages"),
    [
        ("offset_fen = 100", {OPEN}),
        ("held_for = '{late}'", {OPEN, PREVIEWED}),
        ('cleared = \'{"late": "核实"}\'', {OPEN, PREVIEWED}),
        ("division_code = '331123102209'", set(Run.State.values)),
        ("state = state", set(Run.State.values)),
    ],
)
def test_what_a_listed_line_waits_for_is_changed_only_before_it_is_signed(
    books: Session, change: str, stages: set[str]
) -> None:
    through = set()
    for stage in Run.State.values:
        put(books, "payments_run", state=stage)
        put(books, "payments_line", state="listed")
        if goes(books, f"UPDATE payments_line SET {change}"):
            through.add(stage)

    assert through == stages


@pytest.mark.parametrize(("column", "value"), LINE_KEEPS.items())
def test_what_a_line_says_is_never_changed(books: Session, column: str, value: str) -> None:
    put(books, "payments_run", state=OPEN)
    put(books, "payments_line", state="listed")

    assert not goes(books, f"UPDATE payments_line SET {column} = {value}")


def test_lines_are_removed_only_while_their_run_is_decided_again(books: Session) -> None:
    books.execute("ALTER TABLE payments_transfer DISABLE TRIGGER USER")
    books.execute("DELETE FROM payments_transfer")
    through = set()
    for stage, state in product(Run.State.values, Line.State.values):
        put(books, "payments_run", state=stage)
        put(books, "payments_line", state=state, **money(state))
        if goes(books, "DELETE FROM payments_line"):
            through.add((stage, state))

    assert through == {(OPEN, "listed"), (OPEN, "held")}


def test_transfers_go_one_way(books: Session) -> None:
    through = set()
    for was, becomes in permutations(Transfer.State.values, 2):
        put(books, "payments_transfer", state=was)
        if goes(books, f"UPDATE payments_transfer SET state = '{becomes}'"):
            through.add((was, becomes))

    assert through == TRANSFERS_GO


@pytest.mark.parametrize(("column", "value"), TRANSFER_KEEPS.items())
def test_what_a_transfer_brings_is_never_changed(books: Session, column: str, value: str) -> None:
    assert not goes(books, f"UPDATE payments_transfer SET {column} = {value}")


@pytest.mark.parametrize(
    ("change", "states"),
    [
        ("file_id = NULL", {"ready"}),
        ("bank_note = '户名不符'", {"ready", "sent"}),
        ("division_code = '331123102209'", set(Transfer.State.values)),
    ],
)
def test_what_the_bank_said_stays_said(books: Session, change: str, states: set[str]) -> None:
    through = set()
    for state in Transfer.State.values:
        put(books, "payments_transfer", state=state)
        if goes(books, f"UPDATE payments_transfer SET {change}"):
            through.add(state)

    assert through == states


@pytest.mark.parametrize(
    ("column", "value", "is_made"),
    [
        ("fen", "fen", True),
        ("fen", "fen - 1", False),
        ("state", "'paid'", False),
        ("line_id", "0", False),
        ("account_id", "0", False),
        ("run_id", "0", False),
    ],
)
def test_a_transfer_brings_what_a_line_owes_by_a_run_to_an_account(
    books: Session, column: str, value: str, is_made: bool
) -> None:
    put(books, "payments_transfer", state="returned")
    columns = ["id", "line_id", "run_id", "division_code", "account_id", "reference", "fen"]
    columns += ["state", "bank_code", "bank_note"]
    given = {name: name for name in columns}
    given |= {"id": "id + 1000", "reference": "'P9'", "state": "'ready'", "bank_note": "''"}
    values = ", ".join((given | {column: value}).values())

    through = goes(
        books,
        f"INSERT INTO payments_transfer ({', '.join(columns)}) SELECT {values} "
        "FROM payments_transfer",
    )

    assert through == is_made


def test_a_transfer_on_its_way_is_the_only_one_of_its_line(books: Session) -> None:
    put(books, "payments_transfer", state="paid")

    with pytest.raises(psycopg.errors.UniqueViolation):
        books.execute(
            "INSERT INTO payments_transfer (id, line_id, run_id, division_code, account_id, "
            "reference, fen, state, bank_code, bank_note) SELECT id + 1000, line_id, run_id, "
            "division_code, account_id, 'P9', fen, 'ready', '', '' FROM payments_transfer"
        )
