"""Deciding a run: facts frozen at one instant, decisions kept, lines made of the differences.

    decisions x benefits held --COPY--> Due      Due - what earlier lines said --SQL--> Line

The month of the run is decided for everybody who holds a benefit. Months before it are decided
again only for those of whom something was recorded since the last approved run, who were left out
of it, or for everybody where the rules themselves have changed.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connections, transaction
from django.db.models import Min

from anlao.office.benefits import due
from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.payments import lines
from anlao.office.payments.calendar import months_between, plus
from anlao.office.payments.models import Run
from anlao.office.payments.terms import Terms, terms_of
from anlao.office.registry.models import STATUSES
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

OWNER = "owner"
_OVERLAP = timedelta(days=1)
"""What was being recorded while the last run was decided was known earlier than it was seen."""
_DECIDES = (Run.State.OPEN, Run.State.PREVIEWED, Run.State.REVIEWED)


class NotNow(Exception):
    """Raised for a run that takes no such act in its state."""

    def __init__(self, run: Run) -> None:
        self.zh = f"批次{run.get_state_display()}，不能重新判定"
        self.en = f"a run that is {run.state} is not decided again"
        super().__init__(self.zh)


@dataclass(frozen=True, slots=True)
class Since:
    """What the last approved run of a county knew: when, and by which rules."""

    known_at: datetime | None
    rules_digest: str


def decide(number: int, *, by: str, at: datetime, today: date, progress: Progress = UNSEEN) -> None:
    """Decide a run with what is known now, in one transaction. Raises NotNow and NoRulebook.

    Whatever was decided in it before goes, signatures lose their ground with it.
    """
    began = time.monotonic()
    with transaction.atomic(using=OWNER):
        run: Run = Run.objects.using(OWNER).select_for_update().get(pk=number)
        if run.state not in _DECIDES or run.kind == Run.Kind.REISSUE:
            raise NotNow(run)
        _begin_anew(run, at)
        terms = terms_of(run.division_code)
        _keep_decisions(run, terms, today, progress)
        progress.step(1, 1, "正在生成明细", "making the lines")
        lines.make(run, terms)
        run.seconds = round(time.monotonic() - began, 2)
        run.state = Run.State.PREVIEWED
        run.save(using=OWNER)
    after = {"month": f"{run.month:%Y-%m}", "lines": run.lines, "fen": run.fen}
    audit.record(Act("decide_run", f"run:{run.pk}", run.division_code, after=after), by=by)


def _begin_anew(run: Run, at: datetime) -> None:
    run.state, run.known_at, run.digest = Run.State.OPEN, at, ""
    run.rulebook = due.rulebook_of(run.division_code)
    run.rules_digest = due.rules_digest(run.division_code)
    run.save(using=OWNER)
    with connections[OWNER].cursor() as cursor:
        cursor.execute("DELETE FROM payments_line WHERE run_id = %s", [run.pk])
        cursor.execute("DELETE FROM payments_due WHERE run_id = %s", [run.pk])


def _keep_decisions(run: Run, terms: Terms, today: date, progress: Progress) -> None:
    earlier = _earlier_months(run, terms)
    whose = _touched(run) if earlier else []
    months = [run.month, *(earlier if whose != [] else [])]
    for done, month in enumerate(months):
        progress.step(done, len(months), f"正在判定 {month:%Y-%m}", f"deciding {month:%Y-%m}")
        only = None if month == run.month else whose
        holders = _holders(run, month, terms, only)
        if not holders:
            continue
        whom = {provision: list(elders) for provision, elders in holders.items()}
        asked = due.Asked(run.division_code, month, _known(run), today, whom)
        # All of them are read first: one connection cannot copy both ways at once.
        _copy(run, month, list(due.rows(asked, everybody=only is None)), holders)


def _known(run: Run) -> datetime:
    assert run.known_at is not None
    return run.known_at


def _earlier_months(run: Run, terms: Terms) -> list[date]:
    """Return the months before the run's that may be decided again, the earliest first."""
    runs = Run.objects.using(OWNER).filter(division_code=run.division_code)
    begun = runs.exclude(state=Run.State.CANCELLED).aggregate(first=Min("month"))["first"]
    begin = terms.pays_from or begun
    return months_between(max(begin, plus(run.month, -terms.look_back_months)), run.month)


