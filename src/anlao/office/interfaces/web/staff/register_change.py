"""What a file of a register is called, its number and place: corrected; a number shown whole."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from anlao.identity_numbers import IdentityNumber
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.register_files import about
from anlao.office.interfaces.web.staff.register_opening import (
    checked_credit_code,
    checked_place,
)
from anlao.office.interfaces.web.staff.register_words import file_of, register_of
from anlao.office.interfaces.web.staff.told import identity_number_told
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry.operations import Ground, NothingToRecord
from anlao.office.subjects import operations
from anlao.office.subjects.base import Register
from anlao.office.workforce import registers as workforce
from anlao.office.workforce.models import Caregiver

_SHORTEST = 4


class ChangeForm(forms.Form):
    """What is to be corrected; an empty number stays as it is."""

    name = forms.CharField(max_length=80, min_length=2)
    place = forms.CharField(max_length=60)
    number = forms.CharField(max_length=24, required=False)
    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, register: Register, file: Any, asking: Who, **more: Any) -> None:
        super().__init__(*args, **more)
        self.register, self.file, self.asking = register, file, asking
        if register.kind not in ("caregiver", "institution"):
            del self.fields["number"]

    def clean_place(self) -> str:
        return checked_place(self.cleaned_data["place"], self.asking)

    def clean_number(self) -> IdentityNumber | str | None:
        text = self.cleaned_data["number"]
        if self.register.kind == "caregiver":
            return identity_number_told(text, self.asking)
        return checked_credit_code(text, self.asking)

    def values(self) -> dict[str, Any]:
        """Return the fields of the file that were told."""
        told = {"name": self.cleaned_data["name"], "division_code": self.cleaned_data["place"]}
        number = self.cleaned_data.get("number")
        if isinstance(number, IdentityNumber):
            return told | workforce.sealed(self.file, number)
        return told | {"credit_code": number} if number else told


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACILITIES)
def change(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Correct a file itself. A resident's name and place are the elder's and the institution's."""
    asking = who(request)
    register = register_of(kind, asking, roles.RECORD_FACILITIES)
    if kind == "resident":
        raise Http404
    file = file_of(register, number)
    data = request.POST if request.method == "POST" else None
    form = ChangeForm(
        data,
        register=register,
        file=file,
        asking=asking,
        initial={"name": file.name, "place": file.division_code},
    )
    if data is not None and form.is_valid() and _changed(form):
        messages.success(request, asking.say("已更正", "Corrected"))
        return redirect("web:register-file", kind=kind, number=file.pk)
    given = about(register, file_of(register, number), asking, "record") | {"form": form}
    status = 400 if form.errors else 200
    return render(request, "web/register_change.html", given, status=status)


@require_POST
@needs(roles.SEE_FACILITIES)
def reveal(request: HttpRequest, number: int) -> HttpResponse:
    """Show a caregiver's whole identity number once, for a stated reason."""
    asking = who(request)
    if not asking.may(roles.REVEAL):
        raise PermissionDenied
    register = register_of("caregiver", asking)
    file = file_of(register, number)
    assert isinstance(file, Caregiver)
    reason = text_in(request.POST, "reason")
    if len(reason) < _SHORTEST:
        wanted = asking.say(
            "请写明查看理由（至少4个字）", "Give a reason of four characters or more"
        )
        messages.error(request, wanted)
        return redirect("web:register-file", kind="caregiver", number=number)
    shown = workforce.reveal(file, reason=reason, by=asking.name)
    given = about(register, file, asking, "file") | {"shown": shown}
    return render(request, "web/register_reveal.html", given)


def _changed(form: ChangeForm) -> bool:
    asking = form.asking
    try:
        with transaction.atomic():
            ground = Ground(form.cleaned_data["evidence"])
            operations.change(
                form.register, form.file, form.values(), ground=ground, by=asking.name
            )
    except NothingToRecord:
        form.add_error(None, asking.say("没有变化：已按此登记", "This is recorded already"))
    except IntegrityError:
        form.add_error("number", asking.say("已有这个号码的档案", "There is a file of this number"))
    else:
        return True
    return False
