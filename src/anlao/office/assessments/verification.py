"""A short public code on a report, by which its holder can be told genuine from made up.

    report A-2026-000123, content 5f3a…, key of the bureau  ->  7QK2-M9RD-0XEV-4TB8

The code is the beginning of an HMAC over the report's id and the hash of its content, so it changes
with either and cannot be made without the key. Another department enters report id and code where
the bureau answers; the key itself stays with the bureau. The code proves the content, not who
signed by hand.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

# No I, L, O, U: what could be read as 1 or 0 is left out, and read as 1 or 0 when typed.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
GROUP: Final = 4
SHORTEST_KEY: Final = 32
_PURPOSE: Final = b"anlao assessment report 1"
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", " ": "", "-": "", "–": ""})


class KeyTooShort(ValueError):
    """Raised when the key has fewer bytes than a code needs to be safe."""

    code = "key-too-short"

    def __init__(self, length: int) -> None:
        super().__init__(f"the key has {length} bytes; it needs {SHORTEST_KEY} or more")
        self.length = length


def code_for(*, report_id: str, content_hash: str, key: bytes) -> str:
    """Return the code of a report, 80 bits in four groups of four. Raises KeyTooShort.

    ``content_hash``: hexadecimal, as ``report.Report.content_hash`` gives it.
    """
    if len(key) < SHORTEST_KEY:
        raise KeyTooShort(len(key))
    digest = hmac.new(key, _message(report_id, content_hash), hashlib.sha256).digest()
    bits = int.from_bytes(digest, "big") >> (len(digest) * 8 - LENGTH * 5)
    symbols = [ALPHABET[bits >> shift & 31] for shift in range((LENGTH - 1) * 5, -1, -5)]
    text = "".join(symbols)
    return "-".join(text[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def verify(*, code: str, report_id: str, content_hash: str, key: bytes) -> bool:
    """Return whether the code belongs to this report with this content. Raises KeyTooShort.

    Reads what people type: small letters, spaces, missing dashes, O for 0, I or L for 1.
    """
    expected = plain(code_for(report_id=report_id, content_hash=content_hash, key=key))
    return hmac.compare_digest(expected.encode(), plain(code).encode())


def plain(code: str) -> str:
    """Return a code as it is compared: capitals, no blanks or dashes, nothing mistaken."""
    return code.strip().upper().translate(_READ_AS)


def _message(report_id: str, content_hash: str) -> bytes:
    """Parts carry their length, so that no two pairs of parts give one message."""
    parts = (_PURPOSE, report_id.encode(), content_hash.encode())
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
