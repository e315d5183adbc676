"""A running office and the people who visit its pages."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    StorageState,
)

from tests.browser.prepare import COUNTY, PASSWORD

ROOT = Path(__file__).parents[2]
_BROWSERS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""Debian's two builds of the same chromium; without windows it needs half the processor time."""
DESKTOP, PHONE = (1366, 768), (390, 844)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
OF_SIZE_AND_LANGUAGE = (
    "html-has-lang",
    "html-lang-valid",
    "valid-lang",
    "meta-viewport",
    "scrollable-region-focusable",
    "target-size",
)
"""Rules of axe whose answer may be another on a telephone or in another language."""
_TO_START = 60


def chromium_here() -> Path | None:
    """Return the browser of this machine that draws our pages at least cost."""
    return next((one for one in _BROWSERS if one.exists()), None)


def lacking() -> str:
    """Return what this machine lacks to show our pages, and how to get it; "" if nothing."""
    missing = []
    if chromium_here() is None:
        missing.append("chromium")
    fonts = shutil.which("fc-list")
    if fonts is None:
        missing.append("fontconfig")
    if (
        fonts is None
        or not subprocess.run([fonts, ":lang=zh-cn"], capture_output=True, check=True).stdout
    ):
        missing.append("fonts-noto-cjk")
    if not missing:
        return ""
    return (
        f"the browser tests need {' and '.join(missing)}: `make browser-packages`, or as root "
        f"`apt-get update && apt-get install -y {' '.join(missing)}`"
    )


@dataclass(frozen=True, slots=True)
class Office:
    """``seen``: elders whose files show much, as ``prepare`` picked them."""

    url: str
    folder: Path
    seen: dict[str, Any]

    @property
    def log(self) -> Path:
        return self.folder.parent / "serve.log"

    def elder(self, which: str = "rich", tab: str = "") -> str:
        """Return the address of one of the picked files."""
        number = self.seen["rich"]["pk"] if which == "rich" else self.seen[which]
        return f"/elders/{number}{tab}"

    def assessment(self, which: str, page: str = "", *, visit: bool = False) -> str:
        """Return the address of an assessment that shows something, or of its visit."""
        number = self.seen["assessments"][which]
        return f"/{'visits' if visit else 'assessments'}/{number}{page}"

    def case(self, which: str) -> str:
        """Return the address of a case in some state."""
        return f"/cases/{self.seen['cases'][which]}"

    def leave_alone(self, session: str) -> None:
        """Let a session have been left alone for hours."""
        _ours("-m", "tests.browser.prepare", "age", str(self.folder), session)


@contextmanager
def running_office() -> Iterator[Office]:
    """Have a small county served; the folder is gone afterwards."""
    top = Path(tempfile.mkdtemp(prefix="anlao-browser-"))
    top.chmod(0o711)  # as root the database runs as another user, who must pass through here
    folder, people = top / "office", top / "people.parquet"
    try:
        _ours("-m", "anlao.cli.main", "synth", COUNTY, "--elders", "2000", "-o", str(people))
        seen = json.loads(
            _ours("-m", "tests.browser.prepare", "fill", str(folder), str(people)).splitlines()[-1]
        )
        port = _free_port()
        log = top / "serve.log"
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, *f"-m anlao.cli.main serve --data {folder} --port {port}".split()],
                env=_environment(),
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )
        try:
            url = f"http://127.0.0.1:{port}"
            _await(f"{url}/sign-in", server, log)
            yield Office(url, folder, seen)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(40)
    finally:
        shutil.rmtree(top, ignore_errors=True)


def _environment() -> dict[str, str]:
    paths = [str(ROOT / "src"), str(ROOT)]
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "PYTHONPATH": os.pathsep.join(paths)
    }


def _ours(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=_environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _TO_START
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.1)
        assert server.poll() is None, log.read_text("utf-8")
    raise AssertionError(log.read_text("utf-8"))


def press(button: Locator) -> None:
    """Press what leads to a page, and be there before anything is looked at.

    A click alone may end on the page before, or on one that has come without its content.
    """
    with button.page.expect_navigation():
        button.click()


