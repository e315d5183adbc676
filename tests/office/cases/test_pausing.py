"""Benefits stop, go on and end on a day; the living are confirmed, the dead receive no more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from anlao.office.benefits.models import Award
from anlao.office.benefits.provisions import held
from anlao.office.cases import asking, deciding, pausing, queries, states
from anlao.office.cases.models import Case, Pause
from anlao.office.cases.moving import Refused
from anlao.office.cases.terms import terms_of
from anlao.office.journeys import following
from anlao.office.journeys import operations as journeys
from anlao.office.journeys.operations import Signed
from anlao.office.registry import details
from anlao.office.registry import operations as registry
from anlao.office.registry.details import DetailRefused
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.cases.flow import ALLOWANCE, APPROVER, LATER, LATER_AT, NOW, TODAY, asked, needy
from tests.office.county import VILLAGE_N, County

pytestmark = pytest.mark.usefixtures("db")
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)


@pytest.fixture(autouse=True)
def whole(db: None, county: County) -> None:
    del db, county
    scope.enter(WHOLE_OFFICE)


@pytest.fixture
def her(county: County) -> Elder:
    return county.elders["a2"]


@pytest.fixture
def case(her: Elder) -> Case:
    """An open old-age allowance, from March 2024 on."""
    made = asking.find(elder=her, provision=ALLOWANCE, day=TODAY, by="n", at=NOW, ground="符合未领")
    return deciding.approve(number=made.pk, by=APPROVER, at=NOW, day=TODAY)


def days(her: Elder) -> list[tuple[date, date | None]]:
    return [(row.valid.lower, row.valid.upper) for row in held(her, ALLOWANCE)]


def suspended(case: Case, from_day: date = APRIL) -> Case:
    return pausing.suspend(
        number=case.pk,
        kind="life_unconfirmed",
        from_day=from_day,
        reason="逾期未认证",
        by=APPROVER,
        at=LATER_AT,
        day=LATER,
    )


def test_a_suspended_benefit_goes_on_with_back_pay(case: Case, her: Elder) -> None:
    suspended(case)
    assert days(her) == [(date(2024, 3, 1), APRIL)]
    at = LATER_AT + timedelta(days=60)

    with pytest.raises(Refused, match="不能早于"):
        pausing.resume(
            number=case.pk,
            from_day=date(2026, 3, 31),
            reason="已认证",
            by=APPROVER,
            at=at,
            day=MAY,
        )
    pausing.resume(number=case.pk, from_day=APRIL, reason="已认证", by=APPROVER, at=at, day=MAY)

    assert days(her) == [(date(2024, 3, 1), APRIL), (APRIL, None)]
    assert {row.fen for row in held(her, ALLOWANCE)} == {6000}
    with pytest.raises(DatabaseError, match="ends once"), transaction.atomic():
        Pause.objects.update(until_day=JUNE)


def test_a_benefit_resumed_from_a_later_day_leaves_a_gap(case: Case, her: Elder) -> None:
    suspended(case)
    at = LATER_AT + timedelta(days=60)

    pausing.resume(number=case.pk, from_day=MAY, reason="已认证", by=APPROVER, at=at, day=MAY)

    assert days(her) == [(date(2024, 3, 1), APRIL), (MAY, None)]


@pytest.mark.parametrize("is_suspended", [True, False])
def test_a_benefit_ends_on_a_day(case: Case, her: Elder, is_suspended: bool) -> None:
    if is_suspended:
        suspended(case)
    at = LATER_AT + timedelta(days=1)

    done = pausing.terminate(
        number=case.pk, from_day=MAY, reason="迁出", by=APPROVER, at=at, day=LATER
    )

    assert done.state == states.TERMINATED
    assert days(her) == [(date(2024, 3, 1), APRIL if is_suspended else MAY)]


def test_what_is_received_by_a_list_can_be_suspended_too(county: County) -> None:
    her = county.elders["a1"]
    details.add(
        elder=her,
        kind=Award,
        values={"provision": ALLOWANCE, "fen": 6000},
        start=date(2025, 1, 1),
        ground=Ground("发放名单"),
        by="t",
        at=NOW,
    )

    case = asking.adopt(elder=her, provision=ALLOWANCE, day=TODAY, by="clerk_a", at=NOW)
    suspended(case)

    assert days(her) == [(date(2025, 1, 1), APRIL)]
    with pytest.raises(Refused, match="没有正在发放"):
        asking.adopt(elder=county.elders["a3"], provision=ALLOWANCE, day=TODAY, by="c", at=NOW)


def due_on(day: date) -> dict[str, bool]:
    terms = terms_of("331123")
    found = queries.as_due(queries.life_due(terms, day), terms, day)
    return {one.elder.name: one.is_overdue for one in found}


def test_life_is_confirmed_every_year(case: Case, her: Elder) -> None:
    assert due_on(TODAY) == {her.name: True}  # paid since 2024, never confirmed

    pausing.confirm_alive(
        elder=her, on=TODAY, how="in_person", evidence="本人到场", by="t", at=NOW, day=TODAY
    )

    assert due_on(TODAY) == {}
    assert due_on(date(2027, 1, 30)) == {}
    assert due_on(date(2027, 1, 31)) == {her.name: False}  # thirty days ahead
    assert due_on(date(2027, 3, 3)) == {her.name: True}
    case.refresh_from_db()
    assert case.state == states.OPEN  # nothing stops by itself


def test_nobody_is_confirmed_alive_on_a_day_to_come(her: Elder) -> None:
    with pytest.raises(Refused, match="没有到"):
        pausing.confirm_alive(
            elder=her,
            on=TODAY + timedelta(days=1),
            how="visit",
            evidence="走访",
            by="t",
            at=NOW,
            day=TODAY,
        )


def test_a_death_ends_benefits_with_its_month_and_cases_and_both_come_back(
    case: Case, her: Elder
) -> None:
    pending = asked(needy_too := needy())
    signed = Signed("clerk_a", LATER_AT, Ground("死亡证明"))

    mine = journeys.die(elder=her, day=date(2026, 3, 5), signed=signed)
    theirs = journeys.die(elder=needy_too, day=date(2026, 3, 5), signed=signed)

    assert days(her) == [(date(2024, 3, 1), APRIL)]
    assert states_of(case, pending) == [states.CLOSED, states.CLOSED]

    at = LATER_AT + timedelta(days=1)
    for journey in (mine, theirs):
        journeys.undo(journey=journey, reason="误报", by="clerk_a", at=at)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert days(her) == [(date(2024, 3, 1), None)]
    assert states_of(case, pending) == [states.OPEN, states.ASKED]


def states_of(*cases: Case) -> list[str]:
    return [Case.objects.get(pk=case.pk).state for case in cases]


def test_a_death_that_a_list_brought_ends_them_at_night_and_that_is_taken_back(
    case: Case, her: Elder
) -> None:
    registry.record(
        elder=her,
        facts={"death_date": date(2026, 3, 31)},
        start=date(2026, 3, 31),
        ground=Ground("公安名单"),
        by="t",
        at=LATER_AT,
    )
    assert list(following.left_open()) == [her]

    following.follow(by="nightly", at=LATER_AT)

    assert days(her) == [(date(2024, 3, 1), APRIL)]
    assert states_of(case) == [states.CLOSED]
    assert list(following.left_open()) == []


def test_a_closed_case_goes_back_to_where_it_was_and_nowhere_else(case: Case, her: Elder) -> None:
    signed = Signed("clerk_a", LATER_AT, Ground("死亡证明"))
    journeys.die(elder=her, day=date(2026, 3, 5), signed=signed)

    for state in (states.SUSPENDED, states.APPROVAL, states.ASKED):
        with pytest.raises(DatabaseError, match="no case goes"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state=state)


def test_whoever_leaves_the_county_asks_for_nothing_more_here(case: Case, her: Elder) -> None:
    pending = asked(mover := needy())
    signed = Signed("clerk_a", LATER_AT, Ground("户口迁移"))

    journeys.move(elder=mover, to=VILLAGE_N, day=TODAY, lives_there=True, signed=signed)

    assert states_of(pending, case) == [states.CLOSED, states.OPEN]
    del her


def test_two_elders_receive_the_same(county: County) -> None:
    for key in ("a1", "a3"):
        details.add(
            elder=county.elders[key],
            kind=Award,
            values={"provision": ALLOWANCE, "fen": 6000},
            start=APRIL,
            ground=Ground("发放名单"),
            by="t",
            at=NOW,
        )

    assert Award.objects.filter(provision=ALLOWANCE, known__upper_inf=True).count() == 2


def test_a_negative_award_is_refused(county: County) -> None:
    with pytest.raises(DetailRefused):
        details.add(
            elder=county.elders["a1"],
            kind=Award,
            values={"provision": ALLOWANCE, "fen": -1},
            start=APRIL,
            ground=Ground("发放名单"),
            by="t",
            at=NOW,
        )


def test_a_merged_file_asks_for_nothing_more_until_it_is_split_again(county: County) -> None:
    pending = asked(other := needy())
    signed = Signed("clerk_a", LATER_AT, Ground("同一人"))

    journey = journeys.merge(
        keep=county.elders["a1"], other=other, take=frozenset(), day=TODAY, signed=signed
    )
    assert states_of(pending) == [states.CLOSED]
    journeys.undo(
        journey=journey, reason="不是同一人", by="clerk_a", at=LATER_AT + timedelta(days=1)
    )

    assert states_of(pending) == [states.ASKED]
