"""Entering a payee's account: the same form for elders and files of the registers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from anlao.office.benefits.holders import ELDER, FileHolder, Holder
from anlao.office.interfaces.web.who import Who
from anlao.office.payments import accounts
from anlao.office.payments.accounts import AccountRefused, Told
from anlao.office.payments.models import Account

_PERSON = ((Account.Holder.SELF, "本人", "the payee"), (Account.Holder.AGENT, "代领人", "an agent"))
_BODY = ((Account.Holder.ORGANISATION, "单位", "the organisation"),)


class AccountForm(forms.Form):
    """Where a payee's money goes."""

    bank = forms.CharField(max_length=80)
    holder = forms.CharField(max_length=80)
    holder_is = forms.ChoiceField()
    number = forms.CharField(max_length=50)
    evidence = forms.CharField(min_length=2, max_length=200)

    def __init__(self, *args: Any, asking: Who, holder: Holder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder_is"].choices = [  # type: ignore[attr-defined]
            (value, asking.say(zh, en)) for value, zh, en in _holders(holder)
        ]


def entered(form: AccountForm, holder: Holder, asking: Who) -> bool:
    """Enter a valid form's account; a refusal goes onto the form."""
    try:
        accounts.enter(holder, Told(**form.cleaned_data), by=asking.name, at=timezone.now())
    except AccountRefused as refusal:
        form.add_error(None, asking.say(refusal.zh, refusal.en))
        return False
    return True


def _holders(holder: Holder) -> tuple[tuple[str, str, str], ...]:
    is_person = holder.kind == ELDER or (
        isinstance(holder, FileHolder) and holder.register.is_person
    )
    return _PERSON if is_person else _BODY
