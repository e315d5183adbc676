"""Access cards of an elder, at the counter: handed out, the code shown once; moved and ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.citizens import cards as access
from anlao.office.citizens.cards import CardRefused, Holder
from anlao.office.citizens.models import Card
from anlao.office.interfaces.web.sent import number_in, origin_of, text_in
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope, purpose_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files
from anlao.office.registry.models import Elder

_CHANGES = ("end", "until")
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CardForm(forms.Form):
    """Whose the card is to be, what was shown, and for an agent what she may do and how long."""

    holder = forms.ChoiceField(choices=Card.Holder.choices)
    name = forms.CharField(max_length=60, required=False)
    relation = forms.CharField(max_length=60, required=False)
    may_apply = forms.BooleanField(required=False)
    until = forms.DateField(required=False, widget=_DAY)
    evidence = forms.CharField(max_length=200, min_length=2)

    def holder_of_it(self) -> Holder:
        clean = self.cleaned_data
        if clean["holder"] == Card.Holder.SELF:
            return access.HERSELF
        if not clean["name"] or not clean["relation"]:
            raise CardRefused("请写明代办人姓名和与老人的关系 / Name the agent and the relation")
        return Holder(clean["name"], clean["relation"], clean["may_apply"])


@require_http_methods(["GET", "POST"])
@needs(roles.TAKE_CASE)
def cards(request: HttpRequest, number: int) -> HttpResponse:
    """The elder's cards; a new one is shown once, on the page that makes it."""
    elder, asking = elder_in_scope(number), who(request)
    if request.POST.get("act") in _CHANGES:
        return _changed(request, elder, asking)
    form = CardForm(request.POST if request.method == "POST" else None)
    given: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        given |= _issued(form, elder, asking)
    files.note_read(elder, "read_cards", by=asking.name, purpose=purpose_of(request))
    given |= {
        "cards": access.of(elder),
        "today": asking.today,
        "earliest": asking.today + timedelta(days=1),
        "latest": access.latest_end(elder, asking.today),
        "may_issue": elder.state == Elder.State.LIVING,
        "address": f"{origin_of(request)}/mine",
    }
    page = about(request, elder, "cards") | given
    return render(request, "web/elder_cards.html", page, status=400 if form.errors else 200)


def _issued(form: CardForm, elder: Elder, asking: Who) -> dict[str, Any]:
    try:
        made, code = access.issue(
            elder=elder,
            holder=form.holder_of_it(),
            evidence=form.cleaned_data["evidence"],
            until=form.cleaned_data["until"],
            day=asking.today,
            by=asking.name,
            at=timezone.now(),
        )
    except CardRefused as refusal:
        form.add_error(None, asking.say_refusal(refusal))
        return {}
    return {"made": made, "code": code, "form": CardForm()}


def _changed(request: HttpRequest, elder: Elder, asking: Who) -> HttpResponse:
    card = access.find(elder, number_in(request.POST, "card"))
    if card is None:
        raise Http404
    reason = text_in(request.POST, "reason")
    try:
        if request.POST["act"] == "end":
            access.end(card=card, reason=reason, by=asking.name, at=timezone.now())
            messages.success(request, asking.say("已停用", "Ended"))
        else:
            until = _until(request)
            access.move_end(card=card, until=until, day=asking.today, reason=reason, by=asking.name)
            messages.success(request, asking.say("已更改有效期", "Its end was changed"))
    except CardRefused as refusal:
        messages.error(request, asking.say_refusal(refusal))
    return redirect("web:elder-cards", number=elder.pk)


def _until(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(text_in(request.POST, "until"))
    except ValueError:
        raise CardRefused("请写明新的日期 / Write the new day") from None
