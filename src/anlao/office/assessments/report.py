"""The report of an assessment (annex C) as data, ready for a page or a print to lay out.

Sections hold lines, lines hold a code of the standard, a label and a value, both in two languages.
No markup here. ``content_hash`` covers every section, so a verification code stands for all of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from anlao.office.assessments.instrument.model import Field, Instrument
from anlao.office.assessments.scoring import Outcome
from anlao.rules.facts import Label

Answer = str | int | date | Sequence[str]
"""What a field of annex A holds: a text, a number, a day, a choice id or several."""

ASSESSORS: Final = 2
NOTHING: Final = Label("—", "—")
TICKED: Final = Label("是", "yes")
UNTICKED: Final = Label("否", "no")


class ReportRefused(ValueError):
    """The report cannot be made from what was given."""

    code = "report-refused"


class OtherInstrument(ReportRefused):
    """The outcome was made with another instrument than the one passed."""

    code = "other-instrument"

    def __init__(self, given: str, outcome: str) -> None:
        super().__init__(f"the outcome was made with {outcome}, not with {given}")
        self.given = given
        self.outcome = outcome


class InformationRefused(ReportRefused):
    """Annex A answers that fit no field; ``wrong``: field code and what was given."""

    code = "information-refused"

    def __init__(self, wrong: tuple[tuple[str, object], ...]) -> None:
        super().__init__("no such field or choice: " + ", ".join(f"{k}: {v!r}" for k, v in wrong))
        self.wrong = wrong


class InformationContradicts(ReportRefused):
    """Annex A says otherwise than the outcome about what C.4 rests on; ``fields``: their codes."""

    code = "information-contradicts-outcome"

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__("annex A and the outcome differ in " + ", ".join(fields))
        self.fields = fields


class TwoAssessorsNeeded(ReportRefused):
    """A report is signed by two assessors, two different people."""

    code = "two-assessors-needed"

    def __init__(self, given: tuple[str, ...]) -> None:
        super().__init__(f"two different assessors sign, {len(set(given))} given")
        self.given = given


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report; private ones are left out of a public answer."""

    code: str
    label: Label
    value: Label
    private: bool = False


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A titled part of a report."""

    code: str
    title: Label
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A report with its id; ``content_hash`` is SHA-256, hexadecimal."""

    id: str
    instrument: str
    standard: str
    sections: tuple[ReportSection, ...]
    final_level: int
    final_level_name: Label

    @property
    def content_hash(self) -> str:
        content = [
            self.instrument,
            self.final_level,
            [
                [
                    section.code,
                    [[line.code, line.value.zh, line.value.en] for line in section.lines],
                ]
                for section in self.sections
            ],
        ]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def public_lines(self) -> tuple[Line, ...]:
        """Return what another department is shown beside a genuine code: the result alone."""
        return tuple(
            line
            for section in self.sections
            if section.code in ("C.2", "C.3", "C.5")
            for line in section.lines
            if not line.private
        )


def make_report(
    *,
    report_id: str,
    instrument: Instrument,
    outcome: Outcome,
    information: Mapping[str, Answer],
    place: str,
    organisation: str,
    assessors: tuple[str, ...],
    informant: str,
    signed_on: date,
) -> Report:
    """Return the report of an outcome.

    ``information``: annex A, field code to answer. What C.4 rests on comes from the outcome: the
    events of A.2.14 always, A.4.1 and A.5.11 too, which when given here must say the same.

    Raises OtherInstrument, TwoAssessorsNeeded, InformationRefused, InformationContradicts.
    """
    if outcome.instrument != instrument.id:
        raise OtherInstrument(instrument.id, outcome.instrument)
    if len(assessors) != ASSESSORS or len(set(assessors)) != ASSESSORS or not all(assessors):
        raise TwoAssessorsNeeded(assessors)
    answers = _completed(instrument, outcome, information)
    level = instrument.level(outcome.final_level)
    sections = (
        *_information_sections(instrument, outcome, answers),
        _items(instrument, outcome),
        *_result_sections(instrument, outcome),
        _signatures(place, organisation, assessors, informant, signed_on),
    )
    return Report(report_id, instrument.id, instrument.standard, sections, level.code, level.name)


def _completed(
    instrument: Instrument, outcome: Outcome, information: Mapping[str, Answer]
) -> dict[str, Answer]:
    wrong = tuple(
        (code, answer)
        for code, answer in information.items()
        if not _fits(instrument.field_of(code), answer)
    )
    if wrong:
        raise InformationRefused(wrong)
    of_outcome: dict[str, Answer] = {
        "A.4.1": tuple(diagnosis.id for diagnosis in outcome.diagnoses),
        "A.5.11": "yes" if outcome.coma else "no",
    }
    differing = tuple(
        code
        for code, answer in of_outcome.items()
        if code in information and _as_set(information[code]) != _as_set(answer)
    )
    if differing:
        raise InformationContradicts(differing)
    return {**information, **of_outcome}


def _fits(field: Field | None, answer: Answer) -> bool:
    """Events are no answer here: they come with the outcome, counted."""
    if field is None or field.kind == "events":
        return False
    ids = {choice.id for choice in field.choices}
    if field.kind == "one":
        return isinstance(answer, str) and answer in ids
    if field.kind == "many":
        return not isinstance(answer, str | int | date) and set(answer) <= ids
    if field.kind == "day":
        return isinstance(answer, date)
    if field.kind == "number":
        return isinstance(answer, int) and not isinstance(answer, bool) and answer > 0
    return isinstance(answer, str)


