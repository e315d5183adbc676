"""A death that came by a list ends what a journey would have ended, and is put back like one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from anlao.office.journeys import following
from anlao.office.journeys.models import Journey
from anlao.office.registry import operations as registry
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.county import County

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = date(2026, 2, 20)


@pytest.fixture(autouse=True)
def nightly(db: None) -> None:
    del db
    scope.enter(WHOLE_OFFICE)


def tell(county: County, key: str, day: date | None, at: datetime = NOW) -> None:
    registry.record(
        elder=Elder.objects.get(pk=county.elders[key].pk),
        facts={"death_date": day},
        start=DAY,
        ground=Ground("死亡名单"),
        by="list",
        at=at,
    )


def ends(county: County, key: str) -> list[date | None]:
    her = Elder.objects.get(pk=county.elders[key].pk)
    return [held.valid.upper for held in her.assignments.all()]


def test_lists_end_with_the_day_of_death(county: County) -> None:
    tell(county, "b1", DAY)

    assert following.follow(by="nightly", at=NOW) == (1, 0)

    assert ends(county, "b1") == [DAY + timedelta(days=1)]
    assert Journey.objects.get().made_by == "nightly"
    assert following.follow(by="nightly", at=NOW) == (0, 0)


def test_nothing_ends_for_the_living_and_for_those_on_no_list(county: County) -> None:
    tell(county, "a1", DAY)  # she is on no list

    assert following.follow(by="nightly", at=NOW) == (0, 0)
    assert ends(county, "b1") == [None]


def test_a_death_that_is_taken_back_opens_the_lists_again(county: County) -> None:
    tell(county, "b1", DAY)
    following.follow(by="nightly", at=NOW)
    tell(county, "b1", None, at=NOW + timedelta(days=1))

    assert following.follow(by="nightly", at=NOW + timedelta(days=1)) == (0, 1)

    assert ends(county, "b1") == [None]
    assert Journey.objects.get().undone_by == "nightly"
    assert following.follow(by="nightly", at=NOW + timedelta(days=2)) == (0, 0)
