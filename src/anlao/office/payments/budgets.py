"""A year's budget beside what was spent of it, as the ledger has it; money that funds gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet, Sum

from anlao.office.payments import ledger
from anlao.office.payments.calendar import first_of
from anlao.office.payments.ledger import Head, Share
from anlao.office.payments.models import Budget, Entry, Posting
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

MONTHS = 12
PERMILLE = 1000
_LARGEST = 10**15
Key = tuple[str, str]
"""Provision and fund."""


@dataclass(frozen=True, slots=True)
class Told:
    """A budget as finance enters it: whole fen, and on what ground."""

    division: str
    year: int
    fund: str
    provision: str
    fen: int
    ground: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A provision's money of one fund in a year. ``fen``: budget, None: nobody entered one.

    ``months``: spent from January to December. ``first``, ``last``: between which months anything
    of the county was entered (0: nothing).
    """

    provision: str
    fund: str
    fen: int | None
    months: tuple[int, ...]
    first: int
    last: int

    @property
    def spent(self) -> int:
        return sum(self.months)

    @property
    def permille(self) -> int | None:
        """Thousandths of the budget that are used, rounded down."""
        return self.spent * PERMILLE // self.fen if self.fen else None

    @property
    def outlook(self) -> int | None:
        """What the year comes to if the months to come are like those that were entered."""
        if not self.last:
            return None
        entered = self.last - self.first + 1
        return self.spent + self.spent * (MONTHS - self.last) // entered

    @property
    def left(self) -> int | None:
        return None if self.fen is None else self.fen - self.spent


def enter(told: Told, *, by: str, at: datetime) -> Budget:
    """Enter a budget; one that is there already stays, and no longer holds. Raises RunRefused."""
    if not 0 <= told.fen < _LARGEST:
        raise RunRefused("预算金额不对", "this is no amount of a budget")
    if not told.ground.strip():
        raise RunRefused("请写明依据", "say on what ground")
    with transaction.atomic():
        before = current(told.division, told.year).get((told.provision, told.fund))
        row = Budget(
            division_code=told.division,
            year=told.year,
            fund=told.fund,
            provision=told.provision,
            fen=told.fen,
            ground=told.ground,
            by=by,
            at=at,
        )
        row.save(force_insert=True)
        about = {"year": told.year, "fund": told.fund, "provision": told.provision}
        act = Act(
            "enter_budget",
            f"county:{told.division}",
            told.division,
            purpose=told.ground,
            before=None if before is None else {"fen": before},
            after={**about, "fen": told.fen},
        )
        audit.record(act, by=by)
    return row


def give(division: str, share: Share, *, day: date, ground: str, by: str, at: datetime) -> Entry:
    """Enter money that a fund gave. Raises RunRefused."""
    if not 0 < share.fen < _LARGEST or not ground.strip():
        raise RunRefused("请填写金额和依据", "say how much, and on what ground")
    with transaction.atomic():
        head = Head(division, "funded", first_of(day), memo=ground)
        entry = ledger.enter(head, [share], by=by, at=at)
        assert entry is not None
        after = {"fund": share.fund, "fen": share.fen, "entry": entry.number, "day": str(day)}
        act = Act("enter_funding", f"county:{division}", division, purpose=ground, after=after)
        audit.record(act, by=by)
    return entry


def current(division: str, year: int) -> dict[Key, int]:
    """Return the budgets that hold in a year."""
    rows = Budget.objects.filter(division_code=division, year=year).order_by("pk")
    return {(row.provision, row.fund): row.fen for row in rows}


def history(division: str, year: int) -> list[Budget]:
    """Return everything that was entered for a year, the latest first."""
    return list(Budget.objects.filter(division_code=division, year=year).order_by("-pk"))


def compared(division: str, year: int) -> list[Compared]:
    """Return budget and spending of a year by provision and fund."""
    budgets, spent = current(division, year), _spent(division, year)
    entered = [month for months in spent.values() for month in months] or [0]
    return [
        Compared(
            provision,
            fund,
            budgets.get((provision, fund)),
            tuple(spent.get((provision, fund), {}).get(month, 0) for month in range(1, MONTHS + 1)),
            min(entered),
            max(entered),
        )
        for provision, fund in sorted({*budgets, *spent})
    ]


def given(division: str, year: int) -> dict[str, int]:
    """Return how much each fund gave in a year."""
    rows = (
        _postings(division, year, Posting.Account.FUNDING)
        .values("fund")
        .annotate(sum=Sum("fen"))
        .order_by("fund")
    )
    return {row["fund"]: -int(row["sum"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Totals:
    """All of a year. ``fen``: of budgets that were entered."""

    fen: int
    spent: int
    outlook: int


def totals(rows: Iterable[Compared]) -> Totals:
    """Return what rows come to together."""
    found = list(rows)
    return Totals(
        sum(row.fen or 0 for row in found),
        sum(row.spent for row in found),
        sum(row.outlook or 0 for row in found),
    )


def _spent(division: str, year: int) -> Mapping[Key, dict[int, int]]:
    rows = (
        _postings(division, year, Posting.Account.EXPENSE)
        .values("provision", "fund", "entry__month")
        .annotate(sum=Sum("fen"))
        .order_by()
    )
    found: dict[Key, dict[int, int]] = {}
    for row in rows:
        months = found.setdefault((row["provision"], row["fund"]), {})
        months[row["entry__month"].month] = int(row["sum"])
    return found


def _postings(division: str, year: int, account: str) -> QuerySet[Posting]:
    found: QuerySet[Posting] = Posting.objects.filter(
        division_code=division, account=account, entry__month__year=year
    )
    return found
