"""Lines of a run: what its decisions say is due, beyond what the lines before them said."""

from __future__ import annotations

from typing import Any

from django.db import connections

from anlao.office.benefits import due
from anlao.office.payments.calendar import plus
from anlao.office.payments.models import Run
from anlao.office.payments.terms import WHOLE, Terms

OWNER = "owner"
NO_ACCOUNT, SAME_ACCOUNT, SAME_PERSON = "no_account", "same_account", "same_person"
DECEASED, DEATH_UNCONFIRMED, OTHER_AMOUNT = "deceased", "death_unconfirmed", "other_amount"
BY_HAND, NO_CASE = "by_hand", "no_case"
CLEARABLE = (
    NO_CASE,
    SAME_ACCOUNT,
    SAME_PERSON,
    DECEASED,
    DEATH_UNCONFIRMED,
    OTHER_AMOUNT,
    BY_HAND,
)
"""What somebody may look into and let pass; without an account nothing can be paid."""

# What an elder is paid once goes by one chain of lines, in whichever month. A file of a register is
# given each grant by a case of its own, for a month: a next one, by another case, is another.
# The latest line of each provision and period says what was due so far. A line of another county
# is left alone: what that county paid is its own to correct.
# What counts is asked for by name where a subject is looked up: the index holds what counts.
_TOPS = """
CREATE TEMP TABLE top ON COMMIT DROP AS
SELECT l.subject, l.provision, l.period, l.id, l.due_fen, l.month,
  r.division_code = %(division)s AS is_own
FROM payments_line l JOIN payments_run r ON r.id = l.run_id
WHERE l.state IN ('owed', 'charged')
  AND NOT EXISTS (SELECT 1 FROM payments_line n WHERE n.follows_id = l.id AND n.state <> 'left_out')
  AND EXISTS (SELECT 1 FROM payments_due d WHERE d.run_id = %(run)s AND d.subject = l.subject
    AND d.provision = l.provision)
"""
_MAKE = """
WITH monthly AS (
  SELECT d.*, to_char(d.month, 'YYYY-MM') AS period FROM payments_due d
  WHERE d.run_id = %(run)s AND d.outcome <> 'unknown'
    AND (d.provision <> ALL(%(once)s) OR d.elder_id IS NULL)
), once AS (
  SELECT DISTINCT ON (d.subject, d.provision) d.*, 'once' AS period FROM payments_due d
  LEFT JOIN top t ON t.subject = d.subject AND t.provision = d.provision AND t.period = 'once'
  WHERE d.run_id = %(run)s AND d.outcome <> 'unknown' AND d.provision = ANY(%(once)s)
    AND d.elder_id IS NOT NULL
    AND CASE WHEN t.due_fen > 0 THEN d.month = t.month ELSE d.outcome = 'yes' AND d.is_open END
  ORDER BY d.subject, d.provision, d.month
), said AS (
  SELECT subject, payee, elder_id, division_code, provision, month, period, reason,
    CASE WHEN outcome = 'yes' AND is_open THEN coalesce(fen, 0) ELSE 0 END AS due_fen
  FROM (SELECT * FROM monthly UNION ALL SELECT * FROM once) AS both_kinds
)
INSERT INTO payments_line (run_id, subject, payee, elder_id, division_code, provision, month,
  period, follows_id, before_fen, due_fen, fen, offset_fen, previous_fen, reason, state, held_for,
  cleared)
SELECT %(run)s, s.subject, s.payee, s.elder_id, s.division_code, s.provision, s.month, s.period,
  t.id, coalesce(t.due_fen, 0), s.due_fen, s.due_fen - coalesce(t.due_fen, 0), 0, b.due_fen,
  s.reason, 'listed', '{}', '{}'
FROM said s
LEFT JOIN top t ON t.subject = s.subject AND t.provision = s.provision AND t.period = s.period
LEFT JOIN payments_line b ON s.month = %(month)s AND b.subject = s.subject
  AND b.provision = s.provision AND b.period = %(before)s AND b.counts
  AND b.state IN ('owed', 'charged')
  AND NOT EXISTS (SELECT 1 FROM payments_line n WHERE n.follows_id = b.id AND n.state <> 'left_out')
WHERE s.due_fen <> coalesce(t.due_fen, 0) AND coalesce(t.is_own, true)
  AND (%(kind)s <> 'top_up' OR s.due_fen > coalesce(t.due_fen, 0))
ORDER BY s.division_code, s.subject, s.provision, s.month
"""
# Why a line waits. What no approved case has opened waits once, for somebody to look at the list
# or paper that says so; from its first payment on it runs by itself. What takes money back waits
# for nothing: it opens a recovery.
_HOLD = """
WITH mine AS (
  SELECT l.id, l.elder_id, l.subject, l.payee, l.month, l.provision, l.due_fen, a.number_index,
    e.name, e.birth_date, e.death_date, a.id AS account, coalesce((
      SELECT max(w.case_number) FROM benefits_award w WHERE w.elder_id = l.elder_id
        AND w.provision = l.provision AND w.valid && daterange(l.month, l.month + 31)
        AND w.known @> %(known)s::timestamptz), CASE WHEN l.elder_id IS NULL THEN (
      SELECT max(w.case_number) FROM benefits_fileaward w WHERE w.subject = l.subject
        AND w.provision = l.provision AND w.valid && daterange(l.month, l.month + 31)
        AND w.known @> %(known)s::timestamptz) END) AS case_number
  FROM payments_line l
  LEFT JOIN payments_account a ON a.subject = l.payee AND a.ended_at IS NULL
  LEFT JOIN registry_elder e ON e.id = l.elder_id
  WHERE l.run_id = %(run)s AND l.fen > 0
), shared AS (
  SELECT number_index FROM mine WHERE number_index IS NOT NULL
  GROUP BY 1 HAVING count(DISTINCT payee) > 1
), twins AS (
  SELECT name, birth_date FROM mine WHERE birth_date IS NOT NULL
  GROUP BY 1, 2 HAVING count(DISTINCT subject) > 1
), suspected AS (
  SELECT DISTINCT s.elder_id FROM imports_stagedrow s JOIN imports_batch b ON b.id = s.batch_id
  WHERE b.kind = 'deaths' AND b.state IN ('checked', 'committed') AND s.elder_id IS NOT NULL
    AND s.outcome IN ('undecided', 'change') AND s.division_code LIKE %(inside)s
), reasons AS (
  SELECT id, 'no_account' AS why FROM mine WHERE account IS NULL
  UNION ALL SELECT m.id, 'same_account' FROM mine m JOIN shared USING (number_index)
  UNION ALL SELECT m.id, 'same_person' FROM mine m JOIN twins USING (name, birth_date)
  UNION ALL SELECT id, 'deceased' FROM mine WHERE death_date < %(month)s
  UNION ALL SELECT m.id, 'death_unconfirmed' FROM mine m JOIN suspected s ON s.elder_id = m.elder_id
    WHERE m.death_date IS NULL
  UNION ALL SELECT m.id, 'other_amount' FROM mine m JOIN benefits_award a
    ON a.elder_id = m.elder_id AND a.provision = m.provision AND a.valid @> m.month
    AND a.known @> %(known)s::timestamptz WHERE a.case_number IS NULL AND a.fen <> m.due_fen
  UNION ALL SELECT id, 'no_case' FROM mine WHERE case_number IS NULL AND NOT EXISTS (
    SELECT 1 FROM payments_line p WHERE p.subject = mine.subject AND p.provision = mine.provision
      AND p.counts AND p.state IN ('owed', 'charged'))
), held AS (SELECT id, array_agg(DISTINCT why ORDER BY why) AS held_for FROM reasons GROUP BY id)
UPDATE payments_line l SET state = 'held', held_for = h.held_for FROM held h WHERE h.id = l.id
"""
# What is kept back of a payment for a recovery: a share of each line, no more than is to come back.
_OFFSET = """
WITH owing AS (
  SELECT r.subject, least(sum(s.fen), CASE WHEN r.instalment_fen IS NULL THEN sum(s.fen)
      WHEN r.instalments_from > %(month)s THEN 0 ELSE r.instalment_fen END) AS fen
  FROM payments_recovery r JOIN payments_recoverystep s ON s.recovery_id = r.id
  WHERE r.state = 'open' AND r.may_offset AND r.county = %(division)s
  GROUP BY r.subject, r.instalment_fen, r.instalments_from
), capped AS (
  SELECT l.id, l.payee AS subject, l.fen * %(permille)s / %(whole)s AS cap,
    sum(l.fen * %(permille)s / %(whole)s) OVER (PARTITION BY l.payee ORDER BY l.state DESC, l.id)
      AS so_far
  FROM payments_line l WHERE l.run_id = %(run)s AND l.fen > 0
)
UPDATE payments_line l SET offset_fen = greatest(0, least(c.cap, o.fen - (c.so_far - c.cap)))
FROM capped c JOIN owing o USING (subject) WHERE c.id = l.id
"""
_TOTALS = """
SELECT count(*), coalesce(sum(fen - offset_fen) FILTER (WHERE fen > 0 AND state = 'listed'), 0)
FROM payments_line WHERE run_id = %(run)s
"""


