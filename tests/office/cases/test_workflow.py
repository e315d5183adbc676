"""From the application to the open benefit, by everybody who may, and by nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from anlao.office.benefits.freezing import digest
from anlao.office.benefits.holders import ElderHolder
from anlao.office.benefits.provisions import held, rule_of
from anlao.office.cases import asking, deciding, states, verifying
from anlao.office.cases.asking import Asker
from anlao.office.cases.models import Case, Ruling, Step
from anlao.office.cases.moving import Refused
from anlao.office.cases.states import MOVES, NotNow
from anlao.office.registry import operations
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE
from tests.office.cases.flow import (
    ALLOWANCE,
    APPROVER,
    LATER,
    LATER_AT,
    NOW,
    SUPPORT,
    TODAY,
    TOWN,
    VILLAGE,
    asked,
    check_all,
    needy,
    on_notice,
    opened,
    show_all,
    to_approve,
    verifying_,
)
from tests.office.county import VILLAGE_A1, County, elder, scope_for
from tests.office.log import log

REWARD = "nominal-90-reward"
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def whole(db: None, county: County) -> None:
    del db, county
    scope.enter(WHOLE_OFFICE)


def told_at_the_end() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_case_goes_from_the_village_to_the_open_benefit() -> None:
    her = needy()

    case = opened(her)

    told_at_the_end()
    assert case.state == states.OPEN
    (award,) = held(her, SUPPORT)
    assert (award.valid.lower, award.evidence) == (date(2026, 4, 1), f"case:{case.pk}")
    ruling = deciding.latest(case)
    assert (ruling.outcome, ruling.by, ruling.opens_on) == (
        "approved", APPROVER, date(2026, 4, 1),
    )  # fmt: skip
    assert award.fen == ruling.fen
    steps = Step.objects.filter(case=case).order_by("pk")
    assert [(step.act, step.by) for step in steps] == [
        ("apply", VILLAGE),
        ("complete", TOWN),
        ("post", TOWN),
        ("pass_on", TOWN),
        ("approve", APPROVER),
    ]
    acts = log(subject=f"elder:{her.pk}", act__startswith="case_")
    assert {"case_apply", "case_show", "case_check", "case_approve"} <= {one.act for one in acts}


def test_what_a_decision_rested_on_stays_as_it_was() -> None:
    her = needy()
    case = opened(her)
    before = deciding.latest(case)

    operations.record(
        elder=her,
        facts={"economic_status": "ordinary"},
        start=date(2026, 1, 1),
        ground=Ground("特困核销"),
        by="t",
        at=LATER_AT + timedelta(days=1),
    )

    after = deciding.latest(case)
    assert after.frozen == before.frozen
    assert digest(after.frozen) == after.digest
    facts = {fact["name"]: fact for fact in after.frozen["facts"]}
    assert (facts["economic_status"]["shown_zh"], facts["economic_status"]["source"]) == (
        "特困人员", "登记表",
    )  # fmt: skip
    assert after.frozen["rulebook"] == "suichang"
    assert len(after.frozen["digest_of_rules"]) == 64
    assert after.frozen["zh"]["sentences"]
    assert after.frozen["en"]["verdict"].startswith("this service is due")
    assert after.frozen["month"] == "2026-04-01"
    for change in ("UPDATE cases_ruling SET reason = 'x'", "UPDATE cases_step SET by = 'x'"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(change)


def test_what_is_lacking_is_asked_for_and_comes() -> None:
    case = asked(needy())

    with pytest.raises(Refused, match="特困人员认定"):
        verifying.complete(number=case.pk, by=TOWN, at=NOW, day=TODAY)
    verifying.ask_more(number=case.pk, reason="缺评估结果", by=TOWN, at=NOW, day=TODAY)
    show_all(case)
    asking.supply(number=case.pk, reason="已补齐", by=VILLAGE, at=NOW, day=TODAY)
    done = verifying.complete(number=case.pk, by=TOWN, at=NOW, day=TODAY)

    assert done.state == states.VERIFYING


def test_deadlines_are_working_days() -> None:
    case = asked(needy(), day=date(2026, 2, 13))

    assert case.deadline_on == date(2026, 2, 27)  # 14, 24, 25, 26, 27: the feast lies between
    assert case.deadline_note == ""


def test_a_deadline_beyond_the_calendar_says_so() -> None:
    case = asked(needy(), day=date(2026, 12, 30))

    assert (case.deadline_on, case.deadline_note) == (date(2027, 1, 6), "2027")


def test_a_notice_hangs_out_to_its_last_day() -> None:
    case = on_notice(needy())
    last = TODAY + timedelta(days=6)
    assert case.deadline_on == last

    with pytest.raises(Refused, match="尚未期满"):
        verifying.pass_on(number=case.pk, by=TOWN, at=NOW, day=last)
    done = verifying.pass_on(number=case.pk, by=TOWN, at=NOW, day=last + timedelta(days=1))

    assert done.state == states.APPROVAL


@pytest.mark.parametrize("is_upheld", [True, False])
def test_an_objection_to_a_notice_is_answered_first(is_upheld: bool) -> None:
    case = on_notice(needy())
    verifying.object_to_notice(
        number=case.pk, who="邻居", text="儿子有车", by=VILLAGE, at=NOW, day=TODAY
    )
    with pytest.raises(Refused, match="异议"):
        verifying.pass_on(number=case.pk, by=TOWN, at=LATER_AT, day=LATER)
    with pytest.raises(DatabaseError, match="answered first"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state=states.APPROVAL)

    case = verifying.answer(
        number=case.pk, is_upheld=is_upheld, text="已查", by=TOWN, at=NOW, day=TODAY
    )

    assert (case.state, case.round) == ((states.VERIFYING, 2) if is_upheld else (states.NOTICE, 1))
    if is_upheld:
        assert verifying.unchecked(case) == ["data_match", "household_visit"]


@pytest.mark.parametrize("by", [VILLAGE, TOWN])
def test_whoever_worked_on_a_case_does_not_decide_it(by: str) -> None:
    case = to_approve(needy())

    with pytest.raises(Refused, match="不能审批"):
        deciding.approve(number=case.pk, by=by, at=LATER_AT, day=LATER)
    with pytest.raises(DatabaseError, match="does not decide"), transaction.atomic():
        Ruling.objects.create(
            case=case,
            outcome="rejected",
            day=LATER,
            clause="x",
            reason="x",
            frozen={},
            digest="",
            at=LATER_AT,
            by=by,
        )


def test_what_the_rulebook_does_not_grant_is_not_approved_but_refused() -> None:
    her = needy()
    case = to_approve(her)
    operations.record(
        elder=her,
        facts={"economic_status": "ordinary"},
        start=date(2026, 1, 1),
        ground=Ground("核销"),
        by="t",
        at=LATER_AT,
    )
    at = LATER_AT + timedelta(hours=1)

    with pytest.raises(Refused, match="不能批准"):
        deciding.approve(number=case.pk, by=APPROVER, at=at, day=LATER)
    case = deciding.reject(number=case.pk, reason="不是特困人员", by=APPROVER, at=at, day=LATER)

    ruling = deciding.latest(case)
    assert (case.state, ruling.reason, ruling.fen) == (states.REJECTED, "不是特困人员", None)
    assert "二(四)15" in ruling.clause
    assert ruling.frozen["outcome"] == "no"
    assert held(her, SUPPORT) == []


@pytest.mark.parametrize("is_upheld", [True, False])
def test_a_refusal_is_objected_to_and_looked_at_by_another(is_upheld: bool) -> None:
    her = needy()
    case = to_approve(her)
    deciding.reject(number=case.pk, reason="材料存疑", by=APPROVER, at=LATER_AT, day=LATER)
    at = LATER_AT + timedelta(days=1)
    deciding.object_to(number=case.pk, who="本人", text="材料属实", by=VILLAGE, at=at, day=LATER)

    with pytest.raises(Refused, match="以外的人"):
        deciding.review(
            number=case.pk, is_upheld=is_upheld, text="已查", by=APPROVER, at=at, day=LATER
        )
    case = deciding.review(
        number=case.pk, is_upheld=is_upheld, text="已查", by="other", at=at, day=LATER
    )

    assert case.state == (states.APPROVAL if is_upheld else states.REJECTED)
    if is_upheld:
        deciding.approve(number=case.pk, by=APPROVER, at=at, day=LATER)
        assert [one.outcome for one in Ruling.objects.filter(case=case).order_by("pk")] == [
            "rejected", "approved",
        ]  # fmt: skip


def test_a_returned_case_is_verified_anew() -> None:
    case = to_approve(needy())

    case = deciding.send_back(
        number=case.pk, reason="入户记录不清", by=APPROVER, at=LATER_AT, day=LATER
    )
    with pytest.raises(Refused, match="数据核对"):
        verifying.post(number=case.pk, place="村务栏", first=LATER, by=TOWN, at=NOW, day=LATER)
    with pytest.raises(DatabaseError, match="comes first"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state=states.NOTICE)
    check_all(case)
    case = verifying.post(number=case.pk, place="村务栏", first=LATER, by=TOWN, at=NOW, day=LATER)

    assert case.round == 2


def test_a_second_case_waits_for_the_first() -> None:
    her = needy()
    first = asked(her)

    with pytest.raises(Refused, match="在办"):
        asked(her)
    asking.withdraw(number=first.pk, reason="本人不要了", by=VILLAGE, at=NOW, day=TODAY)

    assert asked(her).pk != first.pk


def test_whoever_receives_does_not_ask_again() -> None:
    her = needy()
    opened(her)

    with pytest.raises(Refused, match="已在领取"):
        asked(her)


@pytest.mark.parametrize(
    ("asker", "ground", "why"),
    [
        (Asker("agent", "叶强", ""), "委托书", "代办人"),
        (Asker("agent", "叶强", "儿子"), "", "依据"),
        (Asker("village"), "", "依据"),
    ],
)
def test_whoever_asks_for_another_says_who_and_why(asker: Asker, ground: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        asking.apply(
            holder=ElderHolder(needy()),
            provision=SUPPORT,
            way_in="paper",
            asker=asker,
            day=TODAY,
            by=VILLAGE,
            at=NOW,
            ground=ground,
        )


def test_what_is_automatic_opens_from_the_month_of_age_with_arrears(county: County) -> None:
    her = county.elders["a2"]  # eighty on 29 February 2024
    case = asking.find(
        elder=her, provision=ALLOWANCE, day=TODAY, by="nightly", at=NOW, ground="符合未领"
    )
    assert case.state == states.APPROVAL

    deciding.approve(number=case.pk, by=APPROVER, at=NOW, day=TODAY)

    told_at_the_end()
    (award,) = held(her, ALLOWANCE)
    assert award.valid.lower == date(2024, 3, 1)  # the setting looks back 24 months, no further
    assert award.fen == deciding.latest(case).fen == 6000
    assert deciding.latest(case).frozen["month"] == "2026-03-01"


def test_a_benefit_that_ended_is_not_opened_over_its_own_past(county: County) -> None:
    from anlao.office.cases import pausing

    her = county.elders["a2"]
    case = asking.find(elder=her, provision=ALLOWANCE, day=TODAY, by="n", at=NOW, ground="x")
    deciding.approve(number=case.pk, by=APPROVER, at=NOW, day=TODAY)
    ended = date(2026, 2, 1)
    pausing.terminate(
        number=case.pk, from_day=ended, reason="误发", by=APPROVER, at=LATER_AT, day=LATER
    )
    again = asking.find(elder=her, provision=ALLOWANCE, day=LATER, by="n", at=LATER_AT, ground="x")
    at = LATER_AT + timedelta(days=1)

    deciding.approve(number=again.pk, by=APPROVER, at=at, day=LATER)

    assert [row.valid.lower for row in held(her, ALLOWANCE)] == [date(2024, 3, 1), ended]


def test_many_are_approved_one_by_one(county: County) -> None:
    good = to_approve(needy())
    bad = asked(needy("周阿毛"))
    own = asking.find(
        elder=county.elders["a1"], provision=ALLOWANCE, day=TODAY, by=APPROVER, at=NOW, ground="x"
    )
    Step.objects.create(
        case=own, act="supply", before="x", after=own.state, at=NOW, by=APPROVER, reason=""
    )

    found = deciding.approve_each(
        [bad.pk, own.pk, 987654321, good.pk], by=APPROVER, at=LATER_AT, day=LATER
    )

    assert found.approved == [good.pk]
    assert [number for number, _, _ in found.refused] == [bad.pk, own.pk, 987654321]


def test_the_database_knows_the_same_moves() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(cases_moves())")
        theirs = {row[0] for row in cursor.fetchall()}

    ours = {f"{before}>{move.after}" for move in MOVES.values() for before in move.before}

    assert theirs == ours


def test_the_database_refuses_every_other_move() -> None:
    case = asked(needy())
    allowed = {move.after for move in MOVES.values() if states.ASKED in move.before}
    for state in set(states.STATES) - allowed - {states.ASKED}:
        with pytest.raises(DatabaseError, match="no case goes"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state=state)


def test_no_state_without_its_step() -> None:
    case = asked(needy())
    told_at_the_end()

    def withdraw_silently() -> None:
        Case.objects.filter(pk=case.pk).update(state=states.WITHDRAWN)
        told_at_the_end()

    with pytest.raises(DatabaseError, match="without a step"), transaction.atomic():
        withdraw_silently()


def test_no_decision_without_a_ruling() -> None:
    case = to_approve(needy())
    for state in (states.OPEN, states.REJECTED):
        with pytest.raises(DatabaseError, match="rests on"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state=state)


@pytest.mark.parametrize(
    ("state", "way_in"),
    [
        pair
        for pair in product(states.STATES, ("counter", "finding", "list"))
        if pair
        not in {
            ("asked", "counter"),
            ("proposed", "finding"),
            ("approval", "finding"),
            ("open", "list"),
        }
    ],
)
def test_a_case_begins_where_cases_begin(county: County, state: str, way_in: str) -> None:
    with pytest.raises(DatabaseError, match="no case begins"), transaction.atomic():
        Case.objects.create(
            elder=county.elders["a1"],
            provision=ALLOWANCE,
            state=state,
            way_in=way_in,
            asked_on=TODAY,
            asked_by_kind="self",
            path={},
        )


def test_cases_are_seen_in_their_area_only(county: County) -> None:
    case = to_approve(needy())
    seen = {}
    for part in ("county_clerk", "clerk_a", "village_worker", "approver", "clerk_b", "neighbour"):
        scope.enter(scope_for(county.cast[part]))
        seen[part] = (
            Case.objects.filter(pk=case.pk).exists(),
            Step.objects.filter(case_id=case.pk).exists(),
        )

    assert {part for part, found in seen.items() if all(found)} == {
        "county_clerk", "clerk_a", "village_worker", "approver",
    }  # fmt: skip
    assert seen["clerk_b"] == seen["neighbour"] == (False, False)
    scope.enter(scope_for(county.cast["clerk_b"]))
    with pytest.raises(Case.DoesNotExist):
        deciding.approve(number=case.pk, by=APPROVER, at=NOW, day=TODAY)


def test_an_act_out_of_turn_is_refused() -> None:
    case = verifying_(needy())

    with pytest.raises(NotNow, match="核实中"):
        asking.supply(number=case.pk, reason="x", by=VILLAGE, at=NOW, day=TODAY)


def test_the_rulebook_says_what_is_to_be_shown() -> None:
    rule = rule_of("331123001007", SUPPORT)

    assert rule is not None
    assert [zh for zh, _ in rule.evidence] == ["特困人员认定", "意愿确认"]
    assert rule_of("331123001007", "no-such") is None
    assert rule_of("999999", SUPPORT) is None


def test_a_list_shows_what_the_approval_would_do(county: County) -> None:
    case = asking.find(
        elder=county.elders["a2"], provision=ALLOWANCE, day=TODAY, by="n", at=NOW, ground="x"
    )

    seen = deciding.glance(case, day=TODAY, known_at=NOW, language="zh")
    whole = deciding.prospect(case, day=TODAY, known_at=NOW)

    assert seen is not None
    assert seen.is_due
    assert seen.opens_on == whole.opens_on == date(2024, 3, 1)
    assert (seen.item.verdict, seen.item.sentences) == (
        whole.frozen.zh.verdict, whole.frozen.zh.sentences,
    )  # fmt: skip


def test_what_is_paid_once_is_decided_for_the_month_in_which_it_was_found() -> None:
    her = elder("雷阿福", VILLAGE_A1, born=date(1937, 5, 6), sex="male")
    january = date(2026, 1, 1)
    case = asking.find(
        elder=her, provision=REWARD, day=TODAY, by="n", at=NOW, ground="x", month=january
    )

    deciding.approve(number=case.pk, by=APPROVER, at=NOW, day=TODAY)

    (award,) = held(her, REWARD)
    assert (award.valid.lower, award.valid.upper) == (january, date(2026, 2, 1))
    assert deciding.latest(case).frozen["month"] == "2026-01-01"
    assert deciding.latest(case).unit == "yuan/once"


def test_what_is_paid_once_is_not_due_in_another_month() -> None:
    her = elder("雷阿福", VILLAGE_A1, born=date(1937, 5, 6), sex="male")
    case = asking.find(
        elder=her, provision=REWARD, day=TODAY, by="n", at=NOW, ground="x", month=date(2026, 2, 1)
    )

    with pytest.raises(Refused, match="不能批准"):
        deciding.approve(number=case.pk, by=APPROVER, at=NOW, day=TODAY)
