"""People read once for many months are the people whom each month would read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from anlao.office.benefits import population
from anlao.office.benefits.population import Population
from anlao.office.benefits.rulebooks import program_for
from anlao.office.registry.operations import Ground, record
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.rules.engines.program import MonthTables
from anlao.rules.periods import Month
from tests.office.county import COUNTY, VILLAGE_A1, VILLAGE_B, County

pytestmark = pytest.mark.usefixtures("committed")

KNOWN = datetime(2026, 2, 20, tzinfo=UTC)
MONTHS = [Month(2026, 3).plus(step) for step in range(12)]
# Whose, what, from and until when: in the middle of a month, at its turn, before and after all.
CHANGES: list[tuple[str, dict[str, Any], date, date | None]] = [
    ("a1", {"economic_status": "dibao"}, date(2026, 4, 15), date(2026, 9, 15)),
    ("a1", {"economic_status": "tekun", "can_work": False}, date(2026, 10, 1), date(2026, 11, 1)),
    ("a1", {"capability_level": 4}, date(2026, 5, 1), None),
    ("a2", {"capability_level": 3}, date(2025, 1, 1), date(2026, 3, 1)),
    ("a2", {"capability_level": 2}, date(2026, 3, 1), date(2026, 3, 2)),
    ("a2", {"lives_alone": True}, date(2026, 6, 30), date(2026, 7, 2)),
    ("a3", {"residence": VILLAGE_B}, date(2026, 8, 1), None),
    ("a3", {"disability_type": "physical", "disability_grade": 1}, date(2026, 3, 2), None),
    ("a3", {"care_setting": "institution"}, date(2026, 2, 1), date(2027, 2, 1)),
    ("b1", {"hukou": VILLAGE_A1, "residence": VILLAGE_A1}, date(2026, 12, 1), date(2027, 1, 1)),
    ("b1", {"economic_status": "dibao"}, date(2027, 2, 1), None),
    ("b1", {"economic_status": None}, date(2026, 7, 1), date(2026, 8, 1)),
]


@pytest.fixture
def changed(county: County) -> County:
    with scope.within(WHOLE_OFFICE):
        for key, facts, start, until in CHANGES:
            record(
                elder=county.elders[key],
                facts=facts,
                start=start,
                until=until,
                ground=Ground("名单"),
                by="clerk",
                at=datetime(2026, 2, 1, tzinfo=UTC),
                follow=False,
            )
    return county


def tables() -> list[MonthTables]:
    program = program_for(COUNTY)
    return [program.month(month) for month in MONTHS]


def read(months: list[MonthTables], only: list[int] | None = None) -> Population:
    return population.read(
        program_for(COUNTY), months, COUNTY, known_at=KNOWN, today=KNOWN.date(), only=only
    )


def said(people: Population, month: MonthTables) -> dict[tuple[int, str], tuple[Any, ...]]:
    """Return outcome, amount, reason and missing facts by elder and provision."""
    return {
        (number, column.provision.id): (result.outcome, fen, result.reason, result.missing)
        for column in people.decided(month)
        for number, result, fen in zip(
            people.numbers,
            (column.results[code] for code in column.codes),
            column.amounts().tolist(),
            strict=True,
        )
    }


def test_a_year_read_at_once_decides_as_its_months_read_one_by_one(changed: County) -> None:
    months = tables()
    everybody = [one.pk for one in changed.elders.values()]

    for only in (None, everybody):
        at_once = read(months, only)
        decided = [said(at_once, month) for month in months]
        assert decided == [said(read([month], only), month) for month in months]
        assert len({str(month) for month in decided}) > 6
