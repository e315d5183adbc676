"""An elder's applications: all there were, what she could ask for, asking for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.benefits import deciding
from anlao.office.benefits import queries as benefits
from anlao.office.benefits.holders import ElderHolder
from anlao.office.benefits.queries import Entitlement
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.cases import asking, queries
from anlao.office.cases.moving import Refused
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.apply_form import (
    ApplyForm,
    applied,
    choices,
    named,
    offers,
)
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files
from anlao.office.registry.models import Elder
from anlao.office.shared import scope


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def cases(request: HttpRequest, number: int) -> HttpResponse:
    """Her applications and benefits, and every provision with its decision of this month."""
    elder, asking_ = elder_in_scope(number), who(request)
    if request.method == "POST":
        return _adopted(request, elder, asking_)
    files.note_read(elder, "read_cases", by=asking_.name, purpose="")
    holder = ElderHolder(elder)
    found = queries.of(holder)

    def url_of(provision: str) -> str:
        return reverse("web:elder-apply", args=(elder.pk, provision))

    given: dict[str, Any] = {
        "found": named(found, holder, asking_),
        "offers": offers(holder, _entitlements(elder, asking_), found, asking_, url_of),
        "may_take": asking_.may(roles.TAKE_CASE) and elder.state == "living",
    }
    return render(request, "web/elder_cases.html", about(request, elder, "cases") | given)


@require_http_methods(["GET", "POST"])
@needs(roles.TAKE_CASE)
def apply(request: HttpRequest, number: int, provision: str) -> HttpResponse:
    """Ask for a provision; the decision of this month and the papers to be shown stand beside."""
    elder, asking_ = elder_in_scope(number), who(request)
    holder = ElderHolder(elder)
    rule = holder.rule(provision)
    if rule is None:
        raise Http404
    form = ApplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = applied(form, holder, provision, asking_)
        if made is not None:
            done = asking_.say(f"已登记，编号 {made.number}", f"Recorded as {made.number}")
            messages.success(request, done)
            return redirect("web:case", number=made.pk)
    files.note_read(elder, "read_entitlements", by=asking_.name, purpose="")
    given = choices(holder) | {
        "form": form,
        "rule": rule,
        "name": rule.name(asking_.language),
        "item": _entitlements(elder, asking_).get(provision),
        "evidence": [pair[asking_.language == "en"] for pair in rule.evidence],
    }
    page = about(request, elder, "cases") | given
    return render(request, "web/elder_apply.html", page, status=400 if form.errors else 200)


def _adopted(request: HttpRequest, elder: Elder, asking_: Who) -> HttpResponse:
    """Make a case of what she receives by a list, so that it can be suspended or ended."""
    if not asking_.may(roles.TAKE_CASE):
        raise PermissionDenied
    scope.enter(asking_.where(roles.TAKE_CASE))
    try:
        made = asking.adopt(
            elder=elder,
            provision=text_in(request.POST, "provision"),
            day=asking_.today,
            by=asking_.name,
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, asking_.say(refusal.zh, refusal.en))
        return redirect("web:elder-cases", number=elder.pk)
    return redirect("web:case", number=made.pk)


def _entitlements(elder: Elder, asking_: Who) -> dict[str, Entitlement]:
    try:
        found = benefits.entitlements(
            elder,
            deciding.month_of(asking_.today),
            known_at=timezone.now(),
            language=asking_.language,
        )
    except NoRulebook:
        return {}
    return {item.provision: item for item in found.found}
