"""An open benefit stops for a while, goes on, or ends; and whether its elder is alive.

Suspended and ended is the award: whoever holds none on a day is paid nothing for it. Going on from
a day that lies behind is back-pay: the payments then find what was not paid.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from anlao.office.benefits.holders import Doing
from anlao.office.benefits.models import Award, FileAward
from anlao.office.cases import states
from anlao.office.cases.models import Case, ConfirmedAlive, Pause
from anlao.office.cases.moving import (
    Refused,
    go_back,
    locked,
    move,
    refuse_unless,
    withdraw_proposals,
)
from anlao.office.registry.models import Elder
from anlao.office.shared import audit
from anlao.office.shared.audit import Act


@transaction.atomic
def suspend(
    *, number: int, kind: str, from_day: date, reason: str, by: str, at: datetime, day: date
) -> Case:
    """Stop a benefit from a day on, until it is resumed. Raises NotNow and Refused."""
    case = locked(number)
    refuse_unless(case, "suspend")
    _refuse_without(reason)
    fen = _end_awards(case, from_day, reason, by, at)
    Pause.objects.create(case=case, kind=kind, from_day=from_day, fen=fen, at=at, by=by)
    told = {"kind": kind, "from": from_day.isoformat()}
    move(case, "suspend", by=by, at=at, day=day, reason=reason, told=told)
    return case


@transaction.atomic
def resume(*, number: int, from_day: date, reason: str, by: str, at: datetime, day: date) -> Case:
    """Let a benefit go on from a day; one that lies behind means back-pay. Raises Refused."""
    case = locked(number)
    refuse_unless(case, "resume")
    _refuse_without(reason)
    pause: Pause = Pause.objects.get(case=case, until_day=None)
    if from_day < pause.from_day:
        raise Refused(f"恢复日期不能早于暂停日期 {pause.from_day}", f"Not before {pause.from_day}")
    case.holder.open(
        case.provision, fen=pause.fen, case=case.pk, start=from_day, doing=Doing(by, at)
    )
    pause.until_day, pause.ended_by = from_day, by
    pause.save(update_fields=["until_day", "ended_by"])
    told = {"from": from_day.isoformat()}
    move(case, "resume", by=by, at=at, day=day, reason=reason, told=told)
    return case


@transaction.atomic
def terminate(
    *, number: int, from_day: date, reason: str, by: str, at: datetime, day: date
) -> Case:
    """End a benefit from a day on, for good. Raises NotNow and Refused.

    What was given once has ended by itself: then only its case is closed.
    """
    case = locked(number)
    refuse_unless(case, "terminate")
    _refuse_without(reason)
    if case.state == states.OPEN and _going_on(case, from_day):
        _end_awards(case, from_day, reason, by, at)
    _end_pause(case, from_day, by)
    told = {"from": from_day.isoformat()}
    move(case, "terminate", by=by, at=at, day=day, reason=reason, told=told)
    return case


@transaction.atomic
def confirm_alive(
    *, elder: Elder, on: date, how: str, evidence: str, by: str, at: datetime, day: date
) -> ConfirmedAlive:
    """Record that somebody saw or heard her, or matched her data, on a day. Raises Refused.

    What was proposed because nobody had is withdrawn with it.
    """
    if on > day:
        raise Refused("认证日期还没有到", "That day has not come yet")
    if how not in ConfirmedAlive.HOWS or len(evidence) < 2:
        raise Refused("请写明认证方式和依据", "Say how, and on what ground")
    if elder.state != Elder.State.LIVING:
        raise Refused("该档案不在册", "The file is not on the register")
    # held first: whoever proposes at this moment waits, and then finds her confirmed
    cases = list(
        Case.objects.select_for_update().filter(elder=elder, state=states.OPEN).order_by("pk")
    )
    made: ConfirmedAlive = ConfirmedAlive.objects.create(
        elder=elder, day=on, how=how, evidence=evidence, by=by, at=at
    )
    audit.record(
        Act(
            "confirm_alive",
            f"elder:{elder.pk}",
            division=elder.division_code,
            purpose=evidence,
            after={"day": on.isoformat(), "how": how},
        ),
        by=by,
    )
    withdraw_proposals(cases, f"{on:%Y-%m-%d} 已作生存认证", by=by, at=at)
    return made


def close_for(
    elder: Elder, *, reason: str, by: str, at: datetime, day: date, only_pending: bool = False
) -> list[int]:
    """Close the cases of somebody who died or (``only_pending``) left; return their numbers.

    The awards are the journey's own business.
    """
    wanted = states.PENDING if only_pending else states.LIVE
    closed = []
    cases = Case.objects.select_for_update().filter(elder=elder, state__in=wanted).order_by("pk")
    for case in cases:
        move(case, "close", by=by, at=at, day=day, reason=reason)
        closed.append(case.pk)
    return closed


def open_again(numbers: list[int], *, reason: str, by: str, at: datetime, day: date) -> None:
    """Put cases back into the state in which they were closed by mistake."""
    for case in Case.objects.select_for_update().filter(pk__in=numbers).order_by("pk"):
        if case.state != states.CLOSED:
            continue
        step = case.steps.filter(act="close").latest("pk")
        live = Case.objects.filter(
            subject=case.subject, provision=case.provision, state__in=states.LIVE
        )
        if not live.exists():  # somebody asked anew meanwhile
            go_back(case, step.before, by=by, at=at, day=day, reason=reason)


def _end_awards(case: Case, day: date, reason: str, by: str, at: datetime) -> int | None:
    """End what is received from a day on; return a month's money. Raises Refused."""
    goes_on = _going_on(case, day)
    if not goes_on:
        raise Refused("没有正在发放的这项待遇", "This is not being received")
    doing = Doing(by, at, reason)
    for row in goes_on:
        if row.valid.lower is not None and row.valid.lower >= day:
            case.holder.take_back(row, doing)
        else:
            case.holder.end(row, day, doing)
    return goes_on[-1].fen


def _going_on(case: Case, day: date) -> list[Award | FileAward]:
    """Return what would still be received on a day or after it."""
    rows = case.holder.held(case.provision)
    return [row for row in rows if row.valid.upper is None or row.valid.upper > day]


def _end_pause(case: Case, day: date, by: str) -> None:
    for pause in Pause.objects.filter(case=case, until_day=None):
        pause.until_day, pause.ended_by = max(day, pause.from_day), by
        pause.save(update_fields=["until_day", "ended_by"])


def _refuse_without(reason: str) -> None:
    if len(reason) < 2:
        raise Refused("请写明理由", "Say why")
