"""Jobs whose worker died are taken up again."""

from __future__ import annotations

from procrastinate.contrib.django import app

EVERY_FIVE_MINUTES = "*/5 * * * *"
_SILENT_FOR = 30
"""Seconds: a worker that works gives a sign every ten."""


async def rescue(*, silent_for: float) -> int:
    """Put jobs of workers that gave no sign for so many seconds back into the queue."""
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=silent_for))
    for job in stalled:
        await app.job_manager.retry_job(job)
    return len(stalled)


@app.periodic(cron=EVERY_FIVE_MINUTES)
@app.task(name="rescue_stalled_jobs", queueing_lock="rescue_stalled_jobs")
async def rescue_stalled_jobs(timestamp: int = 0) -> int:  # noqa: ARG001
    """Put jobs of workers that no longer give a sign back into the queue; return how many."""
    return await rescue(silent_for=_SILENT_FOR)
