"""Every night: web sessions that nobody can use any more go."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from procrastinate.contrib.django import app

AT_QUARTER_PAST_TWO = "15 18 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead


@app.periodic(cron=AT_QUARTER_PAST_TWO)
@app.task(name="clear_sessions", queueing_lock="clear_sessions")
def clear_sessions(timestamp: int = 0) -> None:  # noqa: ARG001
    """Remove expired web sessions; the record of who signed in when stays."""
    try:
        SessionStore.clear_expired()
    finally:
        connections.close_all()
