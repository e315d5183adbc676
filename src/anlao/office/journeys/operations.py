"""Deaths and moves: everything that is open is touched in one act, and can be put back in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from anlao.office.assessments import requesting
from anlao.office.benefits import changing
from anlao.office.benefits.holders import ElderHolder
from anlao.office.cases import pausing
from anlao.office.journeys import assignments, merging
from anlao.office.journeys.models import Journey
from anlao.office.payments import accounts
from anlao.office.payments import queries as payments
from anlao.office.payments.accounts import Told
from anlao.office.registry import identity, rows
from anlao.office.registry import operations as registry
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import COUNTY_DIGITS, Ground
from anlao.office.registry.rows import Change
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

ChangedSince = rows.ChangedSince
_LONGEST = 200


class DayRefused(ValueError):
    """Raised for a day that cannot be: one to come, or a death before the birth."""


class UndoneAlready(Exception):
    """Raised where a journey was taken back before."""

    def __str__(self) -> str:
        return "这一办理已经撤销过"


@dataclass(frozen=True, slots=True)
class Signed:
    """Who does it, when, and on what paper."""

    by: str
    at: datetime
    ground: Ground


def die(*, elder: Elder, day: date, signed: Signed) -> Journey:
    """Record a death; all assignments end with the day, benefits as the rulebook says.

    Raises DayRefused and NothingToRecord.
    """
    _refuse_to_come(day, signed)
    if elder.birth_date and day < elder.birth_date:
        raise DayRefused(f"去世日期 {day} 早于出生日期 {elder.birth_date}")

    def act() -> dict[str, Any]:
        effects = _end_with_life(elder, day, signed)
        _record(elder, {"death_date": day}, day, signed)
        return effects

    return _made(Journey.Kind.DEATH, elder, day, signed, act)


def close_after_death(*, elder: Elder, signed: Signed) -> Journey:
    """End what is open of somebody whose death is known already; taken back like a death."""
    assert elder.death_date is not None
    day = elder.death_date

    def act() -> dict[str, Any]:
        return _end_with_life(elder, day, signed)

    return _made(Journey.Kind.DEATH, elder, day, signed, act)


def move(*, elder: Elder, to: str, day: date, lives_there: bool, signed: Signed) -> Journey:
    """Record that the registration moved to another place.

    The file follows inside the county; out of it, assignments end with the day. Raises
    DayRefused and NothingToRecord.
    """
    _refuse_to_come(day, signed)
    facts: dict[str, Any] = {"hukou": to, "hukou_since": day}
    if lives_there:
        facts["residence"] = to
    leaves = to[:COUNTY_DIGITS] != elder.division_code[:COUNTY_DIGITS]

    def act() -> dict[str, Any]:
        withdrawn = _end_assessment(elder, signed) if leaves else None
        cases = _close_cases(elder, signed, only_pending=True) if leaves else []
        ended = assignments.end_after(elder, day) if leaves else {}
        _record(elder, facts, day, signed)
        return {"ended": ended, "withdrawn": withdrawn, "cases": cases}

    return _made(Journey.Kind.MOVE, elder, day, signed, act)


def merge(*, keep: Elder, other: Elder, take: frozenset[str], day: date, signed: Signed) -> Journey:
    """Make two files of one person one. Raises MergeRefused.

    ``take``: facts for which the other file is right; what only it knows is taken anyway.
    """
    merging.refuse(keep, other)

    def act() -> dict[str, Any]:
        cases = _close_cases(other, signed)  # what goes on is asked for in the kept file
        awards = _carry_benefits(keep, other, signed)
        merged = merging.merge(keep, other, take, by=signed.by, at=signed.at, ground=signed.ground)
        return merged | awards | {"cases": cases}

    return _made(Journey.Kind.MERGE, keep, day, signed, act, other=other)


def undo(*, journey: Journey, reason: str, by: str, at: datetime) -> None:
    """Put everything back that a journey changed.

    Raises UndoneAlready, ChangedSince, and NumberTaken where another file has the number by now of
    one that was merged.
    """
    with identity.number_is_free(), transaction.atomic():
        held = Journey.objects.select_for_update().get(pk=journey.pk)
        if held.undone_at is not None:
            raise UndoneAlready
        elder, effects = held.elder, held.effects
        if held.other is not None:
            merging.split(elder, held.other, effects)
        rows.put_back(elder, Change(effects["made"], effects["closed"]), at=at)
        assignments.open_again(effects["ended"])
        if "awards" in effects:
            changing.put_back(elder, effects["awards"], at=at)
        if held.other is not None and "other_awards" in effects:
            changing.put_back(held.other, effects["other_awards"], at=at)
        audit.record(
            Act(f"undo_{held.kind}", f"elder:{elder.pk}", elder.division_code, purpose=reason),
            by=by,
        )
        held.undone_at, held.undone_by, held.undone_reason = at, by, reason
        held.save(update_fields=["undone_at", "undone_by", "undone_reason"])
        registry.follow_registration(elder, at, by)
        today = timezone.localdate(at)
        pausing.open_again(effects.get("cases", []), reason=reason, by=by, at=at, day=today)
        if withdrawn := effects.get("withdrawn"):
            requesting.ask_again(withdrawn, reason=reason, by=by, at=at, day=timezone.localdate(at))


def of(elder: Elder) -> list[Journey]:
    """Return the journeys of an elder, the latest first."""
    return list(Journey.objects.filter(elder=elder).select_related("other").order_by("-pk"))


def _carry_benefits(keep: Elder, other: Elder, signed: Signed) -> dict[str, Any]:
    """Let what the other file receives go on in the kept one, and its account where there is none.

    What was paid to the other file stays its own: the kept one goes on after the last month.
    """
    reason, by, at = f"并档：{signed.ground.evidence}"[:_LONGEST], signed.by, signed.at
    paid = payments.unpaid_from(other.pk)
    kept, ended = changing.carry(keep, other, paid, reason=reason, by=by, at=at)
    held = accounts.of(f"elder:{other.pk}")
    if held is not None and accounts.of(f"elder:{keep.pk}") is None:
        number = accounts.number_of(held)
        told = Told(held.bank, held.holder, held.holder_is, number, reason)
        accounts.enter(ElderHolder(keep), told, by=by, at=at)
    return {"awards": kept, "other_awards": ended}


def _end_with_life(elder: Elder, day: date, signed: Signed) -> dict[str, Any]:
    """End everything that is open of somebody who died; return how it was."""
    return {
        "withdrawn": _end_assessment(elder, signed),
        "cases": _close_cases(elder, signed),
        "awards": changing.end_with_life(
            elder, day, reason=signed.ground.evidence, by=signed.by, at=signed.at
        ),
        "ended": assignments.end_after(elder, day),
    }


def _close_cases(elder: Elder, signed: Signed, *, only_pending: bool = False) -> list[int]:
    return pausing.close_for(
        elder,
        reason=signed.ground.evidence,
        by=signed.by,
        at=signed.at,
        day=timezone.localdate(signed.at),
        only_pending=only_pending,
    )


def _end_assessment(elder: Elder, signed: Signed) -> int | None:
    """Withdraw an assessment that is open; its number is kept, so that it can be asked for anew."""
    return requesting.end_for(
        elder,
        reason=signed.ground.evidence,
        by=signed.by,
        at=signed.at,
        day=timezone.localdate(signed.at),
    )


def _made(
    kind: Journey.Kind,
    elder: Elder,
    day: date,
    signed: Signed,
    act: Callable[[], dict[str, Any]],
    *,
    other: Elder | None = None,
) -> Journey:
    with transaction.atomic():
        registry.lock(elder)
        before = rows.known_now(elder)
        effects = act()
        effects |= asdict(rows.between(before, rows.known_now(elder)))
        journey = Journey(
            elder=elder,
            division_code=elder.division_code,
            kind=kind,
            day=day,
            other=other,
            reason=signed.ground.evidence,
            effects=effects,
            made_by=signed.by,
            made_at=signed.at,
        )
        after = {"day": day.isoformat(), "ended": len(effects["ended"])}
        audit.record(
            Act(
                f"journey_{kind}",
                f"elder:{elder.pk}",
                elder.division_code,
                purpose=signed.ground.evidence,
                after=after | ({"other": f"elder:{other.pk}"} if other else {}),
            ),
            by=signed.by,
        )
        journey.save(force_insert=True)
        registry.follow_registration(elder, signed.at, signed.by)  # perhaps out of sight
    return journey


def _record(elder: Elder, facts: dict[str, Any], day: date, signed: Signed) -> None:
    registry.record(
        elder=elder,
        facts=facts,
        start=day,
        ground=signed.ground,
        by=signed.by,
        at=signed.at,
        follow=False,
    )


def _refuse_to_come(day: date, signed: Signed) -> None:
    if day > timezone.localdate(signed.at):
        raise DayRefused(f"日期 {day} 还没有到")
