"""Every night: cases for those whom the decide found entitled and not receiving."""

from __future__ import annotations

from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app

from anlao.office.benefits.models import DecidedMonth
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.cases import finding
from anlao.office.cases.terms import terms_of
from anlao.office.shared import scope

AT_TWENTY_TO_FOUR = "40 19 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead
_AT_ONCE = 100


@app.periodic(cron=AT_TWENTY_TO_FOUR)
@app.task(name="open_found_cases", queueing_lock="open_found_cases")
def open_found_cases(timestamp: int = 0, by: str = "nightly") -> int:  # noqa: ARG001
    """Open cases by the latest decided month of every county; return how many.

    Whoever has one gets no second: a second run, or one after a crash, goes on with the rest.
    """
    try:
        return sum(_open(decided, by) for decided in _latest())
    finally:
        connections.close_all()


def _latest() -> list[DecidedMonth]:
    months: dict[str, DecidedMonth] = {}
    for decided in DecidedMonth.objects.filter(is_latest=True).order_by("month"):
        months[decided.division_code] = decided
    return list(months.values())


def _open(decided: DecidedMonth, by: str) -> int:
    now = timezone.now()
    left, opened = terms_of(decided.division_code).find_at_once, 0
    while left > 0:
        with scope.within(scope.WHOLE_OFFICE):
            try:
                some = finding.open_cases(
                    decided,
                    most=min(_AT_ONCE, left),
                    by=by,
                    at=now,
                    day=timezone.localdate(now),
                )
            except NoRulebook:
                return opened
        opened, left = opened + some, left - _AT_ONCE
        if not some:
            break
    return opened
