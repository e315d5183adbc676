"""Users and grants, for administrators."""

from __future__ import annotations

import secrets
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.divisions.models import Division
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.staff import person_acts
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import operations, roles, sessions
from anlao.office.organisations.models import Grant, Organisation, User

_COUNTY_DIGITS = 6
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DivisionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Names every division, set in below the one above it."""

    def label_from_instance(self, obj: Division) -> str:
        return "\u3000" * max(0, (len(obj.code) - _COUNTY_DIGITS) // 3) + str(obj.name)


def _inside(asking: Who, field: str) -> Q:
    """Return what lies in the area of an administrator, by a field that holds a division."""
    codes = asking.where(roles.ADMINISTER).divisions
    return reduce(or_, (Q(**{f"{field}__startswith": code}) for code in codes), Q(pk__in=()))


def places_of(asking: Who) -> QuerySet[Division]:
    """Return the divisions for which an administrator may grant."""
    return Division.objects.filter(_inside(asking, "code"), until_date=None)


def organisations_of(asking: Who) -> QuerySet[Organisation]:
    """Return the organisations of an administrator's area."""
    return Organisation.objects.filter(_inside(asking, "division__code")).order_by("name")


def users_of(asking: Who) -> QuerySet[User]:
    """Return the users who work in an administrator's area."""
    return User.objects.filter(_inside(asking, "organisation__division__code"))


class GrantForm(forms.Form):
    """Which role, for a division or an organisation, from when until when, and why."""

    role = forms.ChoiceField()
    division = DivisionField(Division.objects.none(), required=False)
    organisation = forms.ModelChoiceField(Organisation.objects.none(), required=False)
    start = forms.DateField(widget=_DAY)
    until = forms.DateField(required=False, widget=_DAY)
    reason = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        names = [(role.id, asking.say(role.zh, role.en)) for role in roles.ROLES.values()]
        self.fields["role"].choices = names  # type: ignore[attr-defined]
        places, bodies = self.fields["division"], self.fields["organisation"]
        assert isinstance(places, forms.ModelChoiceField)
        assert isinstance(bodies, forms.ModelChoiceField)
        places.queryset, bodies.queryset = places_of(asking), organisations_of(asking)

    def clean(self) -> None:
        super().clean()
        division, organisation = (
            self.cleaned_data.get("division"),
            self.cleaned_data.get("organisation"),
        )
        if bool(division) == bool(organisation):
            raise forms.ValidationError(
                self.asking.say(
                    "区划与机构请选且只选一项。", "Choose either a division or an organisation."
                )
            )
        start, until = self.cleaned_data.get("start"), self.cleaned_data.get("until")
        if start and until and until <= start:
            self.add_error(
                "until", self.asking.say("应晚于起始日期", "must be after the first day")
            )


@require_GET
@needs(roles.ADMINISTER)
def users(request: HttpRequest) -> HttpResponse:
    """Everybody in one's area who signs in, with what each holds."""
    found = users_of(who(request)).select_related("organisation").order_by("username")
    given = [(user, [roles.ROLES[grant.role] for grant in _held(user)]) for user in found]
    return render(request, "web/people.html", {"users": given})


@require_http_methods(["GET", "POST"])
@needs(roles.ADMINISTER)
def user(request: HttpRequest, number: int) -> HttpResponse:
    """One user: grants, revoking, a new first password."""
    found = users_of(who(request)).filter(pk=number).select_related("organisation").first()
    if found is None:
        raise Http404
    act = request.POST.get("act", "")
    asking = who(request)
    form = GrantForm(
        request.POST if act == "grant" else None,
        initial={"start": asking.today},
        asking=asking,
    )
    if act == "grant" and form.is_valid() and _granted(request, found, form):
        return redirect("web:person", number=number)
    if act == "revoke":
        return _revoked(request, found)
    if act == "password":
        word = secrets.token_urlsafe(12)
        operations.reset_password(found, word, by=who(request).name)
        sessions.end(found, by=who(request).name, at=timezone.now())
        messages.success(
            request,
            asking.say(
                f"初始密码（只显示这一次）：{word}", f"First password, shown only now: {word}"
            ),
        )
        return redirect("web:person", number=number)
    if act in person_acts.ACTS:
        person_acts.do(request, found, act)
        return redirect("web:person", number=number)
    held = [(grant, roles.ROLES[grant.role]) for grant in _held(found)]
    given = {"user_shown": found, "grants": held, "form": form} | person_acts.about(asking, found)
    return render(request, "web/person.html", given, status=400 if form.errors else 200)


def _granted(request: HttpRequest, found: User, form: GrantForm) -> bool:
    clean = form.cleaned_data
    try:
        operations.grant(
            user=found,
            role=clean["role"],
            division=clean["division"],
            organisation=clean["organisation"],
            start=clean["start"],
            until=clean["until"],
            reason=clean["reason"],
            by=who(request).name,
            at=timezone.now(),
        )
    except operations.RolesConflict as refusal:
        others = [roles.ROLES[other] for other in refusal.others]
        names = ", ".join(f'"{other.en}"' for other in others)
        form.add_error(
            None,
            form.asking.say(
                f"{refusal}。",
                f'"{roles.ROLES[refusal.role].en}" may not be held together with {names}.',
            ),
        )
        return False
    messages.success(request, form.asking.say("已授权", "Granted"))
    return True


def _revoked(request: HttpRequest, found: User) -> HttpResponse:
    held = found.grants.filter(pk=number_in(request.POST, "grant"), revoked_at=None).first()
    reason = text_in(request.POST, "reason")
    if held is None or len(reason) < 2:
        messages.error(request, who(request).say("请写明撤销理由", "Say why it is revoked"))
    else:
        operations.revoke(held=held, reason=reason, by=who(request).name, at=timezone.now())
        messages.success(request, who(request).say("已撤销", "Revoked"))
    return redirect("web:person", number=found.pk)


def _held(user: User) -> list[Grant]:
    found = user.grants.filter(revoked_at=None).select_related("division", "organisation")
    return list(found.order_by("id"))
