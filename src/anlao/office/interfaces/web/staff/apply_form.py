"""Taking an application, of an elder or of a file in the registers: the same form and act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils import timezone

from anlao.office.benefits.holders import Holder
from anlao.office.benefits.provisions import Rule
from anlao.office.benefits.queries import ORDER, Entitlement
from anlao.office.benefits.rulebooks import NoRulebook
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


def offers(
    holder: Holder,
    told: Mapping[str, Entitlement],
    found: list[Case],
    asking_: Who,
    url_of: Callable[[str], str],
) -> list[dict[str, Any]]:
    """Return what can be asked for with its decision of this month, what is granted first.

    ``url_of``: where a provision is asked for.
    """
    going_on = {one.provision for one in found if one.state in states.LIVE}
    offered = [
        {
            "rule": rule,
            "name": rule.name(asking_.language),
            "item": told[rule.id],
            "is_live": rule.id in going_on,
            "url": url_of(rule.id),
            "receives": rule.id not in going_on and holder.running(rule.id) is not None,
        }
        for rule in rules_of(holder)
        if rule.id in told
    ]
    return sorted(offered, key=lambda offer: ORDER.index(offer["item"].outcome))


def rules_of(holder: Holder) -> list[Rule]:
    """Return what can be given to somebody; nothing where no rulebook is in force."""
    try:
        return holder.rules()
    except NoRulebook:
        return []


def named(found: list[Case], holder: Holder, asking_: Who) -> list[tuple[Case, str]]:
    """Return cases with what they are about, in words."""
    names = {rule.id: rule.name(asking_.language) for rule in rules_of(holder)}
    return [(one, names.get(one.provision, one.provision)) for one in found]
