"""When the next assessment is due, and how long a result is valid. Days come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from anlao.office.assessments.instrument.model import Settings
from anlao.rules.periods import add_months

DueReason = Literal["never_assessed", "routine", "change_of_condition"]


@dataclass(frozen=True, slots=True)
class Due:
    """The day from which the next assessment is due, and why."""

    on: date
    reason: DueReason


def next_due(
    *, assessed_on: date | None, changed_on: date | None, settings: Settings, registered_on: date
) -> Due:
    """Return when the next assessment is due.

    ``assessed_on``: the latest assessment of whatever reason. ``changed_on``: the day a change of
    condition became known; one that an assessment has followed, the same day or later, is dealt
    with. Somebody never assessed is due from ``registered_on``.
    """
    if assessed_on is None:
        return Due(registered_on, "never_assessed")
    routine = add_months(assessed_on, settings.whole("reassess_after_months"))
    if changed_on is not None and changed_on > assessed_on:
        review = changed_on + timedelta(days=settings.whole("change_review_within_days"))
        if review <= routine:
            return Due(review, "change_of_condition")
    return Due(routine, "routine")


def is_valid(*, assessed_on: date, on: date, settings: Settings) -> bool:
    return assessed_on <= on < valid_until(assessed_on=assessed_on, settings=settings)


def valid_until(*, assessed_on: date, settings: Settings) -> date:
    """Return the first day on which a result no longer holds: ``[assessed_on, until)``."""
    return add_months(assessed_on, settings.whole("validity_months"))
