"""One proposes to suspend, another answers; who is confirmed alive meanwhile keeps her benefit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from anlao.office.benefits.provisions import held
from anlao.office.cases import asking, deciding, pausing, proposing, queries, states
from anlao.office.cases.models import Case, ConfirmedAlive, PauseProposal
from anlao.office.cases.moving import Refused
from anlao.office.cases.terms import terms_of
from anlao.office.journeys import operations as journeys
from anlao.office.journeys.operations import Signed
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.cases.flow import ALLOWANCE, APPROVER, NOW, TODAY
from tests.office.county import VILLAGE_A2, VILLAGE_B, County, scope_for
from tests.office.log import log

CLERK, OTHER = "clerk_a", "approver2"
CONFIRMED = TODAY
DUE = date(2027, 3, 2)
"""Twelve months after she was confirmed; the days of grace are thirty."""
FIRST_LATE = date(2027, 4, 2)
FROM = date(2027, 5, 1)


@pytest.fixture
def case(db: None, county: County) -> Case:
    """An open allowance of a2, confirmed alive on the day it was approved."""
    del db
    scope.enter(WHOLE_OFFICE)
    return paid(county.elders["a2"])


def paid(her: Elder) -> Case:
    made = asking.find(elder=her, provision=ALLOWANCE, day=TODAY, by="n", at=NOW, ground="符合未领")
    confirm(her, CONFIRMED)
    return deciding.approve(number=made.pk, by=APPROVER, at=NOW, day=TODAY)


def confirm(her: Elder, day: date) -> None:
    pausing.confirm_alive(
        elder=her, on=day, how="visit", evidence="上门", by="v", at=at(day), day=day
    )


def at(day: date) -> datetime:
    return NOW + timedelta(days=(day - TODAY).days)


def propose(case: Case, day: date = FIRST_LATE, **given: Any) -> list[PauseProposal]:
    usual = {"kind": "life_unconfirmed", "from_day": FROM, "reason": "两次上门未见", "by": CLERK}
    asked: dict[str, Any] = {"elder": hers(case).pk, "at": at(day), "day": day} | usual | given
    return proposing.propose(**asked)


def approve(row: PauseProposal, *, by: str = APPROVER, day: date = FIRST_LATE) -> PauseProposal:
    return proposing.approve(number=row.pk, by=by, at=at(day), day=day)


def hers(case: Case) -> Elder:
    assert case.elder is not None
    return case.elder


def the_state(case: Case) -> str:
    return str(Case.objects.get(pk=case.pk).state)


def the_proposal() -> PauseProposal:
    found: PauseProposal = PauseProposal.objects.get()
    return found


def checked() -> None:
    """Ask the database now what it would ask at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize(("late", "is_there"), [(30, False), (31, True)])
def test_nobody_is_proposed_within_the_days_of_grace(case: Case, late: int, is_there: bool) -> None:
    day = DUE + timedelta(days=late)
    her = case.elder

    assert list(queries.long_overdue(terms_of("331123"), day)) == ([her] if is_there else [])
    if is_there:
        assert propose(case, day)[0].due_on == DUE
    else:
        with pytest.raises(Refused, match="宽限期"):
            propose(case, day)
    assert the_state(case) == states.OPEN


def test_one_proposes_and_another_suspends(case: Case) -> None:
    row = propose(case)[0]
    assert the_state(case) == states.OPEN  # to propose stops nothing

    approve(row)
    checked()

    assert the_state(case) == states.SUSPENDED
    assert [one.valid.upper for one in held(hers(case), ALLOWANCE)] == [FROM]
    assert the_proposal().state == PauseProposal.APPROVED
    assert case.pauses.get().kind == "life_unconfirmed"
    acts = set(log().values_list("act", flat=True))
    assert {"case_propose_pause", "case_approve_pause", "case_suspend"} <= acts
    with pytest.raises(Refused, match="已有答复"):
        approve(row, by=OTHER)