def _since(run: Run) -> Since:
    last = (
        Run.objects.using(OWNER)
        .filter(division_code=run.division_code, state__in=("approved", "sent", "closed"))
        .exclude(kind=Run.Kind.REISSUE)
        .order_by("-known_at")
        .first()
    )
    return Since(last.known_at, last.rules_digest) if last else Since(None, "")


def _touched(run: Run) -> list[int] | None:
    """Return the elders whose earlier months are decided again; None: all of them."""
    since = _since(run)
    if since.known_at is None or since.rules_digest != run.rules_digest:
        return None
    tables = [str(kind._meta.db_table) for kind in STATUSES] + ["benefits_award"]
    recorded = " UNION ".join(
        f"SELECT elder_id FROM {table} WHERE lower(known) > %(since)s"  # noqa: S608 - our own names
        " OR (NOT upper_inf(known) AND upper(known) > %(since)s)"
        for table in tables
    )
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT elder_id FROM ({recorded} UNION {_LEFT}) AS t",  # noqa: S608
            {"since": since.known_at - _OVERLAP, "division": run.division_code},
        )
        return [int(number) for (number,) in cursor.fetchall()]


_LEFT = """
SELECT l.elder_id FROM payments_line l JOIN payments_run r ON r.id = l.run_id
WHERE r.division_code = %(division)s AND l.state = 'left_out' AND r.known_at >= %(since)s
  AND l.elder_id IS NOT NULL
UNION
SELECT d.elder_id FROM payments_due d JOIN payments_run r ON r.id = d.run_id
WHERE r.division_code = %(division)s AND d.outcome = 'unknown' AND r.known_at >= %(since)s
  AND r.state IN ('approved', 'sent', 'closed') AND d.elder_id IS NOT NULL
"""
_HELD = """
SELECT provision, elder_id, bool_or(is_open) FROM (
  SELECT a.provision, a.elder_id, true AS is_open FROM benefits_award a
  WHERE a.division_code LIKE %(inside)s AND a.valid && daterange(%(first)s, %(next)s)
    AND a.known @> %(known)s::timestamptz AND a.provision = ANY(%(provisions)s)
    AND (%(only)s::bigint[] IS NULL OR a.elder_id = ANY(%(only)s))
  UNION ALL
  SELECT l.provision, l.elder_id, false FROM payments_line l JOIN payments_run r ON r.id = l.run_id
  WHERE r.division_code = %(division)s AND l.month = %(first)s AND l.elder_id IS NOT NULL
    AND l.state IN ('owed', 'charged') AND l.provision = ANY(%(provisions)s)
    AND (%(only)s::bigint[] IS NULL OR l.elder_id = ANY(%(only)s))
) AS t GROUP BY provision, elder_id
"""
Holders = dict[str, dict[int, bool]]
"""Elders by provision, and whether each held it."""


def _holders(run: Run, month: date, terms: Terms, only: Sequence[int] | None) -> Holders:
    """Return who held each benefit in a month, and to whom the county has owed it for that month.

    An elder who was paid and has left the county is still one of them.
    """
    provisions = [one.id for one in due.provided(run.division_code) if terms.pays(one.id)]
    found: Holders = defaultdict(dict)
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            _HELD,
            {
                "inside": f"{run.division_code}%",
                "division": run.division_code,
                "first": month,
                "next": plus(month, 1),
                "known": run.known_at,
                "provisions": provisions,
                "only": None if only is None else list(only),
            },
        )
        for provision, elder, is_open in cursor.fetchall():
            found[provision][int(elder)] = is_open
    return dict(found)


def _copy(run: Run, month: date, rows: Iterable[due.Row], holders: Holders) -> None:
    with (
        connections[OWNER].cursor() as cursor,
        cursor.copy(
            "COPY payments_due (run_id, subject, elder_id, division_code, provision, month,"
            " outcome, fen, unit, reason, missing, is_open) FROM STDIN"
        ) as copy,
    ):
        for row in rows:
            copy.write_row(
                (
                    run.pk,
                    f"elder:{row.elder}",
                    row.elder,
                    row.place,
                    row.provision,
                    month,
                    row.outcome,
                    row.fen,
                    row.unit,
                    row.reason,
                    list(row.missing),
                    holders[row.provision][row.elder],
                )
            )
