"""Lists are pulled by the recorded contract; whatever comes otherwise is refused whole."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlao.office.database.folder import DataFolder
from anlao.office.exchange import pulling, signing, sources
from anlao.office.exchange.pulling import PullRefused
from anlao.office.exchange.sources import Source, SourceRefused
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
KEY = Ed25519PrivateKey.generate()
RECORDED = json.loads(
    (files("anlao.office.exchange") / "contracts" / "lists-1.json").read_text("utf-8")
)["exchanges"]
Change = Callable[[dict[str, Any], dict[str, str]], object]


class Giver(ThreadingHTTPServer):
    """Answers as the contract was recorded, but for what a test changes."""

    change: Change = staticmethod(lambda _body, _headers: None)
    status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Giver

    def do_GET(self) -> None:
        found = [one for one in RECORDED if one["request"]["path"] == self.path]
        asked = {
            name: self.headers.get(name) for name in ("Accept", "Authorization", "Anlao-Contract")
        }
        if not found or asked != found[0]["request"]["headers"]:
            self.send_error(404)
            return
        body = json.loads(json.dumps(found[0]["response"]["body"]))
        headers = {"Content-Type": "application/json"}
        self.server.change(body, headers)
        content = headers.pop("raw", "").encode() or json.dumps(body).encode()
        headers.setdefault("Anlao-Signature", signing.sign(KEY, content))
        self.send_response(self.server.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def giver() -> Iterator[Giver]:
    server = Giver(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def source(giver: Giver, **other: str) -> Source:
    usual = {
        "name": "public-security",
        "url": f"http://127.0.0.1:{giver.server_port}",
        "key": signing.public_text(KEY),
        "token": "TOKEN",
    }
    return Source(**usual | other)


def test_a_list_comes_whole_with_its_mark(giver: Giver) -> None:
    found = pulling.pull(source(giver), "deaths", by="t", since="2026-10-01")

    lines = found.csv.decode().splitlines()
    assert lines[0] == "姓名,公民身份号码,死亡日期"
    assert [line.split(",")[0] for line in lines[1:]] == ["张三", "李四", "王五"]
    assert (found.rows, found.mark) == (3, "2026-11-01")
    entry = log().get(act="pull_list")
    assert entry.after == {"rows": 3, "since": "2026-10-01", "mark": "2026-11-01"}
    assert "992527" not in str(entry.after)


def test_the_next_pull_begins_where_the_last_ended(giver: Giver) -> None:
    pulling.pull(source(giver), "deaths", by="t", since="2026-10-01")

    with pytest.raises(PullRefused, match="404"):  # nothing is recorded since the new mark
        pulling.pull(source(giver), "deaths", by="t")
    assert pulling.last_mark("source:public-security/deaths") == "2026-11-01"


def _signed_by_another(_: dict[str, Any], headers: dict[str, str]) -> None:
    headers["Anlao-Signature"] = signing.sign(Ed25519PrivateKey.generate(), b"x")


CHANGES: dict[str, Change] = {
    "another version": lambda body, _: body.update(version="2"),
    "another kind": lambda body, _: body.update(kind="births"),
    "one more field": lambda body, _: body.update(more=1),
    "a field is missing": lambda body, _: body.pop("mark"),
    "a number where text is due": lambda body, _: body["rows"][0].__setitem__(0, 7),
    "a row too short": lambda body, _: body["rows"][0].pop(),
    "other columns": lambda body, _: body["columns"].reverse() if body["next"] is None else None,
    "no end": lambda body, _: body.update(next="p2"),
    "signed by another": _signed_by_another,
    "not signed": lambda _, headers: headers.update({"Anlao-Signature": ""}),
    "no json": lambda _, headers: headers.update({"raw": "<html>"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_not_by_the_contract_is_refused_whole(giver: Giver, change: str) -> None:
    giver.change = CHANGES[change]

    with pytest.raises(PullRefused):
        pulling.pull(source(giver), "deaths", by="t", since="2026-10-01")

    assert not log(act="pull_list").exists()
    assert pulling.last_mark("source:public-security/deaths") == ""


def test_a_redirect_is_not_followed(giver: Giver) -> None:
    giver.status = 302
    giver.change = lambda _, headers: headers.update(Location="http://127.0.0.1:1/")

    with pytest.raises(PullRefused, match="302"):
        pulling.pull(source(giver), "deaths", by="t", since="2026-10-01")


def test_another_token_is_refused_and_a_silent_source_told(giver: Giver) -> None:
    with pytest.raises(PullRefused, match="404"):
        pulling.pull(replace(source(giver), token=""), "deaths", by="t", since="2026-10-01")
    with pytest.raises(PullRefused, match="does not answer"):
        pulling.pull(source(giver, url="http://127.0.0.1:1"), "deaths", by="t", since="")


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("ps: {url: 'https://a.gov.cn/x/', token: t, key: k}", True),
        ("ps: {url: 'http://127.0.0.1:9', token: t, key: k}", True),
        ("ps: {url: 'http://a.gov.cn', token: t, key: k}", False),
        ("ps: {url: 'ftp://a.gov.cn', token: t, key: k}", False),
        ("ps: {url: 'https://a.gov.cn', token: t}", False),
        ("other: {url: 'https://a.gov.cn', token: t, key: k}", False),
        ("ps: {url: 'https://a.gov.cn', token: t, key: k, key: l}", False),
        ("- ps", False),
        ("ps: [", False),
        ("", False),
    ],
)
def test_sources_are_https_and_whole(tmp_path: Path, text: str, fine: bool) -> None:
    (tmp_path / "sources.yaml").write_text(text, "utf-8")

    if fine:
        found = sources.find("ps", DataFolder(tmp_path))
        assert not found.url.endswith("/")
        assert "token" not in repr(found)
    else:
        with pytest.raises(SourceRefused):
            sources.find("ps", DataFolder(tmp_path))


def test_without_a_file_of_sources_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match=r"sources\.yaml"):
        sources.find("ps", DataFolder(tmp_path))
