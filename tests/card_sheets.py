"""The sheet that the counter hands over with an access card, as its page shows it."""

from __future__ import annotations

import re


def read_off(page: str) -> tuple[str, str]:
    """Return number and code of the card."""
    number = re.search(r">(\d{8})</dd>", page)
    code = re.search(r">(\w{4}-\w{4}-\w{4})<", page)
    assert number, page
    assert code, page
    return number[1], code[1]