def make(run: Run, terms: Terms) -> None:
    """Make the lines of a run of its decisions, and say which of them wait, and why."""
    values: dict[str, Any] = {
        "run": run.pk,
        "division": run.division_code,
        "inside": f"{run.division_code}%",
        "month": run.month,
        "before": f"{plus(run.month, -1):%Y-%m}",
        "known": run.known_at,
        "kind": run.kind,
        "once": [
            one.id
            for one in due.provided(run.division_code)
            if one.subject == due.ELDER and one.every == "once"
        ],
        "permille": terms.offset_permille,
        "whole": WHOLE,
    }
    with connections[OWNER].cursor() as cursor:
        cursor.execute("ANALYZE payments_due")
        cursor.execute(_TOPS, values)
        cursor.execute("ANALYZE top")
        cursor.execute(_MAKE, values)
        cursor.execute("DROP TABLE top")
        # Rows may have come a moment ago: with figures of an empty table all pairs are tried. The
        # approval needs figures of the accounts too, and has no right to gather them.
        for table in ("payments_line", "payments_account", "benefits_award", "benefits_fileaward"):
            cursor.execute(f"ANALYZE {table}")
        cursor.execute(_HOLD, values)
        cursor.execute(_OFFSET, values)
    count(run)


def count(run: Run, *, using: str = OWNER) -> None:
    """Count the lines of a run and the money that it would send, and digest them; not saved."""
    with connections[using].cursor() as cursor:
        cursor.execute(_TOTALS, {"run": run.pk})
        run.lines, run.fen = (int(number) for number in cursor.fetchone())
        cursor.execute(_DIGEST, {"run": run.pk})
        run.digest = str(cursor.fetchone()[0])


# What people sign: every line with all that it says, in the order of its number.
_DIGEST = """
SELECT encode(sha256(convert_to(coalesce(string_agg(said, E'\\n' ORDER BY id), ''), 'UTF8')), 'hex')
FROM (SELECT id, concat_ws('|', id, subject, payee, provision, period, follows_id, before_fen,
  due_fen, offset_fen, state, held_for::text, cleared::text) AS said
  FROM payments_line WHERE run_id = %(run)s) AS lines
"""
