"""Whether an elder's assessment is free: her county's rulebook decides, as of the month asked.

The rulebook asks when she was assessed last; the quota is of free assessments. So it is given the
day of the last one that used the quota, and none where all are left.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from anlao.office.assessments.queries import latest_free_on
from anlao.office.assessments.requesting import FreeAnswer, request
from anlao.office.benefits.queries import entitlements
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.registry import queries as registry
from anlao.office.registry.models import Elder
from anlao.rules.language.tree import NONE
from anlao.rules.periods import Month

PROVISION = "capability-assessment"
_OUTCOMES = {"yes": True, "no": False}


def free_assessment(
    elder: Elder, day: date, *, known_at: datetime, language: str, reason: str = "routine"
) -> FreeAnswer:
    """Return what the rulebook says of an assessment asked for on a day.

    ``reason``: a review after a change of condition and a repeated one use no quota, and the
    rulebook is not asked. Nothing known of earlier assessments leaves the answer open.
    """
    if reason in ("immediate", "dispute"):
        return FreeAnswer()
    held = registry.facts_on(elder, day, known_at=known_at)
    used = latest_free_on(elder, assessed_on=held.get("assessed_on"))
    instead: dict[str, Any] = {}
    if used is not None:
        instead["assessed_on"] = used
    elif held.get("assessed_on") is not None:
        instead["assessed_on"] = NONE  # assessed, but never by way of the quota
    try:
        found = entitlements(
            elder, Month.of(day), known_at=known_at, language=language, instead=instead
        )
    except NoRulebook:
        return FreeAnswer()
    for one in found.found:
        if one.provision == PROVISION:
            lines = (one.verdict, *one.sentences)
            return FreeAnswer(_OUTCOMES.get(one.outcome), PROVISION, one.clause, lines)
    return FreeAnswer()


def ask_when_due(elders: Iterable[Elder], *, day: date, by: str, at: datetime) -> int:
    """Ask for a routine assessment of elders whose next one is due; return how many there were."""
    asked = 0
    for elder in elders:
        request(
            elder=elder,
            asked_by="automatic",
            reason="routine",
            day=day,
            free=free_assessment(elder, day, known_at=at, language="zh"),
            by=by,
            at=at,
        )
        asked += 1
    return asked
