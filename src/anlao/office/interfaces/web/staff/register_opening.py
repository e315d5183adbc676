"""A new file of a register: who or what it is, where, and what is known from the beginning."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.identity_numbers import IdentityNumber
from anlao.office.benefits.queries import FactLabel
from anlao.office.benefits.subjects import REGISTERS
from anlao.office.benefits.values import place_code
from anlao.office.facilities import credit_code
from anlao.office.facilities.models import Centre, Institution, Stay
from anlao.office.interfaces.web.staff.register_files import choices_of, contradiction, read_told
from anlao.office.interfaces.web.staff.register_words import (
    division_of,
    labels_of,
    name_of,
    register_of,
    table_name,
    tell_public,
)
from anlao.office.interfaces.web.staff.told import identity_number_told
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import identity
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Contradiction, Ground
from anlao.office.subjects import operations
from anlao.office.subjects.base import Register, Subject
from anlao.office.workforce import registers as workforce
from anlao.office.workforce.models import Caregiver

_PREFIX = "fact_"


class OpeningForm(forms.Form):
    """What every register asks first; facts follow as fields of their own, all optional."""

    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, register: Register, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.register, self.asking = register, asking
        self.known = labels_of(register, division_of(asking))
        for name, field in _first_fields(register.kind).items():
            self.fields[name] = field
        for name, label in self.known.items():
            self.fields[_PREFIX + name] = self._fact_field(label)

    def _fact_field(self, label: FactLabel) -> forms.Field:
        choices = choices_of(label, self.asking)
        if choices or label.type == "institution":
            return forms.ChoiceField(choices=[("", "—"), *choices], required=False)
        field = forms.CharField(max_length=60, required=False)
        if label.type == "date":
            field.widget = forms.TextInput(attrs={"type": "date"})
        return field

    def clean_place(self) -> str:
        return checked_place(self.cleaned_data["place"], self.asking)

    def clean_identity_number(self) -> IdentityNumber | None:
        return identity_number_told(self.cleaned_data["identity_number"], self.asking)

    def clean_credit_code(self) -> str:
        return checked_credit_code(self.cleaned_data["credit_code"], self.asking)

    def clean_institution(self) -> Institution:
        text = self.cleaned_data["institution"]
        found = Institution.objects.filter(ended_on__isnull=True)
        home: Institution | None = (
            found.filter(pk=int(text)).first() if text.isdigit() and len(text) < 16 else None
        )
        if home is None:
            raise ValidationError(self.asking.say("请从列表中选一项", "Choose one of the list"))
        return home

    def clean_elder(self) -> Elder:
        return elder_by(self.cleaned_data["elder"].strip(), self.asking)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, label in self.known.items():
            text = cleaned.get(_PREFIX + name)
            if text:
                try:
                    cleaned[_PREFIX + name] = read_told(label, text, self.asking)
                except ValidationError as refusal:
                    self.add_error(_PREFIX + name, refusal)
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return what was told, by name."""
        told = {name: self.cleaned_data.get(_PREFIX + name) for name in self.known}
        return {name: value for name, value in told.items() if value not in (None, "")}

    def subject(self) -> Subject:
        """Return the file as it will be opened."""
        clean = self.cleaned_data
        match self.register.kind:
            case "caregiver":
                return new_caregiver(clean["name"], clean["place"], clean["identity_number"])
            case "institution":
                return new_institution(clean["name"], clean["place"], clean["credit_code"])
            case "centre":
                return new_centre(clean["name"], clean["place"])
        return new_stay(clean["elder"], clean["institution"])


def new_caregiver(name: str, place: str, number: IdentityNumber | None) -> Subject:
    made = _numbered(Caregiver(name=name, division_code=place))
    assert isinstance(made, Caregiver)
    if number is not None:
        workforce.set_identity_number(made, number)
    return made


def new_institution(name: str, place: str, code: str) -> Subject:
    return _numbered(Institution(name=name, division_code=place, credit_code=code))


def new_centre(name: str, place: str) -> Subject:
    return _numbered(Centre(name=name, division_code=place))


def new_stay(elder: Elder, home: Institution) -> Subject:
    return _numbered(
        Stay(elder=elder, institution=home, name=elder.name, division_code=home.division_code)
    )


def elder_by(text: str, asking: Who) -> Elder:
    """Return the living elder of a file number or identity number. Raises ValidationError."""
    index = identity.identity_index(text, day=asking.today)
    files = Elder.objects.filter(state=Elder.State.LIVING)
    found: Elder | None = (
        files.filter(file_number=text) | files.filter(identity_index=index)
    ).first()
    if found is None:
        raise ValidationError(
            asking.say(
                "您的范围内没有这份档案；请先为老年人建档",
                "There is no such file in your area; open one for the elder first",
            )
        )
    return found


