"""What the public reads follows registers and cases: once something is recorded, and nightly."""

from __future__ import annotations

from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app

from anlao.office.disclosure import recipients, telling

AT_TEN_PAST_MIDNIGHT, AT_HALF_PAST = (
    "10 16 * * *",
    "30 16 * * *",
)  # the queue's clock is UTC; Beijing is eight hours ahead


@app.task(name="tell_public", lock="tell_public")
def tell_public(county: str) -> list[int]:
    """Tell what is known now of a county; return how many institutions and notices there are."""
    try:
        now = timezone.now()
        return list(telling.tell(county, day=timezone.localdate(now), at=now))
    finally:
        connections.close_all()


@app.periodic(cron=AT_TEN_PAST_MIDNIGHT)
@app.task(name="tell_public_everywhere", lock="tell_public", queueing_lock="tell_public_everywhere")
def tell_public_everywhere(timestamp: int = 0) -> list[int]:  # noqa: ARG001
    """Do so for every county: filings end and residents die without anybody recording it here.

    A second run, or one after a crash, tells the same.
    """
    try:
        now = timezone.now()
        return list(telling.tell_everywhere(day=timezone.localdate(now), at=now))
    finally:
        connections.close_all()


@app.task(name="list_recipients", lock="list_recipients")
def list_recipients(county: str) -> int:
    """Tell a county's lists of recipients anew, once a run was sent or closed; return the rows."""
    try:
        now = timezone.now()
        return recipients.publish(county, day=timezone.localdate(now), at=now)
    finally:
        connections.close_all()


@app.periodic(cron=AT_HALF_PAST)
@app.task(
    name="list_recipients_everywhere",
    lock="list_recipients",
    queueing_lock="list_recipients_everywhere",
)
def list_recipients_everywhere(timestamp: int = 0) -> int:  # noqa: ARG001
    """Do so for every county: lists end, money comes back, and settings change."""
    try:
        now = timezone.now()
        return recipients.publish_everywhere(day=timezone.localdate(now), at=now)
    finally:
        connections.close_all()
