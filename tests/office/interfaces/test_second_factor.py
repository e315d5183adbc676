"""The second step of signing in, and one's own factors, as browsers meet them."""

from __future__ import annotations

import re
from base64 import b32decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.test import Client
from django.utils import timezone
from tests.office.county import COUNTY, PASSWORD, County
from tests.office.log import log

from anlao.office.divisions.models import Division
from anlao.office.organisations import factor_rules, factors
from anlao.office.organisations.models import SignIn, User

NOW = datetime(2026, 3, 2, 1, 0, 10, tzinfo=UTC)
Browser = Callable[[User | None], Client]
OWN = "/account/second-factor"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browser(client_of: Browser) -> Client:
    return client_of(None)


def code(secret: bytes) -> str:
    at = datetime.now(UTC).timestamp()
    return TOTP(secret, 6, SHA1(), 30).generate(at).decode()  # noqa: S303


def give_app(username: str = "clerk_a") -> bytes:
    """Let a user have an app since a while ago."""
    user, secret = User.objects.get(username=username), factors.new_secret()
    at = timezone.now() - timedelta(minutes=10)
    typed = TOTP(secret, 6, SHA1(), 30).generate(at.timestamp()).decode()  # noqa: S303
    factors.add_app(user, secret, typed, name="手机", at=at)
    return secret


def first_step(browser: Client, password: str = PASSWORD, wanted: str = "") -> Any:
    sent = {"username": "clerk_a", "password": password, "next": wanted}
    return browser.post("/sign-in", sent)


def second_step(browser: Client, typed: str) -> Any:
    return browser.post("/sign-in/second", {"code": typed})


def is_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def test_the_password_alone_opens_nothing(browser: Client) -> None:
    secret = give_app()

    assert first_step(browser, wanted="/month")["Location"] == "/sign-in/second"
    assert not is_in(browser)
    answer = second_step(browser, code(secret))

    assert answer["Location"] == "/month"
    assert is_in(browser)
    assert SignIn.objects.get().with_second_factor


def test_a_wrong_code_does_not(browser: Client) -> None:
    give_app()
    first_step(browser)

    assert second_step(browser, "000000").status_code == 401
    assert not is_in(browser)


def test_a_code_opens_one_sign_in_only(browser: Client) -> None:
    secret = give_app()
    first_step(browser)
    typed = code(secret)
    second_step(browser, typed)
    other = Client(SERVER_NAME="localhost")

    first_step(other)

    assert second_step(other, typed).status_code == 401
    assert not is_in(other)


def test_wrong_codes_lock_and_the_password_does_not_wash_them_away(
    browser: Client, clock: time_machine.Traveller
) -> None:
    secret = give_app()
    for _ in range(5):
        first_step(browser)
        assert second_step(browser, "000000").status_code == 401

    assert second_step(browser, code(secret)).status_code == 401
    assert first_step(browser).status_code == 401
    assert log(act="account_locked").count() == 1
    clock.shift(timedelta(minutes=15))
    first_step(browser)
    assert second_step(browser, code(secret)).status_code == 302


def test_the_second_step_is_waited_for_five_minutes(
    browser: Client, clock: time_machine.Traveller
) -> None:
    secret = give_app()
    first_step(browser)

    clock.shift(timedelta(minutes=5, seconds=1))

    assert second_step(browser, code(secret))["Location"] == "/sign-in"
    assert not is_in(browser)


def test_nobody_comes_to_the_second_step_without_the_first(browser: Client) -> None:
    secret = give_app()

    assert second_step(browser, code(secret))["Location"] == "/sign-in"
    assert first_step(browser, "wrong").status_code == 401
    assert second_step(browser, code(secret))["Location"] == "/sign-in"


def test_a_recovery_code_stands_in_once(browser: Client) -> None:
    give_app()
    user = User.objects.get(username="clerk_a")
    recovery = factors.new_codes(user, at=timezone.now())[0]
    first_step(browser)
    assert second_step(browser, recovery).status_code == 302

    other = Client(SERVER_NAME="localhost")
    first_step(other)
    assert second_step(other, recovery).status_code == 401


@pytest.mark.parametrize("answer", ["{}", "[]", "x", '{"rawId": 7}', "9" * 30_000, "\x00"])
def test_what_is_no_answer_of_a_key_is_refused(browser: Client, answer: str) -> None:
    give_app()
    first_step(browser)
    browser.get("/sign-in/second")

    assert browser.post("/sign-in/second", {"key": answer}).status_code == 401


# one's own


