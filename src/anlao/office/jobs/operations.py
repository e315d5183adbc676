"""A job's life: asked for, run, stopped, tried again.

queued -> running -> done | failed | cancelled;   failed, cancelled -> queued (tried again)
A worker that dies leaves its job running; the queue hands it to another, which begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from anlao.office.jobs.models import Job
from anlao.office.jobs.progress import Cancelled, Progress, Refused, told
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

Work = Callable[[Job, Progress], Mapping[str, Any]]
"""What a job does. It opens its own transactions, and returns what came of it."""
_RUNS = (Job.State.QUEUED, Job.State.RUNNING)


class OneIsWaiting(Exception):
    """Raised where a job of the same kind for the same thing waits or runs already."""


class CannotRetry(Exception):
    """Raised for a job that has neither failed nor been cancelled."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job that somebody asks for."""

    kind: str
    zh: str
    en: str
    subject: str = ""
    division: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)


def ask(wanted: Wanted, *, by: str) -> Job:
    """Make the row of a job; the caller puts it into the queue in the same transaction.

    Raises OneIsWaiting.
    """
    with transaction.atomic():
        same = Job.objects.filter(kind=wanted.kind, subject=wanted.subject, state__in=_RUNS)
        if same.exists():
            raise OneIsWaiting
        job = Job(
            kind=wanted.kind,
            title_zh=wanted.zh,
            title_en=wanted.en,
            subject=wanted.subject,
            division=wanted.division,
            asked=dict(wanted.asked),
            who=by,
            created_at=timezone.now(),
        )
        job.save(force_insert=True)
        _note("queue_job", job, by)
    return job


def cancel(job: Job, *, by: str) -> None:
    """Stop a job: one that waits at once, one that runs at its next step."""
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=job.pk)
        if held.is_over:
            return
        held.is_cancel_asked = True
        if held.state == Job.State.QUEUED:
            held.state, held.finished_at = Job.State.CANCELLED, timezone.now()
        held.save(update_fields=["is_cancel_asked", "state", "finished_at"])
        _note("cancel_job", held, by)


def retry(job: Job, *, by: str) -> None:
    """Let a failed or cancelled job wait once more; the caller queues it. Raises CannotRetry."""
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=job.pk)
        if held.state not in (Job.State.FAILED, Job.State.CANCELLED):
            raise CannotRetry
        held.state, held.is_cancel_asked, held.finished_at = Job.State.QUEUED, False, None
        held.done = held.total = 0
        held.message_zh = held.message_en = ""
        held.save()
        _note("retry_job", held, by)


def run(number: int, works: Mapping[str, Work]) -> None:
    """Do the work of a job and write down how it ended; called by the queue's worker.

    A job that is over (cancelled while it waited, or handed out twice) is left alone. An error
    that is nobody's refusal is written down as a failure and raised on, for the log.
    """
    job = Job.objects.filter(pk=number).first()
    if job is None or job.is_over:
        return
    with told(number) as progress:
        progress.save(
            state=Job.State.RUNNING,
            started_at=timezone.now(),
            heartbeat_at=timezone.now(),
            attempts=job.attempts + 1,
        )
        try:
            result = works[job.kind](job, progress)
        except Cancelled:
            progress.save(state=Job.State.CANCELLED, finished_at=timezone.now(), **_NOTHING_KEPT)
        except Refused as refusal:
            said = {"message_zh": refusal.zh, "message_en": refusal.en}
            progress.save(state=Job.State.FAILED, finished_at=timezone.now(), **said)
        except Exception as error:
            progress.save(
                state=Job.State.FAILED,
                finished_at=timezone.now(),
                message_zh=f"程序出错（{type(error).__name__}）；什么都没有改动，请重试或联系管理员",
                message_en=f"an error ({type(error).__name__}); nothing was changed: try again, or"
                " ask the administrator",
            )
            raise
        else:
            progress.save(
                state=Job.State.DONE,
                finished_at=timezone.now(),
                message_zh="",
                message_en="",
                result=json.dumps(dict(result), ensure_ascii=False),
            )


_NOTHING_KEPT = {
    "message_zh": "已按要求停止；什么都没有改动",
    "message_en": "stopped as asked; nothing was changed",
}


def _note(act: str, job: Job, by: str) -> None:
    audit.record(Act(act, f"job:{job.pk}", division=job.division, after={"kind": job.kind}), by=by)
