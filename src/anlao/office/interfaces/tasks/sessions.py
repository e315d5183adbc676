"""Every night: what is over goes: web sessions, kept answers of the API, exports, data packages,
and pictures that no file of an elder holds.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app

from anlao.office.organisations.models import Answered
from anlao.office.registry import photographs
from anlao.office.shared import sealed_files

AT_QUARTER_PAST_TWO = "15 18 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead

ANSWERS_LAST = timedelta(days=2)
"""How long a request with the same key gets the same answer, at least."""

EXPORTS_LAST = timedelta(days=7)
"""How long a list or package can be fetched; then it is asked for anew."""
GIVEN_OUT = ("export", "package")

STRAYS_LAST = timedelta(days=1)
"""How long a picture may lie there before it must be in a file: longer than any request."""


@app.periodic(cron=AT_QUARTER_PAST_TWO)
@app.task(name="clear_sessions", queueing_lock="clear_sessions")
def clear_sessions(timestamp: int = 0) -> None:  # noqa: ARG001
    """Remove expired web sessions and old answers; the record of who signed in when stays."""
    try:
        SessionStore.clear_expired()
        Answered.objects.filter(at__lt=timezone.now() - ANSWERS_LAST).delete()
        for kind in GIVEN_OUT:
            sealed_files.forget_older(kind, timezone.now() - EXPORTS_LAST)
        photographs.forget_strays(timezone.now() - STRAYS_LAST)
    finally:
        connections.close_all()
