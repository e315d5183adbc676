"""The bureau's part: return or publish, tell the world by a code, hear objections."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings as office
from django.db import connection, transaction
from django.utils import timezone

from anlao.office.assessments import papers, schedule, sheets
from anlao.office.assessments.local import OLDER, in_force, instrument
from anlao.office.assessments.models import Assessment, OlderResult
from anlao.office.assessments.moving import Refused, locked, move, refuse_unless
from anlao.office.assessments.older_results import read_older
from anlao.office.assessments.requesting import FreeAnswer, request, take_off_list
from anlao.office.assessments.states import PUBLISHED, NotNow
from anlao.office.assessments.verification import ALPHABET, GROUP, LENGTH, code_for, plain, verify
from anlao.office.registry import operations as registry
from anlao.office.registry.models import CapabilityStatus, Elder
from anlao.office.registry.operations import Contradiction, Ground, NothingToRecord, SpanRefused

_NUMBER = re.compile(r"A(\d{4})-(\d{6,12})", re.ASCII)


@transaction.atomic
def send_back(*, number: int, reason: str, by: str, at: datetime) -> Assessment:
    """Return an assessment to its assessors; what they signed counts no more. Raises NotNow."""
    assessment = locked(number)
    if not reason.strip():
        raise Refused("请写明退回理由", "Say why it is returned")
    move(assessment, "return", by=by, at=at, reason=reason, round=assessment.round + 1)
    return assessment


@transaction.atomic
def publish(*, number: int, by: str, at: datetime, day: date) -> Assessment:
    """Approve a result: it becomes what the elder's file says, and takes the place of the last.

    Raises NotNow, and Refused where the reviewer assessed herself.
    """
    assessment = locked(number)
    refuse_unless(assessment, "publish")
    if any(sheet.assessor and sheet.assessor.username == by for sheet in sheets.own(assessment)):
        raise Refused("评估员不能审核自己的评估", "Whoever assessed does not approve it")
    report = papers.read(assessment)
    if report.content_hash != assessment.content_hash:
        raise Refused(
            "报告内容与签名不符，不能发布；请退回并查明原因",
            "The report is not what was signed; return it and find out why",
        )
    assert assessment.assessed_on is not None
    earlier = Assessment.objects.select_for_update().filter(
        elder_id=assessment.elder_id, state=PUBLISHED
    )
    for last in earlier:
        move(last, "supersede", by=by, at=at, told={"by": assessment.number})
    _record(assessment, by, at)
    move(
        assessment,
        "publish",
        by=by,
        at=at,
        told={"level": assessment.final_level},
        reviewed_by=by,
        published_on=day,
        valid_until=schedule.valid_until(
            assessed_on=assessment.assessed_on, settings=sheets.settings_of(assessment)
        ),
        code=code_for(
            report_id=assessment.number, content_hash=assessment.content_hash, key=_key()
        ),
    )
    take_off_list(assessment, day)
    return assessment


@transaction.atomic
def object_to(
    *, number: int, asked_by: str, reason: str, by: str, at: datetime, day: date
) -> Assessment:
    """Open a re-assessment because a published result is doubted. Raises Refused, NotNow.

    It uses none of the free ones. The published result stands until the new one takes its place.
    """
    assessment = locked(number)
    if assessment.state != PUBLISHED:
        raise NotNow("object", assessment.state)
    if not reason.strip():
        raise Refused("请写明异议理由", "Say what is doubted")
    last = last_day_to_object(assessment)
    if day > last:
        raise Refused(
            f"提出异议的期限是 {last}，已过；状况有变化的，可申请即时评估",
            f"Objections were heard until {last}; after a change, ask for an immediate assessment",
        )
    return request(
        elder=assessment.elder,
        asked_by=asked_by,
        reason="dispute",
        day=day,
        free=FreeAnswer(),
        by=by,
        at=at,
        note_text=reason,
        disputes=assessment,
    )


def last_day_to_object(assessment: Assessment) -> date:
    """Return the last day on which a published result may be objected to."""
    assert assessment.published_on is not None
    within = sheets.settings_of(assessment).whole("objection_within_days")
    return assessment.published_on + timedelta(days=within)


@transaction.atomic
def record_older(
    *,
    elder: Elder,
    level: int,
    assessed_on: date,
    evidence: str,
    by: str,
    at: datetime,
) -> OlderResult:
    """Keep a result of MZ/T 039-2013 and read it in today's levels, until the next one known.

    Raises Refused where this office has one of that day, or the day cannot be; NotAnOlderResult.
    """
    older = instrument(OLDER)
    if not older.in_force_from <= assessed_on <= timezone.localdate(at):
        raise Refused(
            f"评估日期应在 {older.in_force_from} 至今天之间",
            f"the day must lie between {older.in_force_from} and today",
        )
    read = read_older(
        instrument=older, level=level, assessed_on=assessed_on, settings=in_force(OLDER)
    )
    held = OlderResult.objects.filter(elder=elder, instrument=OLDER, assessed_on=assessed_on)
    if held.exists():
        raise Refused("这一天的旧标准结果已登记", "An older result of that day is recorded")
    made: OlderResult = OlderResult.objects.create(
        elder=elder,
        instrument=OLDER,
        original_level=level,
        level=read.level,
        mapping=read.mapping,
        assessed_on=assessed_on,
        evidence=evidence,
        recorded_by=by,
        recorded_at=at,
    )
    later = (
        CapabilityStatus.objects.filter(
            elder=elder, known__upper_inf=True, assessed_on__gt=assessed_on
        )
        .order_by("assessed_on")
        .first()
    )
    facts = {"capability_level": read.level, "assessed_on": assessed_on}
    ground = Ground(f"{older.standard} {level}级：{evidence}"[:200])
    until = later.assessed_on if later else None
    _record_facts(elder, facts, assessed_on, until, ground, by, at)
    return made


def _record(assessment: Assessment, by: str, at: datetime) -> None:
    """Put the published result into the elder's file, from the day of assessment on."""
    assert assessment.assessed_on is not None
    agreed = assessment.sheets.select_related("assessment").get(assessor=None)
    facts: dict[str, Any] = {
        "capability_level": assessment.final_level,
        "assessed_on": assessment.assessed_on,
    }
    if any(one.id == "dementia" for one in sheets.outcome(agreed).diagnoses):
        facts["dementia"] = True  # not ticked says nothing: it is no finding that there is none
    ground = Ground(f"能力评估报告 {assessment.number}", assessment.body)
    _record_facts(assessment.elder, facts, assessment.assessed_on, None, ground, by, at)


