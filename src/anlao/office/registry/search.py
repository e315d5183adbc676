"""Search first: whoever looks for somebody types what she knows, in any order.

王秀英   wxy   331123194412310021   13812345678   妙高   1944
"""

from __future__ import annotations

import re
from datetime import date

from anlao.office.registry import queries
from anlao.office.registry.identity import identity_index, phone_index
from anlao.office.registry.queries import Found, Way
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.scope import Scope
from anlao.places import divisions

MOST_PLACES = 40


def find(text: str, *, scope: Scope, today: date, by: str, purpose: str) -> Found:
    """Return whom the words fit, all of them, as far as the scope goes; the search is logged."""
    text = text.replace("\x00", "")  # no text of the database holds it
    found = queries.matching([_meant(word, scope, today) for word in text.split()])
    masked = re.sub(r"\d{4,}", lambda digits: digits[0][:2] + "*" * (len(digits[0]) - 2), text)
    after = {"words": masked, "found": len(found.elders), "more": found.more}
    audit.record(Act("search_elders", purpose=purpose, after=after), by=by)
    return found


def places(scope: Scope) -> list[str]:
    """Return the names of the divisions that a scope covers, for the head of the page."""
    return [divisions.name_path(code) for code in scope.divisions if code]


def _meant(word: str, scope: Scope, today: date) -> list[Way]:
    """Return what a word can mean: its form says which."""
    if re.fullmatch(r"\d{17}[\dXx]|\d{15}", word):
        return [("identity", identity_index(word, day=today).hex())]
    if re.fullmatch(r"\+?\d{7,12}", word):
        return [("phone", phone_index(word).hex()), ("division", word)]
    if re.fullmatch(r"(19|20)\d\d", word):
        return [("born", f"{word}-01-01", f"{word}-12-31")]
    if re.fullmatch(r"[A-Za-z]+", word):
        return [("initials", word.lower()), ("name", word), ("name", word.capitalize())]
    if word.isdigit():
        return [("division", word)]
    codes = [place.code for place in divisions.search(word, limit=MOST_PLACES)]
    inside = [
        ("division", code)
        for code in codes
        if scope.covers(code) or any(outer.startswith(code) for outer in scope.divisions)
    ]
    return [("name", word), ("address", word), *inside]
