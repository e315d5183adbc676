"""Every night: decide this month for every county; on demand from the page of jobs as well."""

from __future__ import annotations

from contextlib import suppress

from procrastinate.contrib.django import app

from anlao.office.interfaces.tasks import running
from anlao.office.jobs.operations import OneIsWaiting, Wanted

AT_HALF_PAST_TWO = "30 18 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead
DECIDE = Wanted(running.DECIDE, "判定本月待遇", "Decide this month")


@app.periodic(cron=AT_HALF_PAST_TWO)
@app.task(name="decide_everywhere", queueing_lock="decide_everywhere")
def decide_everywhere(timestamp: int = 0, by: str = "nightly") -> None:  # noqa: ARG001
    """Ask for the present month to be decided everywhere, unless that waits or runs already.

    Running it twice changes nothing: each run replaces what the one before found.
    """
    with suppress(OneIsWaiting):
        running.start(DECIDE, by=by)
