"""Names and TLS from the environment: what is taken, what is refused, and that sign-in works."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from anlao.office.project import proxy
from anlao.office.project.proxy import LOOPBACK, Proxy, of_environment
from tests.office.county import PASSWORD

HTTPS = {"ANLAO_ORIGINS": "https://anlao.test", "ANLAO_PROXY_HEADER": "X-Forwarded-Proto"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Proxy((), (), "", ())),
        (HTTPS, Proxy(("anlao.test",), ("https://anlao.test",), "X-Forwarded-Proto", ())),
        (
            HTTPS | {"ANLAO_ORIGINS": "https://a.test:8443/, https://[fd00::1]",
                     "ANLAO_HOSTS": "b.test,10.1.2.3"},
            Proxy(
                ("b.test", "10.1.2.3", "a.test", "[fd00::1]"),
                ("https://a.test:8443", "https://[fd00::1]"), "X-Forwarded-Proto", (),
            ),
        ),
    ],
)  # fmt: skip
def test_what_fits_is_taken(environment: dict[str, str], expected: Proxy) -> None:
    assert of_environment(environment) == expected


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"ANLAO_ORIGINS": "anlao.test"}, "no origin"),
        ({"ANLAO_ORIGINS": "https://anlao.test/path"}, "no origin"),
        ({"ANLAO_ORIGINS": "https://user@anlao.test"}, "no origin"),
        ({"ANLAO_ORIGINS": "https://a.test:port"}, "no origin"),
        ({"ANLAO_ORIGINS": "https://*"}, "no origin"),
        ({"ANLAO_HOSTS": "*"}, "no name"),
        ({"ANLAO_HOSTS": "https://anlao.test"}, "no name"),
        ({"ANLAO_PROXY_HEADER": "X Forwarded"}, "no name of a header"),
        ({"ANLAO_PROXY_HEADER": "X-Forwarded-Proto"}, "no origin begins with https"),
        ({"ANLAO_ORIGINS": "https://anlao.test"}, "without ANLAO_PROXY_HEADER"),
        ({"ANLAO_ORIGINS": "http://anlao.test"}, "plain http"),
    ],
)
def test_what_does_not_fit_is_told(environment: dict[str, str], problem: str) -> None:
    found = of_environment(environment)

    assert problem in " ".join(found.problems)
    assert "*" not in found.hosts


def told(environment: dict[str, str]) -> dict[str, Any]:
    found = of_environment(environment)
    return {
        "ALLOWED_HOSTS": [*LOOPBACK, *found.hosts],
        "CSRF_TRUSTED_ORIGINS": list(found.origins),
        "SECURE_PROXY_SSL_HEADER": found.says_https,
        "SESSION_COOKIE_SECURE": found.by_tls,
        "CSRF_COOKIE_SECURE": found.by_tls,
        "SECURE_HSTS_SECONDS": proxy.YEAR if found.by_tls else 0,
    }


def test_the_settings_say_what_this_test_says() -> None:
    assert {name: getattr(settings, name) for name in told({})} == told({})


@pytest.mark.usefixtures("committed")
def test_signing_in_behind_a_tls_proxy_works_and_cookies_stay_under_tls() -> None:
    behind = {
        "host": "anlao.test",
        "x-forwarded-proto": "https",
        "origin": "https://anlao.test",
        "referer": "https://anlao.test/sign-in",
    }
    with override_settings(**told(HTTPS)):
        browser = Client(enforce_csrf_checks=True, headers=behind)
        page = browser.get("/sign-in")
        token = browser.cookies["csrftoken"]
        sent = {"username": "clerk_a", "password": PASSWORD, "csrfmiddlewaretoken": token.value}
        answer = browser.post("/sign-in", sent)

        assert answer.status_code == 302
        assert page["Strict-Transport-Security"] == f"max-age={proxy.YEAR}"
        assert token["secure"]
        assert browser.cookies["sessionid"]["secure"]
        from_elsewhere = behind | {"origin": "https://evil.test"}
        other = Client(enforce_csrf_checks=True, headers=from_elsewhere)
        other.get("/sign-in")
        assert other.post("/sign-in", sent).status_code == 403
        assert Client(headers={"host": "evil.test"}).get("/sign-in").status_code == 400
