"""Raw SQL sees assessments of one's own area, and a body those that it was assigned."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from tests.office.assessments.flow import Flow
from tests.office.county import (
    ASSESSMENTS,
    COUNTY,
    SEEN,
    VILLAGE_B,
    County,
    assign,
    everywhere,
    scope_for,
)

from anlao.office.assessments import reviewing
from anlao.office.assessments.models import Assessment, OlderResult
from anlao.office.organisations.models import Organisation
from anlao.office.shared import scope
from anlao.office.shared.scope import NOTHING, Scope

BY_ELDER = ("assessments_assessment", "assessments_olderresult")
pytestmark = pytest.mark.usefixtures("db")


def seen(table: str) -> set[int]:
    """Return the elders or assessments of which rows of a table are seen."""
    column = "elder_id" if table in BY_ELDER else "assessment_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return {number for (number,) in cursor.fetchall()}


@pytest.fixture
def flows(county: County) -> dict[str, Flow]:
    """An assessment in review of each elder, all by the body of the cast."""
    made = {}
    for key, her in county.elders.items():
        made[key] = Flow(county, her).reviewed()
        with everywhere():
            OlderResult.objects.create(
                elder=her,
                instrument="mzt039-2013",
                original_level=1,
                level=1,
                mapping="same_number",
                assessed_on="2020-01-01",
                evidence="旧报告",
                recorded_by="builder",
                recorded_at=made[key].at,
            )
    return made


def keys_seen(flows: dict[str, Flow], table: str) -> set[str]:
    numbers = seen(table)
    return {
        key
        for key, flow in flows.items()
        if (flow.elder.pk if table in BY_ELDER else flow.number) in numbers
    }


def test_raw_sql_sees_the_rows_inside_and_no_others(county: County, flows: dict[str, Flow]) -> None:
    whole = set(flows)
    for part, inside in SEEN.items():
        for table in ASSESSMENTS:
            scope.enter(scope_for(county.cast[part]))
            expected = set(inside)
            if part.startswith("assessor"):
                expected = whole  # every elder was put on the body's list
            if part == "provider":
                serves = table == "assessments_olderresult"  # as the rest of her file
                expected = {"b1"} if serves else set()
            assert keys_seen(flows, table) == expected, (part, table)


def test_every_table_of_assessments_is_looked_at() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'assessments_%'"
        )
        assert {name for (name,) in cursor.fetchall()} == set(ASSESSMENTS)


def test_without_a_pass_or_with_an_empty_one_nothing_is_there(flows: dict[str, Flow]) -> None:
    assert [table for table in ASSESSMENTS if keys_seen(flows, table)] == []
    scope.enter(NOTHING)
    assert [table for table in ASSESSMENTS if keys_seen(flows, table)] == []


def test_another_body_with_the_elder_on_its_list_sees_no_scores(
    county: County, flows: dict[str, Flow]
) -> None:
    with everywhere():
        other = Organisation.objects.create(
            kind="assessment_body", name="另一评估中心", division_id=COUNTY
        )
    assign(county.elders["a1"], other)
    scope.enter(Scope((), (other.pk,)))

    for table in ASSESSMENTS:
        expected = {"a1"} if table == "assessments_olderresult" else set()
        assert keys_seen(flows, table) == expected, table


def test_a_body_sees_no_more_of_her_once_she_is_off_its_list(
    county: County, flows: dict[str, Flow]
) -> None:
    with everywhere(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_assignment SET valid = '[2024-01-01,2024-02-01)' WHERE elder_id = %s",
            [county.elders["a1"].pk],
        )
    scope.enter(scope_for(county.cast["assessor"]))

    assert "a1" not in keys_seen(flows, "assessments_assessment")


def test_nothing_is_asked_for_or_changed_outside(county: County, flows: dict[str, Flow]) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))

    with pytest.raises(DatabaseError), transaction.atomic():
        Assessment.objects.create(
            elder=county.elders["b1"],
            division_code=county.elders["a1"].division_code,
            state="requested",
            asked_by="elder",
            asked_on="2026-01-01",
            reason="first",
        )
    assert not Assessment.objects.filter(pk=flows["b1"].number).update(note="x")


def test_assessments_follow_an_elder_who_moves(county: County, flows: dict[str, Flow]) -> None:
    with everywhere(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_elder SET division_code = %s WHERE id = %s",
            [VILLAGE_B, county.elders["a3"].pk],
        )
    for part, there in (("clerk_b", True), ("clerk_a", False)):
        scope.enter(scope_for(county.cast[part]))
        for table in ASSESSMENTS:
            assert ("a3" in keys_seen(flows, table)) == there, (part, table)


def test_the_public_answer_needs_no_pass_and_gives_no_rows(
    flows: dict[str, Flow],
) -> None:
    done = flows["a1"].publish().now()
    scope.enter(NOTHING)

    told = reviewing.tell(done.number, done.code)

    assert told is not None
    assert told.name == "王**"
    assert keys_seen(flows, "assessments_assessment") == set()
