"""New users and organisations, for administrators, inside their own area."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from anlao.office.interfaces.web.staff.people import DivisionField, organisations_of, places_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import operations, roles
from anlao.office.organisations.models import Organisation, User

_USER_NAME = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]{2,59}$")
_KINDS = {
    "bureau": ("民政局", "civil-affairs bureau"),
    "township_office": ("乡镇（街道）", "township office"),
    "village_committee": ("村（居）民委员会", "village committee"),
    "assessment_body": ("评估机构", "assessment body"),
    "provider": ("养老服务组织", "service provider"),
    "institution": ("养老机构", "care institution"),
}


class UserForm(forms.Form):
    """Who signs in: user name, name, and where she works."""

    username = forms.CharField(max_length=60, validators=[_USER_NAME])
    full_name = forms.CharField(max_length=60, min_length=2)
    organisation = forms.ModelChoiceField(Organisation.objects.none())

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = self.fields["organisation"]
        assert isinstance(places, forms.ModelChoiceField)
        places.queryset = organisations_of(asking)


class OrganisationForm(forms.Form):
    """A body that people work for."""

    kind = forms.ChoiceField()
    name = forms.CharField(max_length=120, min_length=2)
    division = DivisionField(None)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, asking.say(zh, en)) for kind, (zh, en) in _KINDS.items()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        places = self.fields["division"]
        assert isinstance(places, forms.ModelChoiceField)
        places.queryset = places_of(asking)


@require_http_methods(["GET", "POST"])
@needs(roles.ADMINISTER)
def new(request: HttpRequest) -> HttpResponse:
    """Two forms on one page: a user, and an organisation that she may belong to."""
    asking = who(request)
    act = request.POST.get("act", "")
    user_form = UserForm(request.POST if act == "user" else None, asking=asking)
    body_form = OrganisationForm(request.POST if act == "organisation" else None, asking=asking)
    if act == "user" and user_form.is_valid() and _added_user(request, user_form, asking):
        made = User.objects.get(username=user_form.cleaned_data["username"])
        return redirect("web:person", number=made.pk)
    if act == "organisation" and body_form.is_valid() and _added_body(request, body_form, asking):
        return redirect("web:newcomers")
    given = {"user_form": user_form, "organisation_form": body_form}
    refused = bool(user_form.errors or body_form.errors)
    return render(request, "web/newcomers.html", given, status=400 if refused else 200)


def _added_user(request: HttpRequest, form: UserForm, asking: Who) -> bool:
    clean = form.cleaned_data
    try:
        password = operations.add_user(
            username=clean["username"],
            full_name=clean["full_name"],
            organisation=clean["organisation"],
            by=asking.name,
        )
    except operations.AccountRefused as refusal:
        form.add_error("username", str(refusal))
        return False
    messages.success(
        request,
        asking.say(
            f"已新增。初始密码（只显示这一次）：{password}。还没有任何角色，请在下面授予。",
            f"Added. First password, shown only now: {password}. Grant a role below.",
        ),
    )
    return True


def _added_body(request: HttpRequest, form: OrganisationForm, asking: Who) -> bool:
    clean = form.cleaned_data
    if not asking.where(roles.ADMINISTER).covers(clean["division"].code):
        raise PermissionDenied
    try:
        operations.add_organisation(
            kind=clean["kind"], name=clean["name"], division=clean["division"], by=asking.name
        )
    except operations.AccountRefused as refusal:
        form.add_error("name", str(refusal))
        return False
    messages.success(request, asking.say("机构已新增", "The organisation was added"))
    return True
