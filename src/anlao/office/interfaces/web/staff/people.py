"""Users and grants, for administrators."""

from __future__ import annotations

import secrets
from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.divisions.models import Division
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import operations, roles
from anlao.office.organisations.models import Grant, Organisation, User


class GrantForm(forms.Form):
    role = forms.ChoiceField(choices=[(role.id, role.zh) for role in roles.ROLES.values()])
    division = forms.CharField(max_length=12, required=False)
    organisation = forms.ModelChoiceField(Organisation.objects.all(), required=False)
    start = forms.DateField()
    until = forms.DateField(required=False)
    reason = forms.CharField(max_length=200, min_length=2)

    def clean_division(self) -> Division | None:
        code = self.cleaned_data["division"].strip()
        if not code:
            return None
        found = Division.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError("没有这个区划代码 / no such division")
        return found

    def clean(self) -> None:
        super().clean()
        if bool(self.cleaned_data.get("division")) == bool(self.cleaned_data.get("organisation")):
            raise forms.ValidationError(
                "区划与机构请填且只填一项 / Give either a division or an organisation"
            )


@require_GET
@needs(roles.ADMINISTER)
def users(request: HttpRequest) -> HttpResponse:
    """Everybody who signs in, with what each holds."""
    found = User.objects.select_related("organisation").order_by("username")
    given = [(user, [roles.ROLES[grant.role] for grant in _held(user)]) for user in found]
    return render(request, "web/people.html", {"users": given})


@require_http_methods(["GET", "POST"])
@needs(roles.ADMINISTER)
def user(request: HttpRequest, number: int) -> HttpResponse:
    """One user: grants, revoking, a new first password."""
    found = User.objects.filter(pk=number).select_related("organisation").first()
    if found is None:
        raise Http404
    act = request.POST.get("act", "")
    form = GrantForm(request.POST if act == "grant" else None, initial={"start": date.today})
    if act == "grant" and form.is_valid() and _granted(request, found, form):
        return redirect("web:person", number=number)
    if act == "revoke":
        return _revoked(request, found)
    if act == "password":
        word = secrets.token_urlsafe(12)
        operations.reset_password(found, word, by=who(request).name)
        messages.success(request, f"初始密码（只显示这一次）/ First password, shown once: {word}")
        return redirect("web:person", number=number)
    given = {"user_shown": found, "grants": _held(found), "form": form, "roles": roles.ROLES}
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
    except (operations.RolesConflict, operations.SpanRefused) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, "已授权 / Granted")
    return True


def _revoked(request: HttpRequest, found: User) -> HttpResponse:
    held = found.grants.filter(pk=number_in(request.POST, "grant"), revoked_at=None).first()
    reason = text_in(request.POST, "reason")
    if held is None or len(reason) < 2:
        messages.error(request, "请写明撤销理由 / Say why it is revoked")
    else:
        operations.revoke(held=held, reason=reason, by=who(request).name, at=timezone.now())
        messages.success(request, "已撤销 / Revoked")
    return redirect("web:person", number=found.pk)


def _held(user: User) -> list[Grant]:
    found = user.grants.filter(revoked_at=None).select_related("division", "organisation")
    return list(found.order_by("id"))
