"""An elder's applications: all there were, what she could ask for, asking for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.benefits import deciding
from anlao.office.benefits import queries as benefits
from anlao.office.benefits.provisions import Rule, rule_of, rules_of, running
from anlao.office.benefits.queries import ORDER, Entitlement
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.cases import asking, queries, states
from anlao.office.cases.asking import Asker
from anlao.office.cases.models import ASKERS, WAYS
from anlao.office.cases.moving import Refused
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files
from anlao.office.registry.models import Elder
from anlao.office.shared import scope

_TYPED_WAYS, _TYPED_ASKERS = WAYS[:5], ASKERS[:3]


class ApplyForm(forms.Form):
    """An application: how it came, who asks, and on what ground for another."""

    way_in = forms.ChoiceField(choices=[(way, way) for way in _TYPED_WAYS])
    asked_by = forms.ChoiceField(choices=[(one, one) for one in _TYPED_ASKERS])
    agent_name = forms.CharField(max_length=60, required=False)
    agent_relation = forms.CharField(max_length=60, required=False)
    ground = forms.CharField(max_length=200, required=False)


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def cases(request: HttpRequest, number: int) -> HttpResponse:
    """Her applications and benefits, and every provision with its decision of this month."""
    elder, asking_ = elder_in_scope(number), who(request)
    if request.method == "POST":
        return _adopted(request, elder, asking_)
    files.note_read(elder, "read_cases", by=asking_.name, purpose="")
    found = queries.of_elder(elder)
    live = {one.provision for one in found if one.state in states.LIVE}
    rules = {rule.id: rule for rule in _rules(elder)}
    given: dict[str, Any] = {
        "found": [(one, _name(rules.get(one.provision), one.provision, asking_)) for one in found],
        "offers": _offers(elder, asking_, live, rules),
        "may_take": asking_.may(roles.TAKE_CASE) and elder.state == "living",
    }
    return render(request, "web/elder_cases.html", about(request, elder, "cases") | given)


@require_http_methods(["GET", "POST"])
@needs(roles.TAKE_CASE)
def apply(request: HttpRequest, number: int, provision: str) -> HttpResponse:
    """Ask for a provision; the decision of this month and the papers to be shown stand beside."""
    elder, asking_ = elder_in_scope(number), who(request)
    rule = rule_of(elder.division_code, provision)
    if rule is None:
        raise Http404
    form = ApplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        try:
            made = asking.apply(
                elder=elder,
                provision=provision,
                way_in=clean["way_in"],
                asker=Asker(clean["asked_by"], clean["agent_name"], clean["agent_relation"]),
                day=asking_.today,
                by=asking_.name,
                at=timezone.now(),
                ground=clean["ground"],
            )
        except Refused as refusal:
            form.add_error(None, asking_.say(refusal.zh, refusal.en))
        else:
            messages.success(
                request,
                asking_.say(f"已登记，编号 {made.number}", f"Recorded as {made.number}"),
            )
            return redirect("web:case", number=made.pk)
    files.note_read(elder, "read_entitlements", by=asking_.name, purpose="")
    given = {
        "form": form,
        "rule": rule,
        "name": rule.name(asking_.language),
        "item": _entitlements(elder, asking_).get(provision),
        "ways": _TYPED_WAYS,
        "askers": _TYPED_ASKERS,
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


def _offers(
    elder: Elder, asking_: Who, live: set[str], rules: dict[str, Rule]
) -> list[dict[str, Any]]:
    told = _entitlements(elder, asking_)
    offers = [
        {
            "rule": rule,
            "name": rule.name(asking_.language),
            "item": told[rule.id],
            "is_live": rule.id in live,
            "receives": rule.id not in live and running(elder, rule.id) is not None,
        }
        for rule in rules.values()
        if rule.id in told
    ]
    return sorted(offers, key=lambda offer: ORDER.index(offer["item"].outcome))


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


def _rules(elder: Elder) -> list[Rule]:
    try:
        return rules_of(elder.division_code)
    except NoRulebook:
        return []


def _name(rule: Rule | None, provision: str, asking_: Who) -> str:
    return rule.name(asking_.language) if rule else provision
