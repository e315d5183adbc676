"""Recoveries: what was paid too much, told, kept back, repaid, written off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits.holders import subject_names
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.runs import SEEING, enter
from anlao.office.interfaces.web.who import Who, needs
from anlao.office.organisations import roles
from anlao.office.payments import queries, recovering
from anlao.office.payments.models import Recovery
from anlao.office.payments.recovering import Doing, RecoveryRefused
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act

PAGE = 50
_FEN = 100
_NEEDS: Mapping[str, str] = {
    "notice": roles.MAKE_RUNS,
    "plan": roles.MAKE_RUNS,
    "ask": roles.MAKE_RUNS,
    "repay": roles.PAY,
    "write_off": roles.APPROVE,
    "refuse": roles.APPROVE,
}


@require_GET
@needs()
def listed(request: HttpRequest) -> HttpResponse:
    """Recoveries of one's counties, the largest first."""
    asking = enter(request)
    act = next(act for act in SEEING if asking.may(act))
    state = text_in(request.GET, "state")
    if state not in Recovery.State.values:
        state = Recovery.State.OPEN
    found = queries.recoveries(asking.where(act).divisions, state=state)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    audit.record(Act("read_recoveries", after={"page": page.number}), by=asking.name)
    given = {"page": page, "state": state, "whose": subject_names([row.subject for row in page])}
    return render(request, "web/recoveries.html", given)


@require_http_methods(["GET", "POST"])
@needs()
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A recovery with all its steps; what may be done about it."""
    asking = enter(request)
    recovery = Recovery.objects.filter(pk=number).select_related("elder").first()
    if recovery is None:
        raise Http404
    if request.method == "POST":
        return _done(request, recovery, asking)
    audit.record(
        Act("read_recoveries", f"recovery:{recovery.pk}", recovery.division_code), by=asking.name
    )
    given = {
        "recovery": recovery,
        "whose": subject_names([recovery.subject]),
        "balance": recovering.balance(recovery),
        "steps": recovering.steps(recovery),
        "may": {
            act: asking.may(needed)
            and asking.where(needed).covers(recovery.county)
            and recovery.state == Recovery.State.OPEN
            for act, needed in _NEEDS.items()
        },
        "asked": recovering.is_asked(recovery),
    }
    return render(request, "web/recovery.html", given)


def _done(request: HttpRequest, recovery: Recovery, asking: Who) -> HttpResponse:
    act = text_in(request.POST, "act")
    needed = _NEEDS.get(act)
    if needed is None:
        raise Http404
    if not asking.may(needed) or not asking.where(needed).covers(recovery.county):
        raise PermissionDenied
    scope.enter(asking.where(needed))
    doing = Doing(asking.name, timezone.now(), text_in(request.POST, "reason"))
    try:
        if len(doing.note) < 2:
            raise RecoveryRefused("请写明依据或理由", "say on what ground")
        _step(request, recovery, act, doing, asking)
    except RecoveryRefused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
    else:
        messages.success(request, asking.say("已登记", "Recorded"))
    return redirect("web:recovery", number=recovery.pk)


def _step(request: HttpRequest, recovery: Recovery, act: str, doing: Doing, asking: Who) -> None:
    match act:
        case "notice":
            recovering.notify(recovery, doing)
        case "plan":
            fen = _fen(request, is_optional=True)
            recovering.plan(recovery, instalment_fen=fen, start=_day(request, asking), doing=doing)
        case "ask":
            recovering.ask_to_write_off(recovery, doing)
        case "repay":
            fen = _fen(request)
            assert fen is not None
            recovering.repay(recovery, fen=fen, day=asking.today, doing=doing)
        case "write_off":
            recovering.write_off(recovery, day=asking.today, doing=doing)
        case "refuse":
            recovering.refuse_write_off(recovery, doing)


def _fen(request: HttpRequest, *, is_optional: bool = False) -> int | None:
    text = text_in(request.POST, "yuan").replace(",", "")
    if not text and is_optional:
        return None
    try:
        fen = Decimal(text) * _FEN
    except InvalidOperation:
        fen = Decimal(-1)
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen < 10**13:
        raise RecoveryRefused(
            "金额应为大于零、两位以内小数的数", "the amount is no amount of money"
        )
    return int(fen)


def _day(request: HttpRequest, asking: Who) -> date:
    try:
        return date.fromisoformat(text_in(request.POST, "start"))
    except ValueError:
        return asking.today
