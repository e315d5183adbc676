"""What is told of a person at the counter, as forms read it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from anlao import identity_numbers
from anlao.faults import Fault
from anlao.identity_numbers import IdentityNumber
from anlao.office.interfaces.web.who import Who
from anlao.office.registry import names


def name_told(text: str, asking: Who) -> str:
    """Return a name as it is kept. Raises ValidationError."""
    found = names.normalise(text)
    if isinstance(found, Fault):
        raise ValidationError(found.text(asking.language))
    return found


def identity_number_told(text: str, asking: Who) -> IdentityNumber | None:
    """Return an identity number; None where none was told. Raises ValidationError."""
    if not text:
        return None
    found = identity_numbers.read(text, day=asking.today)
    if isinstance(found, Fault):
        raise ValidationError(found.text(asking.language))
    return found


class TelephoneField(forms.RegexField):
    """A telephone number; blanks and hyphens go."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^\+?(\d[\- ]*){7,15}$", max_length=30, **kwargs)

    def clean(self, value: Any) -> str:
        return str(super().clean(value)).replace(" ", "").replace("-", "")
