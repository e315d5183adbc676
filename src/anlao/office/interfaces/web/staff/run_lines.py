"""Lines of a run: by nature, by why they wait, one by one; who stops, whom nobody can decide."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits import due
from anlao.office.benefits import queries as benefits
from anlao.office.benefits.holders import holder_of, subject_names
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.runs import enter, names_of, run_in_scope
from anlao.office.interfaces.web.who import Who, needs
from anlao.office.organisations import roles
from anlao.office.payments import lines, operations, queries
from anlao.office.payments.models import Due, Line, Run
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared import audit, scope, spreadsheets
from anlao.office.shared.audit import Act

PAGE = 50
MOST = 200_000


@require_http_methods(["GET", "POST"])
@needs()
def listed(request: HttpRequest, number: int) -> HttpResponse:
    """Lines of a run, narrowed, page by page or as a file; doubts cleared many at once."""
    asking = enter(request)
    run = run_in_scope(number)
    if request.method == "POST":
        return _cleared(request, run, asking)
    asked, found = _narrowed(run, request.GET)
    if request.GET.get("form") in spreadsheets.TYPES:
        return _file(run, found, request.GET["form"], asking)
    page = Paginator(found.select_related("elder"), PAGE).get_page(request.GET.get("page"))
    _note_read(run, asking, page.number, **asked)
    given = {
        "run": run,
        "page": page,
        "names": names_of(run.division_code, asking.language),
        "whose": subject_names([line.subject for line in page]),
        "asked": asked,
        "query": urlencode(asked),
        "clearable": asked.get("why") in lines.CLEARABLE and _may_work(run, asking),
    }
    return render(request, "web/run_lines.html", given)


@require_http_methods(["GET", "POST"])
@needs()
def one(request: HttpRequest, number: int, line: int) -> HttpResponse:
    """A line with its reasons as they were known when it was decided, and what became of it."""
    asking = enter(request)
    run = run_in_scope(number)
    found = Line.objects.filter(run=run, pk=line).select_related("elder", "follows__run").first()
    if found is None:
        raise Http404
    if request.method == "POST":
        return _worked(request, run, found, asking)
    _note_read(run, asking, line=found.pk)
    given: dict[str, Any] = {
        "run": run,
        "line": found,
        "whose": subject_names([found.subject, found.payee]),
        "names": names_of(run.division_code, asking.language),
        "transfers": found.transfers.select_related("account").order_by("pk"),
        "may_work": _may_work(run, asking),
        "clearable": [why for why in found.held_for if why in lines.CLEARABLE],
    }
    holder = holder_of(found.subject)
    if holder is not None and run.known_at is not None:
        try:
            given["rules_changed"] = due.rules_digest(run.division_code) != run.rules_digest
            given["told"] = holder.entitlement(
                found.provision,
                benefits.month_of(found.month),
                known_at=run.known_at,
                language=asking.language,
            )
        except NoRulebook:
            given["told"] = None
    return render(request, "web/run_line.html", given)


@require_GET
@needs()
def stopped(request: HttpRequest, number: int) -> HttpResponse:
    """Who got a benefit in the month before and gets it no longer, and why."""
    return _of_decisions(request, number, "stopped")


@require_GET
@needs()
def undecided(request: HttpRequest, number: int) -> HttpResponse:
    """Whose benefit cannot be told for want of facts."""
    return _of_decisions(request, number, "undecided")


def _of_decisions(request: HttpRequest, number: int, which: str) -> HttpResponse:
    asking = enter(request)
    run = run_in_scope(number)
    found = queries.stopped(run) if which == "stopped" else queries.undecided(run)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    _note_read(run, asking, page.number, which=which)
    given = {
        "run": run,
        "page": page,
        "which": which,
        "whose": subject_names([one.subject for one in page]),
        "names": names_of(run.division_code, asking.language),
        "rows": [(one, _missing(run, one, asking)) for one in page],
    }
    return render(request, "web/run_decisions.html", given)


def _missing(run: Run, one: Due, asking: Who) -> str:
    kind = one.subject.partition(":")[0]
    return benefits.facts_in_words(run.division_code, one.missing, asking.language, kind)


def _narrowed(run: Run, sent: QueryDict) -> tuple[dict[str, str], QuerySet[Line]]:
    found = queries.lines(run)
    asked = {
        name: text_in(sent, name)
        for name in ("nature", "provision", "why", "place")
        if text_in(sent, name)
    }
    if "nature" in asked:
        found = queries.of_nature(found, asked["nature"])
    if "provision" in asked:
        found = found.filter(provision=asked["provision"])
    if "why" in asked:
        found = found.filter(held_for__contains=[asked["why"]])
    if "place" in asked and asked["place"].isdigit():
        found = found.filter(division_code__startswith=asked["place"])
    return asked, found


_HEAD = (
    "姓名",
    "身份证号",
    "村（社区）",
    "事项",
    "月份",
    "应发（元）",
    "抵扣（元）",
    "类别",
    "状态",
)


def _file(run: Run, found: QuerySet[Line], form: str, asking: Who) -> HttpResponse:
    if found.count() > MOST:
        raise Http404
    names = names_of(run.division_code, "zh")
    rows = [_HEAD]
    whose = subject_names(list(found.filter(elder__isnull=True).values_list("subject", flat=True)))
    for line in found.select_related("elder").iterator(2_000):
        elder = line.elder
        rows.append(
            (
                elder.name if elder else whose.get(line.subject, line.subject),
                elder.identity_mask if elder else "",
                line.division_code,
                names.get(line.provision, line.provision),
                line.period,
                f"{line.fen / 100:.2f}",
                f"{line.offset_fen / 100:.2f}",
                str(line.nature),  # type: ignore[attr-defined]
                line.state,
            )
        )
    act = Act("export_list", f"run:{run.pk}", run.division_code, after={"lines": len(rows) - 1})
    audit.record(act, by=asking.name)
    return HttpResponse(
        spreadsheets.written(rows, form=form),
        content_type=spreadsheets.TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="run-{run.pk}.{form}"'},
    )


def _cleared(request: HttpRequest, run: Run, asking: Who) -> HttpResponse:
    _enter_work(run, asking)
    why, reason = text_in(request.POST, "why"), text_in(request.POST, "reason")
    try:
        if len(reason) < 2:
            raise RunRefused("请写明理由", "say why")
        count = operations.clear_all(
            run,
            why,
            place=text_in(request.POST, "place"),
            reason=reason,
            by=asking.name,
            at=timezone.now(),
        )
    except RunRefused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
    else:
        messages.success(request, asking.say(f"已排除{count}条", f"{count} cleared"))
    return redirect("web:run", number=run.pk)


def _worked(request: HttpRequest, run: Run, line: Line, asking: Who) -> HttpResponse:
    _enter_work(run, asking)
    reason = text_in(request.POST, "reason")
    now = timezone.now()
    try:
        if len(reason) < 2:
            raise RunRefused("请写明理由", "say why")
        if request.POST.get("act") == "hold":
            operations.hold(line, reason=reason, by=asking.name, at=now)
        else:
            why = text_in(request.POST, "why")
            operations.clear(line, why, reason=reason, by=asking.name, at=now)
    except RunRefused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
    return redirect("web:run-line", number=run.pk, line=line.pk)


def _enter_work(run: Run, asking: Who) -> None:
    if not _may_work(run, asking):
        raise PermissionDenied
    scope.enter(asking.where(roles.MAKE_RUNS))


def _may_work(run: Run, asking: Who) -> bool:
    may = asking.may(roles.MAKE_RUNS) and asking.where(roles.MAKE_RUNS).covers(run.division_code)
    return may and run.state == Run.State.PREVIEWED


def _note_read(run: Run, asking: Who, page: int = 1, **more: Any) -> None:
    act = Act("read_run", f"run:{run.pk}", run.division_code, after={"page": page, **more})
    audit.record(act, by=asking.name)
