"""A run as its makers work on it: opened, doubts cleared, lines held, given up, closed."""

from __future__ import annotations

import json
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from anlao.office.payments import ledger, lines
from anlao.office.payments.locking import lock, note
from anlao.office.payments.models import Line, Run, Transfer
from anlao.office.payments.refusals import ANOTHER_WAITS, RunRefused
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_UNDECIDED = (Run.State.OPEN, Run.State.PREVIEWED, Run.State.REVIEWED)
_APPROVED = (Run.State.APPROVED, Run.State.SENT, Run.State.CLOSED)


def open_run(
    *,
    division: str,
    month: date,
    by: str,
    at: datetime,
    kind: str = Run.Kind.REGULAR,
    parent: Run | None = None,
) -> Run:
    """Open a run of a county and month. Raises RunRefused."""
    if Run.objects.filter(division_code=division, state__in=_UNDECIDED).exists():
        raise ANOTHER_WAITS
    if kind != Run.Kind.REGULAR and (parent is None or parent.state not in _APPROVED):
        raise RunRefused(
            "补发、更正须在当月批次审批之后开立",
            "a child run is opened once the run of its month is approved",
        )
    run = Run(division_code=division, month=month, kind=kind, parent=parent, made_by=by, made_at=at)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        raise RunRefused(
            f"{month:%Y年%m月}的发放批次已经开立，请打开已有批次，或开立补发、更正批次",
            f"the run of {month:%Y-%m} is there already: open it, or open a child run",
        ) from None
    note("open_run", run, by, kind=kind)
    return run


def cancel(run: Run, *, reason: str, by: str) -> None:
    """Give a run up before it is approved; its lines stay readable. Raises RunRefused."""
    with transaction.atomic():
        held = lock(run)
        if held.state not in _UNDECIDED:
            raise RunRefused(
                "已审批的批次不能作废；请开立更正批次",
                "an approved run is not cancelled; open a correction",
            )
        held.state, held.note = Run.State.CANCELLED, reason
        held.save(update_fields=["state", "note"])
        Line.objects.filter(run=held).update(state=Line.State.LEFT_OUT)
        note("cancel_run", held, by, purpose=reason)


def clear(line: Line, why: str, *, reason: str, by: str, at: datetime) -> None:
    """Say that a doubt about a line was looked into and is none. Raises RunRefused."""
    with transaction.atomic():
        run = lock(line.run)
        held = Line.objects.select_for_update().get(pk=line.pk)
        if run.state != Run.State.PREVIEWED:
            raise RunRefused("批次已进入审批，不能再改", "the run is being approved already")
        if why not in held.held_for or why not in lines.CLEARABLE:
            raise RunRefused("这一项不能这样排除", "this cannot be cleared so")
        held.held_for = [one for one in held.held_for if one != why]
        held.cleared = {**held.cleared, why: {"reason": reason, "by": by, "at": at.isoformat()}}
        held.state = Line.State.HELD if held.held_for else Line.State.LISTED
        held.save(update_fields=["held_for", "cleared", "state"])
        _recount(run)
        audit.record(
            Act(
                "clear_line",
                f"line:{held.pk}",
                held.division_code,
                purpose=reason,
                before={"held_for": [why]},
            ),
            by=by,
        )


def clear_all(run: Run, why: str, *, place: str, reason: str, by: str, at: datetime) -> int:
    """Clear one doubt of all lines of a place at once; return of how many. Raises RunRefused.

    For a list that was looked through as a whole, such as the people whom a county paid before.
    """
    with transaction.atomic():
        held = lock(run)
        if held.state != Run.State.PREVIEWED:
            raise RunRefused("批次已进入审批，不能再改", "the run is being approved already")
        if why not in lines.CLEARABLE:
            raise RunRefused("这一项不能这样排除", "this cannot be cleared so")
        cleared = {why: {"reason": reason, "by": by, "at": at.isoformat()}}
        with connection.cursor() as cursor:
            cursor.execute(
                _CLEAR,
                {"run": held.pk, "why": why, "place": f"{place}%", "said": json.dumps(cleared)},
            )
            count = int(cursor.rowcount)
        _recount(held)
        note("clear_lines", held, by, purpose=reason, why=why, place=place, count=count)
    return count


_CLEAR = """
UPDATE payments_line SET held_for = array_remove(held_for, %(why)s),
  cleared = cleared || %(said)s::jsonb,
  state = CASE WHEN array_remove(held_for, %(why)s) = '{}' THEN 'listed' ELSE 'held' END
WHERE run_id = %(run)s AND state = 'held' AND held_for @> ARRAY[%(why)s]::varchar[]
  AND division_code LIKE %(place)s
"""


def hold(line: Line, *, reason: str, by: str, at: datetime) -> None:
    """Let a line wait, though nothing in the data says so. Raises RunRefused."""
    with transaction.atomic():
        run = lock(line.run)
        held = Line.objects.select_for_update().get(pk=line.pk)
        if run.state != Run.State.PREVIEWED or held.fen < 0:
            raise RunRefused("这一条不能暂缓", "this line cannot be held")
        held.held_for = sorted({*held.held_for, lines.BY_HAND})
        held.cleared = {**held.cleared, "held": {"reason": reason, "by": by, "at": at.isoformat()}}
        held.state = Line.State.HELD
        held.save(update_fields=["held_for", "cleared", "state"])
        _recount(run)
        audit.record(Act("hold_line", f"line:{held.pk}", held.division_code, purpose=reason), by=by)


def close(run: Run, *, by: str) -> None:
    """Close a run whose money has all arrived or come back. Raises RunRefused."""
    with transaction.atomic():
        held = lock(run)
        waiting = Transfer.objects.filter(
            run=held, state__in=(Transfer.State.READY, Transfer.State.SENT)
        ).count()
        if held.state not in (Run.State.APPROVED, Run.State.SENT) or waiting:
            raise RunRefused(
                f"还有{waiting}笔没有银行结果，不能关账",
                f"{waiting} transfers have no answer of the bank yet",
            )
        faults = list(ledger.verify(held.division_code))
        if faults:
            raise RunRefused(f"账务不平：{faults[0].zh}", f"the books do not fit: {faults[0].en}")
        held.state = Run.State.CLOSED
        held.save(update_fields=["state"])
        note("close_run", held, by)


def _recount(run: Run) -> None:
    """Digest a run anew after a line has changed."""
    lines.count(run, using="default")
    run.save(update_fields=["lines", "fen", "digest"])
