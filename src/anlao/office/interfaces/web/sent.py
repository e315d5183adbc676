"""Single fields that a browser sent, as they can be stored; forms check theirs."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

LONGEST = 200


def text_in(sent: QueryDict, name: str) -> str:
    """Return a field without blanks around it and zero bytes, short enough to be logged."""
    return sent.get(name, "").replace("\x00", "").strip()[:LONGEST]


def number_in(sent: QueryDict, name: str) -> int:
    """Return a field that is a number, 0 where it is none."""
    try:
        return int(sent.get(name, ""))
    except ValueError:
        return 0


def origin_of(request: HttpRequest) -> str:
    """Return under what the browser has the office open: scheme, name and port."""
    return f"{request.scheme}://{request.get_host()}"
