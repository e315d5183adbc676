"""People who work in the office by its pages, over HTTP, each with a session of her own."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from bench.office.city import PASSWORD

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_FILE = re.compile(r'href="/elders/(\d+)"')
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: what for, how long (seconds), how it ended (0: not at all)."""

    kind: str
    seconds: float
    status: int


@dataclass(slots=True)
class Visitor:
    """``words``: what she may type to find elders of her area. ``pause``: how long she looks at a
    page before she asks for the next, on average (seconds).
    """

    url: str
    user: dict[str, str]
    words: list[list[str]]
    seed: int
    pause: float = 1.0
    visits: list[Visit] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    browser: OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self.browser = build_opener(HTTPCookieProcessor(CookieJar()))

    def sign_in(self) -> None:
        page = self.ask("sign in", "/sign-in")
        sent = {"username": self.user["name"], "password": PASSWORD}
        self.ask("sign in", "/sign-in", sent | {"csrfmiddlewaretoken": _token(page)})

    def work(self, until: float) -> None:
        """Do what clerks do, one thing after the other, until a time."""
        dice = random.Random(self.seed)  # noqa: S311 - the same mix every time
        acts = {
            "search": 40, "file": 22, "entitlements": 14, "record": 8, "lists": 6, "month": 5,
            "history": 5,
        }  # fmt: skip
        while time.monotonic() < until:
            time.sleep(dice.uniform(0, 2 * self.pause))
            act = dice.choices(list(acts), list(acts.values()))[0]
            if act in ("search", "lists", "month") or not self.files:
                self._look_around("search" if not self.files else act, dice)
            elif act == "record" and self.user["role"] != "county_approver":
                self._record(dice)
            else:
                path = "" if act in ("file", "record") else f"/{act}"
                self.ask(act if path else "file", f"/elders/{dice.choice(self.files)}{path}")

    def ask(self, kind: str, path: str, sent: dict[str, str] | None = None) -> str:
        """Return a page, and note how long it took."""
        data = None if sent is None else urlencode(sent).encode()
        began = time.monotonic()
        text, status = "", 0
        try:
            answer = self.browser.open(Request(self.url + path, data), timeout=_LONGEST)  # noqa: S310
            text, status = answer.read().decode(), answer.status
        except HTTPError as error:
            status = error.code
        except OSError:
            status = 0
        self.visits.append(Visit(kind, time.monotonic() - began, status))
        return text

    def _look_around(self, act: str, dice: random.Random) -> None:
        if act == "search":
            word = dice.choice(dice.choice(self.words)) if self.words else "王"
            self.files += _FILE.findall(self.ask("search", f"/?q={quote(word)}"))[:5]
            del self.files[:-40]
        elif act == "lists":
            self.ask("lists", dice.choice(("/lists", "/lists/turning", "/lists/not_receiving")))
        else:
            self.ask("month", "/month")

    def _record(self, dice: random.Random) -> None:
        path = f"/elders/{dice.choice(self.files)}/record?fact=lives_alone"
        page = self.ask("record", path)
        token = _token(page)
        if token:
            value = dice.choice(("true", "false"))
            sent: dict[str, Any] = {"value": value, "start": "2026-01-01", "evidence": "走访"}
            answered = self.visits
            self.ask("record", path, sent | {"csrfmiddlewaretoken": token})
            if answered[-1].status == 400:  # it was known already, as the page says
                answered[-1] = Visit("record", answered[-1].seconds, 200)


def _token(page: str) -> str:
    found = _TOKEN.search(page)
    return found[1] if found else ""
