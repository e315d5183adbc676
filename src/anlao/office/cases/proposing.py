"""Two people suspend a benefit whose elder nobody has confirmed alive: one proposes, one answers.

overdue, and the days of grace over > proposed > suspended, turned down, or withdrawn by itself

Nothing stops because of the calendar alone. A confirmation of life, a death, or a case that is open
no more withdraws what is proposed, in the same transaction (`moving.py`, `proposals.sql`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anlao.office.benefits.provisions import first_of_month
from anlao.office.cases import pausing, queries
from anlao.office.cases.models import Case, PauseProposal
from anlao.office.cases.moving import Refused, locked, note_only, refuse_unless
from anlao.office.cases.states import NotNow
from anlao.office.cases.terms import terms_of
from anlao.office.registry.models import Elder


@transaction.atomic
def propose(
    *, elder: int, kind: str, from_day: date, reason: str, by: str, at: datetime, day: date
) -> list[PauseProposal]:
    """Propose to suspend all money an elder receives by open cases. Raises Refused.

    ``from_day``: the first of a month to come: what has begun is not taken back for a missing word.
    """
    if kind not in PauseProposal.KINDS:
        raise Refused("请选择原因", "Choose why")
    if len(reason) < 2:
        raise Refused("请写明理由", "Say why")
    if from_day.day != 1 or from_day <= day:
        raise Refused("起停月份须在本月以后", "Choose a month after this one")
    # held before anybody looks: a confirmation recorded at this moment comes first or waits
    held = list(Case.objects.select_for_update().filter(elder=elder).order_by("pk"))
    due, cases = _overdue(elder, day)
    already = PauseProposal.objects.filter(case__in=held, state=PauseProposal.OPEN)
    waiting = set(already.values_list("case_id", flat=True))
    wanted = [case for case in cases if case.pk not in waiting]
    if not wanted:
        raise Refused("已有暂停建议待审批", "It is proposed already, and waits for an answer")
    return [_proposed(case, due, kind, from_day, reason, by, at) for case in wanted]


@transaction.atomic
def approve(*, number: int, by: str, at: datetime, day: date) -> PauseProposal:
    """Suspend what was proposed; by another than who proposed it. Raises NotNow and Refused."""
    case, row = _held(number, by)
    refuse_unless(case, "suspend")
    if row.from_day < first_of_month(day):
        raise Refused(
            f"起停月份 {row.from_day:%Y-%m} 已经过去，请退回重新提出",
            f"{row.from_day:%Y-%m} is over: turn it down and have it proposed anew",
        )
    _answer(row, PauseProposal.APPROVED, "", by, at)
    note_only(case, "approve_pause", by=by, reason=row.reason, told=_told(row))
    pausing.suspend(
        number=case.pk,
        kind=row.kind,
        from_day=row.from_day,
        reason=row.reason,
        by=by,
        at=at,
        day=day,
    )
    return row


@transaction.atomic
def turn_down(*, number: int, reason: str, by: str, at: datetime, day: date) -> PauseProposal:
    """Let the benefit go on; by another than who proposed. Raises NotNow and Refused."""
    del day  # every answer is asked the same way
    if len(reason) < 2:
        raise Refused("请写明不同意的理由", "Say why it is turned down")
    case, row = _held(number, by)
    _answer(row, PauseProposal.TURNED_DOWN, reason, by, at)
    note_only(case, "refuse_pause", by=by, reason=reason, told=_told(row))
    return row


@dataclass(frozen=True, slots=True)
class Each:
    """What came of several. ``refused``: number, and why in both languages."""

    done: list[int]
    refused: list[tuple[int, str, str]]


def each(act: Callable[..., Any], name: str, numbers: Sequence[int], **given: Any) -> Each:
    """Do an act for one number after the other, each as if it were alone.

    ``name``: what the act calls its number. A refusal stops no other.
    """
    found = Each([], [])
    for number in numbers:
        try:
            act(**{name: number}, **given)
        except Refused as refusal:
            found.refused.append((number, refusal.zh, refusal.en))
        except NotNow as refusal:
            found.refused.append((number, str(refusal), "It is in another state by now."))
        except (Case.DoesNotExist, PauseProposal.DoesNotExist):
            found.refused.append((number, "不在您的范围", "It is not in your area."))
        else:
            found.done.append(number)
    return found


def _overdue(number: int, day: date) -> tuple[date, list[Case]]:
    """Return since when an elder is overdue, and what she receives. Raises Refused."""
    her = Elder.objects.filter(pk=number).first()
    if her is None:
        raise Refused("不在您的范围", "It is not in your area.")
    terms = terms_of(her.division_code)
    if terms.alive_grace_days is None:
        raise Refused(
            "本县没有设定逾期宽限天数（alive_grace_days），不能提出",
            "The county has set no days of grace (alive_grace_days)",
        )
    late = queries.as_due(queries.long_overdue(terms, day).filter(pk=number), terms, day)
    if not late:
        raise Refused(
            "没有逾期，或者还在宽限期内，或者已经认证",
            "She is not overdue, or within the days of grace, or was confirmed meanwhile",
        )
    cases = queries.received([her], day).get(her.pk, [])
    if not cases:
        raise Refused(
            "没有建档管理的在领现金待遇；请先在其申请页建档管理",
            "No open case pays her money: take over what she receives as a case first",
        )
    return late[0].due_on, cases


def _proposed(
    case: Case, due: date, kind: str, from_day: date, reason: str, by: str, at: datetime
) -> PauseProposal:
    row: PauseProposal = PauseProposal.objects.create(
        case=case,
        state=PauseProposal.OPEN,
        kind=kind,
        due_on=due,
        from_day=from_day,
        reason=reason,
        by=by,
        at=at,
    )
    note_only(case, "propose_pause", by=by, reason=reason, told=_told(row))
    return row


def _held(number: int, by: str) -> tuple[Case, PauseProposal]:
    """Return an open proposal with its case, both held: the case first, as everybody does.

    Raises Refused, and DoesNotExist outside the scope.
    """
    case = locked(PauseProposal.objects.values_list("case_id", flat=True).get(pk=number))
    row: PauseProposal = PauseProposal.objects.select_for_update().get(pk=number)
    if row.state != PauseProposal.OPEN:
        raise Refused("这条建议已有答复或已撤回", "It was answered or withdrawn meanwhile")
    if row.by == by:
        raise Refused("提出建议的人不能审批", "Whoever proposed it does not answer it")
    return case, row


def _answer(row: PauseProposal, state: str, text: str, by: str, at: datetime) -> None:
    row.state, row.answer, row.answered_by, row.answered_at = state, text, by, at
    row.save(update_fields=["state", "answer", "answered_by", "answered_at"])


def _told(row: PauseProposal) -> dict[str, str]:
    return {"kind": row.kind, "from": row.from_day.isoformat(), "due": row.due_on.isoformat()}
