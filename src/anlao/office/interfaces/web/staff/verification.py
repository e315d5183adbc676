"""Verification of a run: a sample drawn, its list, what calls and visits found, the error rate."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.benefits.holders import subject_names
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.budget import fen_of
from anlao.office.interfaces.web.staff.runs import enter, names_of, run_in_scope
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.payments import rates, verifying
from anlao.office.payments.models import Run, Sample, SampleCheck, SampleItem, Transfer
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act
from anlao.office.shared.scope import Scope

_SEED_BYTES = 12


class DrawForm(forms.Form):
    """How sure the sample should be; margins and rates in per cent."""

    confidence = forms.TypedChoiceField(
        coerce=int, choices=[(one, f"{one // 10} %") for one in rates.CONFIDENCES]
    )
    tolerated = forms.DecimalField(min_value=0, max_value=50, decimal_places=1)
    expected = forms.DecimalField(min_value=0, max_value=50, decimal_places=1)

    @property
    def wanted(self) -> verifying.Wanted:
        clean = self.cleaned_data
        return verifying.Wanted(
            clean["confidence"], int(clean["tolerated"] * 10), int(clean["expected"] * 10)
        )


class CheckForm(forms.Form):
    """What a call or a visit found."""

    how = forms.ChoiceField(choices=SampleCheck.How.choices)
    result = forms.ChoiceField(choices=SampleCheck.Result.choices)
    yuan = forms.DecimalField(required=False, min_value=0, max_digits=12, decimal_places=2)
    note = forms.CharField(required=False, max_length=200)


@require_http_methods(["GET", "POST"])
@needs()
def samples(request: HttpRequest, number: int) -> HttpResponse:
    """The samples of a run; whoever has not worked on it draws another."""
    if request.method == "POST":
        _may(request)
    asking = who(request) if request.method == "POST" else enter(request)
    run = run_in_scope(number)
    first = {"confidence": 950, "tolerated": 5, "expected": 50}
    form = DrawForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        seed = secrets.token_hex(_SEED_BYTES)
        try:
            sample = verifying.draw(run, form.wanted, seed=seed, by=asking.name, at=timezone.now())
        except RunRefused as refusal:
            form.add_error(None, asking.say(refusal.zh, refusal.en))
        else:
            return redirect("web:run-sample", number=run.pk, sample=sample.pk)
    given = {
        "run": run,
        "form": form,
        "samples": verifying.samples(run),
        "is_settled": verifying.is_settled(run),
        "paid": Transfer.objects.filter(run=run, state=Transfer.State.PAID).count(),
        "may_draw": _is_free(asking, run),
    }
    return render(request, "web/run_samples.html", given, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@needs()
def sample(request: HttpRequest, number: int, sample: int) -> HttpResponse:
    """A sample: whom to call or visit, what was found, and what it says of all; the look is
    logged.
    """
    if request.method == "POST":
        _may(request)
    asking = who(request) if request.method == "POST" else enter(request)
    run = run_in_scope(number)
    found = verifying.samples(run).filter(pk=sample).first()
    if found is None:
        raise Http404
    if request.method == "POST" and _recorded(request, found, asking):
        return redirect("web:run-sample", number=run.pk, sample=found.pk)
    items = verifying.items(found)
    after = {"sample": found.pk}
    audit.record(
        Act("read_sample", f"run:{run.pk}", run.division_code, after=after), by=asking.name
    )
    given: dict[str, Any] = {
        "run": run,
        "sample": found,
        "items": items,
        "whose": subject_names([one.item.transfer.line.subject for one in items]),
        "outcome": _in_per_cent(verifying.outcome(found, items)),
        "names": names_of(run.division_code, asking.language),
        "as_drawn": verifying.is_as_drawn(found),
        "hows": SampleCheck.How.values,
        "results": SampleCheck.Result.values,
        "may_record": _is_free(asking, run),
    }
    failed = request.method == "POST"
    return render(request, "web/run_sample.html", given, status=400 if failed else 200)


def _may(request: HttpRequest) -> None:
    """Let whoever may check runs act where she may; 403 for others."""
    asking = who(request)
    if not asking.may(roles.REVIEW_RUNS):
        raise PermissionDenied
    scope.enter(asking.where(roles.REVIEW_RUNS))


def _is_free(asking: Who, run: Run) -> bool:
    """Return whether somebody checks runs here and has not worked on this one."""
    where: Scope = asking.where(roles.REVIEW_RUNS)
    return where.covers(run.division_code) and asking.name not in verifying.hands(run)


def _recorded(request: HttpRequest, found: Sample, asking: Who) -> bool:
    place = text_in(request.POST, "place")
    item = (
        SampleItem.objects.filter(sample=found, place=int(place))
        .select_related("transfer", "sample__run")
        .first()
        if place.isascii() and place.isdigit() and len(place) < 9
        else None
    )
    if item is None:
        raise Http404
    form = CheckForm(request.POST)
    if not form.is_valid():
        messages.error(request, asking.say("请选择结果，金额写到分", "Choose a result"))
        return False
    clean = form.cleaned_data
    fen = None if clean["yuan"] is None else fen_of(clean["yuan"])
    told = verifying.Found(clean["how"], clean["result"], fen, clean["note"])
    try:
        verifying.record(item, told, by=asking.name, at=timezone.now())
    except RunRefused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
        return False
    messages.success(request, asking.say("已登记核查结果", "What was found is recorded"))
    return True


def _in_per_cent(found: verifying.Outcome) -> dict[str, Any]:
    """Return an outcome with rates as the page writes them."""
    return {
        "found": found,
        "rate": "—" if found.rate is None else f"{100 * found.rate:.2f} %",
        "low": f"{100 * found.low:.2f}",
        "high": f"{100 * found.high:.2f}",
        "at_worst": f"{100 * found.at_worst:.2f}",
    }
