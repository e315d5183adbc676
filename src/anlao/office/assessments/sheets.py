"""Score sheets: answers saved one by one, each saying on which version it rests.

saved: version 3 = 2 points      offline, on 3: 1 point  -> version 4 = 1 point
                                 offline, on 2: 1 point  -> Conflict(now 2 points, version 3)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlao.office.assessments import answers
from anlao.office.assessments.instrument.load import load
from anlao.office.assessments.instrument.model import Instrument, Settings
from anlao.office.assessments.models import Answer, Assessment, Sheet
from anlao.office.assessments.scoring import Outcome
from anlao.office.shared.vaults import vault

SEALED = "assessment.answer"


@dataclass(frozen=True, slots=True)
class Given:
    """What a sheet says at present of one code."""

    value: Any
    version: int
    reason: str = ""


@dataclass(eq=False, slots=True)
class Conflict(Exception):
    """Raised where an answer rests on a version that is not the present one: a person chooses."""

    code: str
    present: Any
    version: int


class SheetFinished(Exception):
    """Raised for an answer to a sheet that its assessor has finished."""


def instrument_of(assessment: Assessment) -> Instrument:
    """Return the instrument by which an assessment is scored."""
    return load(assessment.instrument)


def settings_of(assessment: Assessment) -> Settings:
    """Return the settings that were in force when scoring began."""
    return Settings(tuple(assessment.settings.items()))


def given(sheet: Sheet) -> dict[str, Given]:
    """Return what a sheet says, by code."""
    rows = Answer.objects.filter(sheet=sheet).order_by("code", "-version").distinct("code")
    return {row.code: Given(_opened(row), row.version, row.reason) for row in rows}


def values(sheet: Sheet) -> dict[str, Any]:
    """Return the answers alone; what was emptied is not among them."""
    found = {code: one.value for code, one in given(sheet).items()}
    return {code: value for code, value in found.items() if value is not None}


def save(
    sheet: Sheet,
    code: str,
    value: Any,
    *,
    based_on: int,
    by: str,
    at: datetime,
    reason: str = "",
) -> int:
    """Save an answer and return its version. The sheet is locked by the caller.

    ``based_on``: the version it rests on, 0 for none. The same answer once more changes nothing.
    Raises AnswerRefused, Conflict, SheetFinished.
    """
    instrument = instrument_of(sheet.assessment)
    value = answers.checked(instrument, code, value)
    latest = Answer.objects.filter(sheet=sheet, code=code).order_by("-version").first()
    version = latest.version if latest else 0
    present = _opened(latest) if latest else None
    if latest is not None and present == value and latest.reason == reason:
        return version
    if sheet.finished_at is not None:
        raise SheetFinished
    if based_on != version:
        raise Conflict(code, present, version)
    sealed = answers.is_private(instrument, code) and value is not None
    Answer.objects.create(
        assessment=sheet.assessment,
        sheet=sheet,
        code=code,
        version=version + 1,
        value=None if sealed else value,
        sealed=vault().seal(str(value), field=SEALED, row=_row(sheet, code)) if sealed else None,
        reason=reason,
        at=at,
        by=by,
    )
    return version + 1


def lock(assessment: Assessment, assessor: int | None) -> Sheet:
    """Return a sheet that nobody else writes to. Raises Sheet.DoesNotExist."""
    sheet: Sheet = Sheet.objects.select_for_update().get(
        assessment=assessment, assessor_id=assessor
    )
    sheet.assessment = assessment
    return sheet


def own(assessment: Assessment) -> list[Sheet]:
    """Return the sheets of the assessors, the first one's first."""
    found = Sheet.objects.filter(assessment=assessment).exclude(assessor=None)
    return list(found.select_related("assessor", "assessment").order_by("pk"))


def outcome(sheet: Sheet) -> Outcome:
    """Return the result of a whole sheet. Raises AnswersRefused for a gap."""
    assessment = sheet.assessment
    return answers.outcome_of(instrument_of(assessment), settings_of(assessment), values(sheet))


def gaps(sheet: Sheet) -> list[str]:
    """Return the codes that still lack an answer."""
    return answers.gaps(instrument_of(sheet.assessment), values(sheet))


def sent(
    sheet: Sheet, many: Iterable[Mapping[str, Any]], *, by: str, at: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Save what a tablet sent; return what was saved, what conflicts, and what is refused.

    Each answer stands for itself: one that conflicts keeps no other from being saved.
    """
    told: dict[str, list[dict[str, Any]]] = {"saved": [], "conflicts": [], "refused": []}
    for one in many:
        code = str(one.get("code", ""))
        try:
            based_on = one.get("based_on")
            if not isinstance(based_on, int) or isinstance(based_on, bool):
                raise answers.AnswerRefused(code, "缺少版本号", "the version is missing")
            version = save(sheet, code, one.get("value"), based_on=based_on, by=by, at=at)
        except Conflict as conflict:
            told["conflicts"].append(
                {"code": code, "value": conflict.present, "version": conflict.version}
            )
        except answers.AnswerRefused as refusal:
            told["refused"].append({"code": code, "zh": refusal.zh, "en": refusal.en})
        else:
            told["saved"].append({"code": code, "version": version})
    return told


def _opened(row: Answer) -> Any:
    if row.sealed is None:
        return row.value
    return vault().open(bytes(row.sealed), field=SEALED, row=f"{row.sheet_id}:{row.code}")


def _row(sheet: Sheet, code: str) -> str:
    return f"{sheet.pk}:{code}"
