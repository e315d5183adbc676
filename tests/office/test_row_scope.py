"""Whatever the application asks, the database shows only the rows of the pass it was shown."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlao.office.organisations.models import Organisation
from anlao.office.registry import operations
from anlao.office.registry.models import Elder, RegistrationStatus
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import NOTHING, WHOLE_OFFICE, Scope, joined, make_pass
from tests.office.county import (
    COUNTY,
    REGISTRY,
    SEEN,
    TOWN_A,
    TOWN_B,
    VILLAGE_A1,
    VILLAGE_A2,
    VILLAGE_B,
    VILLAGE_N,
    County,
    assign,
    everywhere,
    scope_for,
    show,
)

pytestmark = pytest.mark.usefixtures("db")
STATUS_TABLES = REGISTRY[1:]


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def run(query: str, *values: Any) -> int:
    """Run a statement in a savepoint of its own; return how many rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return int(cursor.rowcount)


def seen(table: str = "registry_elder") -> set[int]:
    column = "id" if table == "registry_elder" else "elder_id"
    return {number for (number,) in rows(f"SELECT {column} FROM {table}")}


def everything(table: str) -> dict[int, str]:
    """Return the division of every elder that has rows in a table."""
    column = "id" if table == "registry_elder" else "elder_id"
    with everywhere():
        return dict(rows(f"SELECT {column}, division_code FROM {table}"))


@pytest.mark.parametrize("table", REGISTRY)
@pytest.mark.parametrize("part", SEEN)
def test_raw_sql_sees_the_rows_inside_and_no_others(county: County, part: str, table: str) -> None:
    inside = {county.elders[key].pk for key in SEEN[part]}
    there = set(everything(table))

    scope.enter(scope_for(county.cast[part]))

    assert seen(table) == inside & there


def test_every_table_of_the_registry_is_looked_at() -> None:
    found = rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE %s", "registry_%"
    )

    assert {name for (name,) in found} == set(REGISTRY)


codes = st.sampled_from(
    [COUNTY, TOWN_A, TOWN_B, VILLAGE_A1, VILLAGE_A2, VILLAGE_B, VILLAGE_N, "33", "36", "330624"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(codes, max_size=4), st.lists(st.sampled_from(["assessor", "provider"]), max_size=2))
def test_any_scope_shows_what_it_covers(
    county: County, divisions: list[str], bodies: list[str]
) -> None:
    organisations = tuple(county.cast[part].organisation_id for part in bodies)
    listed = {county.elders[{"assessor": "a2", "provider": "b1"}[part]].pk for part in bodies}
    wanted = joined([Scope(tuple(divisions), organisations)])
    for table in ("registry_elder", "registry_vitalstatus", "registry_assignment"):
        expected = {
            number
            for number, code in everything(table).items()
            if wanted.covers(code) or number in listed
        }

        scope.enter(wanted)

        assert seen(table) == expected


@pytest.mark.parametrize("table", REGISTRY)
def test_without_a_pass_nothing_is_there(table: str) -> None:
    assert seen(table) == set()


def test_an_empty_scope_shows_nothing() -> None:
    scope.enter(NOTHING)

    assert seen() == set()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        ";;;",
        "%;;9999999999;",
        "%;;9999999999;" + "0" * 64,
        "%",
        "%;1,2;9999999999;" + "f" * 64 + ";more",
    ],
)
def test_a_forged_pass_shows_nothing(text: str) -> None:
    show(text)

    assert seen() == set()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_an_altered_pass_shows_nothing(data: st.DataObject) -> None:
    real = make_pass(Scope((TOWN_A,), (1,)), now=time.time())
    place = data.draw(st.integers(0, len(real) - 1))
    other = data.draw(st.sampled_from("0123456789abcdef;,%").filter(lambda c: c != real[place]))

    show(real[:place] + other + real[place + 1 :])

    assert seen() == set()


def test_a_pass_widened_keeping_its_mark_shows_nothing() -> None:
    divisions, rest = make_pass(Scope((TOWN_A,)), now=time.time()).split(";", 1)

    show(f"{divisions},%;{rest}")

    assert seen() == set()


def test_a_pass_is_good_for_an_hour_and_not_longer() -> None:
    show(make_pass(WHOLE_OFFICE, now=time.time() - 3590))
    assert seen()

    show(make_pass(WHOLE_OFFICE, now=time.time() - 3610))
    assert seen() == set()


def test_a_block_inside_a_transaction_takes_its_pass_back(county: County) -> None:
    scope.enter(scope_for(county.cast["clerk_b"]))

    with scope.within(WHOLE_OFFICE):
        assert len(seen()) == len(county.elders)

    assert seen() == {county.elders["b1"].pk}


def test_a_block_that_fails_takes_its_pass_back(county: County) -> None:
    scope.enter(scope_for(county.cast["clerk_b"]))

    with pytest.raises(DatabaseError), scope.within(WHOLE_OFFICE):
        run("SELECT 1 / 0")

    assert seen() == {county.elders["b1"].pk}


