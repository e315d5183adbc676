"""Whose days of grace are over, and what is proposed about it: one proposes, another answers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.benefits.provisions import first_of_next_month
from anlao.office.cases import proposing, queries
from anlao.office.cases.models import PauseProposal
from anlao.office.cases.proposing import Each
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.case_lists import PAGE, case_name, note_list, terms_for
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.shared import scope

_LONGEST = 18
"""Digits of a number in an address or a form."""


class ProposeForm(forms.Form):
    """Why, and from which month on."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in PauseProposal.KINDS])
    month = forms.DateField(input_formats=["%Y-%m"])
    reason = forms.CharField(min_length=2, max_length=200)


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def overdue(request: HttpRequest) -> HttpResponse:
    """Whose days of grace are over; a clerk proposes to suspend what those ticked receive."""
    asking = who(request)
    form = ProposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not asking.may(roles.PROPOSE_SUSPENSION):
            raise PermissionDenied
        if form.is_valid():
            return _proposed(request, form, asking)
    terms = terms_for(asking)
    found = queries.long_overdue(terms, asking.today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    note_list(request, "overdue", page.number)
    given = {
        "page": page,
        "rows": _rows(page, asking),
        "form": form,
        "kinds": PauseProposal.KINDS,
        "next_month": first_of_next_month(asking.today),
        "grace": terms.alive_grace_days,
        "may_propose": asking.may(roles.PROPOSE_SUSPENSION),
    }
    return render(request, "web/cases_overdue.html", given, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def proposals(request: HttpRequest) -> HttpResponse:
    """Proposals of a state; an approver agrees to those ticked, or turns them down."""
    asking = who(request)
    if request.method == "POST":
        if not asking.may(roles.APPROVE):
            raise PermissionDenied
        return _answered(request, asking)
    state = text_in(request.GET, "only") or PauseProposal.OPEN
    if state not in PauseProposal.STATES:
        raise Http404
    page = Paginator(queries.proposals(state), PAGE).get_page(request.GET.get("page"))
    note_list(request, f"proposals:{state}", page.number)
    given = {
        "page": page,
        "rows": [(row, case_name(row.case, asking), row.by == asking.name) for row in page],
        "only": state,
        "states": PauseProposal.STATES,
        "is_open": state == PauseProposal.OPEN,
        "may_answer": asking.may(roles.APPROVE) and state == PauseProposal.OPEN,
    }
    return render(request, "web/cases_proposals.html", given)


def _rows(page: Any, asking: Who) -> list[tuple[Any, list[str], bool, bool]]:
    """Return who is due, what she receives by cases, whether all is proposed, whether none is."""
    elders = list(page)
    cases = queries.received(elders, asking.today)
    waiting = set(
        queries.proposals(PauseProposal.OPEN)
        .filter(case__elder__in=elders)
        .values_list("case_id", flat=True)
    )
    found = []
    for due in queries.as_due(elders, terms_for(asking), asking.today):
        hers = cases.get(due.elder.pk, [])
        is_proposed = bool(hers) and all(case.pk in waiting for case in hers)
        found.append((due, [case_name(case, asking) for case in hers], is_proposed, not hers))
    return found


def _proposed(request: HttpRequest, form: ProposeForm, asking: Who) -> HttpResponse:
    numbers = _ticked(request, "elder")
    clean = form.cleaned_data
    scope.enter(asking.where(roles.PROPOSE_SUSPENSION))
    month: date = clean["month"]
    found = proposing.each(
        proposing.propose,
        "elder",
        numbers,
        kind=clean["kind"],
        from_day=month,
        reason=clean["reason"],
        by=asking.name,
        at=timezone.now(),
        day=asking.today,
    )
    _tell(request, numbers, found, asking, ("已提出暂停建议", "proposed for"))
    return redirect("web:cases-overdue")


def _answered(request: HttpRequest, asking: Who) -> HttpResponse:
    numbers = _ticked(request, "proposal")
    scope.enter(asking.where(roles.APPROVE))
    given: dict[str, Any] = {"by": asking.name, "at": timezone.now(), "day": asking.today}
    match text_in(request.POST, "act"):
        case "approve":
            found = proposing.each(proposing.approve, "number", numbers, **given)
            said = ("已同意并暂停", "agreed and suspended:")
        case "turn_down":
            given["reason"] = text_in(request.POST, "reason")[:200]
            found = proposing.each(proposing.turn_down, "number", numbers, **given)
            said = ("已退回，待遇照发", "turned down:")
        case _:
            messages.error(request, asking.say("请选择同意或不同意", "Agree, or turn down"))
            return redirect("web:cases-proposals")
    _tell(request, numbers, found, asking, said)
    return redirect("web:cases-proposals")


def _ticked(request: HttpRequest, name: str) -> list[int]:
    texts = [text for text in request.POST.getlist(name) if text.isascii() and text.isdecimal()]
    return [int(text) for text in texts if len(text) <= _LONGEST][:PAGE]


def _tell(
    request: HttpRequest, numbers: list[int], found: Each, asking: Who, said: tuple[str, str]
) -> None:
    if not numbers:
        messages.error(request, asking.say("请先勾选", "Tick some first"))
    for number, zh, en in found.refused:
        messages.error(request, asking.say(f"{number}：{zh}", f"{number}: {en}"))
    if done := len(found.done):
        messages.success(request, asking.say(f"{said[0]}：{done}", f"{said[1]} {done}"))
