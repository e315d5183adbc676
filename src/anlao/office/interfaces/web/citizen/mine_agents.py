"""The agents whom an elder names herself: what each may do and until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.citizens import cards
from anlao.office.citizens.cards import CardRefused, Holder
from anlao.office.citizens.models import Card
from anlao.office.interfaces.web.citizen.mine import Me, day_of, mine, mine_page
from anlao.office.interfaces.web.sent import text_in


@require_http_methods(["GET", "POST"])
@mine(own=True)
def agents(request: HttpRequest, me: Me) -> HttpResponse:
    """Whom she lets see or do for her; a code is shown once, and all of it ends at once."""
    given: dict[str, Any] = {}
    if request.method == "POST":
        try:
            given = _done(request, me)
        except CardRefused as refusal:
            given = {"problem": me.reading.say_refusal(refusal), "sent": request.POST}
        if not given:
            return redirect("web:mine-agents")
    today = me.reading.today
    given |= {
        "found": [card for card in cards.of(me.by.elder) if not card.is_own],
        "today": today,
        "earliest": today + timedelta(days=1),
        "latest": cards.latest_end(me.by.elder, today),
    }
    return mine_page(
        request, "mine/agents.html", me, given, status=400 if "problem" in given else 200
    )


def _done(request: HttpRequest, me: Me) -> dict[str, Any]:
    """Do what was sent; return what is shown of it once, if anything. Raises CardRefused."""
    act = text_in(request.POST, "act")
    if act == "end":
        cards.end(card=_card(request, me), reason="本人停用", by=me.by.actor, at=timezone.now())
        return {}
    if act == "until":
        until = _until(request)
        if until is None:
            raise CardRefused("请写明新的日期 / Write the new day")
        cards.move_end(
            card=_card(request, me), until=until, day=me.reading.today,
            reason="本人网上更改有效期", by=me.by.actor,
        )  # fmt: skip
        return {}
    name, relation = text_in(request.POST, "name"), text_in(request.POST, "relation")
    if not name or not relation:
        raise CardRefused("请写明姓名和与您的关系 / Write the name and the relation")
    made, code = cards.issue(
        elder=me.by.elder,
        holder=Holder(name[:60], relation[:60], text_in(request.POST, "may") == "apply"),
        evidence="本人网上授权",
        until=_until(request),
        day=me.reading.today,
        by=me.by.actor,
        at=timezone.now(),
    )
    return {"made": made, "code": code}


def _card(request: HttpRequest, me: Me) -> Card:
    number = text_in(request.POST, "card")
    card = cards.find(me.by.elder, int(number)) if number.isascii() and number.isdigit() else None
    if card is None or card.is_own:
        raise Http404
    return card


def _until(request: HttpRequest) -> date | None:
    """Return the day that was written, None where none was. Raises CardRefused for no day."""
    text = text_in(request.POST, "until")
    day = day_of(text)
    if text and day is None:
        raise CardRefused(
            "请把日期写成年月日8位数字，例如20270630 / Write the day in 8 digits, such as 20270630"
        )
    return day
