"""A township's list of a run: printed, stamped, and its scan brought back."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits.holders import subject_names
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.run_lines import MOST
from anlao.office.interfaces.web.staff.runs import names_of, run_in_scope
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.payments import confirming, queries
from anlao.office.payments.models import Run
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act

_SEEING = (
    roles.MAKE_RUNS,
    roles.REVIEW_RUNS,
    roles.APPROVE,
    roles.PAY,
    roles.SEE_AUDIT,
    roles.ENTER_ACCOUNTS,
)


@require_http_methods(["GET", "POST"])
@needs()
def one(request: HttpRequest, number: int, code: str) -> HttpResponse:
    """The list of a township for its stamp; township clerks see their own."""
    asking = _enter(request, code)
    run = run_in_scope(number)
    found = next((one for one in queries.townships(run) if one.code == code), None)
    if found is None or found.lines > MOST:
        raise Http404
    if request.method == "POST":
        return _confirmed(request, run, found, asking)
    after = {"township": code}
    audit.record(Act("read_run", f"run:{run.pk}", code, after=after), by=asking.name)
    lines = list(queries.of_township(run, code))
    given = {
        "run": run,
        "township": found,
        "lines": lines,
        "whose": subject_names([line.subject for line in lines if not line.elder]),
        "names": names_of(run.division_code, asking.language),
        "scans": confirming.scans(run, code),
        "may_confirm": asking.may(roles.ENTER_ACCOUNTS)
        and run.state == Run.State.PREVIEWED
        and not found.confirmed,
    }
    return render(request, "web/run_township.html", given)


@require_GET
@needs()
def scan(request: HttpRequest, number: int, code: str, scan: int) -> HttpResponse:
    """A stamped list as it was scanned; the look is logged."""
    asking = _enter(request, code)
    run = run_in_scope(number)
    found = next((one for one in confirming.scans(run, code) if one.pk == scan), None)
    if found is None:
        raise Http404
    data, kind = confirming.taken_out(found, by=asking.name)
    name = f"{run.month:%Y-%m}-{code}-{found.pk}.{kind.rpartition('/')[2]}"
    return HttpResponse(
        data,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _enter(request: HttpRequest, code: str) -> Who:
    """Enter the area in which somebody may look at a township's part of a run."""
    asking = who(request)
    act = next((act for act in _SEEING if asking.may(act)), None)
    if act is None:
        raise PermissionDenied
    where = asking.where(act)
    if not where.covers(code):
        raise Http404
    scope.enter(where)
    return asking


def _confirmed(
    request: HttpRequest, run: Run, township: queries.Township, asking: Who
) -> HttpResponse:
    if not asking.may(roles.ENTER_ACCOUNTS):
        raise PermissionDenied
    sent = request.FILES.get("scan")
    try:
        confirming.confirm(
            run,
            township,
            digest=text_in(request.POST, "digest"),
            scan=sent.read() if sent else b"",
            note=text_in(request.POST, "reason"),
            by=asking.name,
            at=timezone.now(),
        )
    except RunRefused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
    else:
        messages.success(request, asking.say("已收到盖章确认表", "The stamped list is here"))
    return redirect("web:run-township", number=run.pk, code=township.code)
