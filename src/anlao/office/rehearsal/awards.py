"""Lists of payment to try the office on: nearly everybody gets what is due, as in a real county."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connections

from anlao.office.benefits.models import DecidedMonth
from anlao.rules.periods import Month

_MISSED, _LESS, _DEAD = 41, 173, 6
"""One in so many gets nothing, gets ten yuan less, is dead and still gets it."""
_INTO = (
    "INSERT INTO benefits_award (elder_id, division_code, valid, known, evidence, recorded_by,"
    " provision, fen) "
)
_PAID = f"""{_INTO}
SELECT elder_id, division_code, daterange(%(start)s, NULL), tstzrange(%(at)s, NULL),
  '演示发放名单 rehearsal', 'rehearsal', provision,
  CASE WHEN unit = 'yuan/month' THEN
    fen - CASE WHEN elder_id %% {_LESS} = 0 AND fen > 1000 THEN 1000 ELSE 0 END END
FROM benefits_decision
WHERE decided_id = %(decided)s AND outcome = 'yes' AND provision = ANY(%(provisions)s)
  AND elder_id %% {_MISSED} <> 0
"""  # noqa: S608 - only numbers of this module are put together
_PAID_TO_THE_DEAD = f"""{_INTO}
SELECT e.id, e.division_code, daterange(%(start)s, NULL), tstzrange(%(at)s, NULL),
  '演示发放名单 rehearsal', 'rehearsal', 'old-age-allowance', 6000
FROM registry_elder e
WHERE e.division_code LIKE %(inside)s AND e.state = 'deceased' AND e.id %% {_DEAD} = 0
  AND e.death_date >= %(lately)s AND e.birth_date <= %(start)s - interval '80 years'
  AND NOT EXISTS (SELECT 1 FROM benefits_award a
    WHERE a.elder_id = e.id AND a.provision = 'old-age-allowance')
"""  # noqa: S608 - only numbers of this module are put together


def pay_out(decided: DecidedMonth, *, at: datetime) -> None:
    """Make awards of what a month found, with the errors that offices look for."""
    month = Month.of(decided.month)
    values: dict[str, Any] = {
        "decided": decided.pk,
        "provisions": ["old-age-allowance", "care-subsidy", "monthly-visit"],
        "start": month.plus(-6).first_day,
        "lately": month.plus(-4).first_day,
        "inside": f"{decided.division_code}%",
        "at": at,
    }
    with connections["owner"].cursor() as cursor:
        cursor.execute(_PAID, values)
        cursor.execute(_PAID_TO_THE_DEAD, values)