# what the login may not do


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT key FROM scope_key",
        "UPDATE scope_key SET key = 'mine'",
        "ALTER TABLE registry_elder DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE registry_elder DISABLE TRIGGER ALL",
        "DROP POLICY by_division ON registry_elder",
        "CREATE POLICY mine ON registry_elder USING (true)",
        "CREATE TABLE public.mine (x int)",
        "SET ROLE anlao_owner",
        "ALTER ROLE anlao_app BYPASSRLS",
        "UPDATE shared_auditentry SET who = 'somebody'",
        "DELETE FROM shared_auditentry",
        "TRUNCATE shared_auditentry",
        "ALTER TABLE shared_auditentry DISABLE TRIGGER audit_append_only",
        "CREATE OR REPLACE FUNCTION scope_divisions() RETURNS text[] LANGUAGE sql AS $$ SELECT"
        " '{%}'::text[] $$",
        *(f"DELETE FROM {table}" for table in REGISTRY),
        *(f"TRUNCATE {table} CASCADE" for table in REGISTRY),
    ],
)
def test_the_login_of_the_application_may_not(statement: str) -> None:
    scope.enter(WHOLE_OFFICE)

    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        run(statement)


def test_turning_row_security_off_for_a_session_is_an_error_and_shows_nothing() -> None:
    run("SET LOCAL row_security = off")

    with pytest.raises(DatabaseError, match="row-level security"):
        seen()


def test_a_function_of_the_same_name_in_a_temporary_schema_is_not_taken() -> None:
    run(
        "CREATE FUNCTION pg_temp.scope_part(number int) RETURNS text LANGUAGE sql AS "
        "$$ SELECT '%'::text $$"
    )
    run("SET LOCAL search_path = pg_temp, public")

    assert rows("SELECT id FROM public.registry_elder") == []


# writing


def test_an_elder_is_not_added_outside(county: County) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))

    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Elder.objects.create(
            file_number="X1", name="外人", division_code=VILLAGE_B, created_at=timezone.now()
        )


def test_an_elder_is_not_moved_outside(county: County) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))

    with pytest.raises(DatabaseError, match="row-level security"):
        run(
            "UPDATE registry_elder SET division_code = %s WHERE id = %s",
            VILLAGE_B,
            county.elders["a1"].pk,
        )


def test_an_elder_outside_is_not_changed(county: County) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))

    changed = run("UPDATE registry_elder SET name = 'x' WHERE id = %s", county.elders["b1"].pk)

    assert changed == 0


@pytest.mark.parametrize("said", [VILLAGE_A1, VILLAGE_B])
def test_a_status_of_an_elder_outside_is_not_added_whatever_division_it_claims(
    county: County, said: str
) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))

    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        RegistrationStatus.objects.create(
            elder_id=county.elders["b1"].pk,
            division_code=said,
            valid=(date(1900, 1, 1), date(1901, 1, 1)),
            known=(timezone.now(), None),
            recorded_by="clerk",
        )


def test_an_elder_outside_takes_no_recording(county: County) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))

    with pytest.raises(DatabaseError), transaction.atomic():
        operations.record(
            elder=county.elders["b1"],
            facts={"lives_alone": True},
            start=date(2024, 5, 1),
            ground=Ground("走访"),
            by="clerk",
            at=timezone.now(),
        )


def test_statuses_follow_an_elder_who_moves_inside_the_scope(county: County) -> None:
    moved = county.elders["a3"]
    scope.enter(scope_for(county.cast["county_clerk"]))

    run("UPDATE registry_elder SET division_code = %s WHERE id = %s", VILLAGE_B, moved.pk)

    for table in STATUS_TABLES:
        found = rows(f"SELECT division_code FROM {table} WHERE elder_id = %s", moved.pk)
        assert {code for (code,) in found} <= {VILLAGE_B}
    scope.enter(scope_for(county.cast["clerk_b"]))
    assert moved.pk in seen()


# who is on a list


def test_an_assignment_counts_from_its_first_day_to_the_day_before_its_end(
    county: County,
) -> None:
    body = Organisation.objects.get(pk=county.cast["assessor"].organisation_id)
    today = timezone.localdate()
    cases = {
        "a1": (today, None),
        "a3": (today + timedelta(days=1), None),
        "b1": (today - timedelta(days=9), today),
        "n1": (today - timedelta(days=9), today + timedelta(days=1)),
    }
    for key, (start, until) in cases.items():
        assign(county.elders[key], body, start=start, until=until)

    scope.enter(scope_for(county.cast["assessor"]))

    assert seen() == {county.elders[key].pk for key in ("a1", "a2", "n1")}


def test_the_day_of_an_assignment_is_the_day_of_the_office() -> None:
    (expression,) = rows("SELECT pg_get_functiondef('scope_elders'::regproc)")[0]

    assert "Asia/Shanghai" in expression
    assert "current_date" not in expression.lower()


# transactions


def test_connections_do_not_share_a_pass(county: County) -> None:
    scope.enter(WHOLE_OFFICE)
    address = connection.get_connection_params()
    wanted = {k: address[k] for k in ("host", "port", "dbname", "user", "password")}

    with psycopg.connect(**wanted) as other:
        found = other.execute("SELECT count(*) FROM registry_elder").fetchone()

    assert found == (0,)
    assert len(seen()) == len(county.elders)
