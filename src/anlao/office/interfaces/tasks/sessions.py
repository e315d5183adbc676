"""Every night: web sessions that nobody can use any more go, and kept answers of the API."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app

from anlao.office.organisations.models import Answered

AT_QUARTER_PAST_TWO = "15 18 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead

ANSWERS_LAST = timedelta(days=2)
"""How long a request with the same key gets the same answer, at least."""


@app.periodic(cron=AT_QUARTER_PAST_TWO)
@app.task(name="clear_sessions", queueing_lock="clear_sessions")
def clear_sessions(timestamp: int = 0) -> None:  # noqa: ARG001
    """Remove expired web sessions and old answers; the record of who signed in when stays."""
    try:
        SessionStore.clear_expired()
        Answered.objects.filter(at__lt=timezone.now() - ANSWERS_LAST).delete()
    finally:
        connections.close_all()
