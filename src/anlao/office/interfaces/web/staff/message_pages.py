"""What elders are told: lists by township, one message, those of one elder."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits.holders import ELDER
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.messages import queries, states, telling
from anlao.office.messages.models import CAUSES
from anlao.office.messages.telling import NotTold
from anlao.office.organisations import roles
from anlao.office.registry import files
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act

PAGE = 50


@require_GET
@needs(roles.SEE_ELDERS)
def listed(request: HttpRequest) -> HttpResponse:
    """Messages of one's area by township, state and cause, and what can be done with them."""
    asking = who(request)
    wanted = chosen(request, asking)
    found = queries.listed(**wanted)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    audit.record(
        Act("read_list", f"messages:{wanted['state'] or 'all'}", after={"page": page.number}),
        by=asking.name,
    )
    counts = queries.counts(with_files=wanted["with_files"])
    given: dict[str, Any] = wanted | {
        "page": page,
        "states": [(one, counts.get(one, 0)) for one in states.STATES],
        "without_phone": counts[queries.NO_PHONE],
        "causes": CAUSES,
        "places": queries.places(),
        "may_send": asking.may(roles.SEND_MESSAGES),
    }
    if given["may_send"]:
        given |= {
            "letters": queries.for_letters(found).count(),
            "texts": queries.for_text_messages(found).count(),
        }
    return render(request, "web/messages.html", given)


def chosen(request: HttpRequest, asking: Who) -> dict[str, Any]:
    """Return which messages an address or a form asks for. Raises Http404."""
    sent = request.GET if request.method == "GET" else request.POST
    state, cause, place = (text_in(sent, name) for name in ("state", "cause", "place"))
    if state and state not in (*states.STATES, queries.NO_PHONE):
        raise Http404
    if (cause and cause not in CAUSES) or (place and not place.isascii()):
        raise Http404
    return {
        "state": state,
        "cause": cause,
        "place": place,
        "with_files": asking.may(roles.SEE_FACILITIES),
    }


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def message(request: HttpRequest, number: int) -> HttpResponse:
    """One message as it was made, and what became of it; a clerk writes down what came since."""
    asking, found = who(request), queries.find(number)
    if found is None or (found.elder is None and not asking.may(roles.SEE_FACILITIES)):
        raise Http404
    if request.method == "POST":
        return _recorded(request, asking, number)
    audit.record(
        Act("read_message", found.subject, found.division_code, after={"message": found.number}),
        by=asking.name,
    )
    given = {
        "found": found,
        "holder": found.holder,
        "letter": found.letter[asking.language],
        "events": found.events.order_by("pk"),
        "choices": telling.choices(found) if asking.may(roles.TAKE_CASE) else [],
    }
    return render(request, "web/message.html", given)


def _recorded(request: HttpRequest, asking: Who, number: int) -> HttpResponse:
    if not asking.may(roles.TAKE_CASE):
        raise PermissionDenied
    scope.enter(asking.where(roles.TAKE_CASE))
    if queries.find(number) is None:
        raise Http404
    try:
        telling.record(
            number=number,
            state=text_in(request.POST, "state"),
            note=text_in(request.POST, "note"),
            by=asking.name,
            at=timezone.now(),
        )
        messages.success(request, asking.say("已登记", "Recorded"))
    except NotTold as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
    return redirect("web:message", number=number)


@require_GET
@needs(roles.SEE_ELDERS)
def of_elder(request: HttpRequest, number: int) -> HttpResponse:
    """All that one elder was told."""
    elder, asking = elder_in_scope(number), who(request)
    files.note_read(elder, "read_messages", by=asking.name, purpose="")
    given = about(request, elder, "messages") | {"found": queries.of(f"{ELDER}:{elder.pk}")}
    return render(request, "web/elder_messages.html", given)
