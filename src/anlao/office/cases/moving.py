"""How a case goes from one state into another: locked, checked, told, audited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from anlao.calendar import Counted, add_working_days
from anlao.office.cases import states
from anlao.office.cases.models import Case, PauseProposal, Step
from anlao.office.cases.states import MOVES, NotNow
from anlao.office.cases.terms import terms_of
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_WITHIN = {
    states.PROPOSED: "complete_within",
    states.ASKED: "complete_within",
    states.RETURNED: "supply_within",
    states.VERIFYING: "verify_within",
    states.APPROVAL: "decide_within",
    states.REVIEW: "review_within",
}
_LONGEST = 200
_OPEN_NO_MORE = "待遇已不在领"


class Refused(ValueError):
    """Raised for an act that may not be; the message says why and what to do, in two languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def locked(number: int) -> Case:
    """Return a case that nobody else changes until the transaction ends.

    Raises Case.DoesNotExist outside the scope.
    """
    found: Case = Case.objects.select_for_update().get(pk=number)
    return found


def deadline(state: str, division: str, day: date) -> Counted | None:
    """Return until when something has to be done in a state that begins on a day."""
    name = _WITHIN.get(state)
    return add_working_days(day, getattr(terms_of(division), name)) if name else None


def move(
    case: Case,
    act: str,
    *,
    by: str,
    at: datetime,
    day: date,
    reason: str = "",
    told: Mapping[str, Any] | None = None,
    until: date | None = None,
    **changes: Any,
) -> None:
    """Take a locked case into the state an act leads to. Raises NotNow.

    ``until``: the deadline, where it is not the usual one of the state.
    """
    refuse_unless(case, act)
    _go(case, act, MOVES[act].after, by, at, day, reason, told, until, changes)


def go_back(case: Case, state: str, *, by: str, at: datetime, day: date, reason: str) -> None:
    """Put a case that was closed by mistake back into the state it was in."""
    _go(case, "reopen", state, by, at, day, reason, None, None, {})


def refuse_unless(case: Case, act: str) -> None:
    """Raise NotNow where an act does not fit the present state."""
    if case.state not in MOVES[act].before:
        raise NotNow(act, case.state)


def note(
    case: Case,
    act: str,
    *,
    before: str,
    by: str,
    at: datetime,
    reason: str = "",
    told: Mapping[str, Any] | None = None,
) -> None:
    """Write the step and its audit entry."""
    reason = reason[:_LONGEST]
    Step.objects.create(
        case=case, act=act, before=before, after=case.state, at=at, by=by, reason=reason
    )
    note_only(case, act, by=by, reason=reason, before=before, told=told)


def note_only(
    case: Case,
    act: str,
    *,
    by: str,
    reason: str = "",
    before: str = "",
    told: Mapping[str, Any] | None = None,
) -> None:
    """Write the audit entry of an act that moves nothing."""
    after = {"case": case.number, "provision": case.provision, "state": case.state}
    audit.record(
        Act(
            f"case_{act}",
            case.subject,
            division=case.division_code,
            purpose=reason,
            before={"state": before} if before else None,
            after=after | dict(told or {}),
        ),
        by=by,
    )


def withdraw_proposals(cases: Iterable[Case], why: str, *, by: str, at: datetime) -> None:
    """Withdraw what is still proposed for locked cases: what it rested on is so no longer."""
    held = {case.pk: case for case in cases}
    rows = PauseProposal.objects.filter(case__in=list(held), state=PauseProposal.OPEN)
    for row in rows.select_for_update().order_by("pk"):
        row.state, row.answer = PauseProposal.WITHDRAWN, why
        row.answered_by, row.answered_at = by, at
        row.save(update_fields=["state", "answer", "answered_by", "answered_at"])
        note_only(held[row.case_id], "withdraw_pause", by=by, reason=why)


def _go(
    case: Case,
    act: str,
    state: str,
    by: str,
    at: datetime,
    day: date,
    reason: str,
    told: Mapping[str, Any] | None,
    until: date | None,
    changes: Mapping[str, Any],
) -> None:
    before = case.state
    counted = Counted(until) if until else deadline(state, case.division_code, day)
    case.state = state
    case.deadline_on = counted.day if counted else None
    case.deadline_note = ",".join(map(str, counted.not_loaded)) if counted else ""
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(update_fields=["state", "deadline_on", "deadline_note", *changes])
    note(case, act, before=before, by=by, at=at, reason=reason, told=told)
    if before == states.OPEN:
        withdraw_proposals([case], _OPEN_NO_MORE, by=by, at=at)
