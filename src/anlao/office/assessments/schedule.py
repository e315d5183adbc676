"""When the next assessment is due, how long a result is valid, and when one is free of charge.

Days come in, no clock is read. Figures of a policy come in too: the caller reads them from the
rulebook of its county (Suichang 遂政办发〔2023〕26号 二(一)2 for the free quota).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from anlao.office.assessments.instrument.model import Settings
from anlao.rules.periods import AgeRules, add_months

DueReason = Literal["never_assessed", "routine", "change_of_condition"]
FreePeriod = Literal["calendar", "rolling"]
FreeReason = Literal["free", "too_young", "used"]


class UnusableQuota(ValueError):
    """Raised when the bands of a quota do not begin at its lowest age, rise, or count years."""

    code = "unusable-quota"


@dataclass(frozen=True, slots=True)
class Due:
    """The day from which the next assessment is due, and why."""

    on: date
    reason: DueReason


@dataclass(frozen=True, slots=True)
class FreeBand:
    """From this age on (inclusive), one free assessment in ``every_years`` years."""

    from_age: int
    every_years: int


@dataclass(frozen=True, slots=True)
class FreeQuota:
    """The free assessments of one policy: rising bands, the first from its lowest age.

    ``calendar``: one in so many consecutive calendar years. ``rolling``: from the day of the last.
    """

    bands: tuple[FreeBand, ...]
    period: FreePeriod

    def __post_init__(self) -> None:
        if not self.bands or any(band.every_years < 1 for band in self.bands):
            raise UnusableQuota("a quota needs bands, each of one year or more")
        if any(later.from_age <= earlier.from_age for earlier, later in pairwise(self.bands)):
            raise UnusableQuota("the bands of a quota must rise in age")


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """Whether an assessment on the day asked is free, and the first day from then on that is."""

    is_free: bool
    reason: FreeReason
    free_from: date


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


def valid_until(*, assessed_on: date, settings: Settings) -> date:
    """Return the first day on which a result no longer holds: ``[assessed_on, until)``."""
    return add_months(assessed_on, settings.whole("validity_months"))


def is_valid(*, assessed_on: date, on: date, settings: Settings) -> bool:
    return assessed_on <= on < valid_until(assessed_on=assessed_on, settings=settings)


def free_assessment(
    *,
    quota: FreeQuota,
    birth_date: date,
    latest_free_on: date | None,
    on: date,
    ages: AgeRules,
) -> FreeAnswer:
    """Return whether an assessment applied for on a day is free (二(一)2; readings S9 and G1).

    ``latest_free_on``: the latest assessment that used the quota; a review after a change of
    condition uses none. Age is that of the day of application, and where two bands meet the upper
    one holds: whoever turns 80 gets the yearly right on that birthday.
    """
    free_from = _first_free_day(
        quota, birth_date=birth_date, latest_free_on=latest_free_on, on=on, ages=ages
    )
    if free_from == on:
        return FreeAnswer(True, "free", on)
    too_young = ages.completed_years(birth_date, on) < quota.bands[0].from_age
    return FreeAnswer(False, "too_young" if too_young else "used", free_from)


def _first_free_day(
    quota: FreeQuota, *, birth_date: date, latest_free_on: date | None, on: date, ages: AgeRules
) -> date:
    """Try the bands in turn: a band frees a day inside it, or the next band is looked at."""
    starts = [ages.birthday_in(birth_date.year + band.from_age, birth_date) for band in quota.bands]
    ends = [*starts[1:], date.max]
    for band, begins, ends_before in zip(quota.bands, starts, ends, strict=True):
        day = max(on, begins)
        if latest_free_on is not None:
            day = max(day, _quota_renewed(latest_free_on, band.every_years, quota.period))
        if day < ends_before:
            return day
    raise AssertionError("the last band has no end")


def _quota_renewed(latest_free_on: date, years: int, period: FreePeriod) -> date:
    if period == "calendar":
        return date(latest_free_on.year + years, 1, 1)
    return add_months(latest_free_on, 12 * years)
