"""Whose benefits a run decides: who held what in a month, and whose past may have changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connections

from anlao.office.benefits import due
from anlao.office.benefits.subjects import REGISTERS
from anlao.office.payments.calendar import plus
from anlao.office.payments.models import Run
from anlao.office.payments.terms import Terms
from anlao.office.registry.models import STATUSES

OWNER = "owner"
_OVERLAP = timedelta(days=1)
"""What was being recorded while the last run was decided was known earlier than it was seen."""

Held = dict[str, dict[str, bool]]
"""Subjects by provision, and whether each held it."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Of whom something was recorded since the last approved run. None: everybody."""

    elders: list[int] | None
    files: list[str] | None

    @property
    def is_nobody(self) -> bool:
        return self.elders == [] and self.files == []


EVERYBODY = Touched(None, None)


def touched(run: Run) -> Touched:
    """Return whose earlier months are decided again: all of them where the rules have changed."""
    last = (
        Run.objects.using(OWNER)
        .filter(division_code=run.division_code, state__in=("approved", "sent", "closed"))
        .exclude(kind=Run.Kind.REISSUE)
        .order_by("-known_at")
        .first()
    )
    if last is None or last.known_at is None or last.rules_digest != run.rules_digest:
        return EVERYBODY
    since = {
        "since": last.known_at - _OVERLAP,
        "division": run.division_code,
        "inside": f"{run.division_code}%",
    }
    elders = [int(number) for number in _column(_elders_recorded(), since)]
    files = [str(subject) for subject in _column(_files_recorded(), since)]
    homes = [int(one.partition(":")[2]) for one in files if one.startswith(f"{_INSTITUTION.kind}:")]
    leaning = _column(_LEANING, {"elders": elders, "homes": homes})
    return Touched(elders, sorted({*files, *leaning}))


def elders(run: Run, month: date, terms: Terms, only: Sequence[int] | None) -> Held:
    """Return which elders held each benefit in a month, and to whom it was owed for that month.

    An elder who was paid and has left the county is still one of them.
    """
    return _held(_ELDERS_HELD, run, month, terms, None if only is None else list(only), of="elder")


def files(run: Run, month: date, terms: Terms, only: Sequence[str] | None) -> Held:
    """Return which files of the registers held each benefit, and to which it was owed."""
    return _held(_FILES_HELD, run, month, terms, None if only is None else list(only), of="files")


def _held(query: str, run: Run, month: date, terms: Terms, only: Any, *, of: str) -> Held:
    provisions = [
        one.id
        for one in due.provided(run.division_code)
        if terms.pays(one.id) and (one.subject == due.ELDER) == (of == "elder")
    ]
    found: Held = defaultdict(dict)
    values = {
        "inside": f"{run.division_code}%",
        "division": run.division_code,
        "first": month,
        "next": plus(month, 1),
        "known": run.known_at,
        "provisions": provisions,
        "only": only,
    }
    with connections[OWNER].cursor() as cursor:
        cursor.execute(query, values)
        for provision, subject, is_open in cursor.fetchall():
            found[provision][subject] = is_open
    return dict(found)


