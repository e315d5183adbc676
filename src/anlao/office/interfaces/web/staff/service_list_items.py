"""Items of a draft, one by one: what the rulebook computes is shown and not typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.service_lists import edition_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.service_list import operations
from anlao.office.service_list.filling import FIELDS
from anlao.office.service_list.models import Edition, Item
from anlao.office.service_list.operations import ListRefused

_LONG = forms.Textarea(attrs={"rows": 3})
_OLDEST = 120


class ItemForm(forms.Form):
    """Everything of an item that a hand may write."""

    name = forms.CharField(max_length=80, min_length=2)
    group = forms.CharField(max_length=120, min_length=2)
    kind = forms.ChoiceField(choices=Item.Kind.choices)
    who = forms.CharField(max_length=400, min_length=2, widget=_LONG)
    what = forms.CharField(max_length=600, min_length=2, widget=_LONG)
    amount = forms.CharField(max_length=400, required=False)
    how = forms.CharField(max_length=400, min_length=2, widget=_LONG)
    bring = forms.CharField(max_length=400, required=False)
    clause = forms.CharField(max_length=200, min_length=2)
    office = forms.CharField(max_length=200, min_length=2)
    phone = forms.RegexField(r"^\+?[0-9][0-9\- ]{2,19}$", required=False)
    age_from = forms.IntegerField(min_value=0, max_value=_OLDEST, required=False)
    age_to = forms.IntegerField(min_value=0, max_value=_OLDEST, required=False)

    def clean(self) -> None:
        super().clean()
        low, high = (self.cleaned_data.get(name) for name in ("age_from", "age_to"))
        if low is not None and high is not None and high < low:
            self.add_error("age_to", "不能小于起始年龄 / not below the first age")


@require_http_methods(["GET", "POST"])
@needs(roles.PREPARE_LIST)
def new(request: HttpRequest, number: int) -> HttpResponse:
    """An item that no rule computes."""
    asking = who(request)
    edition = edition_of(asking, number)
    form = ItemForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.add(
                edition=edition, fields=form.cleaned_data, by=asking.name, at=timezone.now()
            )
        except ListRefused as refusal:
            form.add_error(None, asking.say_refusal(refusal))
        else:
            messages.success(request, asking.say("已添加", "Added"))
            return redirect("web:service-list", number=edition.pk)
    return _shown(request, edition, form, None)


@require_http_methods(["GET", "POST"])
@needs(roles.PREPARE_LIST)
def item(request: HttpRequest, number: int, item: int) -> HttpResponse:
    """Change an item, or take it off the list with a reason."""
    asking = who(request)
    edition = edition_of(asking, number)
    held = edition.items.filter(pk=item).first() if item < 2**63 else None
    if held is None:
        raise Http404
    sent = request.POST if request.method == "POST" else None
    known = {name: getattr(held, name) for name in FIELDS}
    if sent is not None and sent.get("act") == "remove":
        form = ItemForm(None, initial=known)
        return _removed(request, asking, edition, held, form)
    form = ItemForm(sent, initial=known)
    if sent is not None and form.is_valid():
        try:
            operations.change(
                item=held,
                to=form.cleaned_data,
                by=asking.name,
                at=timezone.now(),
                day=asking.today,
            )
        except ListRefused as refusal:
            form.add_error(None, asking.say_refusal(refusal))
        else:
            messages.success(request, asking.say("已保存", "Saved"))
            return redirect("web:service-list", number=edition.pk)
    return _shown(request, edition, form, held)


def _removed(
    request: HttpRequest, asking: Who, edition: Edition, held: Item, form: ItemForm
) -> HttpResponse:
    reason = text_in(request.POST, "reason")
    try:
        if len(reason) < 2:
            raise ListRefused("请写明理由 / Say why")
        operations.remove(item=held, reason=reason, by=asking.name, at=timezone.now())
    except ListRefused as refusal:
        return _shown(request, edition, form, held, refusal=asking.say_refusal(refusal))
    messages.success(request, asking.say("已取消该项目", "Taken off the list"))
    return redirect("web:service-list", number=edition.pk)


def _shown(
    request: HttpRequest, edition: Edition, form: ItemForm, held: Item | None, refusal: str = ""
) -> HttpResponse:
    given: dict[str, Any] = {"edition": edition, "form": form, "item": held, "refusal": refusal}
    wrong = bool(form.errors or refusal)
    return render(request, "web/service_list_item.html", given, status=400 if wrong else 200)
