"""A job that forecasts the months to come of a county."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from anlao.office.benefits import forecasting
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.benefits.what_if_rules import ChangeRefused
from anlao.office.jobs.models import Job
from anlao.office.jobs.progress import Progress, Refused


def forecast(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Make the forecast that a job asks for, inside the scope of the transaction."""
    asked, now = job.asked, timezone.now()
    wanted = forecasting.Asked(
        job.division,
        date.fromisoformat(asked["begins"]),
        asked["months"],
        tuple(asked["changes"]),
        asked["rates"],
        asked["source"],
    )
    try:
        made = forecasting.make(
            wanted, known_at=now, today=timezone.localdate(now), by=job.who, progress=progress
        )
    except (NoRulebook, ChangeRefused) as refusal:
        raise Refused(str(refusal), str(refusal)) from None
    return {"forecast": made.pk}
