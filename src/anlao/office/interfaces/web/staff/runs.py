"""Runs of a county: opened, decided, looked through, signed, sent, closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.benefits import due
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.interfaces.tasks import disclosing, running
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff import counties
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.jobs import queries as jobs
from anlao.office.jobs.models import Job
from anlao.office.jobs.operations import OneIsWaiting, Wanted
from anlao.office.organisations import roles
from anlao.office.payments import operations, queries, reissuing, signing
from anlao.office.payments.models import Run
from anlao.office.payments.refusals import RunRefused
from anlao.office.payments.terms import terms_of
from anlao.office.shared import scope
from anlao.office.shared.county_settings import TermsRefused

PAGE = 20
SEEING = (roles.MAKE_RUNS, roles.REVIEW_RUNS, roles.APPROVE, roles.PAY, roles.SEE_AUDIT)
"""Whoever may do one of these sees runs: their makers, checkers, payers, and the auditors."""


class OpenForm(forms.Form):
    """Which county's month is to be paid."""

    division = forms.ChoiceField()
    month = forms.RegexField(r"^(19|20)\d{2}-(0[1-9]|1[0-2])\Z")

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        self.fields["division"].choices = counties.inside(asking.where(roles.MAKE_RUNS))  # type: ignore[attr-defined]

    def clean_month(self) -> date:
        month = date.fromisoformat(f"{self.cleaned_data['month']}-01")
        if month > self.asking.today:
            raise forms.ValidationError(
                self.asking.say("这个月还没有到", "this month has not begun yet")
            )
        return month


def enter(request: HttpRequest) -> Who:
    """Let somebody see runs where she may; 403 for others."""
    asking = who(request)
    act = next((act for act in SEEING if asking.may(act)), None)
    if act is None:
        raise PermissionDenied
    scope.enter(asking.where(act))
    return asking


def run_in_scope(number: int) -> Run:
    """Return a run, or raise 404."""
    found = queries.find(number)
    if found is None:
        raise Http404
    return found


def names_of(county: str, language: str) -> dict[str, str]:
    """Return the names of a county's money provisions in a reader's language."""
    try:
        found = due.provided(county)
    except NoRulebook:
        return {}
    return {one.id: one.en if language == "en" else one.zh for one in found}


@require_http_methods(["GET", "POST"])
@needs()
def listed(request: HttpRequest) -> HttpResponse:
    """The runs of one's counties; makers open the next."""
    asking = enter(request)
    may_make = asking.may(roles.MAKE_RUNS)
    form = None
    if may_make:
        first = {"month": f"{asking.today:%Y-%m}"}
        sent = request.POST if request.method == "POST" else None
        form = OpenForm(sent, initial=first, asking=asking)
    elif request.method == "POST":
        raise PermissionDenied
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            run = operations.open_run(by=asking.name, at=timezone.now(), **form.cleaned_data)
        except RunRefused as refusal:
            form.add_error(None, asking.say(refusal.zh, refusal.en))
        else:
            _start(request, run, running.DECIDE_RUN)
            return redirect("web:run", number=run.pk)
    act = next(act for act in SEEING if asking.may(act))
    page = Paginator(queries.runs(asking.where(act).divisions), PAGE).get_page(
        request.GET.get("page")
    )
    given = {"page": page, "form": form}
    failed = form is not None and bool(form.errors)
    return render(request, "web/runs.html", given, status=400 if failed else 200)


