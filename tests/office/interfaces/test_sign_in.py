"""Signing in: what is refused, what is locked and for how long, and what comes first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.checks import run_checks
from django.test import Client
from tests.office.county import PASSWORD, County
from tests.office.log import chain_is_whole, log

from anlao.office.organisations import operations
from anlao.office.organisations.models import User

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
Browser = Callable[[User | None], Client]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browser(client_of: Browser) -> Client:
    return client_of(None)


def sign_in(browser: Client, username: str, password: str = PASSWORD, wanted: str = "") -> int:
    sent = {"username": username, "password": password, "next": wanted}
    return browser.post("/sign-in", sent).status_code


def is_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def text_of(browser: Client, username: str, password: str) -> str:
    response = browser.post("/sign-in", {"username": username, "password": password})
    without_token = re.sub(r'csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return without_token.replace(username, "USER")


def test_the_right_password_opens(browser: Client) -> None:
    assert sign_in(browser, "clerk_a") == 302
    assert is_in(browser)


def test_a_wrong_password_does_not(browser: Client) -> None:
    assert sign_in(browser, "clerk_a", "wrong") == 401
    assert not is_in(browser)


def test_wrong_unknown_closed_and_locked_read_the_same(browser: Client) -> None:
    User.objects.filter(username="clerk_b").update(is_active=False)
    User.objects.filter(username="leader").update(
        locked_until_at=datetime.now(UTC) + timedelta(minutes=5)
    )

    wrong = text_of(browser, "clerk_a", "wrong")

    assert text_of(browser, "no-such-user", PASSWORD) == wrong
    assert text_of(browser, "clerk_b", PASSWORD) == wrong
    assert text_of(browser, "leader", PASSWORD) == wrong


def test_four_wrong_passwords_lock_nothing(browser: Client) -> None:
    for _ in range(4):
        assert sign_in(browser, "clerk_a", "wrong") == 401

    assert sign_in(browser, "clerk_a") == 302


def test_the_fifth_locks_even_for_the_right_one(browser: Client) -> None:
    for _ in range(5):
        sign_in(browser, "clerk_a", "wrong")

    assert sign_in(browser, "clerk_a") == 401
    assert log(act="sign_in_failed").count() == 4
    assert log(act="account_locked", subject="user:clerk_a").count() == 1


def test_a_right_password_makes_earlier_wrong_ones_forgotten(browser: Client) -> None:
    for _ in range(4):
        sign_in(browser, "clerk_a", "wrong")
    sign_in(browser, "clerk_a")
    for _ in range(4):
        sign_in(browser, "clerk_a", "wrong")

    assert sign_in(browser, "clerk_a") == 302


def test_a_lock_ends_after_fifteen_minutes(browser: Client, clock: time_machine.Traveller) -> None:
    for _ in range(5):
        sign_in(browser, "clerk_a", "wrong")

    clock.move_to(NOW + timedelta(minutes=14, seconds=59))
    assert sign_in(browser, "clerk_a") == 401
    clock.move_to(NOW + timedelta(minutes=15))
    assert sign_in(browser, "clerk_a") == 302


def test_wrong_passwords_while_locked_do_not_lock_longer(
    browser: Client, clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        sign_in(browser, "clerk_a", "wrong")
    clock.move_to(NOW + timedelta(minutes=10))
    for _ in range(5):
        sign_in(browser, "clerk_a", "wrong")

    clock.move_to(NOW + timedelta(minutes=15))
    assert sign_in(browser, "clerk_a") == 302


def test_an_administrator_unlocks_by_a_new_first_password(browser: Client) -> None:
    for _ in range(5):
        sign_in(browser, "clerk_a", "wrong")
    operations.reset_password(
        User.objects.get(username="clerk_a"), "a first password", by="administrator"
    )

    assert sign_in(browser, "clerk_a", "a first password") == 302


# leaving the page alone


def test_a_page_left_alone_for_half_an_hour_asks_again(
    browser: Client, clock: time_machine.Traveller
) -> None:
    sign_in(browser, "clerk_a")
    assert is_in(browser)
    clock.move_to(NOW + timedelta(minutes=30))
    assert is_in(browser)

    clock.move_to(NOW + timedelta(minutes=60, seconds=1))
    response = browser.get("/")

    assert response["Location"] == "/sign-in?idle=1&next=/"
    assert not is_in(browser)


def test_pages_of_one_minute_store_once_that_somebody_was_there(
    browser: Client, clock: time_machine.Traveller
) -> None:
    sign_in(browser, "clerk_a")
    (stored,) = Session.objects.all()
    for seconds, is_stored_anew in ((0, False), (59, False), (60, True)):
        clock.move_to(NOW + timedelta(seconds=seconds))

        assert is_in(browser)

        now = Session.objects.get(pk=stored.pk)
        assert (now.session_data != stored.session_data) == is_stored_anew, seconds


def test_no_system_check_warns() -> None:
    assert run_checks() == []


def test_leaving_right_after_signing_in_counts_too(
    browser: Client, clock: time_machine.Traveller
) -> None:
    sign_in(browser, "clerk_a")

    clock.move_to(NOW + timedelta(minutes=31))

    assert not is_in(browser)


def test_a_stranger_leaves_no_session_behind(browser: Client) -> None:
    for path in ("/", "/sign-in", "/elders/1"):
        browser.get(path)

    assert Session.objects.count() == 0


def test_a_closed_account_is_out_at_once(browser: Client) -> None:
    sign_in(browser, "clerk_a")
    User.objects.filter(username="clerk_a").update(is_active=False)

    assert not is_in(browser)


def test_signing_out_ends_the_session_and_needs_a_post(browser: Client) -> None:
    sign_in(browser, "clerk_a")
    assert browser.get("/sign-out").status_code == 405
    assert is_in(browser)

    browser.post("/sign-out")

    assert not is_in(browser)


def test_a_session_is_another_one_after_signing_in(browser: Client) -> None:
    session = browser.session
    session["planted"] = 1
    session.save()
    browser.cookies["sessionid"] = session.session_key or ""

    sign_in(browser, "clerk_a")

    assert browser.session.session_key != session.session_key


# the first password


def test_a_first_password_must_be_changed_before_anything(browser: Client, county: County) -> None:
    first = "given by somebody else"
    operations.reset_password(User.objects.get(username="clerk_a"), first, by="administrator")
    sign_in(browser, "clerk_a", first)
    for path in ("/", f"/elders/{county.elders['a1'].pk}", "/people"):
        assert browser.get(path)["Location"] == "/password"
    assert browser.get("/password").status_code == 200

    def change(old: str, new: str, again: str) -> int:
        return browser.post("/password", {"old": old, "new": new, "again": again}).status_code

    assert change("wrong", "my own long sentence", "my own long sentence") == 200
    assert change(first, "my own long sentence", "another sentence here") == 200
    assert change(first, first, first) == 200
    assert change(first, "short", "short") == 200
    assert change(first, "passwordpassword" * 10, "passwordpassword") == 200
    assert browser.get("/")["Location"] == "/password"

    assert change(first, "my own long sentence", "my own long sentence") == 302
    assert is_in(browser)
    other = Client(SERVER_NAME="localhost")
    assert sign_in(other, "clerk_a", first) == 401
    assert sign_in(other, "clerk_a", "my own long sentence") == 302


def test_other_sessions_end_when_the_password_changes(browser: Client) -> None:
    other = Client(SERVER_NAME="localhost")
    sign_in(browser, "clerk_a")
    sign_in(other, "clerk_a")
    new = "my own long sentence"

    browser.post("/password", {"old": PASSWORD, "new": new, "again": new})

    assert is_in(browser)
    assert not is_in(other)


# where it goes next


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/audit", "/audit"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http:///evil.example", "/"),
    ],
)
def test_after_signing_in_nobody_leaves_the_office(browser: Client, wanted: str, goes: str) -> None:
    sent = {"username": "clerk_a", "password": PASSWORD, "next": wanted}

    assert browser.post("/sign-in", sent)["Location"] == goes


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_changing_the_language_stays_here(browser: Client, back: str) -> None:
    response = browser.get("/language", {"to": "en", "back": back})

    assert "evil" not in response["Location"]


def test_everything_about_signing_in_fits_the_chain(browser: Client) -> None:
    sign_in(browser, "clerk_a", "wrong")
    sign_in(browser, "clerk_a")

    assert [entry.act for entry in log().order_by("-number")[:2]] == [
        "sign_in", "sign_in_failed",
    ]  # fmt: skip
    assert chain_is_whole()


@pytest.mark.parametrize("field", ["username", "password"])
def test_a_zero_byte_is_a_wrong_name(browser: Client, field: str) -> None:
    sent = {"username": "clerk_a", "password": PASSWORD} | {field: "a\x00b"}

    assert browser.post("/sign-in", sent).status_code in (200, 401)
    assert not is_in(browser)
