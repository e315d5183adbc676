"""An elder's benefits beside the month's decisions: over the year, received, and what if."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits import deciding, history, supposing
from anlao.office.benefits import queries as benefits
from anlao.office.benefits.models import Award
from anlao.office.benefits.queries import FactLabel
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.benefits.values import read_value
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.staff.elders import about, as_of, elder_in_scope, purpose_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import details, files
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground, SpanRefused

_YEAR = 12
_MOST = 6
"""Facts to suppose at once."""
_FEN = 100
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


@require_GET
@needs(roles.SEE_ELDERS)
def year(request: HttpRequest, number: int) -> HttpResponse:
    """The twelve months up to the day looked at, provision by provision."""
    elder, asking = elder_in_scope(number), who(request)
    day, known_at = as_of(request)
    files.note_read(elder, "read_entitlements", by=asking.name, purpose=purpose_of(request))
    last = deciding.month_of(day)
    months = [last.plus(-shift) for shift in range(_YEAR)]
    given: dict[str, Any] = {"months": [month.first_day for month in months]}
    try:
        given["lines"] = history.by_month(
            elder, months, known_at=known_at, language=asking.language
        )
    except NoRulebook:
        given["no_rulebook"] = True
    return render(request, "web/elder_year.html", about(request, elder, "entitlements") | given)


@dataclass(frozen=True, slots=True)
class _Supposed:
    """A fact that is supposed to be otherwise."""

    label: FactLabel
    value: Any
    written: str


@require_GET
@needs(roles.SEE_ELDERS)
def what_if(request: HttpRequest, number: int) -> HttpResponse:
    """What this month's decisions would be, were some facts otherwise; nothing is stored."""
    elder, asking = elder_in_scope(number), who(request)
    files.note_read(elder, "read_entitlements", by=asking.name, purpose=purpose_of(request))
    labels = benefits.labels(elder)
    supposed, wrong = _supposed(request.GET, labels)
    given: dict[str, Any] = {
        "supposed": [
            (
                one.label.name,
                one.label.text(asking.language),
                one.written,
                one.label.shown(one.value, asking.language),
            )
            for one in supposed
        ],
        "wrong": wrong,
        "labels": [(label.name, label.text(asking.language)) for label in labels.values()],
        "choosing": labels.get(request.GET.get("choose", "")),
    }
    chosen = given["choosing"]
    if chosen is not None:
        given["choices"] = chosen.choices(asking.language)
        given["choosing_name"] = chosen.text(asking.language)
    if supposed:
        try:
            given["changed"] = supposing.changes(
                elder,
                deciding.month_of(asking.today),
                {one.label.name: one.value for one in supposed},
                known_at=timezone.now(),
                language=asking.language,
            )
        except NoRulebook:
            given["no_rulebook"] = True
    page = about(request, elder, "entitlements") | given
    return render(request, "web/elder_what_if.html", page, status=400 if wrong else 200)


def _supposed(sent: QueryDict, labels: dict[str, FactLabel]) -> tuple[list[_Supposed], list[str]]:
    """Return what is supposed, and names for which the value makes no sense."""
    found: dict[str, _Supposed] = {}
    wrong = []
    for name, label in labels.items():
        if name not in sent:
            continue
        written = text_in(sent, name)
        try:
            found[name] = _Supposed(label, read_value(label, written), written)
        except ValueError:
            wrong.append(name)
    return list(found.values())[:_MOST], wrong


class AwardForm(forms.Form):
    """What an elder receives: which provision, how much a month, from when."""

    provision = forms.ChoiceField()
    yuan = forms.DecimalField(min_value=0, max_digits=9, decimal_places=2, required=False)
    start = forms.DateField(widget=_DAY)
    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, names: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provision"].choices = names  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def awards(request: HttpRequest, number: int) -> HttpResponse:
    """What she receives, as the payers' lists say; clerks add, end and take back."""
    elder, asking = elder_in_scope(number), who(request)
    names = _provisions(elder, asking)
    sent = request.method == "POST"
    if sent and not asking.may(roles.RECORD_FACTS):
        return render(request, "403.html", status=403)
    if sent and "row" in request.POST:
        return _changed(request, elder, asking)
    form = AwardForm(request.POST if sent else None, names=names, initial={"start": asking.today})
    if sent and form.is_valid():
        clean = form.cleaned_data
        details.add(
            elder=elder,
            kind=Award,
            values={
                "provision": clean["provision"],
                "fen": None if clean["yuan"] is None else int(clean["yuan"] * _FEN),
            },
            start=clean["start"],
            ground=Ground(clean["evidence"]),
            by=asking.name,
            at=timezone.now(),
        )
        messages.success(request, asking.say("已登记", "Recorded"))
        return redirect("web:elder-awards", number=elder.pk)
    files.note_read(elder, "read_entitlements", by=asking.name, purpose=purpose_of(request))
    held = Award.objects.filter(elder=elder, known__upper_inf=True).order_by("-valid", "pk")
    words = dict(names)
    given = {
        "form": form,
        "rows": [(row, words.get(row.provision, row.provision)) for row in held],
    }
    page = about(request, elder, "entitlements") | given
    return render(request, "web/elder_awards.html", page, status=400 if form.errors else 200)


def _changed(request: HttpRequest, elder: Elder, asking: Who) -> HttpResponse:
    rows = Award.objects.filter(elder=elder, known__upper_inf=True)
    row = rows.filter(pk=number_in(request.POST, "row")).first()
    reason = text_in(request.POST, "reason")
    if row is None:
        raise Http404
    if len(reason) < 2:
        messages.error(request, asking.say("请写明理由", "Say why"))
        return redirect("web:elder-awards", number=elder.pk)
    now = timezone.now()
    try:
        if request.POST.get("act") == "end":
            details.end(
                elder=elder, row=row, day=asking.today, reason=reason, by=asking.name, at=now
            )
        else:
            details.take_back(elder=elder, row=row, reason=reason, by=asking.name, at=now)
    except SpanRefused:
        messages.error(
            request,
            asking.say(
                "今天才开始的登记不能终止；登记错了请选“登记有误”。",
                "It began today; choose “never true” where it was a mistake.",
            ),
        )
    else:
        messages.success(request, asking.say("已更新", "Updated"))
    return redirect("web:elder-awards", number=elder.pk)


def _provisions(elder: Elder, asking: Who) -> list[tuple[str, str]]:
    try:
        return benefits.provision_names(elder.division_code, asking.language)
    except NoRulebook:
        return []
