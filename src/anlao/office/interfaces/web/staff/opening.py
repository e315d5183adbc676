"""A new file: who may have one already is shown before another is opened."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.identity_numbers import IdentityNumber
from anlao.office.benefits.values import place_code
from anlao.office.interfaces.web.staff.told import TelephoneField, identity_number_told, name_told
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import opening
from anlao.office.registry.identity import NumberTaken
from anlao.office.registry.opening import NewElder
from anlao.office.registry.operations import Ground
from anlao.places import divisions

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_SEXES = (("", "—"), ("female", "女 female"), ("male", "男 male"))


class OpeningForm(forms.Form):
    """What is told at the counter; birth and sex follow from the number where there is one."""

    name = forms.CharField(max_length=60)
    identity_number = forms.CharField(max_length=24, required=False)
    birth_date = forms.DateField(required=False, widget=_DAY)
    sex = forms.ChoiceField(choices=_SEXES, required=False)
    village = forms.CharField(max_length=60)
    phone = TelephoneField(required=False)
    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking

    def clean_name(self) -> str:
        return name_told(self.cleaned_data["name"], self.asking)

    def clean_identity_number(self) -> IdentityNumber | None:
        return identity_number_told(self.cleaned_data["identity_number"], self.asking)

    def clean_village(self) -> str:
        say = self.asking.say
        try:
            code = place_code(self.cleaned_data["village"].strip())
        except ValueError:
            raise ValidationError(
                say(
                    "没有找到这个地方，或有几处同名；请填乡镇和村的名称，或区划代码",
                    "No such place, or several; give township and village, or a division code",
                )
            ) from None
        if not self.asking.where(roles.RECORD_FACTS).covers(code):
            raise ValidationError(say("不在您的范围内", "This is outside your area"))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        say, number = self.asking.say, cleaned.get("identity_number")
        if number is not None:
            told = (cleaned.get("birth_date"), cleaned.get("sex"))
            if (told[0] and told[0] != number.birth_date) or (told[1] and told[1] != number.sex):
                self.add_error(
                    "identity_number",
                    say("与填写的出生日期或性别不一致", "It tells another birth or sex"),
                )
            cleaned["birth_date"], cleaned["sex"] = number.birth_date, number.sex
        elif "identity_number" in cleaned:
            if not cleaned.get("birth_date"):
                self.add_error(
                    "birth_date", say("没有身份证号时必填", "Needed where there is no number")
                )
            if not cleaned.get("sex"):
                self.add_error("sex", say("没有身份证号时必填", "Needed where there is no number"))
        born: date | None = cleaned.get("birth_date")
        if born and born > self.asking.today:
            self.add_error("birth_date", say("出生日期还没有到", "This day has not come yet"))
        return cleaned

    def new_elder(self) -> NewElder:
        clean = self.cleaned_data
        return NewElder(
            clean["name"],
            clean["identity_number"],
            clean["birth_date"],
            clean["sex"],
            clean["village"],
            clean["phone"],
        )


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def new(request: HttpRequest) -> HttpResponse:
    """Tell who she is; look at those who may be her; open her file."""
    asking = who(request)
    form = OpeningForm(request.POST if request.method == "POST" else None, asking=asking)
    given: dict[str, Any] = {"form": form, "villages": _villages(asking)}
    if request.method == "POST" and form.is_valid():
        told = form.new_elder()
        alike = opening.look_alike(told)
        if alike and "another" not in request.POST:
            return render(request, "web/elder_new.html", given | {"alike": alike})
        try:
            made = opening.open_file(
                told,
                facts={},
                ground=Ground(form.cleaned_data["evidence"]),
                by=asking.name,
                at=timezone.now(),
            )
        except NumberTaken as refusal:
            form.add_error("identity_number", asking.say_refusal(refusal))
        else:
            messages.success(request, asking.say("档案已建立", "The file is open"))
            return redirect("web:elder", number=made.pk)
    return render(request, "web/elder_new.html", given, status=400 if form.errors else 200)


def _villages(asking: Who) -> list[str]:
    """Return the names of the villages of one's area."""
    return [
        "".join(step.name for step in divisions.path(village.code)[3:])
        for code in asking.where(roles.RECORD_FACTS).divisions
        for village in divisions.within(code, "village")
    ]
