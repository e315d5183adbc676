"""Two people who act at the same moment never make two of what there is one of."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from tests.office.assessments.flow import Flow
from tests.office.county import County, everywhere

from anlao.office.assessments import sheets
from anlao.office.assessments.models import Assessment, Sheet, Step
from anlao.office.assessments.moving import Refused
from anlao.office.assessments.sheets import Conflict
from anlao.office.assessments.states import NotNow

pytestmark = pytest.mark.usefixtures("committed")


def at_once(*acts: Callable[[], object]) -> list[type[Exception]]:
    """Do acts at the same moment, each in a transaction of its own; return what was refused."""
    start = Barrier(len(acts))
    refused: list[type[Exception]] = []

    def run(act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            start.wait(10)
            with transaction.atomic():
                act()
        except (Refused, NotNow, Conflict) as refusal:
            refused.append(type(refusal))
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return refused


@pytest.fixture
def flow(county: County) -> Flow:
    return Flow(county, county.elders["a1"])


def state_of(flow: Flow) -> str:
    with transaction.atomic():
        return str(flow.now().state)


def test_of_two_requests_one_is_made(flow: Flow) -> None:
    other = Flow(flow.county, flow.elder)

    refused = at_once(flow.request, other.request)

    assert refused == [Refused]
    with transaction.atomic(), everywhere():
        assert Assessment.objects.filter(elder=flow.elder).count() == 1


def test_both_assessors_finish_and_there_is_one_agreed_sheet(flow: Flow) -> None:
    with transaction.atomic():
        flow.request().assign().appoint().fill(flow.first).fill(flow.second)

    refused = at_once(lambda: flow.finish(flow.first), lambda: flow.finish(flow.second))

    assert refused == []
    assert state_of(flow) == "settling"
    with transaction.atomic(), everywhere():
        assert Sheet.objects.filter(assessment_id=flow.number, assessor=None).count() == 1
        assert Step.objects.filter(assessment_id=flow.number, act="both_scored").count() == 1


def test_both_assessors_begin_and_scoring_begins_once(flow: Flow) -> None:
    with transaction.atomic():
        flow.request().assign().appoint()

    refused = at_once(lambda: flow.begin(flow.first), lambda: flow.begin(flow.second))

    assert refused == []
    with transaction.atomic(), everywhere():
        assert Step.objects.filter(assessment_id=flow.number, act="begin").count() == 1
        assert Sheet.objects.filter(assessment_id=flow.number).count() == 2


def test_both_sign_and_it_goes_to_review_once(flow: Flow) -> None:
    with transaction.atomic():
        flow.request().assign().appoint().scored().settle()

    refused = at_once(lambda: flow.sign(flow.first), lambda: flow.sign(flow.second))

    assert refused == []
    assert state_of(flow) == "review"


def test_of_two_devices_one_is_saved_and_the_other_is_a_conflict(flow: Flow) -> None:
    with transaction.atomic():
        flow.request().assign().appoint().begin()

    def save(value: int) -> Callable[[], object]:
        def act() -> object:
            with everywhere():
                sheet = sheets.lock(flow.now(), flow.first.pk)
                return sheets.save(sheet, "B.1.1", value, based_on=0, by="x", at=flow.at)

        return act

    assert at_once(save(1), save(2)) == [Conflict]


def test_of_two_reviewers_one_publishes(flow: Flow) -> None:
    with transaction.atomic():
        flow.reviewed()

    assert at_once(flow.publish, flow.publish) == [NotNow]
    assert state_of(flow) == "published"
