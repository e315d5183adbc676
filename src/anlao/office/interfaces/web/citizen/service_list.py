"""The published list of a place: narrowed by age, group and kind, and each of its items."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from anlao.office.benefits import listing
from anlao.office.interfaces.web.citizen.page import (
    Wrong,
    digits,
    language,
    place_of,
    public,
    shown,
)
from anlao.office.interfaces.web.templatetags.words.service_list import SERVICE_KINDS
from anlao.office.service_list import queries
from anlao.office.service_list.models import Edition, Item

_OLDEST = 130


@public()
def listed(request: HttpRequest, code: str) -> HttpResponse:
    """Every item, or those for an age, a group and a kind."""
    place = place_of(code)
    edition = _published(code)
    groups = queries.groups(edition)
    age = _age(request.GET)
    group = _one_of(request.GET, "group", groups)
    kind = _one_of(request.GET, "kind", list(SERVICE_KINDS))
    items = queries.narrowed(edition, age=age, group=group, kind=kind)
    given: dict[str, Any] = {
        "edition": edition,
        "rows": _with_english(items, code, language(request)),
        "groups": groups,
        "kinds": list(SERVICE_KINDS),
        "age": age,
        "group": group,
        "kind": kind,
        "narrowed": age is not None or bool(group or kind),
    }
    return shown(request, "public/list.html", given, place=place)


@public()
def item_page(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One item: who, what, how much, how to apply, by which clause, whom to ask."""
    place = place_of(code)
    edition = _published(code)
    found = edition.items.filter(pk=int(number)).first()
    if found is None:
        raise Http404
    ((_, english),) = _with_english([found], code, language(request))
    given = {"edition": edition, "item": found, "english": english}
    return shown(request, "public/item.html", given, place=place)


def _published(code: str) -> Edition:
    found = queries.published(code)
    if found is None:
        raise Http404
    return found


def _with_english(
    items: list[Item], code: str, language: str
) -> list[tuple[Item, tuple[str, str] | None]]:
    """Return items, for English readers with name and sense of what computes them."""
    names = listing.names(code, "en") if language == "en" else {}
    return [
        (one, next((names[name] for name in one.provisions if name in names), None))
        for one in items
    ]


def _age(sent: QueryDict) -> int | None:
    text = digits(sent.get("age", ""))
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 3 or int(text) > _OLDEST:
        raise Wrong
    return int(text)


def _one_of(sent: QueryDict, name: str, known: list[str]) -> str:
    value = sent.get(name, "")
    if value and value not in known:
        raise Wrong
    return value
