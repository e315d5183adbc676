"""Returned payments sent anew: a run of transfers that owe nothing new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction

from anlao.office.payments import ledger
from anlao.office.payments.locking import lock, note
from anlao.office.payments.models import Run
from anlao.office.payments.refusals import CHANGED, RunRefused


@dataclass(frozen=True, slots=True)
class Returned:
    """A line whose latest transfer came back. ``account``: where it would go now, if anywhere."""

    line: int
    subject: str
    division: str
    provision: str
    period: str
    fen: int
    result: str
    note: str
    returned_account: int
    account: int | None

    @property
    def is_ready(self) -> bool:
        """Return whether there is another account than the one that the bank refused."""
        return self.account is not None and self.account != self.returned_account


_RETURNED = """
SELECT DISTINCT ON (t.line_id) t.line_id, l.subject, l.division_code, l.provision, l.period, t.fen,
  t.bank_code, t.bank_note, t.account_id, a.id
FROM payments_transfer t
JOIN payments_line l ON l.id = t.line_id
JOIN payments_run r ON r.id = t.run_id
LEFT JOIN payments_account a ON a.subject = l.payee AND a.ended_at IS NULL
WHERE r.division_code = %s AND t.state = 'returned' AND NOT EXISTS (
  SELECT 1 FROM payments_transfer n WHERE n.line_id = t.line_id AND n.state <> 'returned')
ORDER BY t.line_id, t.id DESC
"""


def returned(division: str) -> list[Returned]:
    """Return what came back and was not sent anew, as far as the scope goes."""
    with connection.cursor() as cursor:
        cursor.execute(_RETURNED, [division])
        return [Returned(*row) for row in cursor.fetchall()]


def prepare(run: Run, *, by: str, at: datetime) -> Run:
    """Make a re-issue ready to be looked through: all that has another account by now.

    Raises RunRefused.
    """
    with transaction.atomic():
        held = lock(run)
        if held.kind != Run.Kind.REISSUE or held.state not in (Run.State.OPEN, Run.State.PREVIEWED):
            raise RunRefused("批次不能这样办理", "the run takes no such act")
        ready = _ready(held)
        if not ready:
            raise RunRefused(
                "没有可以重发的退票：请先更正收款账户",
                "nothing can be sent anew: enter other accounts first",
            )
        held.state, held.known_at = Run.State.PREVIEWED, at
        held.lines, held.fen, held.digest = len(ready), _sum(ready), _digest(ready)
        held.save()
        note("decide_run", held, by)
    return held


def settle(run: Run, *, by: str, at: datetime) -> None:
    """Make the transfers of an approved re-issue, within its transaction. Raises RunRefused."""
    ready = _ready(run)
    if _digest(ready) != run.digest:
        raise CHANGED
    with connection.cursor() as cursor:
        cursor.execute(
            _TRANSFERS,
            [run.pk, [one.line for one in ready], [one.account for one in ready]],
        )
    head = ledger.Head(run.division_code, "reissued", run.month, run=run)
    ledger.enter(head, [ledger.Share("", "", _sum(ready))], by=by, at=at)


_TRANSFERS = """
INSERT INTO payments_transfer
  (id, line_id, run_id, division_code, account_id, reference, fen, state, bank_code, bank_note)
SELECT n.id, l.id, %s, l.division_code, s.account, 'P' || lpad(n.id::text, 14, '0'),
  l.fen - l.offset_fen, 'ready', '', ''
FROM unnest(%s::bigint[], %s::bigint[]) AS s(line, account)
JOIN payments_line l ON l.id = s.line
CROSS JOIN LATERAL (SELECT nextval(pg_get_serial_sequence('payments_transfer', 'id')) + 0 * l.id
  AS id) AS n
"""


def _ready(run: Run) -> list[Returned]:
    return [one for one in returned(run.division_code) if one.is_ready]


def _sum(ready: Sequence[Returned]) -> int:
    return sum(one.fen for one in ready)


def _digest(ready: Sequence[Returned]) -> str:
    """Return what people sign: lines, accounts and amounts."""
    text = "\n".join(f"{one.line}|{one.account}|{one.fen}" for one in ready)
    return sha256(text.encode()).hexdigest()
