"""A file follows its elder's registration: from village to village, and out of the county."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from anlao.office.registry import operations, queries
from anlao.office.registry.models import STATUSES, Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from tests.office.county import (
    TOWN_A,
    TOWN_B,
    VILLAGE_A1,
    VILLAGE_B,
    VILLAGE_N,
    County,
    everywhere,
    scope_for,
)
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def register(elder: Elder, code: str, *, start: date = date(2026, 3, 1)) -> None:
    operations.record(
        elder=elder, facts={"hukou": code}, start=start, ground=Ground("户口本"), by="t", at=NOW
    )


def test_whoever_records_a_move_to_another_township_loses_sight_of_the_file(
    county: County,
) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))
    elder = Elder.objects.get(pk=county.elders["a1"].pk)

    register(elder, VILLAGE_B)

    assert queries.elder(elder.pk) is None
    scope.enter(scope_for(county.cast["clerk_b"]))
    moved = queries.elder(elder.pk)
    assert moved is not None
    assert moved.division_code == VILLAGE_B
    for kind in STATUSES:
        assert set(kind.objects.filter(elder=elder).values_list("division_code", flat=True)) <= {
            VILLAGE_B
        }


def test_a_move_out_of_the_county_leaves_the_file_where_it_was(county: County) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))
    elder = Elder.objects.get(pk=county.elders["a1"].pk)

    register(elder, VILLAGE_N)

    found = queries.elder(elder.pk)
    assert found is not None
    assert (found.division_code, found.state) == (VILLAGE_A1, Elder.State.MOVED_OUT)


def test_coming_back_makes_the_file_a_living_one_again(county: County) -> None:
    with everywhere():
        elder = Elder.objects.get(pk=county.elders["a1"].pk)
        register(elder, VILLAGE_N)

        register(elder, VILLAGE_B)

        elder.refresh_from_db()
        assert (elder.division_code, elder.state) == (VILLAGE_B, Elder.State.LIVING)


def test_a_move_that_is_still_to_come_moves_nothing_yet(county: County) -> None:
    with everywhere():
        elder = Elder.objects.get(pk=county.elders["a1"].pk)

        register(elder, VILLAGE_B, start=date(2026, 3, 3))

        elder.refresh_from_db()
        assert elder.division_code == VILLAGE_A1


def test_a_move_is_in_the_log_with_both_places(county: County) -> None:
    with everywhere():
        register(Elder.objects.get(pk=county.elders["a1"].pk), VILLAGE_B)

    entry = log().get(act="move_file")
    assert (entry.before, entry.after) == ({"division": VILLAGE_A1}, {"division": VILLAGE_B})


@pytest.mark.parametrize(
    ("key", "code"), [("b1", f"{TOWN_A}007"), ("a1", VILLAGE_N), ("a1", f"{TOWN_B}0")]
)
def test_the_database_moves_no_file_outside_the_scope_nor_to_a_strange_place(
    county: County, key: str, code: str
) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))

    with (
        pytest.raises(DatabaseError, match=r"outside the scope|inside its county"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT registry_move_elder(%s, %s)", [county.elders[key].pk, code])


def test_a_death_learnt_late_was_one_in_the_months_before(county: County) -> None:
    with everywhere():
        elder = Elder.objects.get(pk=county.elders["a1"].pk)

        operations.record(
            elder=elder,
            facts={"death_date": date(2025, 12, 5)},
            start=date(2026, 3, 2),
            ground=Ground("死亡证明"),
            by="t",
            at=NOW,
        )

        held = queries.facts_on(elder, date(2026, 1, 1), known_at=datetime(2026, 3, 3, tzinfo=UTC))
        assert held["death_date"] == date(2025, 12, 5)
        elder.refresh_from_db()
        assert elder.state == Elder.State.DECEASED
