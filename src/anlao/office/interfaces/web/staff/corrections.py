"""Requests of correction from elders and their agents: those that wait, and answering them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.benefits import queries as benefits
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.citizens import corrections
from anlao.office.citizens.corrections import CorrectionRefused
from anlao.office.citizens.models import Correction
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles

_MOST = 200
_TOWNSHIP = 9


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def waiting(request: HttpRequest) -> HttpResponse:
    """Those of one's area by township, with the days they have waited."""
    asking = who(request)
    if request.method == "POST":
        return _answered(request, asking)
    found = sorted(corrections.waiting()[:_MOST], key=lambda one: one.division_code[:_TOWNSHIP])
    rows = [
        {
            "one": one,
            "township": one.division_code[:_TOWNSHIP],
            "fact": _fact(one, asking),
            "days": (asking.today - one.day).days,
        }
        for one in found
    ]
    return render(request, "web/corrections.html", {"rows": rows, "most": _MOST})


def _answered(request: HttpRequest, asking: Who) -> HttpResponse:
    try:
        corrections.answer(
            number=number_in(request.POST, "correction"),
            is_right=request.POST.get("act") == "accept",
            text=text_in(request.POST, "text"),
            by=asking.name,
            at=timezone.now(),
        )
        messages.success(request, asking.say("已答复", "Answered"))
    except CorrectionRefused as refusal:
        messages.error(request, asking.say_refusal(refusal))
    return redirect("web:corrections")


def _fact(one: Correction, asking: Who) -> str:
    try:
        label = benefits.labels(one.elder).get(one.fact)
    except NoRulebook:
        label = None
    return label.text(asking.language) if label else one.fact
