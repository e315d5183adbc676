"""Words of jobs."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register

ACTS: Words = {
    "cancel_job": ("停止任务", "stopped a job"),
    "retry_job": ("重试任务", "tried a job again"),
    "queue_job": ("排入任务", "queued a job"),
}
_JOB_STATES = {
    "queued": ("等待", "waiting"),
    "running": ("进行中", "running"),
    "done": ("完成", "done"),
    "failed": ("失败", "failed"),
    "cancelled": ("已取消", "cancelled"),
}


@register.filter
def job_state(state: str, language: str) -> str:
    """Return how far a job is."""
    return picked(_JOB_STATES, state, language)