def test_an_app_is_added_and_recovery_codes_show_once(browser: Client) -> None:
    first_step(browser)
    page = browser.post(OWN, {"act": "app", "password": PASSWORD}).content.decode()
    assert re.search(r'<svg [^>]*viewBox="0 0 \d+ \d+"', page)  # whole at any size
    spelt = re.search(r'<p class="mono">([A-Z2-7 ]+)</p>', page)
    assert spelt
    secret = b32decode(spelt[1].replace(" ", ""))
    assert secret.hex() not in str(dict(browser.session))
    wrong = browser.post(OWN, {"act": "app-code", "code": "000000"})
    assert wrong.status_code == 400
    assert spelt[1] in wrong.content.decode()

    added = browser.post(OWN, {"act": "app-code", "code": code(secret), "name": "我的手机"})

    codes = re.findall(r"<li>([a-z0-9-]{14})</li>", added.content.decode())
    assert len(codes) == factors.CODES
    assert "我的手机" in browser.get(OWN).content.decode()
    assert codes[0] not in browser.get(OWN).content.decode()
    browser.post("/sign-out")
    assert first_step(browser)["Location"] == "/sign-in/second"


@pytest.mark.parametrize("act", ["app", "key", "codes", "remove"])
def test_every_change_asks_for_the_password(browser: Client, act: str) -> None:
    secret = give_app()
    first_step(browser)
    second_step(browser, code(secret))
    number = factors.of(User.objects.get(username="clerk_a")).get().pk

    for password in ("", "wrong"):
        sent = {"act": act, "password": password, "factor": number}
        assert browser.post(OWN, sent).status_code == 400

    assert factors.of(User.objects.get(username="clerk_a")).count() == 1
    assert log(act="sign_in_failed").count() == 2


def test_a_factor_is_removed_and_the_password_alone_is_enough_again(browser: Client) -> None:
    secret = give_app()
    user = User.objects.get(username="clerk_a")
    first_step(browser)
    second_step(browser, code(secret))
    sent = {"act": "remove", "password": PASSWORD, "factor": factors.of(user).get().pk}

    assert browser.post(OWN, sent).status_code == 302

    browser.post("/sign-out")
    assert first_step(browser)["Location"] == "/"


@pytest.mark.parametrize("number", ["", "abc", "99999999999999999999", "0"])
def test_a_factor_of_nobody_is_not_removed(browser: Client, number: str) -> None:
    first_step(browser)
    sent = {"act": "remove", "password": PASSWORD, "factor": number}

    assert browser.post(OWN, sent).status_code == 400


# required by a role


def test_whoever_must_have_one_sets_it_up_before_anything(browser: Client, county: County) -> None:
    first_step(browser)
    assert is_in(browser)
    factor_rules.require(
        Division.objects.get(code=COUNTY), ["township_clerk"], by="x", at=timezone.now()
    )
    for path in ("/", f"/elders/{county.elders['a1'].pk}", "/account", "/account/delegation"):
        assert browser.get(path)["Location"] == OWN
    assert "请先设置" in browser.get(OWN).content.decode()
    assert browser.get("/password").status_code == 200

    give_app()

    assert is_in(browser)
    assert Client(SERVER_NAME="localhost").get("/sign-in").status_code == 200


def test_an_administrator_sets_and_lifts_the_rule(client_of: Browser) -> None:
    browser = client_of(User.objects.get(username="administrator"))
    path = "/people/second-factor"
    sent = {"division": COUNTY, "role": ["county_clerk", "nonsense"]}

    assert browser.post(path, sent).status_code == 302

    assert client_of(User.objects.get(username="county_clerk")).get("/")["Location"] == OWN
    assert client_of(User.objects.get(username="neighbour")).get("/").status_code == 200
    assert browser.post(path, {"division": "330624", "role": "auditor"}).status_code == 404
    browser.post(path, {"division": COUNTY})
    assert client_of(User.objects.get(username="county_clerk")).get("/").status_code == 200
    assert log(act="require_second_factor").count() == 2


def test_an_administrator_resets_somebodys_factor_for_a_reason(
    browser: Client, client_of: Browser, county: County
) -> None:
    give_app()
    administrator = client_of(county.cast["administrator"])
    path = f"/people/{county.cast['clerk_a'].pk}"

    administrator.post(path, {"act": "reset-factor", "reason": ""})
    assert first_step(browser)["Location"] == "/sign-in/second"
    administrator.post(path, {"act": "reset-factor", "reason": "手机丢失"})

    assert first_step(browser)["Location"] == "/"
    assert log().get(act="reset_second_factor").purpose == "手机丢失"


def test_nobody_resets_her_own_from_a_page_left_open(client_of: Browser, county: County) -> None:
    give_app("administrator")
    her = county.cast["administrator"]

    client_of(her).post(f"/people/{her.pk}", {"act": "reset-factor", "reason": "试试"})

    assert factors.of(her).count() == 1
