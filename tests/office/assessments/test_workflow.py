"""From the request to the elder's file, at every limit, and what is refused on the way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.office.assessments.builders import FULL, ZERO, Case, answers_of, cases
from tests.office.assessments.flow import NOTHING_ELSE, WHOLE, Flow
from tests.office.county import County, assign, everywhere, give, user
from tests.office.log import chain_is_whole, log

from anlao.office.assessments import answers, queries, requesting, reviewing, sheets, visiting
from anlao.office.assessments.models import Answer, Assessment, OlderResult, Sheet, Signature
from anlao.office.assessments.moving import Refused
from anlao.office.assessments.requesting import FreeAnswer
from anlao.office.assessments.sheets import Conflict, SheetFinished
from anlao.office.assessments.states import NotNow
from anlao.office.assessments.visiting import Gaps
from anlao.office.registry import queries as registry
from anlao.office.registry.models import Assignment
from anlao.office.registry.operations import Ground
from anlao.office.registry.operations import record as record_facts

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def flow(county: County) -> Flow:
    return Flow(county, county.elders["a1"])


def facts(flow: Flow, day: date | None = None) -> dict[str, Any]:
    with everywhere():
        return registry.facts_on(flow.elder, day or flow.today, known_at=flow.at + timedelta(1))


def sheet_of(case: Case) -> dict[str, Any]:
    """Return a golden case as two assessors would fill in the form."""
    diagnoses = [text.partition(" by ")[0] for text in case.get("diagnoses", ())]
    found: dict[str, Any] = {
        **answers_of(case),
        "A.2.14": case.get("events", {}),
        "A.4.1": diagnoses,
        "A.5.11": "yes" if case.get("coma") else "no",
    }
    if "mental_disorder" in diagnoses:
        seen = any(text.endswith("by psychiatrist") for text in case["diagnoses"])
        found[answers.PSYCHIATRIST] = "yes" if seen else "no"
    return found


GOLDEN = [case for case in cases("scoring") if "settings" not in case["given"]]


@pytest.mark.parametrize("case", GOLDEN, ids=[case["name"] for case in GOLDEN])
def test_the_level_of_the_standard_reaches_the_file(flow: Flow, case: Case) -> None:
    given, expect = sheet_of(case["given"]), case["expect"]

    flow.published(given)

    done = flow.now()
    assert (done.initial_level, done.final_level) == (expect["initial"], expect["final"])
    assert done.total == sum(value for code, value in given.items() if code.startswith("B."))
    known = facts(flow)
    assert known["capability_level"] == expect["final"]
    assert known["assessed_on"] == flow.today
    assert known.get("dementia") == (True if "dementia" in given["A.4.1"] else None)


def test_every_limit_of_the_bands_is_among_the_cases() -> None:
    totals = {case["expect"].get("total") for case in GOLDEN}

    assert {90, 89, 66, 65, 46, 45, 30, 29} <= totals


def test_a_sheet_with_a_gap_is_not_finished(flow: Flow) -> None:
    flow.request().assign().appoint()
    without = {code: value for code, value in WHOLE.items() if code not in ("B.3.4", "A.5.11")}
    flow.fill(flow.first, without)

    with pytest.raises(Gaps) as refusal:
        flow.finish(flow.first)

    assert refusal.value.codes == ["A.5.11", "B.3.4"]
    assert flow.now().state == "scoring"
    flow.fill(flow.first, {"B.3.4": 2, "A.5.11": "no"}).finish(flow.first)


def test_another_mental_disorder_asks_who_diagnosed_it(flow: Flow) -> None:
    flow.request().assign().appoint()
    flow.fill(flow.first, WHOLE | {"A.4.1": ["mental_disorder"]})

    with pytest.raises(Gaps, match=answers.PSYCHIATRIST):
        flow.finish(flow.first)


def test_differences_are_settled_with_a_reason_before_anybody_signs(flow: Flow) -> None:
    flow.request().assign().appoint()
    flow.scored(WHOLE | {"B.1.1": 3}, WHOLE | {"B.1.1": 2, "A.2.14": {"fall": 2}})
    with everywhere():
        seen = visiting.side_by_side(flow.now())
    assert [(one.code, one.first, one.second) for one in seen.apart] == [
        ("A.2.14", {}, {"fall": 2}),
        ("B.1.1", 3, 2),
    ]
    assert seen.agreement.final_level_differs

    for chosen in ({}, {"B_1_1": (2, "看她吃饭")}, {"B_1_1": (2, "见"), "A_2_14": ({}, "  ")}):
        with pytest.raises(Refused):
            flow.settle(**chosen)
        assert flow.now().state == "settling"
    flow.settle(B_1_1=(2, "看她吃饭时要人帮"), A_2_14=({"fall": 2}, "女儿证实"))

    done = flow.now()
    assert (done.state, done.total, done.final_level) == ("signing", 88, 2)
    with everywhere():
        agreed = Sheet.objects.get(assessment=done, assessor=None)
        assert sheets.given(agreed)["B.1.1"].reason == "看她吃饭时要人帮"


def test_two_sign_what_they_saw(flow: Flow) -> None:
    flow.request().assign().appoint().scored().settle()
    with pytest.raises(Refused, match="变动"):
        flow.sign(flow.first, digest="0" * 64)

    flow.sign(flow.first).sign(flow.first)
    assert flow.now().state == "signing"
    flow.sign(flow.second)

    assert flow.now().state == "review"
    with everywhere():
        held = Signature.objects.filter(assessment_id=flow.number)
        assert {one.digest for one in held} == {flow.now().content_hash}


def test_a_third_person_does_not_sign(flow: Flow) -> None:
    flow.request().assign().appoint().scored().settle()

    with pytest.raises(Refused, match="本人"):
        flow.sign(flow.county.cast["county_clerk"])


def test_what_is_returned_is_settled_and_signed_anew(flow: Flow) -> None:
    flow.reviewed()
    with everywhere():
        with pytest.raises(Refused):
            reviewing.send_back(number=flow.number, reason=" ", by="approver", at=flow.at)
        reviewing.send_back(number=flow.number, reason="用药情况未填", by="approver", at=flow.at)
    assert flow.now().state == "settling"

    flow.settle().sign(flow.first)
    assert flow.now().state == "signing"
    flow.sign(flow.second).publish()
    assert flow.now().state == "published"


def test_what_both_scored_wrongly_is_corrected_with_a_reason(flow: Flow) -> None:
    flow.reviewed()
    with everywhere():
        reviewing.send_back(number=flow.number, reason="进食与记录不符", by="approver", at=flow.at)
    with pytest.raises(Refused, match=r"B\.1\.1"):
        flow.settle(B_1_1=(2, " "))

    flow.settle(B_1_1=(2, "重新核对，要人帮"), B_1_2=(FULL["B.1.2"], "没有变"))

    done = flow.now()
    assert (done.total, done.final_level) == (88, 1)
    with everywhere():
        changed = visiting.side_by_side(done).changed
    assert [(one.code, one.first) for one in changed] == [("B.1.1", 4)]


def test_a_sheet_that_arrives_days_later_is_of_the_day_of_the_visit(flow: Flow) -> None:
    flow.request().assign().appoint()
    day, flow.at = flow.today, flow.at + timedelta(days=3)
    flow.begin()

    assert flow.now().assessed_on == day


def test_whoever_assessed_does_not_approve(flow: Flow) -> None:
    flow.reviewed()

    with pytest.raises(Refused, match="不能审核"):
        flow.publish(by="assessor")
    with (
        everywhere(),
        pytest.raises(DatabaseError, match="does not approve"),
        transaction.atomic(),
    ):
        Assessment.objects.filter(pk=flow.number).update(state="published", reviewed_by="assessor")


def test_a_report_that_is_not_what_was_signed_is_not_published(flow: Flow) -> None:
    flow.reviewed()
    with everywhere():
        Assessment.objects.filter(pk=flow.number).update(content_hash="f" * 64)

    with pytest.raises(Refused, match="不符"):
        flow.publish()


# who assesses


def test_an_assessor_who_works_for_her_provider_stands_aside(flow: Flow) -> None:
    provider = flow.county.cast["provider"].organisation
    assign(flow.elder, provider)
    moonlighter = user("moonlighter", provider)
    give(moonlighter, "assessor", flow.first.organisation)
    flow.request().assign()

    with pytest.raises(Refused, match="回避"):
        flow.appoint(second=moonlighter)

    with everywhere():
        Assignment.objects.filter(organisation=provider, elder=flow.elder).update(
            valid=(date(2024, 1, 1), date(2024, 2, 1))
        )
    flow.appoint(second=moonlighter)  # she is served by them no more


def test_two_different_assessors_of_the_body_are_needed(flow: Flow) -> None:
    flow.request().assign()

    with pytest.raises(Refused, match="两名"):
        flow.appoint(second=flow.first)
    with pytest.raises(Refused, match="在岗"):
        flow.appoint(second=flow.county.cast["county_clerk"])
    with pytest.raises(Refused, match="早于"):
        flow.appoint(days=-1)


def test_scoring_opens_on_the_day_of_the_visit_to_the_two_alone(flow: Flow) -> None:
    flow.request().assign().appoint(days=1)
    with pytest.raises(Refused, match="当天"):
        flow.begin()
    flow.appoint(act="reschedule")

    with pytest.raises(Refused, match="没有约定"):
        flow.begin(flow.county.cast["approver"])
    assert flow.begin().assessor == flow.first


def test_nobody_comes_and_another_day_is_agreed(flow: Flow) -> None:
    flow.request().assign().appoint()
    with everywhere():
        requesting.no_show(number=flow.number, reason="老人住院", by="assessor", at=flow.at)
    assert flow.now().state == "assigned"

    flow.appoint(days=3)

    with everywhere():
        ended = [one.ended for one in queries.appointments(flow.now())]
    assert ended == ["", "no_show"]


def test_only_a_body_is_assigned(flow: Flow) -> None:
    flow.request()

    with everywhere(), pytest.raises(Refused, match="评估机构"):
        requesting.assign(
            number=flow.number,
            body=flow.county.cast["provider"].organisation,
            by="county_clerk",
            at=flow.at,
            day=flow.today,
        )


def test_the_body_sees_her_while_it_assesses_her(flow: Flow) -> None:
    def held() -> list[tuple[date, date | None]]:
        with everywhere():
            rows = Assignment.objects.filter(elder=flow.elder, purpose="assessment")
            return [(row.valid.lower, row.valid.upper) for row in rows]

    flow.request().assign()
    assert held() == [(flow.today, None)]
    with everywhere():
        requesting.unassign(
            number=flow.number, reason="机构满员", by="clerk", at=flow.at, day=flow.today
        )
    assert held() == [(flow.today, flow.today + timedelta(days=1))]
    flow.assign()
    assert held() == [(flow.today, None)]
    flow.appoint().scored().settle().sign(flow.first).sign(flow.second).publish()
    assert held() == [(flow.today, flow.today + timedelta(days=1))]


# requests


def test_an_elder_has_one_open_assessment(flow: Flow) -> None:
    flow.request()

    with pytest.raises(Refused, match=f"A{flow.today.year}-"):
        Flow(flow.county, flow.elder).request()

    with everywhere():
        requesting.withdraw(
            number=flow.number, reason="本人不愿", by="county_clerk", at=flow.at, day=flow.today
        )
    flow.request()


def test_the_dead_are_not_assessed(flow: Flow) -> None:
    with everywhere():
        record_facts(
            elder=flow.elder,
            facts={"death_date": date(2025, 1, 1)},
            start=date(2025, 1, 1),
            ground=Ground("证明"),
            by="clerk",
            at=flow.at,
        )

    with pytest.raises(Refused, match="不在册"):
        flow.request()


# answers


def test_an_answer_rests_on_the_present_version(flow: Flow) -> None:
    flow.request().assign().appoint()
    sheet = flow.begin()
    with everywhere():

        def save(value: int, based_on: int) -> int:
            return sheets.save(sheet, "B.1.1", value, based_on=based_on, by="assessor", at=flow.at)

        assert save(3, 0) == 1
        assert save(3, 0) == 1  # sent twice
        assert save(2, 1) == 2
        with pytest.raises(Conflict) as conflict:
            save(1, 1)
        assert (conflict.value.present, conflict.value.version) == (2, 2)
        assert save(1, 2) == 3
        kept = Answer.objects.filter(sheet=sheet, code="B.1.1").order_by("version")
        assert [row.value for row in kept] == [3, 2, 1]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("B.1.1", 5),
        ("B.2.4", 4),
        ("B.3.7", 2),
        ("B.1.1", -1),
        ("B.1.1", True),
        ("B.1.1", "4"),
        ("B.1.1", None),
        ("B.9.9", 1),
        ("A.2.1", "另一个名字"),
        ("A.2.14", {"fall": 4}),
        ("A.2.14", {"flood": 1}),
        ("A.2.14", []),
        ("A.4.1", ["plague"]),
        ("A.4.1", "dementia"),
        ("A.5.11", "maybe"),
        ("A.5.3", ["none", "burn"]),
        ("A.2.4", 0),
        ("A.2.4", 401),
        ("A.4.2", "药" * 201),
        ("A.4.2", "a\x00"),
    ],
)
def test_what_the_form_has_no_place_for_is_refused(flow: Flow, code: str, value: Any) -> None:
    flow.request().assign().appoint()
    sheet = flow.begin()

    with everywhere(), pytest.raises(answers.AnswerRefused):
        sheets.save(sheet, code, value, based_on=0, by="assessor", at=flow.at)


def test_texts_about_people_are_sealed_and_read_again(flow: Flow) -> None:
    flow.request().assign().appoint()
    flow.fill(flow.first, {"A.3.4": "13800009999", "A.4.2": "降压药", "A.5.12": ""})

    with everywhere():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT value::text, sealed FROM assessments_answer WHERE code LIKE 'A%'"
            )
            stored = cursor.fetchall()
        assert "13800009999" not in str(stored)
        assert all(b"13800009999" not in bytes(sealed or b"") for _, sealed in stored)
        sheet = Sheet.objects.get(assessment_id=flow.number, assessor=flow.first)
        assert sheets.values(sheet) == {"A.3.4": "13800009999", "A.4.2": "降压药"}


def test_a_finished_sheet_takes_no_more_answers(flow: Flow) -> None:
    flow.request().assign().appoint().fill(flow.first).finish(flow.first)
    sheet = flow.begin()
    with everywhere():
        sheet = Sheet.objects.select_related("assessment").get(pk=sheet.pk)
        with pytest.raises(SheetFinished):
            sheets.save(sheet, "B.1.1", 1, based_on=1, by="assessor", at=flow.at)
        with pytest.raises(DatabaseError, match="no more answers"), transaction.atomic():
            Answer.objects.create(
                assessment_id=flow.number,
                sheet=sheet,
                code="B.1.1",
                version=9,
                value=1,
                at=flow.at,
                by="x",
            )


def test_a_tablet_hears_of_each_answer_by_itself(flow: Flow) -> None:
    flow.request().assign().appoint()
    flow.fill(flow.first, {"B.1.1": 3})
    sheet = flow.begin()
    with everywhere():
        told = sheets.sent(
            sheet,
            [
                {"code": "B.1.2", "value": 4, "based_on": 0},
                {"code": "B.1.1", "value": 1, "based_on": 0},
                {"code": "B.1.3", "value": 9, "based_on": 0},
                {"code": "B.1.4", "value": 4},
            ],
            by="assessor",
            at=flow.at,
        )

    assert told["saved"] == [{"code": "B.1.2", "version": 1}]
    assert told["conflicts"] == [{"code": "B.1.1", "value": 3, "version": 1}]
    assert [one["code"] for one in told["refused"]] == ["B.1.3", "B.1.4"]


# afterwards


def test_a_later_result_takes_the_place_of_the_earlier(flow: Flow) -> None:
    flow.published(WHOLE | {"B.4.1": 1})
    later = Flow(flow.county, flow.elder)
    later.published({**ZERO, **NOTHING_ELSE, "B.3.9": 2})

    assert (flow.now().state, later.now().state) == ("superseded", "published")
    assert facts(later)["capability_level"] == 4
    assert chain_is_whole()


def test_an_objection_is_heard_in_time_and_assessed_by_others(flow: Flow) -> None:
    flow.published()
    with everywhere():
        last = reviewing.last_day_to_object(flow.now())
        with pytest.raises(Refused, match="已过"):
            _object(flow, last + timedelta(days=1))
        again = _object(flow, last)
    assert (again.reason, again.uses_quota, again.disputes_id) == ("dispute", False, flow.number)
    assert flow.now().state == "published"  # it stands until the other takes its place

    second = Flow(flow.county, flow.elder, number=again.pk)
    others = [user(name, flow.first.organisation) for name in ("assessor3", "assessor4")]
    for one in others:
        give(one, "assessor", flow.first.organisation)
    second.assign()
    for pair in ((flow.first, others[0]), (others[0], flow.second)):
        with pytest.raises(Refused, match="未参加"):
            second.appoint(first=pair[0], second=pair[1])
    second.appoint(first=others[0], second=others[1])
    assert second.now().state == "appointed"


def _object(flow: Flow, day: date) -> Assessment:
    return reviewing.object_to(
        number=flow.number, asked_by="elder", reason="结果偏轻", by="clerk", at=flow.at, day=day
    )


def test_a_published_assessment_never_changes(flow: Flow) -> None:
    flow.published()
    with everywhere():
        for change in ({"final_level": 4}, {"code": "X"}, {"published_on": date(2020, 1, 1)}):
            with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
                Assessment.objects.filter(pk=flow.number).update(**change)


def test_every_step_is_told_with_who_and_why(flow: Flow) -> None:
    flow.published()
    with everywhere():
        acts = [(step.act, step.by) for step in queries.steps(flow.now())]
    assert acts == [
        ("request", "county_clerk"),
        ("assign", "county_clerk"),
        ("appoint", "county_clerk"),
        ("begin", "assessor"),
        ("both_scored", "assessor2"),
        ("settle", "assessor"),
        ("both_signed", "assessor2"),
        ("publish", "approver"),
    ]
    logged = log(act__startswith="assessment_").order_by("number")
    assert [entry.act.removeprefix("assessment_") for entry in logged] == [act for act, _ in acts]


# the code


def test_the_code_tells_a_stranger_the_result_and_no_name(flow: Flow) -> None:
    flow.published(WHOLE | {"B.1.1": 0})
    done = flow.now()

    for typed in (done.code, done.code.lower().replace("-", " "), done.code.replace("0", "O")):
        told = reviewing.tell(done.number, typed)
        assert told is not None
        assert (told.name, told.level, told.is_superseded) == ("王**", 1, False)
    assert told is not None
    assert told.valid_until.year == flow.today.year + 1
    assert not told.has_lapsed(told.valid_until - timedelta(days=1))
    assert told.has_lapsed(told.valid_until)


def test_a_wrong_code_tells_nothing(flow: Flow) -> None:
    done = flow.published().now()
    swapped = done.code[:-1] + ("0" if done.code[-1] != "0" else "1")

    assert reviewing.tell(done.number, swapped) is None
    assert reviewing.tell(f"A{flow.today.year}-999999", done.code) is None
    for number, code in (("", ""), ("x", done.code), (done.number, ""), (done.number, "Ü" * 16)):
        assert reviewing.tell(number, code) is None


def test_nothing_is_told_before_it_is_published(flow: Flow) -> None:
    done = flow.reviewed().now()

    assert reviewing.tell(done.number, "") is None


# older results, and what is due


def test_an_older_result_is_kept_and_read_in_todays_levels(flow: Flow) -> None:
    with everywhere():
        made = reviewing.record_older(
            elder=flow.elder,
            level=3,
            assessed_on=date(2022, 5, 1),
            evidence="2022年报告",
            by="clerk",
            at=flow.at,
        )
        with pytest.raises(Refused, match="已登记"):
            _older(flow, date(2022, 5, 1))
        with pytest.raises(Refused):
            _older(flow, date(2013, 9, 30))
        with pytest.raises(Refused):
            _older(flow, flow.today + timedelta(days=1))

    assert (made.original_level, made.level, made.mapping) == (3, 3, "same_number")
    assert facts(flow)["capability_level"] == 3
    assert facts(flow, date(2022, 4, 30)).get("capability_level") is None


def test_an_older_result_holds_until_the_one_known_after_it(flow: Flow) -> None:
    flow.published()
    with everywhere():
        _older(flow, date(2022, 5, 1))

    assert facts(flow)["capability_level"] == 0
    assert facts(flow, flow.today - timedelta(days=1))["capability_level"] == 2


def _older(flow: Flow, day: date) -> OlderResult:
    return reviewing.record_older(
        elder=flow.elder, level=2, assessed_on=day, evidence="旧报告", by="clerk", at=flow.at
    )


def _assessed(flow: Flow, day: date) -> None:
    record_facts(
        elder=flow.elder,
        facts={"capability_level": 1, "assessed_on": day},
        start=day,
        ground=Ground("名单"),
        by="clerk",
        at=flow.at,
    )


def test_the_next_one_is_due_after_twelve_months_and_after_six_by_the_older_standard(
    flow: Flow,
) -> None:
    with everywhere():
        _assessed(flow, date(2024, 3, 31))
        _older_of(flow, "a3", date(2024, 3, 31))

        def due(day: date) -> set[int]:
            return {her.pk for her in queries.due(day)}

        her, older = flow.elder.pk, flow.county.elders["a3"].pk
        assert due(date(2024, 9, 29)) == set()
        assert due(date(2024, 9, 30)) == {older}
        assert due(date(2025, 3, 30)) == {older}
        assert due(date(2025, 3, 31)) == {her, older}
    flow.request(reason="routine")
    with everywhere():
        assert due(date(2025, 3, 31)) == {older}


def _older_of(flow: Flow, key: str, day: date) -> None:
    reviewing.record_older(
        elder=flow.county.elders[key],
        level=1,
        assessed_on=day,
        evidence="旧报告",
        by="clerk",
        at=flow.at,
    )


def test_whoever_was_never_assessed_is_summoned_by_no_list(flow: Flow) -> None:
    with everywhere():
        assert list(queries.due(flow.today)) == []


# what was free


FREE = FreeAnswer(True, "capability-assessment", "遂政办发〔2023〕26号 二(一)2")


def test_only_an_assessment_that_used_the_quota_counts(flow: Flow) -> None:
    with everywhere():
        assert queries.latest_free_on(flow.elder, assessed_on=None) is None
        assert queries.latest_free_on(flow.elder, assessed_on=date(2023, 1, 1)) == date(2023, 1, 1)
    flow.request(FREE, reason="immediate").assign().appoint().scored().settle()
    flow.sign(flow.first).sign(flow.second).publish()

    with everywhere():
        assert queries.latest_free_on(flow.elder, assessed_on=flow.today) is None


def test_a_free_assessment_uses_the_quota(flow: Flow) -> None:
    flow.request(FREE).assign().appoint().scored().settle()
    flow.sign(flow.first).sign(flow.second).publish()

    with everywhere():
        assert queries.latest_free_on(flow.elder, assessed_on=flow.today) == flow.today


def test_full_marks_are_what_the_builders_say() -> None:
    assert sum(FULL.values()) == 90


def test_an_act_out_of_turn_is_refused_in_words(flow: Flow) -> None:
    flow.request()

    with pytest.raises(NotNow, match="待分派"):
        flow.publish()
