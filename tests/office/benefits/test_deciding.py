"""A month decided for a county is what the engine decides for each of its people alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from anlao.office.benefits import deciding, month, queries
from anlao.office.benefits.models import DecidedMonth, Decision
from anlao.office.database.folder import DataFolder
from anlao.office.registry import operations
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from anlao.rules.periods import Month
from tests.office.county import COUNTY, NEIGHBOUR, County, elder, owner, scope_for
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("committed")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = Month(2026, 2)
Row = tuple[int, str, str, str, tuple[str, ...]]


def decide(known_at: datetime = NOW, which: Month = MONTH) -> DecidedMonth:
    return deciding.decide_division(
        COUNTY, which, known_at=known_at, today=known_at.date(), by="test"
    )


def kept() -> set[Row]:
    with scope.within(WHOLE_OFFICE):
        return {
            (row.elder_id, row.provision, row.outcome, row.reason, tuple(row.missing))
            for row in Decision.objects.all()
        }


def one_by_one() -> set[tuple[int, str, str]]:
    """Return yes and unknown of everybody, decided alone by the path that explains."""
    found = set()
    with scope.within(WHOLE_OFFICE):
        for person in Elder.objects.filter(division_code__startswith=COUNTY):
            told = queries.entitlements(person, MONTH, known_at=NOW, language="zh")
            for item in told.found:
                if item.outcome in ("yes", "unknown"):
                    found.add((person.pk, item.provision, item.outcome))
    return found


def test_the_nightly_decide_agrees_with_each_elder_decided_alone() -> None:
    with scope.within(WHOLE_OFFICE):
        elder("何百岁", "331123001007", born=date(1925, 1, 31))
        elder("许未知", "331123001007", born=date(1950, 1, 1), economic_status="tekun")

    decide()

    assert {row[:3] for row in kept()} == one_by_one()


def test_only_people_of_the_division_are_decided(county: County) -> None:
    decided = decide()

    assert decided.elders == 4
    assert not {row[0] for row in kept()} & {county.elders["n1"].pk, county.elders["n2"].pk}


def test_deciding_again_replaces_what_the_night_before_found(county: County) -> None:
    before = decide()
    first = kept()
    with scope.within(WHOLE_OFFICE):
        operations.record(
            elder=county.elders["b1"],
            facts={"death_date": date(2025, 12, 5)},
            start=date(2026, 2, 20),
            ground=Ground("死亡证明"),
            by="test",
            at=datetime(2026, 2, 28, tzinfo=UTC),
        )

    after = decide()

    gone = {row[1] for row in first - kept() if row[0] == county.elders["b1"].pk}
    assert "old-age-allowance" in gone
    assert [item.pk for item in DecidedMonth.objects.filter(is_latest=True)] == [after.pk]
    assert DecidedMonth.objects.get(pk=before.pk).totals


def test_a_month_is_decided_as_known_at_the_time(county: County) -> None:
    with scope.within(WHOLE_OFFICE):
        operations.record(
            elder=county.elders["b1"],
            facts={"death_date": date(2025, 12, 5)},
            start=date(2026, 2, 20),
            ground=Ground("死亡证明"),
            by="test",
            at=datetime(2026, 2, 28, tzinfo=UTC),
        )

    decide(known_at=datetime(2026, 2, 27, tzinfo=UTC))

    assert (county.elders["b1"].pk, "old-age-allowance", "yes") in {row[:3] for row in kept()}


def test_each_sees_the_decisions_of_her_own_area(county: County) -> None:
    decided = decide()

    for part, keys in (("clerk_a", ("a1", "a2", "a3")), ("clerk_b", ("b1",)), ("neighbour", ())):
        with scope.within(scope_for(county.cast[part])):
            seen = set(Decision.objects.values_list("elder_id", flat=True))
            assert seen <= {county.elders[key].pk for key in keys}
            sums = month.overview(decided, "zh").sums
            assert max(line.people for line in sums) <= len(keys)


def test_nobody_but_the_office_itself_writes_decisions() -> None:
    decide()

    for statement in (
        "INSERT INTO benefits_decidedmonth SELECT * FROM benefits_decidedmonth",
        "UPDATE benefits_decision SET fen = 1",
        "DELETE FROM benefits_decision",
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            scope.within(WHOLE_OFFICE),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_county_without_a_rulebook_is_told_and_the_others_are_decided() -> None:
    with scope.within(WHOLE_OFFICE):
        elder("汪外乡", "120101001001")

    found = deciding.decide_everywhere(MONTH, known_at=NOW, today=NOW.date(), by="test")

    assert [item.division_code for item in found.decided] == [NEIGHBOUR, COUNTY]
    assert len(found.refused) == 1
    assert "120101" in found.refused[0]


def test_deciding_is_in_the_audit_log(office: DataFolder) -> None:
    decide()

    entry = log().first()
    assert entry is not None
    assert (entry.act, entry.subject, entry.who) == ("decide", f"county:{COUNTY}", "test")
    with owner(office) as session:
        rows = session.execute("SELECT count(*) FROM benefits_decision").fetchone()
    assert rows is not None
    assert rows[0] > 0