# The runs as a list: joined, the lines were looked through once for each run of three years. That a
# line counts follows from its state; it is said for the index by month.
_ELDERS_HELD = """
SELECT provision, 'elder:' || elder_id, bool_or(is_open) FROM (
  SELECT a.provision, a.elder_id, true AS is_open FROM benefits_award a
  WHERE a.division_code LIKE %(inside)s AND a.valid && daterange(%(first)s, %(next)s)
    AND a.known @> %(known)s::timestamptz AND a.provision = ANY(%(provisions)s)
    AND (%(only)s::bigint[] IS NULL OR a.elder_id = ANY(%(only)s))
  UNION ALL
  SELECT l.provision, l.elder_id, false FROM payments_line l
  WHERE l.run_id = ANY(ARRAY(SELECT id FROM payments_run WHERE division_code = %(division)s))
    AND l.month = %(first)s AND l.counts AND l.elder_id IS NOT NULL
    AND l.state IN ('owed', 'charged') AND l.provision = ANY(%(provisions)s)
    AND (%(only)s::bigint[] IS NULL OR l.elder_id = ANY(%(only)s))
) AS t GROUP BY provision, elder_id
"""
_FILES_HELD = """
SELECT provision, subject, bool_or(is_open) FROM (
  SELECT a.provision, a.subject, true AS is_open FROM benefits_fileaward a
  WHERE a.division_code LIKE %(inside)s AND a.valid && daterange(%(first)s, %(next)s)
    AND a.known @> %(known)s::timestamptz AND a.provision = ANY(%(provisions)s)
    AND (%(only)s::text[] IS NULL OR a.subject = ANY(%(only)s))
  UNION ALL
  SELECT l.provision, l.subject, false FROM payments_line l
  WHERE l.run_id = ANY(ARRAY(SELECT id FROM payments_run WHERE division_code = %(division)s))
    AND l.month = %(first)s AND l.counts AND l.elder_id IS NULL
    AND l.state IN ('owed', 'charged') AND l.provision = ANY(%(provisions)s)
    AND (%(only)s::text[] IS NULL OR l.subject = ANY(%(only)s))
) AS t GROUP BY provision, subject
"""
# Elders whom the county pays or has paid, or for whom it pays an institution.
_PAID = """
WITH paid AS MATERIALIZED (
  SELECT elder_id FROM benefits_award WHERE division_code LIKE %(inside)s
  UNION SELECT l.elder_id FROM payments_line l JOIN payments_run r ON r.id = l.run_id
  WHERE r.division_code = %(division)s AND l.elder_id IS NOT NULL
  UNION SELECT elder_id FROM facilities_stay
)
"""
_RECORDED = (
    "SELECT {whose} FROM {table} WHERE lower(known) > %(since)s"
    " OR (NOT upper_inf(known) AND upper(known) > %(since)s)"
)
# What was left out of a run, or could not be told, is looked at again.
_LEFT = """
SELECT l.{whose} FROM payments_line l JOIN payments_run r ON r.id = l.run_id
WHERE r.division_code = %(division)s AND l.state = 'left_out' AND r.known_at >= %(since)s
  AND l.elder_id IS {is_elder} NULL
UNION
SELECT d.{whose} FROM payments_due d JOIN payments_run r ON r.id = d.run_id
WHERE r.division_code = %(division)s AND d.outcome = 'unknown' AND r.known_at >= %(since)s
  AND r.state IN ('approved', 'sent', 'closed') AND d.elder_id IS {is_elder} NULL
"""
# What a resident is due depends on the elder's file and on the institution's.
_LEANING = """
SELECT 'resident:' || id FROM facilities_stay
WHERE elder_id = ANY(%(elders)s) OR institution_id = ANY(%(homes)s)
"""
_INSTITUTION = REGISTERS["institution"]


def _elders_recorded() -> str:
    tables = [str(kind._meta.db_table) for kind in STATUSES] + ["benefits_award"]
    parts = [
        _RECORDED.format(whose="elder_id", table=f"{table} JOIN paid USING (elder_id)")
        for table in tables
    ]
    return _PAID + " UNION ".join([*parts, _LEFT.format(whose="elder_id", is_elder="NOT")])


def _files_recorded() -> str:
    parts = [
        _RECORDED.format(whose=f"'{register.kind}:' || subject_id", table=table._meta.db_table)
        for register in REGISTERS.values()
        for table in register.tables
    ]
    parts.append(_RECORDED.format(whose="subject", table="benefits_fileaward"))
    return " UNION ".join([*parts, _LEFT.format(whose="subject", is_elder="")])


def _column(query: str, values: dict[str, Any]) -> Iterator[Any]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(query, values)
        yield from (row[0] for row in cursor.fetchall())