def test_what_is_turned_down_goes_on_and_may_be_proposed_again(case: Case) -> None:
    row = propose(case)[0]

    proposing.turn_down(number=row.pk, reason="住院", by=APPROVER, at=NOW, day=FIRST_LATE)

    assert the_state(case) == states.OPEN
    assert the_proposal().answer == "住院"
    assert propose(case)[0].pk != row.pk


def test_whoever_proposes_does_not_answer_and_the_database_says_so(case: Case) -> None:
    row = propose(case, by=APPROVER)[0]

    with pytest.raises(Refused, match="不能审批"):
        approve(row)
    with pytest.raises(Refused, match="不能审批"):
        proposing.turn_down(number=row.pk, reason="住院", by=APPROVER, at=NOW, day=FIRST_LATE)
    for state in (PauseProposal.APPROVED, PauseProposal.TURNED_DOWN):
        with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
            PauseProposal.objects.filter(pk=row.pk).update(
                state=state, answered_by=APPROVER, answered_at=NOW, answer="同意"
            )


def test_an_answer_stays_as_it_is(case: Case) -> None:
    row = propose(case)[0]
    with pytest.raises(DatabaseError, match="answered once"), transaction.atomic():
        PauseProposal.objects.update(reason="另一个理由")
    approve(row)

    with pytest.raises(DatabaseError, match="answered once"), transaction.atomic():
        PauseProposal.objects.update(state="open", answered_by="", answered_at=None)


def test_a_confirmation_withdraws_what_was_proposed(case: Case) -> None:
    row = propose(case)[0]

    confirm(hers(case), FIRST_LATE)
    checked()

    assert the_proposal().state == PauseProposal.WITHDRAWN
    assert "认证" in the_proposal().answer
    with pytest.raises(Refused, match="已撤回"):
        approve(row)
    with pytest.raises(Refused, match="已经认证"):
        propose(case)
    assert the_state(case) == states.OPEN


def test_a_death_withdraws_it_too(case: Case) -> None:
    propose(case)

    journeys.die(
        elder=hers(case),
        day=date(2027, 3, 20),
        signed=Signed("clerk_a", at(FIRST_LATE), Ground("死亡证明")),
    )
    checked()

    assert the_state(case) == states.CLOSED
    assert the_proposal().state == PauseProposal.WITHDRAWN


def test_a_benefit_that_ends_withdraws_it_too(case: Case) -> None:
    propose(case)

    pausing.terminate(
        number=case.pk, from_day=FROM, reason="迁出", by=APPROVER, at=NOW, day=FIRST_LATE
    )

    assert the_proposal().state == PauseProposal.WITHDRAWN


def test_the_database_leaves_no_proposal_behind(case: Case) -> None:
    propose(case)

    ConfirmedAlive.objects.create(
        elder=case.elder,
        day=FIRST_LATE,
        how="visit",
        evidence="上门",
        by="v",
        at=at(FIRST_LATE + timedelta(days=1)),
    )
    with pytest.raises(DatabaseError, match="left open"), transaction.atomic():
        checked()


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"from_day": date(2027, 4, 1)}, "本月以后"),
        ({"from_day": date(2027, 5, 2)}, "本月以后"),
        ({"reason": ""}, "写明理由"),
        ({"kind": "status_in_doubt"}, "选择原因"),
        ({"elder": 10**9}, "不在您的范围"),
    ],
    ids=["a month that has begun", "not a first", "no reason", "another kind", "nobody"],
)
def test_a_proposal_is_whole(case: Case, given: dict[str, Any], match: str) -> None:
    with pytest.raises(Refused, match=match):
        propose(case, **given)


def test_nothing_is_proposed_twice(case: Case) -> None:
    propose(case)

    with pytest.raises(Refused, match="待审批"):
        propose(case, by="county_clerk")


