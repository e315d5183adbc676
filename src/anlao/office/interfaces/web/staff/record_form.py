"""The form that records one fact from a day on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from anlao.office.benefits.queries import FactLabel

UNKNOWN = "unknown"
_YES_NO = {"true": True, "false": False}
_DIVISION = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12}")


class RecordForm(forms.Form):
    """Which fact, its value, from when until when, and on what ground.

    The value is written as the list beside the field says; "unknown" takes back what was known.
    """

    fact = forms.ChoiceField()
    value = forms.CharField(max_length=60)
    start = forms.DateField()
    until = forms.DateField(required=False)
    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, labels: list[FactLabel], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels = {label.name: label for label in labels}
        choices = [(label.name, label.text(language)) for label in labels]
        self.fields["fact"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "fact" in cleaned and "value" in cleaned:
            try:
                cleaned["typed"] = _typed(self.labels[cleaned["fact"]], cleaned["value"].strip())
            except ValueError:
                expected = "、".join(self.labels[cleaned["fact"]].choices(("unknown",)))
                self.add_error(
                    "value",
                    ValidationError(f"应为 / expected: {expected}"),
                )
        return cleaned

    def facts(self) -> dict[str, Any]:
        """Return the fact that was entered, by name; None where it is to be unknown."""
        return {self.cleaned_data["fact"]: self.cleaned_data["typed"]}

    def known_facts(self) -> Iterator[FactLabel]:
        """Yield the facts that can be recorded, for the list beside the form."""
        yield from self.labels.values()


def _typed(label: FactLabel, text: str) -> Any:
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
            if not _DIVISION.fullmatch(text):
                raise ValueError(text)
            return text
