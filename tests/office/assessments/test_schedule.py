"""Assessments fall due, lose their validity and are free on the right day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.office.assessments.builders import OLDER, SCALE, Case, cases

from anlao.office.assessments.schedule import (
    FreeBand,
    FreeQuota,
    UnusableQuota,
    free_assessment,
    is_valid,
    next_due,
    valid_until,
)
from anlao.rules.periods import AgeRules

SETTINGS = SCALE.settings()
REGISTERED = date(2023, 1, 5)
BANDS = (FreeBand(60, 2), FreeBand(80, 1))


@pytest.mark.parametrize("case", cases("schedule"), ids=lambda case: case["name"])
def test_the_free_assessment_of_suichang(case: Case) -> None:
    stated, expect = case["given"], case["expect"]

    found = free_assessment(
        quota=FreeQuota(BANDS, stated.get("period", "calendar")),
        birth_date=stated["born"],
        latest_free_on=stated.get("latest"),
        on=stated["day"],
        ages=AgeRules(),
    )

    assert found.is_free == expect["free"]
    assert found.reason == expect["reason"]
    assert found.free_from == expect["from"]


def test_on_the_first_day_of_a_band_its_own_years_count() -> None:
    quota = FreeQuota((FreeBand(60, 1), FreeBand(80, 3)), "calendar")

    found = free_assessment(
        quota=quota,
        birth_date=date(1944, 1, 1),
        latest_free_on=date(2023, 5, 4),
        on=date(2024, 1, 1),
        ages=AgeRules(),
    )

    assert found.free_from == date(2026, 1, 1)


@given(
    st.dates(date(1925, 1, 1), date(1970, 1, 1)),
    st.none() | st.dates(date(2020, 1, 1), date(2024, 12, 31)),
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
)
def test_the_day_foretold_as_free_is_free(born: date, latest: date | None, day: date) -> None:
    quota, ages = FreeQuota(BANDS, "calendar"), AgeRules()

    foretold = free_assessment(
        quota=quota, birth_date=born, latest_free_on=latest, on=day, ages=ages
    )
    then = free_assessment(
        quota=quota, birth_date=born, latest_free_on=latest, on=foretold.free_from, ages=ages
    )

    assert then.is_free
    assert foretold.free_from >= day


@pytest.mark.parametrize(
    "bands",
    [
        (),
        (FreeBand(60, 0),),
        (FreeBand(80, 1), FreeBand(60, 2)),
        (FreeBand(60, 1), FreeBand(60, 2)),
    ],
    ids=["no band", "no years", "falling ages", "one age twice"],
)
def test_a_quota_that_makes_no_sense_is_refused(bands: tuple[FreeBand, ...]) -> None:
    with pytest.raises(UnusableQuota):
        FreeQuota(bands, "calendar")


@pytest.mark.parametrize(
    ("assessed", "changed", "due", "reason"),
    [
        (None, None, REGISTERED, "never_assessed"),
        (date(2024, 2, 29), None, date(2025, 2, 28), "routine"),
        (date(2024, 3, 10), date(2024, 6, 1), date(2024, 6, 1), "change_of_condition"),
        (date(2024, 3, 10), date(2024, 3, 10), date(2025, 3, 10), "routine"),
        (date(2024, 3, 10), date(2024, 3, 9), date(2025, 3, 10), "routine"),
        (date(2024, 3, 10), date(2024, 3, 11), date(2024, 3, 11), "change_of_condition"),
        (date(2024, 3, 10), date(2025, 6, 1), date(2025, 3, 10), "routine"),
    ],
)
def test_the_next_assessment_is_due(
    assessed: date | None, changed: date | None, due: date, reason: str
) -> None:
    found = next_due(
        assessed_on=assessed, changed_on=changed, settings=SETTINGS, registered_on=REGISTERED
    )

    assert (found.on, found.reason) == (due, reason)


def test_days_to_review_a_change_are_a_setting() -> None:
    found = next_due(
        assessed_on=date(2024, 3, 10),
        changed_on=date(2024, 6, 1),
        settings=SCALE.settings(change_review_within_days=10),
        registered_on=REGISTERED,
    )

    assert found.on == date(2024, 6, 11)


def test_a_result_of_the_older_standard_is_reassessed_after_six_months() -> None:
    found = next_due(
        assessed_on=date(2022, 8, 31),
        changed_on=None,
        settings=OLDER.settings(),
        registered_on=REGISTERED,
    )

    assert found.on == date(2023, 2, 28)


def test_a_result_holds_from_its_day_until_the_day_before_it_runs_out() -> None:
    assessed = date(2024, 3, 10)

    assert valid_until(assessed_on=assessed, settings=SETTINGS) == date(2025, 3, 10)
    assert not is_valid(assessed_on=assessed, on=date(2024, 3, 9), settings=SETTINGS)
    assert is_valid(assessed_on=assessed, on=assessed, settings=SETTINGS)
    assert is_valid(assessed_on=assessed, on=date(2025, 3, 9), settings=SETTINGS)
    assert not is_valid(assessed_on=assessed, on=date(2025, 3, 10), settings=SETTINGS)
