"""The form that records one fact from a day on: chosen first, so that its values can be listed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from anlao.office.benefits.queries import FactLabel
from anlao.office.benefits.values import UNKNOWN, read_value
from anlao.office.interfaces.web.who import Who


class RecordForm(forms.Form):
    """The value of a fact, from when until when, and on what ground.

    A listed value comes as its code, a day as YYYY-MM-DD, a place as its name or code; "unknown"
    takes back what was known.
    """

    value = forms.CharField(max_length=60)
    start = forms.DateField()
    until = forms.DateField(required=False)
    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(
        self, data: QueryDict | None, *, label: FactLabel, asking: Who, initial: dict[str, Any]
    ) -> None:
        self.label, self.asking = label, asking
        if data and UNKNOWN in data:
            data = data.copy()
            data["value"] = UNKNOWN
        super().__init__(data, initial=initial)

    def clean_value(self) -> Any:
        """Return the value as it is stored, None where it is to be unknown."""
        try:
            return read_value(self.label, self.cleaned_data["value"].strip())
        except ValueError:
            raise ValidationError(_expected(self.label, self.asking)) from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, until = cleaned.get("start"), cleaned.get("until")
        if start and until and until <= start:
            self.add_error(
                "until", self.asking.say("应晚于起始日期", "must be after the first day")
            )
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return the fact that was entered, by name."""
        return {self.label.name: self.cleaned_data["value"]}


def _expected(label: FactLabel, asking: Who) -> str:
    match label.type:
        case "date":
            return asking.say("请填日期", "Give a day")
        case "division":
            return asking.say(
                "没有找到这个地方，或有几处同名；请从列表选，或填12位区划代码",
                "No such place, or several; choose one of the list, or give a code of 12 digits",
            )
        case _:
            return asking.say("请从列表中选一项", "Choose one of the list")