def _record_facts(
    elder: Elder,
    facts: dict[str, Any],
    start: date,
    until: date | None,
    ground: Ground,
    by: str,
    at: datetime,
) -> None:
    try:
        registry.record(
            elder=elder, facts=facts, start=start, until=until, ground=ground, by=by, at=at
        )
    except NothingToRecord:
        return  # the file says so already, from another list
    except (Contradiction, SpanRefused) as refusal:
        raise Refused(
            f"不能写入档案：{refusal}", f"The file does not take it: {', '.join(facts)}"
        ) from refusal


@dataclass(frozen=True, slots=True)
class Told:
    """What a stranger is told of a report: the name masked, and whether it is the latest."""

    number: str
    name: str
    level: int
    level_name: tuple[str, str]
    assessed_on: date
    valid_until: date
    body: str
    is_superseded: bool

    def has_lapsed(self, day: date) -> bool:
        return day >= self.valid_until


def tell(number: str, code: str) -> Told | None:
    """Return what the holder of a report may know; None for a wrong number or code alike."""
    found = _NUMBER.fullmatch(number.strip().upper())
    typed = plain(code)
    if found is None or len(typed) != LENGTH or any(one not in ALPHABET for one in typed):
        return None
    grouped = "-".join(typed[start : start + GROUP] for start in range(0, LENGTH, GROUP))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM assessments_told(%s, %s)", [int(found[2]), grouped])
        row = cursor.fetchone()
    if row is None:
        return None
    name, level, assessed_on, valid_until, body, state, content_hash, asked_on = row
    named = f"A{asked_on.year}-{int(found[2]):06d}"
    key = _key()
    if not verify(code=typed, report_id=named, content_hash=content_hash, key=key):
        return None
    label = instrument().level(level).name
    return Told(
        named,
        name,
        level,
        (label.zh, label.en),
        assessed_on,
        valid_until,
        body,
        state != PUBLISHED,
    )


def _key() -> bytes:
    """Return the key of the codes: made from the office's own, and good for nothing else."""
    return hmac.new(
        str(office.AUDIT_KEY).encode(), b"anlao assessment report codes", hashlib.sha256
    ).digest()
