"""Codes of an app are good in their time and once; recovery codes once; rules reach their roles."""

from __future__ import annotations

from base64 import b32decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import connection
from tests.office.county import COUNTY, NEIGHBOUR, TOWN_A, County
from tests.office.log import log

from anlao.office.divisions.models import Division
from anlao.office.organisations import factor_rules, factors
from anlao.office.organisations.models import Authenticator, RecoveryCode, User
from anlao.office.organisations.queries import grants_on

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 3, 2, 1, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)
RFC_SECRET = b"12345678901234567890"
RFC_6238 = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
"""Appendix B of RFC 6238, SHA-1, the last six of its eight digits."""


def code(secret: bytes, at: datetime) -> str:
    return TOTP(secret, 6, SHA1(), 30).generate(at.timestamp()).decode()  # noqa: S303


@pytest.fixture
def her(county: County, db: None) -> User:
    del db
    return county.cast["clerk_a"]


@pytest.fixture
def secret(her: User) -> bytes:
    made = factors.new_secret()
    factors.add_app(her, made, code(made, NOW - 9 * STEP), name="手机", at=NOW - 9 * STEP)
    return made


@pytest.mark.parametrize(("seconds", "expected"), RFC_6238)
def test_codes_are_those_of_the_standard(her: User, seconds: int, expected: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)

    factors.add_app(her, RFC_SECRET, expected, name="a", at=at)

    assert factors.of(her).count() == 1


