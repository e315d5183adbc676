"""Forms of the assessment pages; whether something may be is the operations' business."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from anlao.office.assessments.models import ASKERS
from anlao.office.interfaces.web.who import Who
from anlao.office.organisations.models import Organisation, User

_ASKED_FOR = ("first", "routine", "immediate", "other")


def _choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


class RequestForm(forms.Form):
    """A request: who asks and why. What is automatic no clerk types in."""

    asked_by = forms.ChoiceField(choices=_choices(ASKERS[:3]))
    reason = forms.ChoiceField(choices=_choices(_ASKED_FOR))
    note = forms.CharField(max_length=200, required=False)


class ObjectionForm(forms.Form):
    """An objection to a published result."""

    asked_by = forms.ChoiceField(choices=_choices(ASKERS[:2]))
    reason = forms.CharField(max_length=200, min_length=2)


class OlderForm(forms.Form):
    """A result of MZ/T 039-2013 on paper."""

    level = forms.IntegerField(min_value=0, max_value=3)
    assessed_on = forms.DateField()
    evidence = forms.CharField(max_length=150, min_length=2)


class ReasonForm(forms.Form):
    """An act that asks for its reason only."""

    reason = forms.CharField(max_length=200, min_length=2)


class NothingForm(forms.Form):
    """An act that asks for nothing."""


class AssignForm(forms.Form):
    """Which body assesses."""

    body = forms.ModelChoiceField(queryset=Organisation.objects.none())

    def __init__(self, data: QueryDict | None, *, bodies: list[Organisation]) -> None:
        super().__init__(data)
        field = self.fields["body"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.filter(pk__in=[body.pk for body in bodies])


class AppointForm(forms.Form):
    """When, where, and by whom."""

    day = forms.DateField()
    time = forms.TimeField()
    place = forms.CharField(max_length=120, min_length=2)
    first = forms.ModelChoiceField(queryset=User.objects.none())
    second = forms.ModelChoiceField(queryset=User.objects.none())
    reason = forms.CharField(max_length=200, required=False)

    def __init__(
        self, data: QueryDict | None, *, assessors: list[User], initial: dict[str, Any]
    ) -> None:
        super().__init__(data, initial=initial)
        for name in ("first", "second"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = User.objects.filter(pk__in=[user.pk for user in assessors])


def words_of(form: forms.Form, asking: Who) -> None:
    """Say in the reader's language what a bound form lacks; Django's words know one of them."""
    if form.errors and not form.non_field_errors():
        form.add_error(
            None,
            asking.say("请检查标出的各项", "Some fields are missing or cannot be read"),
        )
