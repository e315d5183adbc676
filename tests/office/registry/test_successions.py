"""A village goes to another township: files follow, the past keeps its name, and it can go back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.utils import timezone

from anlao.office.divisions import queries as divisions_office
from anlao.office.divisions.models import Division, DivisionChange
from anlao.office.divisions.operations import DivisionRefused
from anlao.office.organisations.queries import grants_on, scope_of
from anlao.office.organisations.roles import CHANGE_PLACES, SEE_ELDERS
from anlao.office.registry import files, operations, queries, search, successions
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.places import divisions
from tests.office.county import (
    COUNTY,
    TOWN_A,
    TOWN_B,
    VILLAGE_A1,
    VILLAGE_A2,
    VILLAGE_B,
    County,
    everywhere,
    scope_for,
)
from tests.office.log import chain_is_whole, log

pytestmark = pytest.mark.usefixtures("db")
NEW = f"{TOWN_B}399"
DAY, EARLIER = date(2025, 7, 1), date(2025, 6, 30)
NOW = timezone.now()
BEFORE_IT = datetime(2025, 9, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def lists_as_shipped() -> Iterator[None]:
    yield
    divisions_office._seen = None
    divisions.revise([])


@pytest.fixture
def clerk(county: County, db: None) -> County:
    del db
    scope.enter(scope_for(county.cast["county_clerk"]))
    return county


def move(old: str = VILLAGE_A1, code: str = NEW, day: date = DAY, name: str = "") -> DivisionChange:
    place = Division.objects.get(code=old)
    made = successions.supersede(
        place, code=code, name=name or place.name, day=day, reason="撤村并居文件",
        by="county_clerk", at=NOW,
    )  # fmt: skip
    divisions_office.refresh()
    return made


def back(change: DivisionChange) -> DivisionChange:
    made = successions.take_back(change, reason="录错", by="county_clerk", at=timezone.now())
    divisions_office.refresh()
    return made


def hukou(elder: Elder, day: date, known_at: datetime | None = None) -> str:
    return str(queries.facts_on(elder, day, known_at=known_at or timezone.now())["hukou"])


def seen(county: County, part: str) -> set[str]:
    with everywhere():
        scope.enter(scope_for(county.cast[part]))
        found = set(Elder.objects.values_list("pk", flat=True))
    return {key for key, her in county.elders.items() if her.pk in found}


def test_files_follow_and_the_past_keeps_the_old_place(clerk: County) -> None:
    her = clerk.elders["a1"]
    change = move()

    assert len(change.files) == 2
    assert hukou(her, EARLIER) == VILLAGE_A1
    assert hukou(her, DAY) == NEW
    assert hukou(her, DAY, known_at=BEFORE_IT) == VILLAGE_A1
    assert Elder.objects.get(pk=her.pk).division_code == NEW
    facts = queries.facts_on(her, DAY, known_at=timezone.now())
    assert facts["residence"] == NEW
    past, now = (files.place_of(hukou(her, day)) for day in (EARLIER, DAY))
    village = Division.objects.get(code=VILLAGE_A1).name
    assert past == divisions.name_path(TOWN_A) + village
    assert now == divisions.name_path(TOWN_B) + village
    assert chain_is_whole()


def test_scope_follows_the_village(clerk: County) -> None:
    assert "a1" in seen(clerk, "clerk_a")
    move()

    assert seen(clerk, "clerk_a") == {"a3"}
    assert seen(clerk, "clerk_b") == {"a1", "a2", "b1"}
    assert seen(clerk, "village_worker") == {"a1", "a2"}  # granted for the old code
    assert seen(clerk, "county_clerk") == {"a1", "a2", "a3", "b1"}
    assert seen(clerk, "neighbour") == {"n1", "n2"}


def test_a_village_moved_twice_is_still_its_workers(clerk: County) -> None:
    move()
    further = f"{TOWN_A}398"
    move(NEW, further, date(2025, 9, 1))

    assert seen(clerk, "village_worker") == {"a1", "a2"}
    her = clerk.elders["a1"]
    assert [hukou(her, day) for day in (EARLIER, date(2025, 8, 31), date(2025, 9, 1))] == [
        VILLAGE_A1, NEW, further,
    ]  # fmt: skip


def test_what_was_recorded_between_is_kept_on_its_days(clerk: County) -> None:
    her = clerk.elders["a1"]
    operations.record(
        elder=her, facts={"area_class": "urban"}, start=date(2025, 5, 1),
        until=date(2025, 8, 1), ground=Ground("x"), by="clerk", at=BEFORE_IT,
    )  # fmt: skip
    move()

    def area(day: date) -> object:
        return queries.facts_on(her, day, known_at=timezone.now()).get("area_class")

    assert [area(day) for day in (date(2025, 5, 1), DAY, date(2025, 8, 1))] == [
        "urban", "urban", None,
    ]  # fmt: skip


def test_a_change_is_taken_back_by_a_counter_entry(clerk: County) -> None:
    her = clerk.elders["a1"]
    change = move()

    counter = back(change)

    assert counter.undoes == change
    assert hukou(her, DAY) == VILLAGE_A1
    assert Elder.objects.get(pk=her.pk).division_code == VILLAGE_A1
    assert seen(clerk, "clerk_a") == {"a1", "a2", "a3"}
    old, new = Division.objects.get(code=VILLAGE_A1), Division.objects.get(code=NEW)
    assert (old.until_date, old.successor) == (None, None)
    assert new.until_date == DAY
    assert divisions.find(NEW) is not None
    assert NEW not in {one.code for one in divisions.within(COUNTY, "village")}
    with pytest.raises(DivisionRefused, match="already"):
        back(change)
    assert DivisionChange.objects.count() == 2
    assert log(act="take_back_division").count() == 1


def test_whoever_came_to_a_new_code_goes_back_with_it(clerk: County) -> None:
    change = move()
    newcomer = clerk.elders["a3"]
    operations.record(
        elder=newcomer, facts={"hukou": NEW}, start=date(2025, 10, 1), ground=Ground("迁入"),
        by="clerk", at=timezone.now(),
    )  # fmt: skip

    back(change)

    assert hukou(newcomer, date(2025, 9, 30)) == VILLAGE_A2
    assert hukou(newcomer, date(2025, 10, 1)) == VILLAGE_A1


def test_two_villages_join_and_only_those_who_came_go_back(clerk: County) -> None:
    change = move(code=VILLAGE_B)
    assert seen(clerk, "clerk_b") == {"a1", "a2", "b1"}

    back(change)

    assert seen(clerk, "clerk_b") == {"b1"}
    assert seen(clerk, "clerk_a") == {"a1", "a2", "a3"}
    assert hukou(clerk.elders["b1"], DAY) == VILLAGE_B
    assert Division.objects.get(code=VILLAGE_B).until_date is None


def test_an_earlier_change_waits_for_the_later_one(clerk: County) -> None:
    first = move()
    second = move(NEW, f"{TOWN_A}398", date(2025, 9, 1))

    with pytest.raises(DivisionRefused, match="later change first"):
        back(first)
    back(second)
    back(first)

    assert hukou(clerk.elders["a1"], date(2025, 10, 1)) == VILLAGE_A1


@pytest.mark.parametrize(
    ("old", "code", "day"),
    [
        (TOWN_A, NEW, DAY),
        (TOWN_A, TOWN_B, DAY),
        (COUNTY, "331199", DAY),
        (VILLAGE_A1, VILLAGE_A1, DAY),
        (VILLAGE_A1, "330624001001", DAY),
        (VILLAGE_A1, "331123999301", DAY),
        (VILLAGE_A1, TOWN_B, DAY),
        (VILLAGE_A1, "x" * 12, DAY),
        (VILLAGE_A1, NEW, date(2999, 1, 1)),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    clerk: County, old: str, code: str, day: date
) -> None:
    with pytest.raises(DivisionRefused):
        move(old, code, day)

    assert DivisionChange.objects.count() == 0
    assert Elder.objects.get(pk=clerk.elders["a1"].pk).division_code == VILLAGE_A1


NEW_TOWN = f"{COUNTY}199"


def test_a_township_takes_its_villages_and_its_people_along(clerk: County) -> None:
    villages = Division.objects.filter(parent_id=TOWN_A).count()
    change = move(TOWN_A, NEW_TOWN, name="新妙高镇")

    assert DivisionChange.objects.count() == 1 + villages
    assert sum(len(one.files) for one in successions.went_with(change)) == 3
    her = clerk.elders["a1"]
    assert hukou(her, EARLIER) == VILLAGE_A1
    assert hukou(her, DAY) == NEW_TOWN + VILLAGE_A1[9:]
    assert "新妙高镇" in files.place_of(hukou(her, DAY))
    assert seen(clerk, "clerk_a") == {"a1", "a2", "a3"}  # granted for the old code
    assert seen(clerk, "village_worker") == {"a1", "a2"}
    assert seen(clerk, "clerk_b") == {"b1"}


def test_a_township_comes_back_with_its_villages(clerk: County) -> None:
    change = move(TOWN_A, NEW_TOWN)

    back(change)

    assert seen(clerk, "clerk_a") == {"a1", "a2", "a3"}
    assert hukou(clerk.elders["a1"], DAY) == VILLAGE_A1
    in_force = Division.objects.filter(code__startswith=TOWN_A, until_date__isnull=False)
    assert not in_force.exists()
    assert not Division.objects.filter(code__startswith=NEW_TOWN, until_date=None).exists()
    assert chain_is_whole()


def test_a_township_to_which_another_village_came_does_not_go_back(clerk: County) -> None:
    change = move(TOWN_A, NEW_TOWN)
    move(VILLAGE_B, f"{NEW_TOWN}399", date(2025, 9, 1))

    with pytest.raises(DivisionRefused, match="move them first"):
        back(change)

    assert seen(clerk, "village_worker") == {"a1", "a2"}
    assert Division.objects.get(code=TOWN_A).until_date == DAY


def test_a_village_ends_once(clerk: County) -> None:
    del clerk
    move()

    with pytest.raises(DivisionRefused, match="ended already"):
        move(code=f"{TOWN_B}397")
    with pytest.raises(DivisionRefused, match="end before it began"):
        move(NEW, f"{TOWN_B}397", DAY)


def test_search_and_lists_know_the_new_place(clerk: County) -> None:
    move(name="新合村")
    where = scope_for(clerk.cast["county_clerk"])

    found = search.find("新合村", scope=where, today=timezone.localdate(), by="c", purpose="check")

    assert {elder.pk for elder in found.elders} == {clerk.elders[key].pk for key in ("a1", "a2")}
    listed = {one.code for one in divisions.within(COUNTY, "village")}
    assert NEW in listed
    assert VILLAGE_A1 not in listed


def test_another_process_learns_of_it(clerk: County) -> None:
    del clerk
    move(name="新合村")
    divisions.revise([])
    divisions_office._seen = None

    divisions_office.refresh()

    found = divisions.find(NEW)
    assert found is not None
    assert found.name == "新合村"
    with connection.execute_wrapper(_refuse_rows):
        divisions_office.refresh()  # once it knows, it only asks whether anything is newer


def _refuse_rows(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    assert 'divisions_division".' not in sql
    return execute(sql, params, many, context)


def test_the_whole_county_is_needed(clerk: County) -> None:
    for part in ("county_clerk", "neighbour"):
        held = grants_on(clerk.cast[part], timezone.localdate())
        assert not scope_of(held, CHANGE_PLACES).is_empty
    for part in ("clerk_a", "village_worker", "administrator", "auditor"):
        held = grants_on(clerk.cast[part], timezone.localdate())
        assert scope_of(held, CHANGE_PLACES).is_empty
    assert SEE_ELDERS != CHANGE_PLACES
