"""A report says what the outcome says, in both languages, and its code proves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from tests.office.assessments.builders import FULL, OLDER, SCALE, outcome

from anlao.office.assessments import report
from anlao.office.assessments.report import Answer, Report, make_report
from anlao.office.assessments.scoring import Diagnosis, Outcome

INFORMATION: Mapping[str, Answer] = {
    "A.1.1": "2024-0031",
    "A.1.2": date(2024, 3, 10),
    "A.1.3": "first",
    "A.2.1": "周桂香",
    "A.2.2": "female",
    "A.2.10": ("spouse", "children"),
    "A.2.4": 156,
    "A.3.2": "child",
}


def build(
    of: Outcome | None = None,
    *,
    information: Mapping[str, Answer] = INFORMATION,
    assessors: tuple[str, ...] = ("林秀", "吴敏"),
) -> Report:
    return make_report(
        report_id="A-2024-0031",
        instrument=SCALE,
        outcome=of or outcome(),
        information=information,
        place="家中",
        organisation="遂昌县民政局",
        assessors=assessors,
        informant="周明",
        signed_on=date(2024, 3, 10),
    )


def value(of: Report, code: str) -> str:
    return next(
        line.value.zh for section in of.sections for line in section.lines if line.code == code
    )


def test_a_report_has_the_parts_of_the_annexes_in_order() -> None:
    codes = [section.code for section in build().sections]

    assert codes == [
        *("A.1", "A.2", "A.3", "A.4", "A.5", "B"),
        *("C.1", "C.2", "C.3", "C.4", "C.5"),
        *("explanation", "settings", "signatures"),
    ]


def test_a_report_shows_points_levels_and_ticked_grounds() -> None:
    found = build(outcome({**FULL, "B.4.1": 1}, diagnoses=(Diagnosis("dementia"),)))

    assert value(found, "C.2") == "89分（满分90分）"
    assert value(found, "C.3").startswith("1级")
    assert value(found, "C.4 1)") == "否"
    assert value(found, "C.4 2)") == "是"
    assert value(found, "C.5").startswith("2级")
    assert value(found, "A.4.1") == "痴呆 F00-F03"
    assert value(found, "A.5.11") == "无"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "无"), (1, "1次"), (2, "2次"), (3, "3次及以上"), (4, "3次及以上")]
)
def test_events_fall_into_the_boxes_of_the_form(count: int, shown: str) -> None:
    found = build(outcome(events={"fall": count}))

    assert value(found, "A.2.14.1") == shown
    assert value(found, "A.2.14.2") == "无"


def test_several_choices_stand_in_the_order_of_the_form_and_gaps_show_a_dash() -> None:
    found = build(information={**INFORMATION, "A.2.10": ("children", "spouse")})

    assert value(found, "A.2.10") == "与配偶居住、与子女居住"
    assert value(found, "A.2.8") == "—"
    assert value(found, "A.2.4") == "156"


def test_every_line_speaks_both_languages() -> None:
    for section in build(outcome(coma=True, events={"fall": 2})).sections:
        assert section.title.zh
        assert section.title.en
        for line in section.lines:
            assert all((line.label.zh, line.label.en, line.value.zh, line.value.en))


def test_a_public_answer_shows_the_result_and_no_person() -> None:
    lines = build().public_lines()

    assert [line.code for line in lines] == ["C.2", "C.3", "C.5"]
    assert not any(line.private for line in lines)


@pytest.mark.parametrize(
    "wrong",
    [
        {"A.9.9": "x"},
        {"A.1.3": "whim"},
        {"A.2.10": "alone"},
        {"A.2.10": ("alone", "nowhere")},
        {"A.1.2": "2024-03-10"},
        {"A.2.4": 0},
        {"A.2.4": "156"},
        {"A.2.14": ("fall",)},
    ],
)
def test_information_that_fits_no_field_is_refused(wrong: Mapping[str, Answer]) -> None:
    with pytest.raises(report.InformationRefused) as caught:
        build(information={**INFORMATION, **wrong})

    assert [code for code, _ in caught.value.wrong] == list(wrong)


def test_annex_a_may_not_contradict_what_the_level_rests_on() -> None:
    with pytest.raises(report.InformationContradicts) as caught:
        build(information={**INFORMATION, "A.4.1": ("dementia",), "A.5.11": "yes"})

    assert caught.value.fields == ("A.4.1", "A.5.11")


@pytest.mark.parametrize("assessors", [("林秀",), ("林秀", "林秀"), ("林秀", ""), ("a", "b", "c")])
def test_two_different_assessors_sign(assessors: tuple[str, ...]) -> None:
    with pytest.raises(report.TwoAssessorsNeeded):
        build(assessors=assessors)


def test_an_outcome_of_another_instrument_is_refused() -> None:
    with pytest.raises(report.OtherInstrument):
        make_report(
            report_id="A-1",
            instrument=OLDER,
            outcome=outcome(),
            information={},
            place="",
            organisation="",
            assessors=("林秀", "吴敏"),
            informant="",
            signed_on=date(2024, 3, 10),
        )


def test_the_content_hash_holds_for_the_same_report_and_changes_with_any_line() -> None:
    first = build()

    assert first.content_hash == build().content_hash
    assert len(first.content_hash) == 64
    assert first.content_hash != build(outcome({**FULL, "B.4.1": 1})).content_hash
    assert first.content_hash != build(assessors=("林秀", "吴敏敏")).content_hash
    assert first.content_hash != build(outcome(validity_months=24)).content_hash
