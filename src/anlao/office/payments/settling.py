"""An approved run made what it says: owed, charged, left out; transfers and entries written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.payments import ledger, recovering, reissuing
from anlao.office.payments.locking import lock, note
from anlao.office.payments.models import Line, Run
from anlao.office.payments.refusals import RunRefused
from anlao.office.payments.signing import approvals
from anlao.office.payments.terms import Terms, terms_of

_APPROVED = (Run.State.APPROVED, Run.State.SENT, Run.State.CLOSED)


def settle(run: Run, *, at: datetime, progress: Progress = UNSEEN) -> None:
    """Make an approved run what it says, all of it in one transaction.

    Once: a run that is settled already is left alone. Raises RunRefused where too few have signed.
    """
    with transaction.atomic():
        held = lock(run)
        if held.state in _APPROVED:
            return
        terms = terms_of(held.division_code)
        signed = approvals(held)
        if held.state != Run.State.REVIEWED or len(signed) < terms.approvers(held.fen):
            raise RunRefused("审批人数不足", "too few have approved")
        by = signed[-1].by
        held.state = Run.State.APPROVED
        held.save(update_fields=["state"])
        if held.kind == Run.Kind.REISSUE:
            reissuing.settle(held, by=by, at=at)
        else:
            _settle_lines(held, terms, by, at, progress)
        note("settle_run", held, by)


def _settle_lines(run: Run, terms: Terms, by: str, at: datetime, progress: Progress) -> None:
    progress.step(1, 4, "正在生成应付明细", "making what is owed")
    for sql in (_ACCOUNT_ENDED, _OWED, _CHARGED, _LEFT_OUT):
        _execute(sql, run)
    progress.step(2, 4, "正在生成支付指令", "making transfers")
    _execute(_TRANSFERS, run)
    progress.step(3, 4, "正在记账", "writing the ledger")
    recovering.open_for(run, by=by, at=at)
    for kind, state in (("owed", Line.State.OWED), ("charged", Line.State.CHARGED)):
        _enter(run, kind, ledger.shared(run, terms, state), by, at)
    _enter(run, "offset", [ledger.Share("", "", recovering.offset_by(run))], by, at)


def _enter(run: Run, kind: str, shares: Sequence[ledger.Share], by: str, at: datetime) -> None:
    head = ledger.Head(run.division_code, kind, run.month, run=run)
    ledger.enter(head, [one for one in shares if one.fen], by=by, at=at)


def _execute(sql: str, run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"run": run.pk})


# An account that ended between the decide and the approval leaves its line for the next run.
_ACCOUNT_ENDED = """
UPDATE payments_line l SET state = 'left_out', held_for = '{no_account}'
WHERE l.run_id = %(run)s AND l.state = 'listed' AND l.fen > 0 AND NOT EXISTS (
  SELECT 1 FROM payments_account a WHERE a.subject = l.payee AND a.ended_at IS NULL)
"""
_OWED = """
UPDATE payments_line SET state = 'owed' WHERE run_id = %(run)s AND state = 'listed' AND fen > 0
"""
_CHARGED = """
UPDATE payments_line SET state = 'charged' WHERE run_id = %(run)s AND state = 'listed' AND fen < 0
"""
_LEFT_OUT = """
UPDATE payments_line SET state = 'left_out' WHERE run_id = %(run)s AND state = 'held'
"""
_TRANSFERS = """
INSERT INTO payments_transfer
  (id, line_id, run_id, division_code, account_id, reference, fen, state, bank_code, bank_note)
SELECT n.id, l.id, l.run_id, l.division_code, a.id, 'P' || lpad(n.id::text, 14, '0'),
  l.fen - l.offset_fen, 'ready', '', ''
FROM payments_line l
JOIN payments_account a ON a.subject = l.payee AND a.ended_at IS NULL
CROSS JOIN LATERAL (SELECT nextval(pg_get_serial_sequence('payments_transfer', 'id')) + 0 * l.id
  AS id) AS n
WHERE l.run_id = %(run)s AND l.state = 'owed' AND l.fen > l.offset_fen
"""
