"""Assessments fall due and lose their validity on the right day."""

from __future__ import annotations

from datetime import date

import pytest
from tests.office.assessments.builders import OLDER, SCALE

from anlao.office.assessments.schedule import next_due, valid_until

SETTINGS = SCALE.settings()
REGISTERED = date(2023, 1, 5)


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


def test_a_result_holds_until_the_day_before_it_runs_out() -> None:
    assert valid_until(assessed_on=date(2024, 3, 10), settings=SETTINGS) == date(2025, 3, 10)
    assert valid_until(assessed_on=date(2024, 2, 29), settings=SETTINGS) == date(2025, 2, 28)
