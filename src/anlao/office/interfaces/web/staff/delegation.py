"""Lending one's grants while away: to whom, which, from when until when; and taking them back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import operations, roles
from anlao.office.organisations.models import Grant, Organisation, User

_COUNTY_DIGITS = 6
_PUBLIC = (
    Organisation.Kind.BUREAU,
    Organisation.Kind.TOWNSHIP_OFFICE,
    Organisation.Kind.VILLAGE_COMMITTEE,
)
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def colleagues(user: User) -> QuerySet[User]:
    """Return who may stand in: people of one's own body; of public offices, of the whole county."""
    own = user.organisation
    found = User.objects.filter(is_active=True).exclude(pk=user.pk)
    if own.kind in _PUBLIC:
        county = own.division_id[:_COUNTY_DIGITS]
        found = found.filter(
            organisation__kind__in=_PUBLIC, organisation__division__code__startswith=county
        )
    else:
        found = found.filter(organisation=own)
    return found.select_related("organisation").order_by("organisation__name", "full_name")


class _Colleague(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.full_name}（{obj.organisation.name}）"


class DelegationForm(forms.Form):
    """Who stands in, with which grants, from the first to the last day, and why."""

    to = _Colleague(User.objects.none())
    grants = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    start = forms.DateField(widget=_DAY)
    last = forms.DateField(widget=_DAY)
    reason = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, asking: Who, own: list[Grant], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        assert asking.user is not None
        to, grants = self.fields["to"], self.fields["grants"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = colleagues(asking.user)
        grants.choices = [(str(one.pk), _words(one, asking)) for one in own]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        start, last = self.cleaned_data.get("start"), self.cleaned_data.get("last")
        if start and start < self.asking.today:
            self.add_error("start", self.asking.say("不能早于今天", "may not lie in the past"))
        if start and last and last < start:
            self.add_error("last", self.asking.say("不能早于开始日期", "is before the first day"))


@require_http_methods(["GET", "POST"])
@needs()
def delegation(request: HttpRequest) -> HttpResponse:
    """What one lent and what one holds for others; lend more, or take back."""
    asking = who(request)
    user = asking.user
    assert user is not None
    own = operations.delegable(user, asking.today)
    act = request.POST.get("act", "")
    form = DelegationForm(
        request.POST if act == "delegate" else None,
        asking=asking,
        own=own,
        initial={"start": asking.today, "grants": [str(one.pk) for one in own]},
    )
    if act == "delegate" and form.is_valid() and _delegated(request, form):
        return redirect("web:delegation")
    if act == "revoke":
        return _taken_back(request, user)
    lent = Grant.objects.filter(on_behalf_of=user, revoked_at=None)
    held = user.grants.filter(on_behalf_of__isnull=False, revoked_at=None)
    given = {
        "form": form,
        "own": own,
        "lent": _rows(lent.select_related("user", "division", "organisation"), asking),
        "held": _rows(held.select_related("on_behalf_of", "division", "organisation"), asking),
        "longest": operations.DELEGATED_AT_MOST.days,
    }
    return render(request, "web/delegation.html", given, status=400 if form.errors else 200)


def _delegated(request: HttpRequest, form: DelegationForm) -> bool:
    clean, asking = form.cleaned_data, form.asking
    assert asking.user is not None
    try:
        made = operations.delegate(
            away=asking.user,
            to=clean["to"],
            start=clean["start"],
            until=clean["last"] + timedelta(days=1),
            reason=clean["reason"],
            by=asking.name,
            at=timezone.now(),
            only=[int(number) for number in clean["grants"]],
        )
    except operations.RolesConflict as refusal:
        names = ", ".join(f'"{roles.ROLES[other].en}"' for other in refusal.others)
        wanted = roles.ROLES[refusal.role].en
        form.add_error(
            None,
            asking.say(f"{refusal}。", f'"{wanted}" may not go to somebody who holds {names}.'),
        )
        return False
    except (operations.SpanRefused, operations.OwnStandIn) as refusal:
        longest = operations.DELEGATED_AT_MOST.days
        form.add_error(
            None, asking.say(f"{refusal}。", f"At most {longest} days, within your own grant.")
        )
        return False
    if not made:
        form.add_error(
            "start",
            asking.say("所选授权在这一天无效", "none of these grants is in force on that day"),
        )
        return False
    messages.success(request, asking.say("已委托", "Delegated"))
    return True


def _taken_back(request: HttpRequest, user: User) -> HttpResponse:
    asking = who(request)
    lent = Grant.objects.filter(on_behalf_of=user, revoked_at=None)
    found = lent.filter(pk=number_in(request.POST, "grant")).first()
    if found is not None:
        reason = text_in(request.POST, "reason") or asking.say("本人收回", "taken back")
        operations.revoke(held=found, reason=reason, by=asking.name, at=timezone.now())
        messages.success(request, asking.say("已收回", "Taken back"))
    return redirect("web:delegation")


def _words(grant: Grant, asking: Who) -> str:
    role = roles.ROLES[grant.role]
    return f"{asking.say(role.zh, role.en)} · {grant.where}"


def _rows(found: QuerySet[Grant], asking: Who) -> list[tuple[Grant, Any, Any]]:
    """Return grants not yet over, with their roles and last days."""
    open_ones = found.exclude(valid__endswith__lte=asking.today).order_by("pk")
    return [(one, roles.ROLES[one.role], one.valid.upper - timedelta(days=1)) for one in open_ones]