@pytest.mark.parametrize(
    ("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_is_good_for_its_step_and_one_beside(
    her: User, secret: bytes, steps: int, good: bool
) -> None:
    assert factors.check_code(her, code(secret, NOW + steps * STEP), at=NOW) is good


def test_a_code_is_good_once_and_none_from_before_it(her: User, secret: bytes) -> None:
    present, before = code(secret, NOW), code(secret, NOW - STEP)

    assert factors.check_code(her, present, at=NOW)
    assert not factors.check_code(her, present, at=NOW)
    assert not factors.check_code(her, before, at=NOW)
    assert factors.check_code(her, code(secret, NOW + STEP), at=NOW + STEP)


def test_the_code_that_added_the_app_is_taken_already(her: User) -> None:
    made = factors.new_secret()
    factors.add_app(her, made, code(made, NOW), name="a", at=NOW)

    assert not factors.check_code(her, code(made, NOW), at=NOW)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00", "-1"])
def test_nonsense_is_no_code(her: User, secret: bytes, typed: str) -> None:
    del secret
    assert not factors.check_code(her, typed, at=NOW)


def test_blanks_in_a_code_do_not_matter(her: User, secret: bytes) -> None:
    typed = code(secret, NOW)

    assert factors.check_code(her, f" {typed[:3]} {typed[3:]} ", at=NOW)


def test_a_code_of_somebody_else_is_none(county: County, her: User, secret: bytes) -> None:
    other = county.cast["clerk_b"]
    theirs = factors.new_secret()
    factors.add_app(other, theirs, code(theirs, NOW - 9 * STEP), name="a", at=NOW - 9 * STEP)

    assert not factors.check_code(her, code(theirs, NOW), at=NOW)
    assert not factors.check_code(other, code(secret, NOW), at=NOW)


def test_an_app_is_not_added_by_a_wrong_code(her: User) -> None:
    with pytest.raises(factors.FactorRefused):
        factors.add_app(her, factors.new_secret(), "000000", name="a", at=NOW)

    assert not factors.of(her).exists()


def test_the_secret_is_sealed_and_bound_to_its_user(
    county: County, her: User, secret: bytes
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM organisations_authenticator")
        kept = bytes(cursor.fetchone()[0])

    assert secret not in kept
    assert secret.hex().encode() not in kept
    assert factors.unsealed(kept, her) == secret
    with pytest.raises(Exception, match="changed or belongs elsewhere"):
        factors.unsealed(kept, county.cast["clerk_b"])


def test_the_address_for_the_app_holds_the_secret(her: User) -> None:
    secret = factors.new_secret()
    parts = urlsplit(factors.address_of(secret, her))

    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert "clerk_a" in parts.path
    assert b32decode(parse_qs(parts.query)["secret"][0]) == secret
    assert b32decode(factors.spelt(secret).replace(" ", "")) == secret


def test_recovery_codes_are_good_once_and_new_ones_end_the_old(her: User, secret: bytes) -> None:
    del secret
    first = factors.new_codes(her, at=NOW)
    assert len(set(first)) == factors.CODES

    assert factors.check_code(her, first[0].upper().replace("-", " "), at=NOW)
    assert not factors.check_code(her, first[0], at=NOW)
    assert factors.codes_left(her) == factors.CODES - 1
    again = factors.new_codes(her, at=NOW)
    assert not factors.check_code(her, first[1], at=NOW)
    assert factors.check_code(her, again[1], at=NOW)


def test_recovery_codes_are_kept_as_digests_only(her: User, secret: bytes) -> None:
    del secret
    codes = factors.new_codes(her, at=NOW)
    kept = b"".join(bytes(row.digest) for row in RecoveryCode.objects.all())

    assert not any(code.replace("-", "").encode() in kept for code in codes)


def test_a_reset_takes_everything_and_says_why(her: User, secret: bytes) -> None:
    codes = factors.new_codes(her, at=NOW)

    assert factors.reset(her, reason="手机丢失", by="administrator", at=NOW) == 1

    assert not factors.of(her).exists()
    assert not factors.check_code(her, codes[0], at=NOW)
    assert not factors.check_code(her, code(secret, NOW), at=NOW)
    assert Authenticator.objects.count() == 1
    entry = log().get(act="reset_second_factor")
    assert (entry.who, entry.subject, entry.purpose) == (
        "administrator", "user:clerk_a", "手机丢失",
    )  # fmt: skip


def test_a_rule_reaches_its_role_in_its_division_only(county: County) -> None:
    place = Division.objects.get(code=COUNTY)
    factor_rules.require(place, ["township_clerk", "finance"], by="administrator", at=NOW)

    def reached(part: str) -> bool:
        user = county.cast[part]
        return factors.is_required(user, grants_on(user, NOW.date()))

    assert [part for part in county.cast if reached(part)] == ["clerk_a", "clerk_b", "finance"]
    factor_rules.require(place, ["auditor"], by="administrator", at=NOW)
    assert [part for part in county.cast if reached(part)] == ["auditor"]
    neighbour = Division.objects.get(code=NEIGHBOUR)
    factor_rules.require(neighbour, ["county_clerk"], by="x", at=NOW)
    assert [part for part in county.cast if reached(part)] == ["neighbour", "auditor"]
    town = Division.objects.get(code=TOWN_A)
    factor_rules.require(town, ["township_clerk"], by="x", at=NOW)
    assert reached("clerk_a")
    assert not reached("clerk_b")


def test_the_last_factor_stays_where_one_is_required(county: County, secret: bytes) -> None:
    del secret
    user = county.cast["clerk_a"]
    grants = grants_on(user, NOW.date())
    factor_rules.require(Division.objects.get(code=COUNTY), ["township_clerk"], by="x", at=NOW)
    first = factors.of(user).get()

    with pytest.raises(factors.FactorRefused):
        factors.remove(user, first.pk, grants, at=NOW)
    factors.add_key(user, b"x", 0, name="k", at=NOW)
    factors.remove(user, first.pk, grants, at=NOW)
    with pytest.raises(factors.FactorRefused):
        factors.remove(user, factors.of(user).get().pk, grants, at=NOW)


@pytest.mark.parametrize(
    ("kept", "said", "good"),
    [(0, 0, True), (0, 5, True), (5, 6, True), (5, 5, False), (5, 4, False), (5, 0, False)],
)
def test_a_key_whose_count_went_back_is_a_copy(her: User, kept: int, said: int, good: bool) -> None:
    factors.add_key(her, b"x", kept, name="k", at=NOW)

    assert factors.note_key_used(factors.of(her).get(), said, at=NOW) is good
    assert log(act="second_factor_copied").exists() is not good