@pytest.mark.parametrize(("day", "is_late"), [(date(2027, 5, 31), False), (date(2027, 6, 1), True)])
def test_what_waited_beyond_its_month_is_proposed_anew(
    case: Case, day: date, is_late: bool
) -> None:
    row = propose(case)[0]

    if is_late:
        with pytest.raises(Refused, match="已经过去"):
            approve(row, day=day)
    else:
        approve(row, day=day)

    assert the_state(case) == (states.OPEN if is_late else states.SUSPENDED)


def test_many_are_done_one_by_one(case: Case, county: County) -> None:
    paid(other := county.elders["b1"])
    numbers = [hers(case).pk, 10**9, other.pk]
    given: dict[str, Any] = {"by": CLERK, "at": at(FIRST_LATE), "day": FIRST_LATE}

    found = proposing.each(
        proposing.propose,
        "elder",
        numbers,
        kind="lost_contact",
        from_day=FROM,
        reason="失联",
        **given,
    )
    assert found.done == [hers(case).pk, other.pk]
    assert [number for number, _, _ in found.refused] == [10**9]

    rows = list(PauseProposal.objects.order_by("pk").values_list("pk", flat=True))
    done = proposing.each(proposing.approve, "number", rows, **(given | {"by": APPROVER}))
    assert done.done == rows
    assert set(Case.objects.values_list("state", flat=True)) == {states.SUSPENDED}


def test_nobody_sees_or_proposes_outside_her_area(case: Case, county: County) -> None:
    row = propose(case)[0]
    scope.enter(scope_for(county.cast["clerk_b"]))

    assert list(queries.proposals("open")) == []
    with pytest.raises(PauseProposal.DoesNotExist):
        approve(row)
    with pytest.raises(Refused, match="不在您的范围"):
        propose(case)

    scope.enter(scope_for(county.cast["clerk_a"]))
    assert [one.pk for one in queries.proposals("open")] == [row.pk]


def test_a_proposal_moves_with_its_elder(case: Case) -> None:
    propose(case)

    Elder.objects.filter(pk=hers(case).pk).update(division_code=VILLAGE_A2)
    assert the_proposal().division_code == VILLAGE_A2

    Elder.objects.filter(pk=hers(case).pk).update(division_code=VILLAGE_B)
    assert the_proposal().division_code == VILLAGE_B


def test_a_county_that_set_no_days_of_grace_proposes_nothing(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    none_set = terms_of("331123").model_copy(update={"alive_grace_days": None})
    monkeypatch.setattr(proposing, "terms_of", lambda _: none_set)

    assert list(queries.long_overdue(none_set, date(2030, 1, 1))) == []
    with pytest.raises(Refused, match="宽限天数"):
        propose(case)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("first", ["confirm", "approve"])
def test_whoever_comes_second_waits_and_finds_it_done(county: County, first: str) -> None:
    with scope.within(WHOLE_OFFICE):
        case = paid(county.elders["a2"])
    with scope.within(WHOLE_OFFICE):
        row = propose(case)[0]
    refused: list[str] = []

    def second() -> None:
        try:
            with scope.within(WHOLE_OFFICE):
                if first == "confirm":
                    approve(row)
                else:
                    confirm(hers(case), FIRST_LATE)
        except Refused as refusal:
            refused.append(refusal.zh)
        finally:
            connection.close()

    meanwhile = Thread(target=second)
    with scope.within(WHOLE_OFFICE):
        if first == "confirm":
            confirm(hers(case), FIRST_LATE)
        else:
            approve(row)
        meanwhile.start()
        meanwhile.join(1)
        assert meanwhile.is_alive()  # the case is held
    meanwhile.join(10)

    with scope.within(WHOLE_OFFICE):
        if first == "confirm":
            assert refused == ["这条建议已有答复或已撤回"]
            assert (the_state(case), the_proposal().state) == ("open", "withdrawn")
        else:
            assert refused == []
            assert (the_state(case), the_proposal().state) == ("suspended", "approved")
