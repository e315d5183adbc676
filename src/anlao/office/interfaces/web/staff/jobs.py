"""Work in the queue: what waits, runs, is done or failed, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from anlao.office.interfaces.tasks.nightly import decide_everywhere
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import roles
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

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
    "clear_sessions": ("清理过期登录", "Clear expired sessions"),
    "rescue_stalled_jobs": ("恢复中断的任务", "Take up stalled jobs"),
}


@require_http_methods(["GET", "POST"])
@needs(roles.ADMINISTER)
def jobs(request: HttpRequest) -> HttpResponse:
    """The latest jobs; a press of the button queues the nightly decide now."""
    if request.method == "POST":
        asking = who(request)
        by = asking.name
        try:
            decide_everywhere.defer(by=by)
        except AlreadyEnqueued:
            messages.info(request, asking.say("已有一个判定任务在等待", "One is waiting already"))
        else:
            audit.record(Act("queue_job", "task:decide_everywhere"), by=by)
            messages.success(request, asking.say("已加入队列", "Queued"))
        return redirect("web:jobs")
    found = ProcrastinateJob.objects.order_by("-id")[:SHOWN]
    rows = [
        (job, TASKS.get(job.task_name, (job.task_name,) * 2), STATES[job.status]) for job in found
    ]
    return render(request, "web/jobs.html", {"rows": rows})