@dataclass
class Visitor:
    """Somebody with a browser of her own, who keeps count of what must never happen.

    ``expected``: statuses that she provokes; the browser's own remark on them is no error.
    ``ignored``: words of other remarks that she provokes.
    """

    office: Office
    context: BrowserContext
    page: Page
    artefacts: Path
    wrongs: list[str] = field(default_factory=list)
    expected: tuple[int, ...] = (400, 401, 403, 404)
    ignored: tuple[str, ...] = ()

    def watch(self) -> None:
        self.context.on("request", self._asked)
        self.context.on("response", self._answered)
        self.context.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrongs.append(f"script: {error}"))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.office.url + "/", "data:")):
            self.wrongs.append(f"outside: {request.url}")

    def _answered(self, response: Response) -> None:
        policy = response.headers.get("content-security-policy", "")
        is_page = response.headers.get("content-type", "").startswith("text/html")
        if is_page and ("default-src 'none'" not in policy or "unsafe" in policy):
            self.wrongs.append(f"policy of {response.url}: {policy}")
        if response.status >= 400 and response.status not in self.expected:
            self.wrongs.append(f"{response.status}: {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        provoked = any(f"status of {status}" in message.text for status in self.expected)
        provoked = provoked or any(words in message.text for words in self.ignored)
        if message.type in ("error", "warning") and not provoked:
            self.wrongs.append(f"console: {message.text}")

    # going about

    def go(self, path: str) -> Response:
        found = self.page.goto(self.office.url + path)
        assert found is not None
        return found

    def speak(self, language: str) -> None:
        """Choose the language of the pages, as the link in the head does."""
        self.context.request.get(f"{self.office.url}/language?to={language}", max_redirects=0)

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.go("/sign-in")
        self.page.locator("#username").fill(username)
        self.page.locator("#password").fill(password)
        self.press("main button")

    def press(self, button: str) -> None:
        """Press what leads to a page, and be there before anything is looked at."""
        press(self.page.locator(button))

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    # looking

    def resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def picture(self, name: str, *, whole: bool = True) -> None:
        """Keep a picture of the page; drawing all of a long one takes longer than reading it."""
        self.artefacts.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(
            path=self.artefacts / f"{name}.jpg", type="jpeg", quality=80, full_page=whole
        )

    def overflows(self) -> list[str]:
        """Return what makes the page wider than the window."""
        found: list[str] = self.page.evaluate(
            """() => {
              const wide = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= wide) return [];
              return [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > wide + 1 && !e.closest('.scroll'))
                .map(e => e.outerHTML.slice(0, 120));
            }"""
        )
        return found

    def small_texts(self) -> list[str]:
        """Return texts below 16 pixels."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('body *')]
              .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
              .filter(e => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 16)
              .map(e => e.outerHTML.slice(0, 120))"""
        )
        return found

    def violations(self, *rules: str) -> list[str]:
        """Return what axe finds against WCAG 2.2 AA; ``rules``: against these alone."""
        found: list[str] = self.page.evaluate(
            """async ([type, values]) => {
              const options = {runOnly: {type, values}, preload: false};
              return (await axe.run(document, options)).violations.flatMap(rule => rule.nodes.map(
                node => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
            }""",
            ["rule", list(rules)] if rules else ["tag", list(TAGS)],
        )
        return found

    def chinese_left(self) -> list[str]:
        """Return Chinese words on a page read in English, but for names of people and places."""
        text: str = self.page.evaluate(
            """() => { const copy = document.body.cloneNode(true);
              copy.querySelectorAll('[lang="zh-CN"], datalist, select').forEach(e => e.remove());
              document.body.appendChild(copy); const found = copy.innerText; copy.remove();
              return found; }"""
        )
        return [line for line in text.splitlines() if re.search(r"[\u4e00-\u9fff]", line)]


Enter = Callable[..., Visitor]


@contextmanager
def visits(
    browser: Browser,
    office: Office,
    artefacts: Path,
    signed_in: dict[str, StorageState],
    seats: dict[str, Visitor],
) -> Iterator[Enter]:
    """Give visitors their browsers, and ask afterwards whether anything went wrong.

    ``signed_in``: what the browsers of those who came before remember, so that they need no
    password again. ``seats``: windows that stay open for the next visit, by name: what they have
    loaded and compiled, another need not.
    """
    made: list[Visitor] = []

    def enter(
        username: str = "",
        *,
        language: str = "zh",
        size: tuple[int, int] = DESKTOP,
        seat: str = "",
    ) -> Visitor:
        if seat in seats:
            made.append(seats[seat])
            return seats[seat]
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            storage_state=signed_in.get(username),
        )
        context.set_default_timeout(8000)
        # Given while a page loads, axe is compiled once; given later, it costs 0.1 s each time.
        context.add_init_script(AXE_SCRIPT)
        visitor = Visitor(office, context, context.new_page(), artefacts)
        visitor.watch()
        made.append(visitor)
        if username and username not in signed_in:
            visitor.sign_in(username)
            signed_in[username] = context.storage_state()
        if username or language != "zh":
            visitor.speak(language)
        if seat:
            seats[seat] = visitor
        return visitor

    yield enter
    wrongs = [wrong for visitor in made for wrong in visitor.wrongs]
    for visitor in made:
        visitor.wrongs = []
        if visitor not in seats.values():
            visitor.context.close()
    if any(wrong.startswith("500") for wrong in wrongs):
        wrongs.append(office.log.read_text("utf-8")[-4000:])
    if wrongs:
        pytest.fail("\n".join(wrongs))
