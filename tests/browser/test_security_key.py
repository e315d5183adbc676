"""A security key in a real browser: added, asked for at the next sign-in, a copy refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import CDPSession

from tests.browser.office import Enter, Visitor, press
from tests.browser.prepare import PASSWORD

pytestmark = pytest.mark.browser
OWN = "/account/second-factor"


@contextmanager
def key_in(visitor: Visitor) -> Iterator[tuple[CDPSession, str]]:
    """Plug a virtual key into a visitor's browser; it is touched at once."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": False,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield session, made["authenticatorId"]
    session.send("WebAuthn.disable")


def by_name(visitor: Visitor) -> None:
    """Open the office under its name: browsers give no keys to numbers."""
    visitor.office = replace(
        visitor.office, url=visitor.office.url.replace("127.0.0.1", "localhost")
    )


def test_key_is_added_and_opens_the_next_sign_in(enter: Enter) -> None:
    visitor = enter()
    by_name(visitor)
    page = visitor.page
    visitor.sign_in("town18")
    with key_in(visitor) as (session, key):
        visitor.go(OWN)
        page.locator("#password").fill(PASSWORD)
        press(page.locator("button[value=key]"))
        page.locator("#name").fill("蓝色密钥")
        press(page.get_by_role("button", name="现在触碰密钥"))
        page.wait_for_selector(".codes")
        recovery = page.locator(".codes li").all_inner_texts()
        assert len(recovery) == 10
        visitor.picture("security-key-codes")
        visitor.go(OWN)
        assert "蓝色密钥" in visitor.text()

        press(page.get_by_role("button", name="退出"))
        visitor.sign_in("town18")
        visitor.picture("security-key-asked")
        press(page.get_by_role("button", name="使用安全密钥"))
        page.wait_for_selector("#q")

        # the same key, but its count was put back: a copy
        (held,) = session.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]
        session.send("WebAuthn.clearCredentials", {"authenticatorId": key})
        session.send(
            "WebAuthn.addCredential",
            {"authenticatorId": key, "credential": held | {"signCount": 0}},
        )
        press(page.get_by_role("button", name="退出"))
        visitor.sign_in("town18")
        press(page.get_by_role("button", name="使用安全密钥"))
        page.wait_for_selector(".note.bad:visible")
        assert "没有通过" in page.locator("[role=alert]:visible").inner_text()

        page.locator("#code").fill(recovery[0])
        press(page.get_by_role("button", name="继续"))
        page.wait_for_selector("#q")


def test_another_key_does_not_answer(enter: Enter) -> None:
    visitor = enter()
    by_name(visitor)
    page = visitor.page
    visitor.sign_in("town17")
    with key_in(visitor):
        visitor.go(OWN)
        page.locator("#password").fill(PASSWORD)
        press(page.locator("button[value=key]"))
        press(page.get_by_role("button", name="现在触碰密钥"))
        page.wait_for_selector(".codes")
    press(page.get_by_role("button", name="退出"))
    with key_in(visitor):
        visitor.sign_in("town17")
        page.get_by_role("button", name="使用安全密钥").click()
        page.wait_for_selector("form[data-key] [role=alert]:visible")
        assert "没有收到" in page.locator("form[data-key] [role=alert]").inner_text()
        assert page.url.endswith("/sign-in/second")


def test_keys_are_not_offered_where_browsers_give_none(enter: Enter) -> None:
    visitor = enter("clerk")
    visitor.go(OWN)

    assert visitor.page.locator("button[value=key]").count() == 0
    assert "不能在数字地址使用" in visitor.text()
