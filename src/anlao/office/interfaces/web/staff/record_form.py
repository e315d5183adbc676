"""The form that records one fact from a day on: chosen first, so that its values can be listed."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from anlao.office.benefits.queries import FactLabel
from anlao.office.interfaces.web.who import Who
from anlao.places import divisions

UNKNOWN = "unknown"
_YES_NO = {"true": True, "false": False}


_CODE = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")


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
            return typed(self.label, self.cleaned_data["value"].strip())
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


def typed(label: FactLabel, text: str) -> Any:
    """Return a value as it is stored. Raises ValueError."""
    if text == UNKNOWN:
        return None
    match label.type:
        case "bool":
            if text not in _YES_NO:
                raise ValueError(text)
            return _YES_NO[text]
        case "date":
            return date.fromisoformat(text)
        case "level":
            if not label.low <= int(text) <= label.high:
                raise ValueError(text)
            return int(text)
        case "enum":
            if text not in label.values:
                raise ValueError(text)
            return text
        case _:
            return place_code(text)


def place_code(text: str) -> str:
    """Return the code of a place that was named, or given by its code. Raises ValueError."""
    if _CODE.fullmatch(text) and (divisions.find(text) or not divisions.find(text[:6])):
        return text  # our lists hold some counties only; of those they know every village
    name = "".join(text.split())
    named = [
        found.code
        for found in divisions.every()
        if name.endswith(found.name) and divisions.name_path(found.code).endswith(name)
    ]
    if len(named) != 1:
        raise ValueError(text)
    return named[0]


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
