"""Double entry: what is owed, sent, paid, returned and taken back, each entry adding up to nothing.

| entry      | debit      | credit     |    | entry       | debit       | credit     |
|------------|------------|------------|----|-------------|-------------|------------|
| owed       | expense    | payable    |    | charged     | receivable  | expense    |
| sent       | payable    | transit    |    | offset      | payable     | receivable |
| paid       | transit    | bank       |    | repaid      | bank        | receivable |
| returned   | transit    | returned   |    | written_off | written_off | receivable |
| reissued   | returned   | payable    |    | funded      | bank        | funding    |

Money has a fund where somebody bears or gives it; what the bureau holds or owes is its own.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from anlao.office.payments.models import Entry, Posting, Recovery, Run
from anlao.office.payments.terms import WHOLE, Terms

A = Posting.Account
_LOCK = 7_340_002
"""Class of the advisory lock under which a county's entries are numbered."""
_SIDES: Mapping[str, tuple[str, str]] = {
    "owed": (A.EXPENSE, A.PAYABLE),
    "charged": (A.RECEIVABLE, A.EXPENSE),
    "offset": (A.PAYABLE, A.RECEIVABLE),
    "sent": (A.PAYABLE, A.TRANSIT),
    "paid": (A.TRANSIT, A.BANK),
    "returned": (A.TRANSIT, A.RETURNED),
    "reissued": (A.RETURNED, A.PAYABLE),
    "repaid": (A.BANK, A.RECEIVABLE),
    "written_off": (A.WRITTEN_OFF, A.RECEIVABLE),
    "funded": (A.BANK, A.FUNDING),
}
KINDS = tuple(_SIDES)
_HAS_FUND = (A.EXPENSE, A.FUNDING)
_HAS_PROVISION = (A.EXPENSE, A.WRITTEN_OFF)


@dataclass(frozen=True, slots=True)
class Share:
    """Money of one provision and fund, in fen, more than nothing."""

    provision: str
    fund: str
    fen: int


@dataclass(frozen=True, slots=True)
class Head:
    """What an entry is about. ``month``: of the run or of the day."""

    division: str
    kind: str
    month: date
    run: Run | None = None
    recovery: Recovery | None = None
    memo: str = ""


def enter(head: Head, sums: Sequence[Share], *, by: str, at: datetime) -> Entry | None:
    """Write an entry and its postings within the transaction; nothing where there is no money."""
    debit, credit = _SIDES[head.kind]
    postings = _merged(debit, sums, 1) + _merged(credit, sums, -1)
    if not postings:
        return None
    with transaction.atomic():
        number, mark = _latest(head.division)
        entry = Entry(
            division_code=head.division,
            number=number + 1,
            kind=head.kind,
            month=head.month,
            run=head.run,
            recovery=head.recovery,
            memo=head.memo,
            by=by,
            at=at,
        )
        entry.mark = _mark(entry, postings, mark)
        entry.save(force_insert=True)
        Posting.objects.bulk_create(
            [
                Posting(entry=entry, division_code=head.division, **posting.columns())
                for posting in postings
            ]
        )
    return entry


@dataclass(frozen=True, slots=True, order=True)
class _Posted:
    account: str
    fund: str
    provision: str
    fen: int

    def columns(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "fund": self.fund,
            "provision": self.provision,
            "fen": self.fen,
        }


def _merged(account: str, sums: Sequence[Share], sign: int) -> list[_Posted]:
    """Return the postings of one side: by fund and provision as far as the account has them."""
    found: dict[tuple[str, str], int] = {}
    for one in sums:
        key = (
            one.fund if account in _HAS_FUND else "",
            one.provision if account in _HAS_PROVISION else "",
        )
        found[key] = found.get(key, 0) + one.fen * sign
    return sorted(
        _Posted(account, fund, provision, fen) for (fund, provision), fen in found.items() if fen
    )


def _latest(division: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, division])
    found = Entry.objects.filter(division_code=division).order_by("-number").first()
    return (found.number, found.mark) if found else (0, "")


def _mark(entry: Entry, postings: Sequence[_Posted], before: str) -> str:
    at = entry.at.astimezone(timezone.get_default_timezone()).isoformat(timespec="microseconds")
    content = [
        entry.division_code,
        entry.number,
        entry.kind,
        entry.month.isoformat(),
        entry.run_id,
        entry.recovery_id,
        entry.memo,
        entry.by,
        at,
        [[one.account, one.fund, one.provision, one.fen] for one in sorted(postings)],
        before,
    ]
    text = json.dumps(content, ensure_ascii=False)
    return hmac.new(str(settings.AUDIT_KEY).encode(), text.encode(), sha256).hexdigest()


