"""The report as it is signed: written once, kept sealed, read again as it was."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from typing import Any

from anlao.office.assessments import answers, sheets
from anlao.office.assessments.models import Appointment, Assessment, Sheet
from anlao.office.assessments.report import Line, Report, ReportSection, make_report
from anlao.office.assessments.scoring import Outcome
from anlao.office.shared.vaults import vault
from anlao.rules.facts import Label

REPORT = "assessment.report"


def write(
    assessment: Assessment, agreed: Sheet, *, visit: Appointment | None, day: date
) -> tuple[Report, Outcome]:
    """Return the report of an agreed sheet with its outcome. ``day``: when it was settled."""
    instrument = sheets.instrument_of(assessment)
    found = sheets.values(agreed)
    outcome = answers.outcome_of(instrument, sheets.settings_of(assessment), found)
    assert visit is not None
    elder = assessment.elder
    first, second = (sheet.assessor for sheet in sheets.own(assessment))
    assert first is not None
    assert second is not None
    assert assessment.assessed_on is not None
    information: dict[str, Any] = answers.information_of(instrument, found) | {
        "A.1.1": assessment.number,
        "A.1.2": assessment.assessed_on,
        "A.1.3": assessment.reason,
        "A.2.1": elder.name,
        "A.2.8": elder.identity_mask,
    }
    if elder.sex:
        information["A.2.2"] = elder.sex
    if elder.birth_date:
        information["A.2.3"] = elder.birth_date
    report = make_report(
        report_id=assessment.number,
        instrument=instrument,
        outcome=outcome,
        information=information,
        place=visit.place,
        organisation=assessment.body.name if assessment.body else "",
        assessors=(first.full_name, second.full_name),
        informant=str(found.get("A.3.1", "")),
        signed_on=day,
    )
    return report, outcome


def seal(assessment: Assessment, report: Report) -> bytes:
    """Return a report as it is kept: encrypted, and bound to its assessment."""
    text = json.dumps(asdict(report), ensure_ascii=False)
    return vault().seal(text, field=REPORT, row=assessment.number)


def read(assessment: Assessment) -> Report:
    """Return the report as it was signed; the caller logs the look."""
    assert assessment.report_sealed is not None
    text = vault().open(bytes(assessment.report_sealed), field=REPORT, row=assessment.number)
    found = json.loads(text)
    return Report(
        found["id"],
        found["instrument"],
        found["standard"],
        tuple(
            ReportSection(
                section["code"],
                Label(**section["title"]),
                tuple(
                    Line(
                        line["code"],
                        Label(**line["label"]),
                        Label(**line["value"]),
                        line["private"],
                    )
                    for line in section["lines"]
                ),
            )
            for section in found["sections"]
        ),
        found["final_level"],
        Label(**found["final_level_name"]),
    )
