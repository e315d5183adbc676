"""The head of a file: name, identity number and telephone, amended, and what stood there before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.identity_numbers import IdentityNumber
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope, purpose_of
from anlao.office.interfaces.web.staff.told import (
    TelephoneField,
    identity_number_told,
    name_told,
)
from anlao.office.interfaces.web.templatetags.words.registry import amended_why
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files, particulars
from anlao.office.registry.identity import NumberTaken
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import NothingToRecord
from anlao.office.registry.particulars import AmendmentRefused, Particular, Reason, What, Why

_WHYS = (Why.MISTAKEN, Why.CHANGED)


class AmendmentForm(forms.Form):
    """What the head of a file is to say; numbers that are left empty stay as they are."""

    name = forms.CharField(max_length=60)
    identity_number = forms.CharField(max_length=24, required=False)
    no_identity_number = forms.BooleanField(required=False)
    phone = TelephoneField(required=False)
    no_phone = forms.BooleanField(required=False)
    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        words = [(why.value, amended_why(why, asking.language)) for why in _WHYS]
        self.fields["why"] = forms.ChoiceField(choices=[("", "—"), *words])

    def clean_name(self) -> str:
        return name_told(self.cleaned_data["name"], self.asking)

    def clean_identity_number(self) -> IdentityNumber | None:
        return identity_number_told(self.cleaned_data["identity_number"], self.asking)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in ("identity_number", "phone"):
            if cleaned.get(name) and cleaned.get(f"no_{name}"):
                self.add_error(
                    name,
                    ValidationError(
                        self.asking.say(
                            "填了号码又勾选了删除，请只选一样",
                            "Either give a number or remove it, not both",
                        )
                    ),
                )
        return cleaned

    def changes(self) -> dict[What, Particular]:
        """Return what was filled in or is to be removed."""
        clean = self.cleaned_data
        found: dict[What, Particular] = {What.NAME: clean["name"]}
        for what in (What.IDENTITY_NUMBER, What.PHONE):
            if clean[what] or clean[f"no_{what}"]:
                found[what] = clean[what] or None
        return found


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def amend(request: HttpRequest, number: int) -> HttpResponse:
    """Amend the head of a file for a reason; beneath stands what it said before."""
    elder, asking = elder_in_scope(number), who(request)
    sent = request.POST if request.method == "POST" else None
    form = AmendmentForm(sent, asking=asking, initial={"name": elder.name})
    if sent is not None and form.is_valid() and _amended(request, elder, form):
        return redirect("web:elder-particulars", number=elder.pk)
    files.note_read(elder, "read_particulars", by=asking.name, purpose=purpose_of(request))
    elder.refresh_from_db()  # a refusal leaves what was tried on the object
    given = about(request, elder, "record") | {"form": form, "former": particulars.former(elder)}
    return render(request, "web/elder_particulars.html", given, status=400 if form.errors else 200)


def _amended(request: HttpRequest, elder: Elder, form: AmendmentForm) -> bool:
    """Return whether the file was amended; if not, the form says why."""
    asking, clean = form.asking, form.cleaned_data
    try:
        particulars.amend(
            elder=elder,
            changes=form.changes(),
            reason=Reason(Why(clean["why"]), clean["evidence"]),
            by=asking.name,
            at=timezone.now(),
        )
    except NothingToRecord:
        form.add_error(None, asking.say("没有变化，未作更正", "Nothing is new here"))
    except NumberTaken as refusal:
        form.add_error("identity_number", asking.say_refusal(refusal))
    except AmendmentRefused as refusal:
        form.add_error(None, asking.say_refusal(refusal))
    else:
        messages.success(
            request,
            asking.say("已更正，原登记保留在下面", "Amended; what was there before stands below"),
        )
        return True
    return False
