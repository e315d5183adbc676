"""What an upload and its rows are known by, so that a second upload changes nothing."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import date

from anlao.office.registry.imports.kinds import Kind
from anlao.office.registry.imports.validation import CleanRow

SHORTEST_KEY = 16


class KeyTooShort(ValueError):
    """A row digest needs a secret of sixteen bytes or more."""


def content_digest(data: bytes) -> str:
    """Return the SHA-256 of a file: the very same file, whatever it is called."""
    return hashlib.sha256(data).hexdigest()


def row_digest(*, kind: Kind, row: CleanRow, key: bytes) -> str:
    """Return what a row says as a keyed digest: equal in an xlsx and a csv of one list.

    The key is needed because identity numbers are few enough to be tried one after another.
    The row's number is no part of it. Raises KeyTooShort.
    """
    if len(key) < SHORTEST_KEY:
        raise KeyTooShort
    said = [
        kind.id,
        row.identity_number,
        sorted((name, _plain(value)) for name, value in row.facts.items()),
        sorted(row.details.items()),
        row.from_date.isoformat(),
        row.until_date.isoformat() if row.until_date else "",
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _plain(value: str | int | bool | date) -> str | int | bool:
    return value.isoformat() if isinstance(value, date) else value
