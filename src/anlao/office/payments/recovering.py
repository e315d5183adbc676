"""Recoveries: opened by what a run takes back, settled by offsets, repayments and write-offs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from anlao.office.payments import ledger
from anlao.office.payments.calendar import first_of
from anlao.office.payments.models import Recovery, RecoveryStep, Run
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

K = RecoveryStep.Kind


class RecoveryRefused(Exception):
    """Raised for a step that a recovery does not take; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something about a recovery, when, and why."""

    by: str
    at: datetime
    note: str


# What a payee owes already and what a run adds stand in one open recovery of the county.
_OPEN = """
INSERT INTO payments_recovery (subject, elder_id, division_code, county, state, may_offset,
  opened_by, opened_at)
SELECT l.payee, max(l.elder_id), max(l.division_code), %(county)s, 'open', true, %(by)s,
  %(at)s::timestamptz
FROM payments_line l WHERE l.run_id = %(run)s AND l.state = 'charged' AND NOT EXISTS (
  SELECT 1 FROM payments_recovery r
  WHERE r.subject = l.payee AND r.county = %(county)s AND r.state = 'open')
GROUP BY l.payee
"""
_CHARGE = """
INSERT INTO payments_recoverystep (recovery_id, division_code, kind, fen, line_id, note, by, at)
SELECT r.id, l.division_code, 'charged', -l.fen, l.id, l.reason, %(by)s, %(at)s::timestamptz
FROM payments_line l
JOIN payments_recovery r ON r.subject = l.payee AND r.county = %(county)s AND r.state = 'open'
WHERE l.run_id = %(run)s AND l.state = 'charged' ORDER BY l.id
"""
_OFFSET = """
INSERT INTO payments_recoverystep (recovery_id, division_code, kind, fen, line_id, note, by, at)
SELECT r.id, l.division_code, 'offset', -l.offset_fen, l.id, '', %(by)s, %(at)s::timestamptz
FROM payments_line l
JOIN payments_recovery r ON r.subject = l.payee AND r.county = %(county)s AND r.state = 'open'
WHERE l.run_id = %(run)s AND l.state = 'owed' AND l.offset_fen > 0 ORDER BY l.id
"""
_SETTLE = """
UPDATE payments_recovery r SET state = 'settled' WHERE r.county = %(county)s AND r.state = 'open'
AND (SELECT coalesce(sum(s.fen), 0) FROM payments_recoverystep s WHERE s.recovery_id = r.id) = 0
"""


def open_for(run: Run, *, by: str, at: datetime) -> None:
    """Take up what a run charges and offsets, within the transaction that approves it."""
    values: dict[str, Any] = {"run": run.pk, "county": run.division_code, "by": by, "at": at}
    with connection.cursor() as cursor:
        for sql in (_OPEN, _CHARGE, _OFFSET, _SETTLE):
            cursor.execute(sql, values)


def offset_by(run: Run) -> int:
    """Return what a run keeps back for recoveries, in fen."""
    found = RecoveryStep.objects.filter(line__run=run, kind=K.OFFSET).aggregate(fen=Sum("fen"))
    return -int(found["fen"] or 0)


def balance(recovery: Recovery) -> int:
    """Return what is still to come back, in fen."""
    return int(recovery.steps.aggregate(fen=Sum("fen"))["fen"] or 0)


def steps(recovery: Recovery) -> Sequence[RecoveryStep]:
    """Return what happened, in its order."""
    return list(recovery.steps.select_related("line").order_by("pk"))


def is_asked(recovery: Recovery) -> bool:
    """Return whether somebody has asked to write the rest off, and nobody has answered yet."""
    return _asked(recovery) is not None


def notify(recovery: Recovery, doing: Doing) -> None:
    """Write down that the payee or the family was told, and how."""
    _take(recovery, K.NOTICE, 0, doing)


def plan(recovery: Recovery, *, instalment_fen: int | None, start: date, doing: Doing) -> None:
    """Agree that no more than so much is kept back a month; None: the county's usual share."""
    with transaction.atomic():
        held = _lock(recovery)
        if instalment_fen is not None and instalment_fen <= 0:
            raise RecoveryRefused("每期金额须大于零", "an instalment is more than nothing")
        held.instalment_fen, held.instalments_from = instalment_fen, first_of(start)
        held.save(update_fields=["instalment_fen", "instalments_from"])
        _take(held, K.PLAN, 0, doing)


