"""Every night: ask for the assessments that are due, where the locality wants it so."""

from __future__ import annotations

from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app

from anlao.office.assessments import local, queries
from anlao.office.benefits.free_assessment import ask_when_due
from anlao.office.shared import scope

AT_THREE = "0 19 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead
_AT_ONCE = 200


@app.periodic(cron=AT_THREE)
@app.task(name="ask_for_due_assessments", queueing_lock="ask_for_due_assessments")
def ask_for_due_assessments(timestamp: int = 0, by: str = "nightly") -> int:  # noqa: ARG001
    """Ask for a routine assessment of everybody due; return how many were asked for.

    Whoever has one open is not due, so a second run, or one after a crash, asks for nobody twice.
    """
    try:
        return _ask(by) if local.in_force().flag("ask_when_due") else 0
    finally:
        connections.close_all()


def _ask(by: str) -> int:
    now, asked = timezone.now(), 0
    day = timezone.localdate(now)
    while True:
        with scope.within(scope.WHOLE_OFFICE):
            some = list(queries.due(day)[:_AT_ONCE])
            asked += ask_when_due(some, day=day, by=by, at=now)
        if len(some) < _AT_ONCE:
            return asked
