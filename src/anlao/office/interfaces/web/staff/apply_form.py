"""Taking an application, of an elder or of a file in the registers: the same form and act."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from anlao.office.benefits.holders import Holder
from anlao.office.cases import asking, states
from anlao.office.cases.asking import Asker
from anlao.office.cases.models import ASKERS, WAYS, Case
from anlao.office.cases.moving import Refused
from anlao.office.interfaces.web.who import Who

_TYPED_WAYS, _TYPED_ASKERS = WAYS[:5], ASKERS[:3]
_FILE_WAYS, _FILE_ASKERS = ("counter", "phone", "paper"), ASKERS[:2]


class ApplyForm(forms.Form):
    """An application: how it came, who asks, and on what ground for another."""

    way_in = forms.ChoiceField(choices=[(way, way) for way in _TYPED_WAYS])
    asked_by = forms.ChoiceField(choices=[(one, one) for one in _TYPED_ASKERS])
    agent_name = forms.CharField(max_length=60, required=False)
    agent_relation = forms.CharField(max_length=60, required=False)
    ground = forms.CharField(max_length=200, required=False)


def applied(form: ApplyForm, holder: Holder, provision: str, asking_: Who) -> Case | None:
    """Take a valid application; a refusal goes onto the form."""
    clean = form.cleaned_data
    try:
        return asking.apply(
            holder=holder,
            provision=provision,
            way_in=clean["way_in"],
            asker=Asker(clean["asked_by"], clean["agent_name"], clean["agent_relation"]),
            day=asking_.today,
            by=asking_.name,
            at=timezone.now(),
            ground=clean["ground"],
        )
    except Refused as refusal:
        form.add_error(None, asking_.say(refusal.zh, refusal.en))
        return None


def choices(holder: Holder) -> dict[str, Any]:
    """Return what the form lets choose: how an application came, and who asks."""
    if holder.elder is not None:
        return {"ways": _TYPED_WAYS, "askers": _TYPED_ASKERS}
    return {"ways": _FILE_WAYS, "askers": _FILE_ASKERS}


def live(cases: list[Case]) -> set[str]:
    """Return the provisions about which a case goes on."""
    return {one.provision for one in cases if one.state in states.LIVE}
