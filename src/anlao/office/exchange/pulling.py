"""Pulling a list from another system, by the contract in `contracts/lists-1.json`.

What comes is hostile until its signature and form are checked; then it is a list like one that a
clerk uploads, and goes the same way: mapping, check, matching, preview, commit.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import BaseModel, ConfigDict, ValidationError

from anlao.office.exchange import signing
from anlao.office.exchange.sources import Source
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.models import AuditEntry
from anlao.office.shared.scope import WHOLE_OFFICE, within

CONTRACT = "lists/1"
_LARGEST_PAGE = 32 << 20
_MOST_PAGES = 10_000
_PATIENCE = 30


class PullRefused(Exception):
    """Raised where a source does not answer, or not by the contract; the message says how."""


class Page(BaseModel):
    """A page of a list. ``next``: where it goes on; ``mark``: from where to ask the next time."""

    model_config = ConfigDict(extra="forbid", strict=True)
    version: str
    kind: str
    columns: list[str]
    rows: list[list[str | None]]
    next: str | None
    mark: str | None


@dataclass(frozen=True, slots=True)
class Pulled:
    """A list as it came. ``csv``: UTF-8, as an upload; ``since``: from where it was asked."""

    kind: str
    rows: int
    csv: bytes
    since: str
    mark: str


def pull(source: Source, kind: str, *, by: str, since: str | None = None) -> Pulled:
    """Fetch all of a list since a mark (None: since the last pull) and log it. Raises PullRefused.

    The mark moves on only with what was fetched whole.
    """
    subject = f"source:{source.name}/{kind}"
    start = last_mark(subject) if since is None else since
    out = StringIO()
    writer = csv.writer(out)
    columns: list[str] = []
    count, mark = 0, start
    for page in _pages(source, kind, start):
        if not columns:
            columns = page.columns
            writer.writerow(columns)
        if page.columns != columns or page.kind != kind:
            raise PullRefused(f"{source.name}: the pages of {kind} are not of one list")
        for row in page.rows:
            if len(row) != len(columns):
                raise PullRefused(f"{source.name}: row {count + 1} of {kind} has {len(row)} cells")
            writer.writerow(["" if cell is None else cell for cell in row])
            count += 1
        mark = page.mark or mark
    found = Pulled(kind, count, out.getvalue().encode(), start, mark)
    after = {"rows": count, "since": start, "mark": mark}
    audit.record(Act("pull_list", subject, after=after), by=by)
    return found


def last_mark(subject: str) -> str:
    """Return where the last pull ended; "" before the first."""
    with within(WHOLE_OFFICE):
        pulled = AuditEntry.objects.filter(act="pull_list", subject=subject)
        entry = pulled.order_by("-number").first()
    return str((entry.after or {}).get("mark", "")) if entry else ""


def _pages(source: Source, kind: str, since: str) -> Iterator[Page]:
    cursor, seen = "", set[str]()
    for _ in range(_MOST_PAGES):
        page = _page(source, kind, since, cursor)
        yield page
        if page.next is None:
            return
        cursor = page.next
        if cursor in seen:
            break
        seen.add(cursor)
    raise PullRefused(f"{source.name}: {kind} has no end")


def _page(source: Source, kind: str, since: str, cursor: str) -> Page:
    asked = {name: value for name, value in (("since", since), ("cursor", cursor)) if value}
    address = f"{source.url}/lists/{quote(kind, safe='')}"
    headers = {
        "Accept": "application/json",
        "Authorization": f"Bearer {source.token}",
        "Anlao-Contract": CONTRACT,
    }
    request = Request(f"{address}?{urlencode(asked)}" if asked else address, headers=headers)  # noqa: S310 - https or loopback, see sources
    try:
        with _opener.open(request, timeout=_PATIENCE) as answer:
            body = answer.read(_LARGEST_PAGE + 1)
            signature = answer.headers.get("Anlao-Signature", "")
    except HTTPError as error:
        raise PullRefused(f"{source.name}: {kind} was refused with {error.code}") from None
    except (URLError, OSError) as error:
        raise PullRefused(f"{source.name} does not answer: {error}") from None
    if len(body) > _LARGEST_PAGE:
        raise PullRefused(f"{source.name}: a page of {kind} is larger than {_LARGEST_PAGE} bytes")
    if not signing.fits(source.key, body, signature):
        raise PullRefused(f"{source.name}: a page of {kind} is not signed with the giver's key")
    try:
        page = Page.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PullRefused(
            f"{source.name}: {kind} is not as the contract says: {where}: {first['msg']}"
        ) from None
    if page.version != CONTRACT.rpartition("/")[2]:
        raise PullRefused(f"{source.name}: version {page.version} of the contract is not known")
    return page


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry the token elsewhere."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


_opener = build_opener(_NoRedirects)