def _as_set(answer: Answer) -> frozenset[object]:
    if isinstance(answer, str | int | date):
        return frozenset([answer])
    return frozenset(answer)


def _information_sections(
    instrument: Instrument, outcome: Outcome, answers: Mapping[str, Answer]
) -> tuple[ReportSection, ...]:
    return tuple(
        ReportSection(
            section.code,
            section.name,
            tuple(
                line for field in section.fields for line in _field_lines(field, outcome, answers)
            ),
        )
        for section in instrument.sections
    )


def _field_lines(field: Field, outcome: Outcome, answers: Mapping[str, Answer]) -> list[Line]:
    if field.kind == "events":
        counts = dict(outcome.events)
        return [
            Line(f"{field.code}.{choice.number}", choice.name, _times(counts.get(choice.id, 0)))
            for choice in field.choices
        ]
    value = _shown(field, answers.get(field.code))
    return [Line(field.code, field.name, value, field.private)]


def _times(count: int) -> Label:
    """The form has boxes for none, one, two, and three or more."""
    if count == 0:
        return Label("无", "none")
    if count >= 3:
        return Label("3次及以上", "three times or more")
    return Label(f"{count}次", "once" if count == 1 else "twice")


def _shown(field: Field, answer: Answer | None) -> Label:
    if answer is None or answer == "":
        return NOTHING
    if isinstance(answer, date):
        return Label(answer.isoformat(), answer.isoformat())
    if not field.choices:
        return Label(str(answer), str(answer))
    given = _as_set(answer)
    named = [choice for choice in field.choices if choice.id in given]
    if not named:
        return NOTHING
    return Label(
        "、".join(_with_icd(choice.name.zh, choice.icd10) for choice in named),
        ", ".join(_with_icd(choice.name.en, choice.icd10) for choice in named),
    )


def _with_icd(name: str, icd10: str) -> str:
    return f"{name} {icd10}" if icd10 else name


def _items(instrument: Instrument, outcome: Outcome) -> ReportSection:
    lines = []
    for item in instrument.items:
        points = outcome.answer_of[item.code]
        guidance = item.option(points).guidance
        lines.append(
            Line(
                item.code,
                item.name,
                Label(
                    f"{points}/{item.max_score}　{guidance.zh}",
                    f"{points}/{item.max_score}  {guidance.en}",
                ),
            )
        )
    return ReportSection("B", Label("能力评估", "Scores"), tuple(lines))


def _result_sections(instrument: Instrument, outcome: Outcome) -> tuple[ReportSection, ...]:
    return (
        ReportSection(
            "C.1",
            Label("一级指标得分", "Points by first-level indicator"),
            tuple(
                Line(group.code, group.name, _points(group.points, group.max_points))
                for group in outcome.groups
            ),
        ),
        ReportSection(
            "C.2",
            Label("初步等级得分", "Total"),
            (Line("C.2", Label("总分", "Total"), _points(outcome.total, outcome.max_total)),),
        ),
        ReportSection(
            "C.3",
            Label("能力初步等级", "Initial level"),
            (
                Line(
                    "C.3",
                    Label("初步等级", "Initial level"),
                    _level(instrument, outcome.initial_level),
                ),
            ),
        ),
        ReportSection(
            "C.4",
            Label("能力等级变更依据", "Grounds for changing the level"),
            _change_lines(instrument, outcome),
        ),
        ReportSection(
            "C.5",
            Label("能力最终等级", "Final level"),
            (
                Line(
                    "C.5", Label("最终等级", "Final level"), _level(instrument, outcome.final_level)
                ),
            ),
        ),
        ReportSection(
            "explanation",
            Label("说明", "Explanation"),
            tuple(
                Line(f"explanation.{number}", Label(f"{number}", f"{number}"), sentence)
                for number, sentence in enumerate(outcome.sentences, start=1)
            ),
        ),
        ReportSection(
            "settings",
            Label("采用的设定", "Settings used"),
            tuple(
                Line(setting.id, setting.name, _setting(outcome.settings[setting.id]))
                for setting in instrument.settings_known
            ),
        ),
    )


def _change_lines(instrument: Instrument, outcome: Outcome) -> tuple[Line, ...]:
    """Every box of C.4, ticked or not, as on the form."""
    found = {change.rule_id for change in outcome.changes}
    return tuple(
        Line(rule.clause, rule.reason, TICKED if rule.id in found else UNTICKED)
        for rule in instrument.level_changes
    )


def _signatures(
    place: str, organisation: str, assessors: tuple[str, ...], informant: str, signed_on: date
) -> ReportSection:
    lines = [
        ("place", Label("评估地点", "Place"), place, False),
        ("organisation", Label("评估机构", "Organisation"), organisation, False),
        ("assessor.1", Label("评估员", "Assessor"), assessors[0], True),
        ("assessor.2", Label("评估员", "Assessor"), assessors[1], True),
        ("informant", Label("信息提供者", "Informant"), informant, True),
        ("signed_on", Label("日期", "Day"), signed_on.isoformat(), False),
    ]
    return ReportSection(
        "signatures",
        Label("签字", "Signatures"),
        tuple(
            Line(code, label, Label(text, text) if text else NOTHING, private)
            for code, label, text, private in lines
        ),
    )


def _points(points: int, of: int) -> Label:
    return Label(f"{points}分（满分{of}分）", f"{points} of {of} points")


def _level(instrument: Instrument, code: int) -> Label:
    name = instrument.level(code).name
    return Label(f"{code}级　{name.zh}", f"{code}  {name.en}")


def _setting(value: object) -> Label:
    if isinstance(value, bool):
        return TICKED if value else UNTICKED
    return Label(str(value), str(value))
