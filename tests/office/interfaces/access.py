"""Access cards as the counter hands them out, and elders who sign in by them."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from tests.card_sheets import read_off
from tests.office.county import County

from anlao.office.organisations.models import User
from anlao.office.registry.models import Elder

Browser = Callable[[User | None], Client]


def body(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def handed_out(browsers: Browser, county: County, key: str = "a1", **sent: str) -> tuple[str, str]:
    """Return number and code of a card, as the counter's sheet shows them."""
    clerk = browsers(county.cast["clerk_b" if key == "b1" else "clerk_a"])
    page = clerk.post(
        f"/elders/{county.elders[key].pk}/cards",
        {"holder": "self", "evidence": "身份证原件"} | sent,
    )
    assert page.status_code == 200, body(page)
    return read_off(body(page))


def signed_in(browsers: Browser, her: Elder, card: tuple[str, str]) -> Client:
    browser = browsers(None)
    sent = {"number": card[0], "code": card[1], "born": f"{her.birth_date:%Y%m%d}"}
    response = browser.post("/mine/sign-in", sent)
    assert response.status_code == 302, body(response)
    return browser
