"""Deaths, moves and merges touch all that is open, and are put back whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.db.utils import DatabaseError

from anlao import identity_numbers
from anlao.identity_numbers import IdentityNumber
from anlao.office.assessments import queries as assessments
from anlao.office.assessments import requesting
from anlao.office.benefits.models import Award
from anlao.office.journeys import merging, operations
from anlao.office.journeys.models import Journey
from anlao.office.journeys.operations import ChangedSince, DayRefused, Signed, UndoneAlready
from anlao.office.registry import details, identity, particulars, queries
from anlao.office.registry import operations as registry
from anlao.office.registry.identity import NumberTaken
from anlao.office.registry.models import DETAILS, STATUSES, Elder, Relation
from anlao.office.registry.operations import Ground
from anlao.office.registry.particulars import Particular, Reason, What, Why
from anlao.office.shared import scope
from tests.office.county import (
    VILLAGE_A1,
    VILLAGE_A2,
    VILLAGE_B,
    VILLAGE_N,
    County,
    assign,
    elder,
    everywhere,
    scope_for,
)
from tests.office.log import log

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LATER = datetime(2026, 3, 9, tzinfo=UTC)
DAY = date(2026, 2, 20)
SIGNED = Signed("clerk", NOW, Ground("证明"))


@pytest.fixture(autouse=True)
def clerk(db: None, county: County) -> None:
    del db
    scope.enter(scope_for(county.cast["county_clerk"]))


def get(county: County, key: str) -> Elder:
    return Elder.objects.get(pk=county.elders[key].pk)


def all_known(her: Elder, day: date = date(2026, 2, 25), at: datetime = NOW) -> dict[str, object]:
    return queries.facts_on(her, day, known_at=at)


def values(row: Model, *without: str) -> dict[str, object]:
    held = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return {
        name: bytes(value) if isinstance(value, memoryview) else value
        for name, value in held.items()
        if name not in without
    }


def picture(her: Elder) -> dict[str, object]:
    """Return all that is known of an elder now, without when it was learnt."""
    shown: dict[str, object] = {}
    for kind in (*STATUSES, *DETAILS):
        shown[kind.__name__] = sorted(
            str(values(row, "id", "known", "recorded_by"))
            for row in kind.objects.filter(elder=her, known__upper_inf=True)
        )
    her = Elder.objects.get(pk=her.pk)
    shown["file"] = values(her, "identity_cipher")
    lists = her.assignments.filter(valid__isempty=False)
    shown["lists"] = sorted(lists.values_list("organisation_id", "valid"))
    return shown


def test_a_death_is_known_for_the_months_before_and_ends_every_list(county: County) -> None:
    her = get(county, "b1")

    operations.die(elder=her, day=DAY, signed=SIGNED)

    her = get(county, "b1")
    assert (her.state, her.death_date) == ("deceased", DAY)
    assert all_known(her, date(2026, 1, 1), at=LATER)["death_date"] == DAY
    assert [held.valid.upper for held in her.assignments.all()] == [DAY + timedelta(days=1)]


@pytest.mark.parametrize(
    ("day", "fine"),
    [
        (date(2026, 3, 2), True),
        (date(2026, 3, 3), False),
        (date(1940, 5, 6), True),
        (date(1940, 5, 5), False),
    ],
)
def test_nobody_dies_tomorrow_or_before_her_birth(county: County, day: date, fine: bool) -> None:
    her = get(county, "a1")
    if fine:
        operations.die(elder=her, day=day, signed=SIGNED)
        assert get(county, "a1").state == "deceased"
    else:
        with pytest.raises(DayRefused):
            operations.die(elder=her, day=day, signed=SIGNED)
        assert get(county, "a1").state == "living"


def _death(county: County) -> Journey:
    return operations.die(elder=get(county, "b1"), day=DAY, signed=SIGNED)


def _move_inside(county: County) -> Journey:
    return operations.move(
        elder=get(county, "b1"), to=VILLAGE_A2, day=DAY, lives_there=True, signed=SIGNED
    )


def _move_out(county: County) -> Journey:
    return operations.move(
        elder=get(county, "b1"), to=VILLAGE_N, day=DAY, lives_there=False, signed=SIGNED
    )


def _merge(county: County) -> Journey:
    other = get(county, "a1")
    details.add(
        elder=other,
        kind=Relation,
        values={"kind": "son", "name": "陈大", "phone": "13600000001"},
        start=DAY,
        ground=Ground("来访"),
        by="t",
        at=NOW,
    )
    assign(other, county.cast["assessor"].organisation)
    return operations.merge(
        keep=get(county, "b1"), other=other, take=frozenset({"birth_date"}), day=DAY, signed=SIGNED
    )


@pytest.mark.parametrize("make", [_death, _move_inside, _move_out, _merge])
def test_a_journey_that_was_taken_back_leaves_everything_as_it_was(
    county: County, make: Callable[[County], Journey]
) -> None:
    before = picture(get(county, "b1"))
    journey = make(county)
    assert picture(get(county, "b1")) != before

    operations.undo(journey=journey, reason="报错了", by="clerk", at=LATER)

    assert picture(get(county, "b1")) == before
    assert log(act=f"undo_{journey.kind}", purpose="报错了").exists()
    with pytest.raises(UndoneAlready):
        operations.undo(journey=journey, reason="再来", by="clerk", at=LATER)


def test_what_was_known_between_stays_readable_after_taking_back(county: County) -> None:
    journey = _death(county)

    operations.undo(journey=journey, reason="报错了", by="clerk", at=LATER)

    her = get(county, "b1")
    assert all_known(her, at=NOW)["death_date"] == DAY
    assert "death_date" not in all_known(her, at=LATER + timedelta(hours=1))


def test_later_changes_are_not_swept_away(county: County) -> None:
    journey = _death(county)
    registry.record(
        elder=get(county, "b1"),
        facts={"death_date": date(2026, 2, 21)},
        start=DAY,
        ground=Ground("更正"),
        by="clerk",
        at=LATER,
    )
    before = picture(get(county, "b1"))

    with pytest.raises(ChangedSince), transaction.atomic():
        operations.undo(journey=journey, reason="报错了", by="clerk", at=LATER)

    assert picture(get(county, "b1")) == before


def test_a_township_clerk_hands_a_file_to_the_other_township(county: County) -> None:
    scope.enter(scope_for(county.cast["clerk_a"]))
    journey = operations.move(
        elder=get(county, "a1"), to=VILLAGE_B, day=DAY, lives_there=False, signed=SIGNED
    )
    assert queries.elder(county.elders["a1"].pk) is None
    assert not Journey.objects.filter(pk=journey.pk).exists()

    scope.enter(scope_for(county.cast["clerk_b"]))
    assert get(county, "a1").division_code == VILLAGE_B
    operations.undo(journey=Journey.objects.get(), reason="未迁", by="clerk_b", at=LATER)

    assert queries.elder(county.elders["a1"].pk) is None
    with everywhere():
        assert get(county, "a1").division_code == VILLAGE_A1


def test_a_move_out_ends_the_lists_and_a_move_inside_does_not(county: County) -> None:
    _move_inside(county)
    assert [held.valid.upper for held in get(county, "b1").assignments.all()] == [None]

    _move_out(county)
    assert get(county, "b1").state == "moved_out"
    assert [held.valid.upper for held in get(county, "b1").assignments.all()] == [
        DAY + timedelta(days=1)
    ]


def test_a_merged_file_brings_what_only_it_knew() -> None:
    with everywhere():
        keep = elder("王秀英", VILLAGE_A2, lives_alone=True)
        other = elder("王秀瑛", VILLAGE_A1, phone="13500000001", lives_alone=False, can_work=False)
    keep.identity_cipher = keep.identity_index = None
    keep.identity_mask = ""
    keep.save()
    number = identity.identity_number_of(other)
    found = {
        d.name: (d.kept, d.other) for d in merging.differences(keep, other, day=DAY, known_at=NOW)
    }
    assert found["lives_alone"] == (True, False)
    assert found["can_work"] == (None, False)

    operations.merge(keep=keep, other=other, take=frozenset(), day=DAY, signed=SIGNED)

    keep, other = (Elder.objects.get(pk=one.pk) for one in (keep, other))
    facts = all_known(keep, at=LATER)
    assert (facts["lives_alone"], facts["can_work"]) == (True, False)
    assert (other.state, other.merged_into_id) == ("merged", keep.pk)
    assert identity.identity_number_of(keep) == number
    assert identity.phone_of(keep) == "13500000001"
    assert keep.division_code == VILLAGE_A2


def amend(her: Elder, what: What, value: Particular) -> None:
    reason = Reason(Why.MISTAKEN, "身份证")
    particulars.amend(elder=her, changes={what: value}, reason=reason, by="clerk", at=LATER)


@pytest.mark.parametrize("is_amended", [False, True])
def test_a_merge_taken_back_leaves_numbers_that_were_amended_since(is_amended: bool) -> None:
    with everywhere():
        keep = elder("王秀英", VILLAGE_A2)
        other = elder("王秀瑛", VILLAGE_A1, phone="13500000001")
    merged = operations.merge(keep=keep, other=other, take=frozenset(), day=DAY, signed=SIGNED)
    keep.refresh_from_db()
    if is_amended:
        amend(keep, What.PHONE, "13500000002")

    operations.undo(journey=merged, reason="认错人了", by="clerk", at=LATER)

    keep, other = (Elder.objects.get(pk=one.pk) for one in (keep, other))
    assert identity.phone_of(keep) == ("13500000002" if is_amended else "")
    assert identity.phone_of(other) == "13500000001"


def test_a_merge_is_not_taken_back_where_another_file_has_the_number_by_now() -> None:
    with everywhere():
        keep, other = elder("王秀英", VILLAGE_A2), elder("王秀瑛", VILLAGE_A1)
    merged = operations.merge(keep=keep, other=other, take=frozenset(), day=DAY, signed=SIGNED)
    keep.refresh_from_db()
    number = identity_numbers.read(identity.identity_number_of(other), day=DAY)
    assert isinstance(number, IdentityNumber)
    amend(keep, What.IDENTITY_NUMBER, number)

    with pytest.raises(NumberTaken):
        operations.undo(journey=merged, reason="认错人了", by="clerk", at=LATER)

    other.refresh_from_db()
    assert other.state == Elder.State.MERGED


def test_for_a_chosen_fact_the_other_file_is_right(county: County) -> None:
    keep, other = get(county, "b1"), get(county, "a1")
    assert other.birth_date is not None

    operations.merge(keep=keep, other=other, take=frozenset({"birth_date"}), day=DAY, signed=SIGNED)

    assert get(county, "b1").birth_date == county.elders["a1"].birth_date
    assert get(county, "b1").sex == county.elders["b1"].sex


@pytest.mark.parametrize("keys", [("a1", "a1"), ("a1", "a2")])
def test_a_file_is_not_merged_with_itself_or_twice(county: County, keys: tuple[str, str]) -> None:
    def merge(keep: str, other: str) -> None:
        files = {"keep": get(county, keep), "other": get(county, other)}
        operations.merge(**files, take=frozenset(), day=DAY, signed=SIGNED)

    if keys[0] != keys[1]:
        merge("b1", keys[1])

    with pytest.raises(merging.MergeRefused):
        merge(*keys)


def test_a_journey_is_never_rewritten_in_the_database(county: County) -> None:
    journey = _death(county)

    rewritings: list[dict[str, Any]] = [{"day": date(2020, 1, 1)}, {"effects": {}}]
    for changes in rewritings:
        with pytest.raises(DatabaseError), transaction.atomic():
            Journey.objects.filter(pk=journey.pk).update(**changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        journey.delete()


@pytest.mark.parametrize(
    ("part", "sees"), [("clerk_a", False), ("clerk_b", True), ("neighbour", False)]
)
def test_journeys_are_seen_with_the_file(county: County, part: str, sees: bool) -> None:
    _death(county)

    scope.enter(scope_for(county.cast[part]))

    assert Journey.objects.exists() == sees


@pytest.mark.parametrize("leaves", [False, True])
def test_an_open_assessment_ends_and_is_asked_for_anew_where_it_was_a_mistake(
    county: County, leaves: bool
) -> None:
    her = get(county, "a1")
    asked = requesting.request(
        elder=her,
        asked_by="agent",
        reason="first",
        day=DAY,
        free=requesting.FreeAnswer(True, "capability-assessment", "二(一)2"),
        by="clerk",
        at=NOW,
    )
    if leaves:
        made = operations.move(elder=her, to=VILLAGE_N, day=DAY, lives_there=True, signed=SIGNED)
    else:
        made = operations.die(elder=her, day=DAY, signed=SIGNED)
    asked.refresh_from_db()
    assert asked.state == "withdrawn"

    operations.undo(journey=made, reason="登记错误", by="clerk", at=LATER)

    again = assessments.of_elder(get(county, "a1"))[0]
    assert (again.pk != asked.pk, again.state, again.asked_by) == (True, "requested", "agent")
    assert (again.is_free, again.free_clause) == (True, "二(一)2")


def test_an_assessment_stays_open_for_a_move_inside_the_county(county: County) -> None:
    her = get(county, "a1")
    requesting.request(
        elder=her,
        asked_by="elder",
        reason="first",
        day=DAY,
        free=requesting.FreeAnswer(),
        by="clerk",
        at=NOW,
    )

    operations.move(elder=her, to=VILLAGE_B, day=DAY, lives_there=True, signed=SIGNED)

    assert assessments.of_elder(her)[0].state == "requested"


def test_what_a_merged_file_received_goes_on_and_comes_back_with_it(county: County) -> None:
    keep, other = get(county, "a1"), get(county, "a2")
    details.add(
        elder=other,
        kind=Award,
        values={"provision": "old-age-allowance", "fen": 6000, "case_number": 7},
        start=date(2025, 1, 1),
        ground=Ground("批准"),
        by="clerk",
        at=NOW - timedelta(days=2),
    )

    def held() -> dict[int, tuple[date | None, int | None]]:
        rows = Award.objects.filter(known__upper_inf=True)
        return {row.elder_id: (row.valid.lower, row.case_number) for row in rows}

    merged = operations.merge(keep=keep, other=other, take=frozenset(), day=DAY, signed=SIGNED)
    assert held() == {keep.pk: (date(2025, 1, 1), 7)}  # nothing was paid to the other file yet

    operations.undo(journey=merged, reason="认错人了", by="clerk", at=LATER)
    assert held() == {other.pk: (date(2025, 1, 1), 7)}