# A line's money by fund: thousandths rounded towards nothing, what is left goes to the first.
_SHARED = """
WITH shares AS (
  SELECT * FROM jsonb_to_recordset(%(shares)s::jsonb)
    AS s(provision text, month date, fund text, permille bigint, rank int)
), parts AS (
  SELECT l.id, l.provision, s.fund, s.rank, l.fen, l.fen * s.permille / %(whole)s AS part
  FROM payments_line l JOIN shares s ON s.provision = l.provision AND s.month = l.month
  WHERE l.run_id = %(run)s AND l.state = %(state)s
), whole AS (
  SELECT provision, fund,
    part + CASE WHEN rank = 0 THEN fen - sum(part) OVER (PARTITION BY id) ELSE 0 END AS fen
  FROM parts
)
SELECT provision, fund, abs(sum(fen)) FROM whole GROUP BY provision, fund HAVING sum(fen) <> 0
ORDER BY provision, fund
"""


def shared(run: Run, terms: Terms, state: str) -> list[Share]:
    """Return the money of a run's lines in a state, by provision and by who bears it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT provision, month FROM payments_line WHERE run_id = %s AND state = %s",
            [run.pk, state],
        )
        pairs = cursor.fetchall()
        shares = [
            {
                "provision": provision,
                "month": month.isoformat(),
                "fund": fund,
                "permille": permille,
                "rank": rank,
            }
            for provision, month in pairs
            for rank, (fund, permille) in enumerate(terms.shares(provision, month).items())
        ]
        cursor.execute(
            _SHARED, {"shares": json.dumps(shares), "whole": WHOLE, "run": run.pk, "state": state}
        )
        return [Share(provision, fund, int(fen)) for provision, fund, fen in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on an account, in fen: debit above nothing, credit below."""

    account: str
    fund: str
    provision: str
    fen: int


def balances(division: str) -> list[Balance]:
    """Return the trial balance of a county; all of it together is nothing."""
    rows = (
        Posting.objects.filter(division_code=division)
        .values("account", "fund", "provision")
        .annotate(fen=Sum("fen"))
        .order_by("account", "fund", "provision")
    )
    return [Balance(row["account"], row["fund"], row["provision"], int(row["fen"])) for row in rows]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not fit. ``entry``: its number, 0 for the county as a whole."""

    entry: int
    zh: str
    en: str


def verify(division: str) -> Iterator[Fault]:
    """Yield what is wrong in a county's ledger: marks, gaps, sums, lines and transfers."""
    yield from _chain(division)
    held: dict[str, int] = {}
    for one in balances(division):
        held[one.account] = held.get(one.account, 0) + one.fen
    if sum(held.values()):
        yield Fault(0, "试算不平衡", "the trial balance is not nothing")
    with connection.cursor() as cursor:
        cursor.execute(_SUBLEDGER, {"division": division})
        row = cursor.fetchone()
    for account, wanted in zip(_CONTROLLED, row, strict=True):
        if held.get(account, 0) != wanted:
            yield Fault(
                0,
                f"{A(account).label}账面{held.get(account, 0)}分，明细{wanted}分",
                f"{account}: {held.get(account, 0)} fen on the books, {wanted} in detail",
            )


_CONTROLLED = (A.PAYABLE, A.TRANSIT, A.RETURNED, A.RECEIVABLE)
# What the controlled accounts have to say, from the rows that they sum up.
_SUBLEDGER = """
WITH mine AS (
  SELECT t.*, EXISTS (SELECT 1 FROM payments_transfer n WHERE n.line_id = t.line_id
    AND n.state <> 'returned') AS goes_on
  FROM payments_transfer t JOIN payments_run r ON r.id = t.run_id
  WHERE r.division_code = %(division)s
)
SELECT
  -coalesce((SELECT sum(fen) FROM mine WHERE state = 'ready'), 0),
  -coalesce((SELECT sum(fen) FROM mine WHERE state = 'sent'), 0),
  -coalesce((SELECT sum(fen) FROM (SELECT DISTINCT ON (line_id) fen FROM mine
    WHERE state = 'returned' AND NOT goes_on) AS waiting), 0),
  coalesce((SELECT sum(s.fen) FROM payments_recoverystep s
    JOIN payments_recovery r ON r.id = s.recovery_id
    WHERE r.county = %(division)s), 0)
"""


def _chain(division: str) -> Iterator[Fault]:
    before, expected = "", 1
    rows = Entry.objects.filter(division_code=division).order_by("number")
    for entry in rows.prefetch_related("postings").iterator(500):
        postings = [
            _Posted(one.account, one.fund, one.provision, one.fen) for one in entry.postings.all()
        ]
        if entry.number != expected:
            yield Fault(entry.number, "凭证号不连续", "entries before it are missing")
        elif not hmac.compare_digest(entry.mark, _mark(entry, postings, before)):
            yield Fault(entry.number, "凭证被改动", "it or the one before it was changed")
        if sum(one.fen for one in postings):
            yield Fault(entry.number, "借贷不平", "its postings do not add up")
        before, expected = entry.mark, entry.number + 1
