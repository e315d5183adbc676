"""Every move between states: those that may be, and that the database refuses all others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction
from tests.office.assessments.flow import WHOLE, Flow
from tests.office.county import County, everywhere

from anlao.office.assessments import requesting, reviewing, visiting
from anlao.office.assessments.models import Assessment, Step
from anlao.office.assessments.states import MOVES, NAMES, STATES, NotNow

pytestmark = pytest.mark.usefixtures("db")
ALLOWED = {
    (before, move.after)
    for move in MOVES.values()
    for before in move.before
    if before != move.after
}


def test_both_lists_of_moves_are_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT assessments_moves()")
        listed = {tuple(move.split(">")) for move in cursor.fetchone()[0]}

    assert listed == ALLOWED
    assert set(NAMES) == set(STATES)


def flow_in(county: County, state: str) -> Flow:
    """Return an assessment that came into a state the proper way."""
    flow = Flow(county, county.elders["a1"]).request()
    if state == "withdrawn":
        with everywhere():
            requesting.withdraw(
                number=flow.number, reason="不愿", by="clerk", at=flow.at, day=flow.today
            )
        return flow
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("assigned", flow.assign),
        ("appointed", flow.appoint),
        ("scoring", lambda: flow.fill(flow.first)),
        ("settling", flow.scored),
        ("signing", flow.settle),
        ("review", lambda: flow.sign(flow.first).sign(flow.second)),
        ("published", flow.publish),
        ("superseded", lambda: Flow(county, flow.elder).published()),
    )
    for name, step in steps:
        if flow.now().state == state:
            break
        step()
        assert flow.now().state == name
    assert flow.now().state == state
    return flow


@pytest.mark.parametrize("state", STATES)
def test_the_database_refuses_every_other_state(county: County, state: str) -> None:
    flow = flow_in(county, state)

    for other in STATES:
        if other == state or (state, other) in ALLOWED:
            continue
        with everywhere(), pytest.raises(DatabaseError), transaction.atomic():
            Assessment.objects.filter(pk=flow.number).update(state=other)
    assert flow.now().state == state


@pytest.mark.parametrize("state", STATES)
def test_every_act_fits_its_states_and_no_others(county: County, state: str) -> None:
    flow = flow_in(county, state)
    number, at, day = flow.number, flow.at, flow.today
    acts: dict[str, Callable[[], object]] = {
        "assign": flow.assign,
        "unassign": lambda: requesting.unassign(number=number, reason="r", by="c", at=at, day=day),
        "appoint": flow.appoint,
        "reschedule": lambda: flow.appoint(act="reschedule"),
        "no_show": lambda: requesting.no_show(number=number, reason="r", by="c", at=at),
        "settle": flow.settle,
        "reopen": lambda: visiting.reopen(number=number, reason="r", by="c", at=at),
        "return": lambda: reviewing.send_back(number=number, reason="r", by="approver", at=at),
        "publish": flow.publish,
        "withdraw": lambda: requesting.withdraw(number=number, reason="r", by="c", at=at, day=day),
    }

    for name, act in acts.items():
        if state in MOVES[name].before:
            with transaction.atomic():
                with everywhere():
                    act()
                assert flow.now().state == MOVES[name].after
                transaction.set_rollback(True)
        else:
            with everywhere(), pytest.raises(NotNow), transaction.atomic():
                act()
            assert flow.now().state == state


def test_no_assessment_begins_anywhere_but_as_a_request(county: County) -> None:
    for state in STATES[1:]:
        with everywhere(), pytest.raises(DatabaseError), transaction.atomic():
            Assessment.objects.create(
                elder=county.elders["a1"],
                state=state,
                asked_by="elder",
                asked_on="2026-01-01",
                reason="first",
            )


def test_a_state_without_its_step_does_not_last(county: County) -> None:
    flow = flow_in(county, "requested")
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")

    with everywhere():
        Assessment.objects.filter(pk=flow.number).update(state="withdrawn")
        with pytest.raises(DatabaseError, match="without a step"), transaction.atomic():
            run("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(("move", "says"), [
    ("scoring>settling", "both assessors finish"),
    ("signing>review", "both assessors sign"),
    ("review>settling", "count no more"),
])  # fmt: skip
def test_what_a_move_rests_on_is_asked_by_the_database(
    county: County, move: str, says: str
) -> None:
    before, after = move.split(">")
    flow = flow_in(county, before)

    with everywhere(), pytest.raises(DatabaseError, match=says), transaction.atomic():
        Assessment.objects.filter(pk=flow.number).update(state=after)


@pytest.mark.parametrize("table", ["step", "answer", "signature", "olderresult"])
@pytest.mark.parametrize(
    "verb", ["UPDATE assessments_{} SET id = id", "DELETE FROM assessments_{}"]
)
def test_what_was_said_and_signed_is_only_added_to(county: County, table: str, verb: str) -> None:
    flow_in(county, "review")

    with (
        everywhere(),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
    ):
        run(verb.format(table))


def test_an_assessors_own_sheet_stays_as_she_finished_it(county: County) -> None:
    flow = flow_in(county, "settling")

    with everywhere(), pytest.raises(DatabaseError, match="as she finished"), transaction.atomic():
        run("UPDATE assessments_sheet SET finished_at = NULL WHERE assessor_id IS NOT NULL")
    assert flow.now().state == "settling"


def test_scores_are_of_the_version_they_were_given_in(county: County) -> None:
    flow = flow_in(county, "scoring")

    assert flow.now().instrument == "gbt42195-2022"
    assert flow.now().settings["validity_months"] == 12
    with everywhere():
        assert Step.objects.filter(assessment_id=flow.number).count() == 4
    flow.fill(flow.second, WHOLE)


def test_there_are_as_many_refused_moves_as_there_should_be() -> None:
    pairs = {pair for pair in product(STATES, STATES) if pair[0] != pair[1]}

    assert len(pairs - ALLOWED) == len(pairs) - 19


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
