"""Long work: what waits, runs, is done or failed, for whoever asked for it and administrators."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods
from procrastinate.contrib.django.models import ProcrastinateJob

from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.tasks.nightly import DECIDE
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.jobs import operations, queries
from anlao.office.jobs.models import Job
from anlao.office.jobs.operations import CannotRetry, OneIsWaiting
from anlao.office.organisations import roles
from anlao.office.shared import audit, sealed_files, spreadsheets
from anlao.office.shared.audit import Act
from anlao.office.shared.scope import NOTHING

SHOWN = 50
STATES = {
    "todo": ("等待", "waiting"),
    "doing": ("进行中", "running"),
    "succeeded": ("完成", "done"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
    "aborting": ("正在停止", "stopping"),
    "aborted": ("已停止", "stopped"),
}
TASKS = {
    "decide_everywhere": ("判定本月待遇", "Decide this month"),
    "run_job": ("后台任务", "Job"),
    "clear_sessions": ("清理过期登录", "Clear expired sessions"),
    "verify_ledgers": ("核对账簿", "Check the books"),
    "follow_deaths": ("处理死亡人员的未结事项", "End what is open of the dead"),
    "ask_for_due_assessments": ("发起到期评估", "Ask for assessments that are due"),
    "rescue_stalled_jobs": ("恢复中断的任务", "Take up stalled jobs"),
}
_HAVE_JOBS = (
    roles.ADMINISTER,
    roles.IMPORT_LISTS,
    roles.SEE_ELDERS,
    roles.GIVE_DATA,
    roles.PAY,
    roles.SEE_FIGURES,
)


@require_http_methods(["GET", "POST"])
@needs()
def jobs(request: HttpRequest) -> HttpResponse:
    """The latest jobs; a press of an administrator's button queues the nightly decide now."""
    asking = _asking(request)
    administers = asking.may(roles.ADMINISTER)
    if request.method == "POST":
        if not administers:
            raise PermissionDenied
        try:
            running.start(DECIDE, by=asking.name)
        except OneIsWaiting:
            messages.info(request, asking.say("已有一个判定任务在等待", "One is waiting already"))
        else:
            messages.success(request, asking.say("已加入队列", "Queued"))
        return redirect("web:jobs")
    found = list(_seen(asking)[:SHOWN])
    given: dict[str, Any] = {
        "administers": administers,
        "imports": asking.may(roles.IMPORT_LISTS),
        "gives": asking.may(roles.GIVE_DATA),
        "open": [job for job in found if not job.is_over],
        "rows": [job for job in found if job.is_over],
    }
    if administers:
        queue = ProcrastinateJob.objects.order_by("-id")[:SHOWN]
        given["queue"] = [
            (job, TASKS.get(job.task_name, (job.task_name,) * 2), STATES[job.status])
            for job in queue
        ]
    return render(request, "web/jobs.html", given)


@require_http_methods(["GET", "POST"])
@needs()
def job(request: HttpRequest, number: int) -> HttpResponse:
    """How far one job is, for the bar on the page; stop it, or try it again."""
    asking = _asking(request)
    found = _seen(asking).filter(pk=number).first()
    if found is None:
        raise Http404
    if request.method == "GET":
        said = asking.say(found.message_zh, found.message_en)
        steps = f" {found.done:,} / {found.total:,}" if found.total else ""
        return JsonResponse(
            {
                "over": found.is_over,
                "done": found.done,
                "total": found.total,
                "said": f"{said}{steps}" if said else "",
            }
        )
    if text_in(request.POST, "act") == "cancel":
        operations.cancel(found, by=asking.name)
        messages.success(request, asking.say("已要求停止", "Asked to stop"))
    else:
        try:
            running.again(found, by=asking.name)
            messages.success(request, asking.say("已重新排队", "Queued again"))
        except CannotRetry:
            messages.error(request, asking.say("这个任务不用重试", "This job needs no second try"))
    return redirect(_back(found, asking, text_in(request.POST, "back")))


@require_GET
@needs()
def file(request: HttpRequest, number: int) -> HttpResponse:
    """The file that a job has written, for whoever asked for it and nobody else."""
    asking = _asking(request)
    found = Job.objects.filter(pk=number, who=asking.name, state=Job.State.DONE).first()
    if found is None or "file" not in found.result:
        raise Http404
    if found.kind == running.EXPORT_IMPORT and not _imports_in(found.division, asking):
        # It may hold whole identity numbers: whoever may no longer import gets it no longer.
        raise Http404
    try:
        data = sealed_files.take_out(found.result["file"])
    except FileNotFoundError:
        messages.error(
            request,
            asking.say(
                "文件已过保留期，请重新导出。", "The file was kept for a week; export anew."
            ),
        )
        return redirect("web:jobs")
    form, kind = found.result["form"], found.result["kind"]
    audit.record(
        Act("fetch_export", f"job:{found.pk}", found.division, after={"list": kind}), by=asking.name
    )
    return HttpResponse(
        data,
        content_type=spreadsheets.TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{kind}-{asking.today}.{form}"'},
    )


def _imports_in(division: str, asking: Who) -> bool:
    return asking.where(roles.IMPORT_LISTS).covers(division)


def _back(found: Job, asking: Who, back: str) -> str:
    kind, _, number = found.subject.partition(":")
    if kind == "import" and back == f"/imports/{number}" and asking.may(roles.IMPORT_LISTS):
        return back
    if kind == "package" and back == "/packages" and asking.may(roles.GIVE_DATA):
        return back
    if kind == "forecast" and back == "/figures/forecast" and asking.may(roles.SEE_FIGURES):
        return back
    if kind == "run" and back == f"/payments/{number}":
        return back
    return "/jobs"


def _asking(request: HttpRequest) -> Who:
    asking = who(request)
    if not any(asking.may(act) for act in _HAVE_JOBS):
        raise PermissionDenied
    return asking


def _seen(asking: Who) -> QuerySet[Job]:
    may = asking.may(roles.ADMINISTER)
    everybodys = asking.where(roles.ADMINISTER) if may else NOTHING
    return queries.seen_by(asking.name, everybodys=everybodys)