def repay(recovery: Recovery, *, fen: int, day: date, doing: Doing) -> None:
    """Take in money that was paid back. Raises RecoveryRefused."""
    with transaction.atomic():
        held = _lock(recovery)
        if not 0 < fen <= balance(held):
            raise RecoveryRefused(
                "退回金额须大于零，且不超过待追回余额",
                "what is paid back is more than nothing and no more than what is owed",
            )
        _take(held, K.REPAID, -fen, doing)
        _enter(held, "repaid", fen, day, doing)


def ask_to_write_off(recovery: Recovery, doing: Doing) -> None:
    """Ask that what cannot be got back be written off. Raises RecoveryRefused."""
    with transaction.atomic():
        held = _lock(recovery)
        if _asked(held) is not None:
            raise RecoveryRefused("已提出核销申请", "this has been asked already")
        _take(held, K.ASKED, 0, doing)


def write_off(recovery: Recovery, *, day: date, doing: Doing) -> None:
    """Write the rest off, by somebody else than who asked. Raises RecoveryRefused."""
    with transaction.atomic():
        held = _lock(recovery)
        _refuse_unasked(held, doing.by)
        fen = balance(held)
        _take(held, K.WRITTEN_OFF, -fen, doing)
        _enter(held, "written_off", fen, day, doing)


def refuse_write_off(recovery: Recovery, doing: Doing) -> None:
    """Say that nothing is written off. Raises RecoveryRefused."""
    with transaction.atomic():
        held = _lock(recovery)
        _refuse_unasked(held, doing.by)
        _take(held, K.REFUSED, 0, doing)


def _refuse_unasked(recovery: Recovery, by: str) -> None:
    asked = _asked(recovery)
    if asked is None:
        raise RecoveryRefused("还没有人申请核销", "nobody has asked for this")
    if asked.by == by:
        raise RecoveryRefused(
            "申请人不能批准自己的核销", "whoever asked for it does not decide on it"
        )


def _asked(recovery: Recovery) -> RecoveryStep | None:
    latest = recovery.steps.filter(kind__in=(K.ASKED, K.REFUSED)).order_by("-pk").first()
    return latest if latest is not None and latest.kind == K.ASKED else None


def _lock(recovery: Recovery) -> Recovery:
    held: Recovery = Recovery.objects.select_for_update().get(pk=recovery.pk)
    if held.state != Recovery.State.OPEN:
        raise RecoveryRefused("已经结清", "this is settled already")
    return held


def _take(recovery: Recovery, kind: str, fen: int, doing: Doing) -> None:
    with transaction.atomic():
        RecoveryStep(
            recovery=recovery,
            division_code=recovery.division_code,
            kind=kind,
            fen=fen,
            note=doing.note,
            by=doing.by,
            at=doing.at,
        ).save(force_insert=True)
        if fen and balance(recovery) == 0:
            recovery.state = Recovery.State.SETTLED
            recovery.save(update_fields=["state"])
        audit.record(
            Act(
                f"recovery_{kind}",
                f"recovery:{recovery.pk}",
                recovery.division_code,
                purpose=doing.note,
                after={"fen": fen},
            ),
            by=doing.by,
        )


def _enter(recovery: Recovery, kind: str, fen: int, day: date, doing: Doing) -> None:
    head = ledger.Head(recovery.county, kind, first_of(day), recovery=recovery, memo=doing.note)
    ledger.enter(head, [ledger.Share("", "", fen)], by=doing.by, at=doing.at)
