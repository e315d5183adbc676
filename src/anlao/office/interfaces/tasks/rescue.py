"""Jobs whose worker died are taken up again."""

from __future__ import annotations

from procrastinate.contrib.django import app

EVERY_FIVE_MINUTES = "*/5 * * * *"


@app.periodic(cron=EVERY_FIVE_MINUTES)
@app.task(name="rescue_stalled_jobs", queueing_lock="rescue_stalled_jobs")
async def rescue_stalled_jobs(timestamp: int = 0) -> int:  # noqa: ARG001
    """Put jobs of workers that no longer give a sign back into the queue; return how many."""
    stalled = list(await app.job_manager.get_stalled_jobs())
    for job in stalled:
        await app.job_manager.retry_job(job)
    return len(stalled)
