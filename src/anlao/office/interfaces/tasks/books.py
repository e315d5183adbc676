"""Every night: the books of every county are laid beside what they sum up."""

from __future__ import annotations

from django.db import connections
from procrastinate.contrib.django import app

from anlao.office.payments import checking

AT_TWENTY_TO_THREE = "40 18 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead


@app.periodic(cron=AT_TWENTY_TO_THREE)
@app.task(name="verify_ledgers", queueing_lock="verify_ledgers")
def verify_ledgers(timestamp: int = 0, by: str = "nightly") -> int:  # noqa: ARG001
    """Check marks, sums and details of all ledgers; the pages of the books tell what came of it."""
    try:
        return checking.check_and_note(by=by)
    finally:
        connections.close_all()
