"""Figures by place add up to the month, and count only what lies inside the scope."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from anlao.office.benefits import deciding, figures, month
from anlao.office.registry import details
from anlao.office.registry.models import Address
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.rules.periods import Month
from tests.office.county import COUNTY, TOWN_A, VILLAGE_A1, County, scope_for

pytestmark = pytest.mark.usefixtures("committed")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def decided(founded: County, committed: None) -> None:
    del founded, committed
    deciding.decide_division(COUNTY, Month(2026, 2), known_at=NOW, today=NOW.date(), by="t")


def places(part: str, area: str, county: County) -> list[figures.Place]:
    where = scope_for(county.cast[part])
    with scope.within(where):
        latest = month.latest(where.divisions)
        assert latest is not None
        return figures.by_place(latest, area)


def test_townships_add_up_to_the_county(county: County) -> None:
    found = places("county_clerk", COUNTY, county)

    with scope.within(WHOLE_OFFICE):
        latest = month.latest((COUNTY,))
        assert latest is not None
        sums = month.overview(latest, "zh").sums
    assert sum(place.living for place in found) == 4
    assert sum(place.fen for place in found) == sum(line.fen or 0 for line in sums)
    assert sum(place.undecided for place in found) == sum(line.unknown for line in sums)
    assert sum(place.not_receiving for place in found) == sum(line.people for line in sums)


def test_a_township_sees_its_villages_only(county: County) -> None:
    assert {place.code for place in places("clerk_a", TOWN_A, county)} == {
        VILLAGE_A1,
        "331123001008",
    }
    assert places("clerk_b", TOWN_A, county) == []


def test_a_place_lies_in_the_middle_of_its_homes(county: County) -> None:
    assert {place.point for place in places("county_clerk", COUNTY, county)} == {None}
    for key, longitude in (("a1", "119.2"), ("a3", "119.4")):
        with scope.within(WHOLE_OFFICE):
            details.add(
                elder=county.elders[key],
                kind=Address,
                values={
                    "use": "residence",
                    "text": "某处",
                    "longitude": Decimal(longitude),
                    "latitude": Decimal("28.5"),
                    "datum": "cgcs2000",
                },
                start=date(2026, 1, 1),
                ground=Ground("走访"),
                by="t",
                at=NOW,
            )

    points = {place.code: place.point for place in places("county_clerk", COUNTY, county)}

    assert points[TOWN_A] == pytest.approx((119.3, 28.5))
