"""What the application's login may do to grants and sign-in security by raw SQL: end them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from tests.office.county import County

from anlao.office.organisations import factors, sessions
from anlao.office.organisations.models import Authenticator

pytestmark = pytest.mark.usefixtures("db")


def run(statement: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE organisations_grant SET role = 'county_clerk'",
        "UPDATE organisations_grant SET division_id = '33'",
        "UPDATE organisations_grant SET valid = '[1900-01-01,)'",
        "UPDATE organisations_grant SET user_id = 1, revoked_at = now()",
        "DELETE FROM organisations_grant",
        "TRUNCATE organisations_grant",
        "ALTER TABLE organisations_grant DISABLE TRIGGER ALL",
        "UPDATE organisations_authenticator SET secret = NULL",
        "UPDATE organisations_authenticator SET user_id = 1",
        "DELETE FROM organisations_authenticator",
        "UPDATE organisations_recoverycode SET digest = 'x'",
        "DELETE FROM organisations_recoverycode",
        "UPDATE organisations_signin SET user_id = 1",
        "DELETE FROM organisations_signin",
        "DELETE FROM organisations_secondfactorrule",
        "UPDATE divisions_divisionchange SET day = '1990-01-01'",
        "DELETE FROM divisions_divisionchange",
    ],
)
def test_the_login_of_the_application_may_not(statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        run(statement)


def test_a_grant_is_ended_once_and_stays_ended(county: County) -> None:
    (held,) = county.cast["clerk_a"].grants.all()
    ended = "UPDATE organisations_grant SET revoked_at = {}, revoked_by = 'x' WHERE id = %s"

    with pytest.raises(DatabaseError, match="never changed"):
        run(ended.format("NULL"), held.pk)
    assert run(ended.format("now()"), held.pk) == 1
    for again in ("NULL", "now()"):
        with pytest.raises(DatabaseError, match="never changed"):
            run(ended.format(again), held.pk)


def test_an_authenticator_only_goes_forward(county: County) -> None:
    now = timezone.now()
    factors.add_key(county.cast["clerk_a"], b"x", 7, name="k", at=now)
    key = Authenticator.objects.get()
    change = "UPDATE organisations_authenticator SET {} WHERE id = %s"

    assert run(change.format("counter = 8"), key.pk) == 1
    with pytest.raises(DatabaseError, match="only goes forward"):
        run(change.format("counter = 7"), key.pk)
    assert run(change.format("removed_at = now()"), key.pk) == 1
    with pytest.raises(DatabaseError, match="only goes forward"):
        run(change.format("removed_at = NULL"), key.pk)


def test_an_ended_sign_in_and_a_used_code_are_not_good_again(county: County) -> None:
    user, now = county.cast["clerk_a"], timezone.now()
    sessions.begin(user, device="", second=False, at=now)
    sessions.end(user, by="x", at=now)
    factors.add_key(user, b"x", 0, name="k", at=now)
    code = factors.new_codes(user, at=now)[0]
    assert factors.check_code(user, code, at=now)

    with pytest.raises(DatabaseError, match="stays signed out"):
        run("UPDATE organisations_signin SET ended_at = NULL")
    with pytest.raises(DatabaseError, match="good once"):
        run("UPDATE organisations_recoverycode SET used_at = NULL WHERE used_at IS NOT NULL")
