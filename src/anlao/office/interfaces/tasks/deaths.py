"""Every night: what is open of those who have died ends, however their death became known."""

from __future__ import annotations

from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app

from anlao.office.journeys import following
from anlao.office.shared import scope

AT_TWENTY_PAST_TWO = "20 18 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead

_MOST_ROUNDS = 1000
"""Of a few hundred each: more than a night ever has, and an end where something goes wrong."""


@app.periodic(cron=AT_TWENTY_PAST_TWO)
@app.task(name="follow_deaths", queueing_lock="follow_deaths")
def follow_deaths(timestamp: int = 0, by: str = "nightly") -> list[int]:  # noqa: ARG001
    """End lists and assessments of the dead; open them again where a death was taken back.

    Whatever was ended is ended: a second run, or one after a crash, goes on with the rest.
    """
    try:
        ended = opened = 0
        for _ in range(_MOST_ROUNDS):
            with scope.within(scope.WHOLE_OFFICE):
                some = following.follow(by=by, at=timezone.now())
            ended, opened = ended + some[0], opened + some[1]
            if not any(some):
                break
        return [ended, opened]
    finally:
        connections.close_all()
