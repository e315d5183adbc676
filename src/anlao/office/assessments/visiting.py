"""The visit: two assessors score alone, settle where they differ, and sign one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anlao.office.assessments import agreement, answers, papers, sheets
from anlao.office.assessments.agreement import Agreement
from anlao.office.assessments.answers import Apart
from anlao.office.assessments.local import PRESENT, in_force
from anlao.office.assessments.models import Appointment, Assessment, Sheet, Signature
from anlao.office.assessments.moving import Refused, locked, move, refuse_unless
from anlao.office.assessments.states import SCORING, SETTLING, SIGNING, NotNow
from anlao.office.organisations.models import User


class Gaps(Refused):
    """Raised where a sheet cannot be finished yet; ``codes``: what lacks an answer."""

    def __init__(self, codes: list[str]) -> None:
        listed = "、".join(codes)
        super().__init__(f"还有未填的项目：{listed}", f"not answered yet: {', '.join(codes)}")
        self.codes = codes


def standing(assessment: Assessment) -> Appointment | None:
    """Return the visit that stands."""
    found: Appointment | None = (
        Appointment.objects.filter(assessment=assessment, ended="")
        .select_related("first", "second")
        .first()
    )
    return found


@transaction.atomic
def begin(*, number: int, assessor: User, day: date, at: datetime) -> Sheet:
    """Return the assessor's own sheet, made at her first visit to the page.

    Scoring begins on the day of the visit, or later where there was no network, by the instrument
    and the settings that are in force then. Raises Refused, NotNow.
    """
    assessment = locked(number)
    visit = standing(assessment)
    if visit is None or assessor.pk not in (visit.first_id, visit.second_id):
        raise Refused(
            "这次评估没有约定由您进行", "You are not one of the two assessors of this visit"
        )
    if assessment.state == "appointed":
        if day < visit.day:
            raise Refused(
                f"约定的日期是 {visit.day}，当天才能开始评估",
                f"The visit is on {visit.day}; scoring opens on that day",
            )
        move(
            assessment,
            "begin",
            by=assessor.username,
            at=at,
            instrument=PRESENT,
            settings=dict(in_force(PRESENT).values),
            assessed_on=visit.day,
        )
    if assessment.state not in (SCORING, SETTLING, SIGNING):
        raise NotNow("begin", assessment.state)
    sheet: Sheet | None = Sheet.objects.filter(assessment=assessment, assessor=assessor).first()
    if sheet is None:
        if assessment.state != SCORING:
            raise NotNow("begin", assessment.state)
        sheet = Sheet.objects.create(assessment=assessment, assessor=assessor, begun_at=at)
    sheet.assessment = assessment
    return sheet


@transaction.atomic
def finish(*, number: int, assessor: User, at: datetime) -> Assessment:
    """Close an assessor's own sheet; after the second one both are laid side by side.

    Raises Gaps, NotNow.
    """
    assessment = locked(number)
    refuse_unless(assessment, "both_scored")
    sheet = sheets.lock(assessment, assessor.pk)
    if missing := sheets.gaps(sheet):
        raise Gaps(missing)
    if sheet.finished_at is None:
        sheet.finished_at = at
        sheet.save(update_fields=["finished_at"])
    both = sheets.own(assessment)
    if len(both) == 2 and all(one.finished_at for one in both):
        Sheet.objects.create(assessment=assessment, assessor=None, begun_at=at)
        move(assessment, "both_scored", by=assessor.username, at=at)
    return assessment


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two finished sheets. ``settled``: what the agreed sheet says so far.

    ``alike``: items, and the box of coma, that both answered alike; both may have been wrong.
    """

    assessors: tuple[User, User]
    agreement: Agreement
    apart: list[Apart]
    alike: list[Apart]
    settled: Mapping[str, sheets.Given]

    @property
    def changed(self) -> list[Apart]:
        """Return what was settled otherwise than somebody had scored it: each has a reason."""
        corrected = [one for one in self.alike if self._reason(one.code)]
        return [*self.apart, *corrected]

    def _reason(self, code: str) -> str:
        return self.settled[code].reason if code in self.settled else ""


