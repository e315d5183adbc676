"""Every night: messages of what happened, to be printed or sent by whoever comes in the morning."""

from __future__ import annotations

from datetime import datetime

from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app

from anlao.office.messages import sweeping
from anlao.office.service_list.queries import own_counties
from anlao.office.shared import scope
from anlao.office.shared.county_settings import in_every

AT_TEN_PAST_FOUR = "10 20 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead


@app.periodic(cron=AT_TEN_PAST_FOUR)
@app.task(name="make_messages", queueing_lock="make_messages")
def make_messages(timestamp: int = 0, by: str = "nightly") -> int:  # noqa: ARG001
    """Make what is to be told in every county; return how many messages there are new.

    Nobody is told twice: a second run, or one after a crash, goes on with the rest.
    """
    try:
        now = timezone.now()
        return sum(in_every(own_counties(), lambda county: _all_of(county, now, by)))
    finally:
        connections.close_all()


def _all_of(county: str, now: datetime, by: str) -> int:
    """Sweep until nothing is left, each sweep a transaction of its own; return how many are new."""
    total = 0
    while True:
        with scope.within(scope.WHOLE_OFFICE):
            swept = sweeping.sweep(county, day=timezone.localdate(now), at=now, by=by)
        total += swept.total
        if not swept.is_more or not swept.total:
            return total
