"""Filling the lists of what to look at: decisions of a month laid beside the awards of its days."""

from __future__ import annotations

from typing import Any

from django.db import connections

from anlao.office.benefits.models import DecidedMonth
from anlao.rules.periods import Month

_OWNER = "owner"
_INTO = (
    "INSERT INTO benefits_finding"
    " (decided_id, elder_id, division_code, kind, provision, fen, received_fen, missing, fact) "
)
_AWARDS = (
    "SELECT a.elder_id, a.division_code, a.provision, a.fen FROM benefits_award a"
    " WHERE a.division_code LIKE %(inside)s AND a.valid && daterange(%(first)s, %(next)s)"
    " AND a.known @> %(known)s::timestamptz"
)
_DECISIONS = "SELECT * FROM benefits_decision WHERE decided_id = %(decided)s"
_COMPARED = f"""
WITH award AS ({_AWARDS}), decision AS ({_DECISIONS})
{_INTO}
SELECT %(decided)s, coalesce(d.elder_id, a.elder_id), coalesce(d.division_code, a.division_code),
  CASE WHEN a.elder_id IS NULL THEN 'not_receiving' WHEN d.elder_id IS NULL THEN 'not_entitled'
       WHEN d.outcome = 'unknown' THEN 'uncertain' ELSE 'other_amount' END,
  coalesce(d.provision, a.provision),
  CASE WHEN d.elder_id IS NULL OR d.outcome = 'unknown' THEN a.fen ELSE d.fen END, a.fen,
  coalesce(d.missing, '{{}}'), ''
FROM decision d FULL JOIN award a ON a.elder_id = d.elder_id AND a.provision = d.provision
WHERE (d.outcome = 'yes' AND a.elder_id IS NULL)
   OR (a.elder_id IS NOT NULL AND (d.elder_id IS NULL OR d.outcome = 'unknown'
       OR (a.fen IS NOT NULL AND d.unit = 'yuan/month' AND a.fen <> d.fen)))
"""  # noqa: S608 - only names of our own tables are put together
_UNDECIDED = f"""
WITH usual AS (
  SELECT provision, mode() WITHIN GROUP (ORDER BY fen) AS fen FROM benefits_decision
  WHERE decided_id = %(decided)s AND outcome = 'yes' AND unit LIKE 'yuan%%' GROUP BY provision)
{_INTO}
SELECT %(decided)s, d.elder_id, d.division_code, 'undecided', d.provision, u.fen, NULL, d.missing,
  CASE WHEN cardinality(d.missing) = 1 THEN d.missing[1] ELSE '' END
FROM benefits_decision d LEFT JOIN usual u USING (provision)
WHERE d.decided_id = %(decided)s AND d.outcome = 'unknown' AND NOT EXISTS (
  SELECT 1 FROM benefits_finding f WHERE f.decided_id = %(decided)s AND f.elder_id = d.elder_id
  AND f.provision = d.provision)
"""  # noqa: S608 - only names of our own tables are put together


def fill(decided: DecidedMonth) -> None:
    """Find what to look at in a month that was just decided; within its transaction."""
    month = Month.of(decided.month)
    values: dict[str, Any] = {
        "decided": decided.pk,
        "inside": f"{decided.division_code}%",
        "first": month.first_day,
        "next": month.plus(1).first_day,
        "known": decided.known_at,
    }
    with connections[_OWNER].cursor() as cursor:
        # Rows just copied in are not counted yet; without that the plans loop for minutes.
        cursor.execute("ANALYZE benefits_decision, benefits_award")
        cursor.execute(_COMPARED, values)
        cursor.execute("ANALYZE benefits_finding")
        cursor.execute(_UNDECIDED, values)
