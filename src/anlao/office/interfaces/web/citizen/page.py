"""What every public page does: few tries a minute, an answer for whatever is asked, its settings.

Type size and contrast stand in a cookie that says nothing else; without it the pages are whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import conditional_page, require_safe

from anlao.office.interfaces.web.often import MINUTE, too_often
from anlao.office.interfaces.web.who import who
from anlao.office.service_list import queries
from anlao.office.service_list.queries import Help, Place
from anlao.places import divisions

View = Callable[..., HttpResponse]
DISPLAY = "look"
SIZES = ("100", "125", "150", "200")
MOST = 300
"""Pages a minute from one address: a town hall's visitors share one."""
_EVERYWHERE = 20
"""From everywhere, so many times as much."""


class Wrong(Exception):
    """Raised where an address asks for what makes no sense: answered with 400."""


@dataclass(frozen=True, slots=True)
class Display:
    """``size``: of type, in percent. Written "150c": 150 percent, in high contrast."""

    size: str = "100"
    contrast: bool = False

    @classmethod
    def of(cls, text: str) -> Display:
        """Return what a cookie says; what it cannot say is as usual."""
        size = text.removesuffix("c")
        return cls(size if size in SIZES else "100", text.endswith("c"))

    def __str__(self) -> str:
        return self.size + "c" * self.contrast


def public(*, kept: bool = True, most: int = MOST) -> Callable[[View], View]:
    """Let everybody read a page. ``kept``: the browser may keep it, and asks whether it changed.
    ``most``: times a minute from one address; less for what takes long to work out.

    What is not there is a page of the portal; so is what makes no sense, with status 400.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if too_often(request, f"public{most}", most=most, everywhere=most * _EVERYWHERE):
                response = shown(request, "public/often.html", place=_about(kwargs), status=429)
                response["Retry-After"] = str(MINUTE)
                return response
            try:
                response = view(request, *args, **kwargs)
            except Http404:
                return shown(request, "public/missing.html", place=_about(kwargs), status=404)
            except Wrong:
                wrong = {"wrong": True}
                return shown(
                    request, "public/missing.html", wrong, place=_about(kwargs), status=400
                )
            if kept:
                response["Cache-Control"] = "private, no-cache"
            return response

        return require_safe(conditional_page(answered) if kept else answered)

    return decorate


def shown(
    request: HttpRequest,
    template: str,
    given: dict[str, Any] | None = None,
    *,
    place: Place | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return a page with what all of them show: place, whom to ask, type and contrast."""
    display = Display.of(request.COOKIES.get(DISPLAY, ""))
    known = {
        "place": place,
        "place_name": divisions.division(place.code).name if place else "",
        "help": _help(place),
        "display": display,
        "sizes": list(zip(SIZES, ("标准", "大", "较大", "最大"), SIZES, strict=True)),
    }
    return render(request, template, known | (given or {}), status=status)


def _help(place: Place | None) -> Help | None:
    """Return whom to ask: in a place, or where the office serves one county alone."""
    if place is not None:
        return queries.help_for(place.code)
    own = queries.own_counties()
    return queries.help_for(own[0]) if len(own) == 1 else None


def _about(named: Mapping[str, Any]) -> Place | None:
    """Return the place that an address names, if there is one."""
    code = str(named.get("code", ""))
    return queries.place(code) if code.isascii() and code.isdigit() else None


def place_of(code: str) -> Place:
    """Return a government that has something for the public, else 404."""
    found = queries.place(code)
    if found is None:
        raise Http404
    return found


def digits(text: str) -> str:
    """Return what was typed with plain digits for wide ones, as Chinese keyboards write them."""
    return unicodedata.normalize("NFKC", text[:20]).strip()


def township_of(sent: QueryDict, place: Place) -> str:
    """Return the township that an address asks for, empty for all. Raises Wrong."""
    code = sent.get("township", "")
    if code and (divisions.find(code) is None or not code.startswith(place.code)):
        raise Wrong
    return code


def page_of(sent: QueryDict, paging: Paginator[Any]) -> Page[Any]:
    """Return the page that an address asks for, else the first. Raises Wrong."""
    number = whole(sent, "page", longest=4)
    if number is not None and not 1 <= number <= paging.num_pages:
        raise Wrong
    return paging.page(number or 1)


def whole(sent: QueryDict, name: str, *, longest: int) -> int | None:
    """Return a whole number of an address, None where it is not given. Raises Wrong."""
    text = digits(sent.get(name, ""))
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > longest:
        raise Wrong
    return int(text)


def language(request: HttpRequest) -> str:
    """Return the reader's language."""
    return who(request).language
