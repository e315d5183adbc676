"""Search first: whoever looks for somebody types what she knows, in any order.

王秀英   wxy   331123194412310021   13812345678   妙高   1944
"""

from __future__ import annotations

import re
from datetime import date

from django.db.models import Q

from anlao.office.registry import queries
from anlao.office.registry.identity import identity_index, phone_index
from anlao.office.registry.queries import Found
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.scope import Scope
from anlao.places import divisions

MOST_PLACES = 40


def find(text: str, *, scope: Scope, today: date, by: str, purpose: str) -> Found:
    """Return whom the words fit, all of them, as far as the scope goes; the search is logged."""
    text = text.replace("\x00", "")  # no text of the database holds it
    condition = Q()
    for word in text.split():
        condition &= _meant(word, scope, today)
    found = queries.matching(condition)
    masked = re.sub(r"\d{4,}", lambda digits: digits[0][:2] + "*" * (len(digits[0]) - 2), text)
    after = {"words": masked, "found": len(found.elders), "more": found.more}
    audit.record(Act("search_elders", purpose=purpose, after=after), by=by)
    return found


def places(scope: Scope) -> list[str]:
    """Return the names of the divisions that a scope covers, for the head of the page."""
    return [divisions.name_path(code) for code in scope.divisions if code]


def _meant(word: str, scope: Scope, today: date) -> Q:
    """Return what a word can mean: its form says which."""
    if re.fullmatch(r"\d{17}[\dXx]|\d{15}", word):
        return Q(identity_index=identity_index(word, day=today))
    if re.fullmatch(r"\+?\d{7,12}", word):
        return Q(phone_index=phone_index(word)) | Q(division_code__startswith=word)
    if re.fullmatch(r"(19|20)\d\d", word):
        year = int(word)
        return Q(birth_date__range=(date(year, 1, 1), date(year, 12, 31)))
    if re.fullmatch(r"[A-Za-z]+", word):
        return Q(initials__contains=f" {word.lower()}") | Q(name__istartswith=word)
    if word.isdigit():
        return Q(division_code__startswith=word)
    codes = [place.code for place in divisions.search(word, limit=MOST_PLACES)]
    inside = Q(pk__in=())
    for code in codes:
        if scope.covers(code) or any(outer.startswith(code) for outer in scope.divisions):
            inside |= Q(division_code__startswith=code)
    return Q(name__startswith=word) | Q(address__contains=word) | inside
