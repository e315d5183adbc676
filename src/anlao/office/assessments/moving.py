"""How an assessment goes from one state into another: locked, checked, told, audited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlao.office.assessments.models import Assessment, Step
from anlao.office.assessments.states import MOVES, NotNow
from anlao.office.shared import audit
from anlao.office.shared.audit import Act


class Refused(ValueError):
    """Raised for an act that may not be; the message says why and what to do, in two languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def locked(number: int) -> Assessment:
    """Return an assessment that nobody else changes until the transaction ends.

    Raises Assessment.DoesNotExist outside the scope.
    """
    found: Assessment = Assessment.objects.select_for_update().get(pk=number)
    return found


def move(
    assessment: Assessment,
    act: str,
    *,
    by: str,
    at: datetime,
    reason: str = "",
    told: Mapping[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Take a locked assessment into the state an act leads to. Raises NotNow.

    ``changes``: fields that change with it. ``told``: what else the audit log says.
    """
    refuse_unless(assessment, act)
    before = assessment.state
    for name, value in changes.items():
        setattr(assessment, name, value)
    assessment.state = MOVES[act].after
    assessment.save(update_fields=["state", *changes])
    note(assessment, act, before=before, by=by, at=at, reason=reason, told=told)


def note(
    assessment: Assessment,
    act: str,
    *,
    before: str,
    by: str,
    at: datetime,
    reason: str = "",
    told: Mapping[str, Any] | None = None,
) -> None:
    """Write the step and its audit entry."""
    Step.objects.create(
        assessment=assessment,
        act=act,
        before=before,
        after=assessment.state,
        at=at,
        by=by,
        reason=reason,
    )
    after = {"assessment": assessment.number, "state": assessment.state, **(told or {})}
    audit.record(
        Act(
            f"assessment_{act}",
            f"elder:{assessment.elder_id}",
            division=assessment.division_code,
            purpose=reason,
            before={"state": before} if before else None,
            after=after,
        ),
        by=by,
    )


def refuse_unless(assessment: Assessment, act: str) -> None:
    """Raise NotNow where an act does not fit the present state."""
    if assessment.state not in MOVES[act].before:
        raise NotNow(act, assessment.state)
