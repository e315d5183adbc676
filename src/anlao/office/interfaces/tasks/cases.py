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
from anlao.office.shared.county_settings import in_every

AT_TWENTY_TO_FOUR = "40 19 * * *"  # the queue's clock is UTC; Beijing is eight hours ahead
_AT_ONCE = 100


@app.periodic(cron=AT_TWENTY_TO_FOUR)
@app.task(name="open_found_cases", queueing_lock="open_found_cases")
def open_found_cases(timestamp: int = 0, by: str = "nightly") -> int:  # noqa: ARG001
    """Open cases by the latest decided month of every county; return how many.

    Whoever has one gets no second: a second run, or one after a crash, goes on with the rest.
    """
    try:
        latest = _latest()
        return sum(in_every(latest, lambda county: _open(latest[county], by)))
    finally:
        connections.close_all()


def _latest() -> dict[str, DecidedMonth]:
    found = DecidedMonth.objects.filter(is_latest=True).order_by("month")
    return {decided.division_code: decided for decided in found}


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
