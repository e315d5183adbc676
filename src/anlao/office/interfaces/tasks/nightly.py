"""Every night: decide this month for every county; on demand from the page of jobs as well."""

from __future__ import annotations

from django.db import connections
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from anlao.office.benefits import deciding

AT_HALF_PAST_TWO = "30 18 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead


@app.periodic(cron=AT_HALF_PAST_TWO)
@app.task(
    name="decide_everywhere",
    queueing_lock="decide_everywhere",
    lock="decide_everywhere",
    retry=RetryStrategy(max_attempts=3, wait=300),
)
def decide_everywhere(timestamp: int = 0, by: str = "nightly") -> list[str]:  # noqa: ARG001
    """Decide the present month everywhere; one that is waiting already is not queued again.

    Running it twice changes nothing: each run replaces what the one before found.
    """
    try:
        now = timezone.now()
        found = deciding.decide_everywhere(
            deciding.month_of(timezone.localdate(now)),
            known_at=now,
            today=timezone.localdate(now),
            by=by,
        )
        return [str(decided) for decided in found.decided]
    finally:
        connections.close_all()