@require_GET
@needs()
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A run: what it pays and why it differs from the month before; what can be done with it."""
    asking = enter(request)
    run = run_in_scope(number)
    latest = jobs.latest(f"run:{run.pk}")
    given: dict[str, Any] = {
        "run": run,
        "job": latest if latest is not None and latest.state != Job.State.DONE else None,
        "names": names_of(run.division_code, asking.language),
        "signatures": queries.signatures(run),
        "progress": queries.progress(run),
        "files": queries.files(run),
        "answers": queries.answers(run),
        "may": _may(run, asking),
    }
    if run.kind == Run.Kind.REISSUE:
        given["returned"] = reissuing.returned(run.division_code)
    else:
        given |= {
            "heaps": queries.heaps(run),
            "waiting": queries.waiting(run),
            "stopped": queries.stopped(run).count(),
            "townships": queries.townships(run),
        }
    try:
        terms = terms_of(run.division_code)
        given |= {"layouts": terms.layouts, "approvers": terms.approvers(run.fen)}
        lists = given.get("townships", []) if run.kind in terms.stamped else []
        given["stamps_wanted"] = any(not one.confirmed for one in lists)
    except TermsRefused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
    return render(request, "web/run.html", given)


_ACTS: Mapping[str, str] = {
    "decide": roles.MAKE_RUNS,
    "cancel": roles.MAKE_RUNS,
    "child": roles.MAKE_RUNS,
    "review": roles.REVIEW_RUNS,
    "approve": roles.APPROVE,
    "send_back": roles.APPROVE,
    "settle": roles.APPROVE,
    "file": roles.PAY,
    "close": roles.PAY,
}


@require_POST
@needs()
def act(request: HttpRequest, number: int) -> HttpResponse:
    """Do something with a run; what it refuses is told on its page."""
    asking, wanted = who(request), text_in(request.POST, "act")
    needed = _ACTS.get(wanted)
    if needed is None:
        raise Http404
    if not asking.may(needed):
        raise PermissionDenied
    scope.enter(asking.where(needed))
    run = run_in_scope(number)
    if not asking.where(needed).covers(run.division_code):
        raise PermissionDenied
    try:
        to = _DOING[wanted](request, run, asking) or run
    except RunRefused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
        to = run
    return redirect("web:run", number=to.pk)


def _decide(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    del asking
    _start(request, run, running.DECIDE_RUN)
    return None


def _cancel(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    operations.cancel(run, reason=_reason(request), by=asking.name)
    return None


def _child(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    kind = text_in(request.POST, "kind")
    if kind not in (Run.Kind.TOP_UP, Run.Kind.CORRECTION, Run.Kind.REISSUE):
        raise Http404
    made = operations.open_run(
        division=run.division_code,
        month=run.month,
        kind=kind,
        parent=run,
        by=asking.name,
        at=timezone.now(),
    )
    _start(request, made, running.DECIDE_RUN)
    return made


def _review(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    signing.review(
        run,
        digest=text_in(request.POST, "digest"),
        remark=text_in(request.POST, "reason"),
        by=asking.name,
        at=timezone.now(),
    )
    return None


def _approve(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    enough = signing.approve(
        run,
        digest=text_in(request.POST, "digest"),
        remark=text_in(request.POST, "reason"),
        by=asking.name,
        at=timezone.now(),
    )
    if enough:
        _start(request, run, running.SETTLE_RUN)
    else:
        messages.success(
            request, asking.say("已签，还须他人审批", "Signed; others have to approve as well")
        )
    return None


def _settle(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    del asking
    _start(request, run, running.SETTLE_RUN)
    return None


def _send_back(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    signing.send_back(run, reason=_reason(request), by=asking.name)
    return None


def _file(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    del asking
    _start(request, run, running.BANK_FILE, {"layout": text_in(request.POST, "layout")})
    return None


def _close(request: HttpRequest, run: Run, asking: Who) -> Run | None:
    operations.close(run, by=asking.name)
    disclosing.list_recipients.defer(county=run.division_code)
    messages.success(request, asking.say("已关账", "Closed"))
    return None


_DOING: Mapping[str, Callable[[HttpRequest, Run, Who], Run | None]] = {
    "decide": _decide,
    "cancel": _cancel,
    "child": _child,
    "review": _review,
    "approve": _approve,
    "send_back": _send_back,
    "settle": _settle,
    "file": _file,
    "close": _close,
}
_WORDS = {
    running.DECIDE_RUN: ("判定", "Decide"),
    running.SETTLE_RUN: ("审批入账", "Settle"),
    running.BANK_FILE: ("代发文件", "Bank file"),
}


def _start(
    request: HttpRequest, run: Run, kind: str, asked: Mapping[str, Any] | None = None
) -> None:
    asking, (zh, en) = who(request), _WORDS[kind]
    wanted = Wanted(
        kind,
        f"{zh}：{run.month:%Y-%m} 批次{run.pk}",
        f"{en}: {run.month:%Y-%m}, run {run.pk}",
        f"run:{run.pk}",
        run.division_code,
        asked or {},
    )
    try:
        running.start(wanted, by=asking.name)
    except OneIsWaiting:
        messages.info(request, asking.say("正在办理，请稍候", "It is being done already"))


def _reason(request: HttpRequest) -> str:
    reason = text_in(request.POST, "reason")
    if len(reason) < 2:
        raise RunRefused("请写明理由", "say why")
    return reason


def _may(run: Run, asking: Who) -> dict[str, bool]:
    """Return what the asking person may do with a run as it stands."""

    def may(needed: str, *states: str) -> bool:
        return run.state in states and asking.where(needed).covers(run.division_code)

    s = Run.State
    is_own = run.made_by == asking.name
    enough = len(signing.approvals(run)) > 0 and run.state == s.REVIEWED
    return {
        "decide": may(roles.MAKE_RUNS, s.OPEN, s.PREVIEWED),
        "cancel": may(roles.MAKE_RUNS, s.OPEN, s.PREVIEWED, s.REVIEWED),
        "review": may(roles.REVIEW_RUNS, s.PREVIEWED) and not is_own,
        "approve": may(roles.APPROVE, s.REVIEWED) and not is_own,
        "settle": may(roles.APPROVE, s.REVIEWED) and enough,
        "file": may(roles.PAY, s.APPROVED),
        "answer": may(roles.PAY, s.SENT),
        "close": may(roles.PAY, s.APPROVED, s.SENT),
        "child": may(roles.MAKE_RUNS, s.APPROVED, s.SENT, s.CLOSED)
        and run.kind == Run.Kind.REGULAR,
        "fetch": may(roles.PAY, s.SENT, s.CLOSED),
    }