def checked_place(text: str, asking: Who) -> str:
    """Return the code of a place inside the recorder's area. Raises ValidationError."""
    try:
        code = place_code(text.strip())
    except ValueError:
        raise ValidationError(
            asking.say(
                "没有找到这个地方，或有几处同名；请填乡镇和村的名称，或区划代码",
                "No such place, or several; give township and village, or a division code",
            )
        ) from None
    if not asking.where(roles.RECORD_FACILITIES).covers(code):
        raise ValidationError(asking.say("不在您的范围内", "This is outside your area"))
    return code


def checked_credit_code(text: str, asking: Who) -> str:
    """Return a unified social credit code, empty where none was given. Raises ValidationError."""
    if not text.strip():
        return ""
    try:
        return credit_code.normalised(text)
    except ValueError:
        raise ValidationError(
            asking.say(
                "统一社会信用代码有误：应为18位，末位是校验码",
                "This is no unified social credit code: 18 characters, the last one checks",
            )
        ) from None


def _numbered(subject: Subject) -> Subject:
    for register in REGISTERS.values():
        if isinstance(subject, register.model):
            subject.file_number = operations.next_number(register, subject.division_code)
    return subject


def _first_fields(kind: str) -> dict[str, forms.Field]:
    if kind == "resident":
        homes = Institution.objects.filter(ended_on__isnull=True).order_by("name")
        choices = [("", "—"), *((str(one.pk), one.name) for one in homes)]
        return {
            "elder": forms.CharField(max_length=40),
            "institution": forms.ChoiceField(choices=choices),
        }
    fields: dict[str, forms.Field] = {
        "name": forms.CharField(max_length=80, min_length=2),
        "place": forms.CharField(max_length=60),
    }
    if kind == "caregiver":
        fields["identity_number"] = forms.CharField(max_length=24, required=False)
    if kind == "institution":
        fields["credit_code"] = forms.CharField(max_length=24, required=False)
    return fields


_WORDS = {
    "name": ("名称或姓名", "Name"),
    "place": (
        "所在地（乡镇和村的名称，或区划代码）",
        "Place (township and village, or a division code)",
    ),
    "identity_number": ("身份证号（可空）", "Identity number (optional)"),
    "credit_code": ("统一社会信用代码（可空）", "Unified social credit code (optional)"),
    "elder": ("老年人的档案编号或身份证号", "File number or identity number of the elder"),
    "institution": ("养老机构", "Institution"),
}


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACILITIES)
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Open a file with what is known from the beginning."""
    asking = who(request)
    register = register_of(kind, asking, roles.RECORD_FACILITIES)
    data = request.POST if request.method == "POST" else None
    form = OpeningForm(data, register=register, asking=asking)
    if data is not None and form.is_valid():
        opened = _opened(form)
        if opened is not None:
            messages.success(request, asking.say("档案已建立", "The file is open"))
            return redirect("web:register-file", kind=kind, number=opened.pk)
    first = [(form[name], *_WORDS[name]) for name in _first_fields(kind)]
    sections = [
        (
            table_name(register, table, asking),
            [
                (form[_PREFIX + name], form.known[name].zh, form.known[name].en)
                for name in table.FACTS
                if name in form.known
            ],
        )
        for table in register.tables
    ]
    given = {"register": register, "title": name_of(register, asking), "form": form}
    given |= {"first": first, "sections": sections}
    return render(request, "web/register_new.html", given, status=400 if form.errors else 200)


def _opened(form: OpeningForm) -> Subject | None:
    """Open the file, or say in the form why not."""
    asking = form.asking
    try:
        with transaction.atomic():
            subject = form.subject()
            operations.open_file(
                form.register,
                subject,
                facts=form.facts(),
                ground=Ground(form.cleaned_data["evidence"]),
                by=asking.name,
                at=timezone.now(),
            )
    except Contradiction:
        form.add_error(None, contradiction(asking))
    except IntegrityError as refusal:
        if "_once" not in str(refusal):
            raise
        form.add_error(
            None,
            asking.say(
                "已有这个号码的档案，或本人在另一机构的入住还没有结束",
                "There is a file of this number, or a stay elsewhere has not ended",
            ),
        )
    else:
        tell_public(form.register, subject.division_code)
        return subject
    return None
