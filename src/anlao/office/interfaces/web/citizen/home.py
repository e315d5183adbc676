"""The first pages: choose a place; what there is for it; how the pages look."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from anlao.office.interfaces.web.citizen import sections
from anlao.office.interfaces.web.citizen.page import DISPLAY, Display, place_of, public, shown
from anlao.office.service_list import queries

_YEAR = 31_536_000


@public()
def places(request: HttpRequest) -> HttpResponse:
    """Choose a place; where the office serves one county, that one opens at once."""
    found = queries.places()
    here = {place.code for place in found}
    own = [code for code in queries.own_counties() if code in here]
    if len(own) == 1 and "all" not in request.GET:
        return redirect("web:public-home", own[0])
    helped = [(place, queries.help_for(place.code)) for place in found]
    return shown(request, "public/places.html", {"places": helped})


@public()
def home(request: HttpRequest, code: str) -> HttpResponse:
    """Large tiles: what there is for a place."""
    place = place_of(code)
    return shown(request, "public/home.html", {"sections": sections.of(place)}, place=place)


@public()
def missing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as views are called
    """Whatever else is asked for below /public."""
    raise Http404


@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """Change size of type or contrast, and go back to the page one came from."""
    now = Display.of(request.COOKIES.get(DISPLAY, ""))
    size = request.GET.get("size", now.size)
    contrast = request.GET.get("contrast", "1" if now.contrast else "0") == "1"
    wanted = Display.of(size + "c" * contrast)
    back = request.GET.get("back", "")
    is_ours = back.startswith(("/public", "/mine")) and url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}
    )
    response = redirect(back if is_ours else "web:public-places")
    response.set_cookie(
        DISPLAY,
        str(wanted),
        max_age=_YEAR,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