def side_by_side(assessment: Assessment) -> SideBySide:
    """Return how the two sheets compare. Both are finished."""
    first, second = sheets.own(assessment)
    instrument = sheets.instrument_of(assessment)
    assert first.assessor is not None
    assert second.assessor is not None
    agreed = Sheet.objects.select_related("assessment").get(assessment=assessment, assessor=None)
    one, other = sheets.values(first), sheets.values(second)
    return SideBySide(
        (first.assessor, second.assessor),
        agreement.compare(
            instrument=instrument, first=sheets.outcome(first), second=sheets.outcome(second)
        ),
        answers.apart(instrument, one, other),
        [
            Apart(code, one[code], other[code])
            for code in (answers.COMA, *(item.code for item in instrument.items))
            if one[code] == other[code]
        ],
        sheets.given(agreed),
    )


@transaction.atomic
def settle(
    *,
    number: int,
    chosen: Mapping[str, tuple[Any, str]],
    by: str,
    at: datetime,
    day: date,
) -> Assessment:
    """Agree on one result: a value and a reason for every code on which the two differ.

    ``chosen``: by code; also for what both had answered alike, where both were wrong. Raises
    Refused for a difference without value or reason, AnswerRefused, NotNow.
    """
    assessment = locked(number)
    refuse_unless(assessment, "settle")
    first, second = (sheets.values(sheet) for sheet in sheets.own(assessment))
    instrument = sheets.instrument_of(assessment)
    alike = {**second, **first}
    differing = {one.code for one in answers.apart(instrument, first, second)} | {
        code
        for code, (value, _) in chosen.items()
        if value is not None and code in alike and value != alike[code]
    }
    lacking = sorted(
        code
        for code in differing
        if code not in chosen or chosen[code][0] is None or not chosen[code][1].strip()
    )
    if lacking:
        listed = "、".join(lacking)
        raise Refused(
            f"这些项目还没有协商一致或没有写理由：{listed}",
            f"without an agreed value or a reason: {', '.join(lacking)}",
        )
    agreed = sheets.lock(assessment, None)
    agreed.finished_at = None
    agreed.save(update_fields=["finished_at"])
    before = sheets.given(agreed)
    values = alike | {code: chosen[code][0] for code in differing}
    for code, value in values.items():
        sheets.save(
            agreed,
            code,
            value,
            based_on=before[code].version if code in before else 0,
            by=by,
            at=at,
            reason=chosen[code][1].strip() if code in differing else "",
        )
    if missing := sheets.gaps(agreed):
        raise Gaps(missing)
    agreed.finished_at = at
    agreed.save(update_fields=["finished_at"])
    report, outcome = papers.write(assessment, agreed, visit=standing(assessment), day=day)
    move(
        assessment,
        "settle",
        by=by,
        at=at,
        told={"differences": len(differing), "level": outcome.final_level},
        settled_on=day,
        total=outcome.total,
        initial_level=outcome.initial_level,
        final_level=outcome.final_level,
        report_sealed=papers.seal(assessment, report),
        content_hash=report.content_hash,
    )
    return assessment


@transaction.atomic
def reopen(*, number: int, reason: str, by: str, at: datetime) -> Assessment:
    """Take back what was settled, before both have signed. Raises NotNow."""
    assessment = locked(number)
    move(assessment, "reopen", by=by, at=at, reason=reason, round=assessment.round + 1)
    return assessment


@transaction.atomic
def sign(*, number: int, assessor: User, digest: str, at: datetime) -> Assessment:
    """Sign the content that was shown; the second signature sends it to review.

    Raises Refused where the content is another one by now, or she is not its assessor; NotNow.
    """
    assessment = locked(number)
    refuse_unless(assessment, "both_signed")
    mine = [sheet for sheet in sheets.own(assessment) if sheet.assessor_id == assessor.pk]
    if not mine:
        raise Refused("只有两名评估员本人可以签名", "Only the two assessors themselves sign")
    if digest != assessment.content_hash:
        raise Refused(
            "报告内容已有变动，请重新核对后签名",
            "The report has changed; read it again, then sign",
        )
    rows = Signature.objects.filter(assessment=assessment, round=assessment.round)
    if not rows.filter(assessor=assessor).exists():
        Signature.objects.create(
            assessment=assessment,
            assessor=assessor,
            round=assessment.round,
            digest=digest,
            at=at,
        )
    if rows.values("assessor").distinct().count() == 2:
        move(assessment, "both_signed", by=assessor.username, at=at)
    return assessment


def signatures(assessment: Assessment) -> list[Signature]:
    """Return the signatures under the present content."""
    found = Signature.objects.filter(assessment=assessment, round=assessment.round)
    return list(found.select_related("assessor").order_by("pk"))
