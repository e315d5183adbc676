"""From the request to the appointment: who asks, which body, which two assessors, when, where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from anlao.office.assessments import states
from anlao.office.assessments.local import in_force
from anlao.office.assessments.models import Appointment, Assessment
from anlao.office.assessments.moving import Refused, locked, move, note, refuse_unless
from anlao.office.organisations.models import Grant, Organisation, User
from anlao.office.organisations.roles import ASSESS, ROLES
from anlao.office.registry.models import Assignment, Elder

PURPOSE = "assessment"
_SERVES = (Organisation.Kind.PROVIDER, Organisation.Kind.INSTITUTION)


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """What the county's rulebook says of a free assessment. ``is_free``: None if it cannot tell.

    ``provision`` and ``clause`` are empty where the rulebook has no such provision.
    """

    is_free: bool | None = None
    provision: str = ""
    clause: str = ""
    sentences: tuple[str, ...] = ()


@transaction.atomic
def request(
    *,
    elder: Elder,
    asked_by: str,
    reason: str,
    day: date,
    free: FreeAnswer,
    by: str,
    at: datetime,
    note_text: str = "",
    disputes: Assessment | None = None,
) -> Assessment:
    """Open an assessment. Raises Refused where one is open, or the elder is none to assess."""
    if elder.state != Elder.State.LIVING:
        raise Refused(
            "该档案不在册（已故、迁出或并档），不能申请评估",
            "The file is not on the register: nobody to assess",
        )
    if open_one := Assessment.objects.filter(elder=elder, state__in=states.OPEN).first():
        raise _OpenAlready(open_one)
    try:
        with transaction.atomic():
            made: Assessment = Assessment.objects.create(
                elder=elder,
                state=states.REQUESTED,
                asked_by=asked_by,
                asked_on=day,
                reason=reason,
                note=note_text,
                is_free=free.is_free,
                free_provision=free.provision,
                free_clause=free.clause,
                disputes=disputes,
            )
    except IntegrityError as error:  # somebody else was faster
        if "assessment_one_open" in str(error):
            raise Refused("已有一次评估正在办理", "An assessment is open already") from None
        raise
    made.refresh_from_db()
    told = {"asked_by": asked_by, "reason": reason, "is_free": free.is_free}
    note(made, "request", before="", by=by, at=at, reason=note_text, told=told)
    return made


class _OpenAlready(Refused):
    def __init__(self, open_one: Assessment) -> None:
        number, (zh, en) = open_one.number, states.NAMES[open_one.state]
        super().__init__(
            f"已有一次评估（{number}，{zh}）正在办理，请先办结或撤回",
            f"Assessment {number} is open ({en}): finish or withdraw it first",
        )


@transaction.atomic
def assign(*, number: int, body: Organisation, by: str, at: datetime, day: date) -> Assessment:
    """Give an assessment to a body, which sees the elder from now on. Raises Refused, NotNow."""
    assessment = locked(number)
    if body.kind != Organisation.Kind.ASSESSMENT_BODY or not body.is_active:
        raise Refused("请选择一家评估机构", "Choose an assessment body")
    disputed = assessment.disputes
    if (
        disputed is not None
        and disputed.body_id == body.pk
        and in_force().flag("reassess_by_other_body")
    ):
        raise Refused(
            "复评须换另一家评估机构", "A doubted result is assessed again by another body"
        )
    move(assessment, "assign", by=by, at=at, told={"body": body.name}, body=body)
    _put_on_list(assessment, body, day, by)
    return assessment


@transaction.atomic
def unassign(*, number: int, reason: str, by: str, at: datetime, day: date) -> Assessment:
    """Take an assessment back from its body. Raises NotNow."""
    assessment = locked(number)
    refuse_unless(assessment, "unassign")
    _end_appointment(assessment, "cancelled")
    take_off_list(assessment, day)
    move(assessment, "unassign", by=by, at=at, reason=reason, body=None)
    return assessment


@transaction.atomic
def appoint(
    *,
    number: int,
    day: date,
    at_time: time,
    place: str,
    first: User,
    second: User,
    by: str,
    at: datetime,
    today: date,
    act: str = "appoint",
    reason: str = "",
) -> Assessment:
    """Agree on a visit with two assessors. Raises Refused, NotNow.

    ``act``: "reschedule" replaces the visit that stands.
    """
    assessment = locked(number)
    refuse_unless(assessment, act)
    if day < today:
        raise Refused("约定日期不能早于今天", "The day of a visit cannot have passed")
    _refuse_assessors(assessment, first, second, day)
    if act == "reschedule":
        _end_appointment(assessment, "rescheduled")
    told = {"day": day.isoformat(), "assessors": [first.username, second.username]}
    move(assessment, act, by=by, at=at, reason=reason, told=told)
    Appointment.objects.create(
        assessment=assessment,
        day=day,
        time=at_time,
        place=place,
        first=first,
        second=second,
        made_by=by,
    )
    return assessment


@transaction.atomic
def no_show(*, number: int, reason: str, by: str, at: datetime) -> Assessment:
    """Note that a visit came to nothing; another one is to be agreed upon. Raises NotNow."""
    assessment = locked(number)
    move(assessment, "no_show", by=by, at=at, reason=reason)
    _end_appointment(assessment, "no_show")
    return assessment


@transaction.atomic
def withdraw(*, number: int, reason: str, by: str, at: datetime, day: date) -> Assessment:
    """End an assessment that nobody wants any more. What was scored stays. Raises NotNow."""
    assessment = locked(number)
    move(assessment, "withdraw", by=by, at=at, reason=reason)
    _end_appointment(assessment, "cancelled")
    take_off_list(assessment, day)
    return assessment


def end_for(elder: Elder, *, reason: str, by: str, at: datetime, day: date) -> int | None:
    """Withdraw what is open of somebody who died or left; return its number, if there was one.

    One that is under review stays: it was finished, and the bureau decides.
    """
    able = states.MOVES["withdraw"].before
    found = Assessment.objects.filter(elder=elder, state__in=able).first()
    if found is None:
        return None
    return withdraw(number=found.pk, reason=reason, by=by, at=at, day=day).pk


def ask_again(number: int, *, reason: str, by: str, at: datetime, day: date) -> Assessment | None:
    """Ask anew for what was withdrawn by mistake: a new request, as the old one was.

    None where there is nobody to assess after all, or another one is open.
    """
    old: Assessment = Assessment.objects.select_related("elder").get(pk=number)
    is_open = Assessment.objects.filter(elder=old.elder, state__in=states.OPEN).exists()
    if is_open or old.elder.state != Elder.State.LIVING:
        return None
    free = FreeAnswer(old.is_free, old.free_provision, old.free_clause)
    return request(
        elder=old.elder,
        asked_by=old.asked_by,
        reason=old.reason,
        day=day,
        free=free,
        by=by,
        at=at,
        note_text=f"{old.number}：{reason}"[:200],
        disputes=old.disputes,
    )


def assessors_of(body: Organisation, day: date) -> list[User]:
    """Return who may assess for a body on a day."""
    holding = [role.id for role in ROLES.values() if ASSESS in role.acts]
    grants = Grant.objects.filter(
        role__in=holding, organisation=body, revoked_at=None, valid__contains=day
    )
    users = User.objects.filter(pk__in=grants.values("user"), is_active=True)
    return list(users.order_by("full_name", "pk"))


def _refuse_assessors(assessment: Assessment, first: User, second: User, day: date) -> None:
    if first.pk == second.pk:
        raise Refused("须由两名不同的评估员评估", "Two different assessors are needed")
    assert assessment.body is not None
    able = {user.pk for user in assessors_of(assessment.body, day)}
    if not {first.pk, second.pk} <= able:
        raise Refused(
            "只能选该机构当日在岗的评估员", "Choose assessors of this body who serve on that day"
        )
    serving = _who_serves(assessment.elder_id, day)
    for user in (first, second):
        if serving & _where_works(user, day):
            raise Refused(
                f"{user.full_name}所在机构正在为该老年人提供服务，须回避",
                f"{user.username} works for an organisation that serves this person",
            )
    disputed = assessment.disputes
    if disputed is not None:
        earlier = set(disputed.sheets.exclude(assessor=None).values_list("assessor", flat=True))
        if {first.pk, second.pk} & earlier:
            raise Refused(
                "复评须由未参加原评估的评估员进行",
                "A doubted result is assessed again by two others",
            )


def _who_serves(elder: int, day: date) -> set[int]:
    rows = Assignment.objects.filter(
        elder_id=elder, valid__contains=day, organisation__kind__in=_SERVES
    )
    return set(rows.values_list("organisation", flat=True))


def _where_works(user: User, day: date) -> set[int]:
    grants = user.grants.filter(revoked_at=None, valid__contains=day)
    found = set(grants.exclude(organisation=None).values_list("organisation", flat=True))
    return found | {user.organisation_id}


def _put_on_list(assessment: Assessment, body: Organisation, day: date, by: str) -> None:
    """Let the body see the elder. Where it sees her already, its list stays as it is."""
    rows = Assignment.objects.filter(elder_id=assessment.elder_id, organisation=body)
    there = rows.filter(valid__contains=day).first()
    next_one = rows.filter(valid__startswith__gt=day).order_by("valid").first()
    until = next_one.valid.lower if next_one else None
    if there is None:
        Assignment.objects.create(
            elder_id=assessment.elder_id,
            organisation=body,
            valid=DateRange(day, until),
            purpose=PURPOSE,
            assigned_by=by,
        )
    elif there.purpose == PURPOSE and there.valid.upper is not None:
        there.valid = DateRange(there.valid.lower, until)
        there.save(update_fields=["valid"])


def take_off_list(assessment: Assessment, day: date) -> None:
    """Let the body see the elder until the end of today and no longer."""
    rows = Assignment.objects.filter(
        elder_id=assessment.elder_id,
        organisation=assessment.body,
        purpose=PURPOSE,
        valid__contains=day,
        valid__upper_inf=True,
    )
    for row in rows:
        row.valid = DateRange(row.valid.lower, day + timedelta(days=1))
        row.save(update_fields=["valid"])


def _end_appointment(assessment: Assessment, how: str) -> None:
    Appointment.objects.filter(assessment=assessment, ended="").update(ended=how)
