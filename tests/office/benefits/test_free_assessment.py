"""The county's rulebook says whether an assessment is free, given those that used the quota."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from anlao.office.assessments import requesting, reviewing
from anlao.office.assessments.requesting import FreeAnswer
from anlao.office.benefits.free_assessment import free_assessment
from anlao.office.registry.models import Elder
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.assessments.flow import Flow
from tests.office.county import VILLAGE_A1, VILLAGE_N, County, elder

pytestmark = pytest.mark.usefixtures("db")


def asked(her: Elder, day: date, **more: Any) -> FreeAnswer:
    scope.enter(WHOLE_OFFICE)
    return free_assessment(her, day, known_at=timezone.now(), language="zh", **more)


@pytest.mark.parametrize(
    ("born", "latest", "day", "free"),
    [
        (date(1940, 1, 1), date(2023, 12, 31), date(2024, 1, 1), True),
        (date(1940, 1, 1), date(2024, 1, 1), date(2024, 12, 31), False),
        (date(1950, 1, 1), date(2023, 1, 1), date(2024, 12, 31), False),
        (date(1950, 1, 1), date(2023, 12, 31), date(2025, 1, 1), True),
        (date(1964, 7, 1), date(2020, 1, 1), date(2024, 6, 30), False),
    ],
    ids=["80, new year", "80, same year", "74, next year", "74, second year", "too young"],
)
def test_the_rulebook_of_the_county_decides(
    born: date, latest: date, day: date, free: bool
) -> None:
    her = elder("甲", VILLAGE_A1, born=born, assessed_on=latest, capability_level=1)

    found = asked(her, day)

    assert found.is_free is free
    assert found.provision == "capability-assessment"
    assert "二(一)2" in found.clause
    assert "遂政办发" in found.clause
    assert found.sentences


def test_what_is_not_known_is_neither_free_nor_used() -> None:
    her = elder("甲", VILLAGE_A1)

    assert asked(her, date(2024, 5, 1)).is_free is None


def test_a_review_after_a_change_uses_no_free_one(county: County) -> None:
    her = county.elders["a1"]
    flow = Flow(county, her).request(FreeAnswer(True), reason="immediate")
    flow.assign().appoint().scored().settle().sign(flow.first).sign(flow.second).publish()

    assert asked(her, flow.today).is_free is True


def test_a_routine_one_uses_the_free_one_of_the_year(county: County) -> None:
    her = county.elders["a1"]
    flow = Flow(county, her).request(FreeAnswer(True), reason="routine")
    flow.assign().appoint().scored().settle().sign(flow.first).sign(flow.second).publish()

    assert asked(her, flow.today).is_free is False


def test_an_older_result_counts_as_used(county: County) -> None:
    her = county.elders["a1"]
    scope.enter(WHOLE_OFFICE)
    today = timezone.localdate()
    reviewing.record_older(
        elder=her, level=1, assessed_on=today, evidence="报告", by="clerk", at=timezone.now()
    )

    assert asked(her, today).is_free is False


@pytest.mark.parametrize("reason", ["immediate", "dispute"])
def test_the_rulebook_is_not_asked_about_reviews(reason: str) -> None:
    her = elder("甲", VILLAGE_A1)

    assert asked(her, date(2024, 5, 1), reason=reason) == FreeAnswer()


def test_where_there_is_no_such_provision_nothing_is_said() -> None:
    her = elder("乙", VILLAGE_N)

    assert asked(her, date(2024, 5, 1)) == FreeAnswer()


def test_the_answer_is_kept_with_the_request(county: County) -> None:
    her = county.elders["a2"]
    answer = asked(her, timezone.localdate())

    made = requesting.request(
        elder=her,
        asked_by="agent",
        reason="first",
        day=timezone.localdate(),
        free=answer,
        by="clerk_a",
        at=timezone.now(),
    )

    assert (made.is_free, made.free_clause) == (answer.is_free, answer.clause)
