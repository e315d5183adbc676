"""Family and contacts, addresses, household, consent: seen, added, ended, taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope, purpose_of
from anlao.office.interfaces.web.staff.told import TelephoneField
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import details, files
from anlao.office.registry.models import Address, Consent, Detail, Household, Relation
from anlao.office.registry.operations import Ground, SpanRefused

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_KINDS: dict[str, tuple[type[Detail], str, str]] = {
    "relation": (Relation, "亲属与联系人", "Family and contacts"),
    "address": (Address, "住址", "Addresses"),
    "household": (Household, "户", "Household"),
    "consent": (Consent, "同意", "Consent"),
}
_WORDS = {
    "kind": ("关系", "Relation"),
    "name": ("姓名", "Name"),
    "phone": ("电话（可空）", "Telephone (optional)"),
    "is_supporter": ("赡养（扶养）义务人", "legally bound to support her"),
    "is_guardian": ("监护人", "guardian"),
    "is_agent": ("代理人", "agent"),
    "is_emergency": ("紧急联系人", "to call in an emergency"),
    "lives_with_her": ("同住", "lives with her"),
    "use": ("用途", "Use"),
    "text": ("地址", "Address"),
    "longitude": ("经度（可空）", "Longitude (optional)"),
    "latitude": ("纬度（可空）", "Latitude (optional)"),
    "datum": ("坐标系（有经纬度时必选）", "Datum (where there is a point)"),
    "number": ("户号", "Household number"),
    "is_head": ("户主", "head of the household"),
    "matter": ("事项", "Matter"),
    "is_given": ("同意", "agrees"),
    "by_agent": ("由代理人表示", "said by the agent"),
}
_CHOICES_EN = {
    "spouse": "spouse",
    "son": "son",
    "daughter": "daughter",
    "grandchild": "grandchild",
    "sibling": "brother or sister",
    "relative": "another relative",
    "neighbour": "neighbour",
    "committee": "village committee",
    "other": "somebody else",
    "residence": "lives here",
    "registered": "registered here",
    "letters": "letters",
    "sharing": "sharing data with other offices",
    "visits": "visits at home",
    "messages": "text messages",
    "photograph": "keeping a photograph",
}
_SHOWN = {
    Relation: ("kind", "name", "phone"),
    Address: ("use", "text", "longitude", "latitude", "datum"),
    Household: ("number",),
    Consent: ("matter",),
}
_TICKS = {
    Relation: ("is_supporter", "is_guardian", "is_agent", "is_emergency", "lives_with_her"),
    Address: (),
    Household: ("is_head",),
    Consent: ("is_given", "by_agent"),
}


def detail_form(kind: type[Detail], asking: Who, *args: Any, **kwargs: Any) -> forms.Form:
    """Return the form that adds a detail: its own fields, from which day, and why."""
    form = forms.Form(*args, **kwargs)
    for name in _SHOWN[kind]:
        form.fields[name] = _field(kind, name, asking)
    for name in _TICKS[kind]:
        form.fields[name] = forms.BooleanField(required=False)
    form.fields["start"] = forms.DateField(widget=_DAY, initial=asking.today)
    form.fields["evidence"] = forms.CharField(max_length=200, min_length=2)
    return form


def _field(kind: type[Detail], name: str, asking: Who) -> forms.Field:
    if name == "phone":
        return TelephoneField(required=False)
    held = kind._meta.get_field(name)
    choices = getattr(held, "choices", None)
    if choices:
        empty = [("", "—")] if getattr(held, "blank", False) else []
        words = [
            (code, asking.say(str(zh), _CHOICES_EN.get(str(code), str(zh)))) for code, zh in choices
        ]
        return forms.ChoiceField(choices=empty + words, required=not empty)
    if name in ("longitude", "latitude"):
        return forms.DecimalField(required=False, max_digits=9, decimal_places=6)
    return forms.CharField(max_length=getattr(held, "max_length", 60), min_length=1)


@require_GET
@needs(roles.SEE_ELDERS)
def family(request: HttpRequest, number: int) -> HttpResponse:
    """What is known today of family, addresses, household and consent; the look is logged."""
    elder, asking = elder_in_scope(number), who(request)
    files.note_read(elder, "read_family", by=asking.name, purpose=purpose_of(request))
    now = timezone.now()
    sections = []
    for code, (kind, zh, en) in _KINDS.items():
        rows = details.detail_on(kind, elder, asking.today, known_at=now)
        sections.append((code, asking.say(zh, en), [_shown(row, asking) for row in rows]))
    given = about(request, elder, "family") | {"sections": sections}
    return render(request, "web/elder_family.html", given)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def add(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Add a contact, an address, a household or a consent, from a day on."""
    elder, asking = elder_in_scope(number), who(request)
    if kind not in _KINDS:
        raise Http404
    model, zh, en = _KINDS[kind]
    form = detail_form(model, asking, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        clean = dict(form.cleaned_data)
        start, evidence = clean.pop("start"), clean.pop("evidence")
        try:
            details.add(
                elder=elder,
                kind=model,
                values=clean,
                start=start,
                ground=Ground(evidence),
                by=asking.name,
                at=timezone.now(),
            )
        except details.DetailRefused:
            form.add_error(
                None,
                asking.say(
                    "请核对：经纬度须成对并注明坐标系，且在中国境内。",
                    "A point needs longitude, latitude and datum, and lies in China.",
                ),
            )
        else:
            messages.success(request, asking.say("已登记", "Recorded"))
            return redirect("web:elder-family", number=elder.pk)
    ticks = _TICKS[model]
    fields = [
        (form[name], *_WORDS.get(name, (name, name)), name in ticks)
        for name in (*_SHOWN[model], *ticks)
    ]
    given = {"form": form, "fields": fields, "title": asking.say(zh, en)}
    status = 400 if form.errors else 200
    return render(
        request, "web/elder_family_add.html", about(request, elder, "family") | given, status=status
    )


@require_POST
@needs(roles.RECORD_FACTS)
def change(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """End a row on a day, or take it back as never true; it stays readable in the history."""
    elder, asking = elder_in_scope(number), who(request)
    if kind not in _KINDS:
        raise Http404
    rows = _KINDS[kind][0].objects.filter(elder=elder, known__upper_inf=True)
    row = rows.filter(pk=number_in(request.POST, "row")).first()
    reason = text_in(request.POST, "reason")
    if row is None:
        raise Http404
    if len(reason) < 2:
        messages.error(request, asking.say("请写明理由", "Say why"))
    elif request.POST.get("act") == "end":
        try:
            details.end(
                elder=elder,
                row=row,
                day=asking.today,
                reason=reason,
                by=asking.name,
                at=timezone.now(),
            )
            messages.success(request, asking.say("已终止", "Ended"))
        except SpanRefused:
            messages.error(
                request,
                asking.say(
                    "今天才开始的登记不能终止；登记错了请选“登记有误”。",
                    "It began today; choose “never true” where it was a mistake.",
                ),
            )
    else:
        details.take_back(elder=elder, row=row, reason=reason, by=asking.name, at=timezone.now())
        messages.success(request, asking.say("已撤回", "Taken back"))
    return redirect("web:elder-family", number=elder.pk)


def _shown(row: Detail, asking: Who) -> dict[str, Any]:
    """Return a row in words: first what it is, then what else is known, then its ticks."""
    values = []
    for name in _SHOWN[type(row)]:
        value = getattr(row, "phone_mask" if name == "phone" else name)
        if value in (None, ""):
            continue
        words = getattr(row, f"get_{name}_display", lambda value=value: value)()
        if asking.language == "en":
            words = _CHOICES_EN.get(str(value), words)
        label = asking.say(*_WORDS[name]).partition("（")[0].partition(" (")[0]
        values.append((label, words, name in ("name", "text")))
    ticks = [asking.say(*_WORDS[name]) for name in _TICKS[type(row)] if getattr(row, name)]
    if isinstance(row, Consent) and not row.is_given:
        ticks.append(asking.say("不同意", "does not agree"))
    other = row.other_id if isinstance(row, Relation) else None
    return {"row": row, "values": values, "ticks": ticks, "other": other}
