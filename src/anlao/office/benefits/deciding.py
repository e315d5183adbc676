"""Deciding a month for a whole division: facts out of the database, decisions back into it.

statuses --COPY--> columns --engine--> yes and unknown --COPY--> Decision
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connections, transaction

from anlao.office.benefits import finding, population
from anlao.office.benefits.models import DecidedMonth
from anlao.office.benefits.population import OWNER, Population
from anlao.office.benefits.rulebooks import NoRulebook, program_for
from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.rules.periods import Month
from anlao.rules.results import ProvisionColumn

_KEPT = ("yes", "unknown")


@dataclass(frozen=True, slots=True)
class Line:
    """Totals of a provision. ``fen``: of yes. ``missing``: people by fact that they lack."""

    provision: str
    yes: int
    unknown: int
    fen: int
    missing: dict[str, int]


def decide_division(
    division: str, month: Month, *, known_at: datetime, today: date, by: str
) -> DecidedMonth:
    """Decide a month for everybody in a division, as known at a time, and keep what was found.

    Replaces the decisions that an earlier night left for the month. Raises NoRulebook.
    """
    began = time.monotonic()
    program = program_for(division)
    tables = program.month(month)
    with transaction.atomic(using=OWNER):
        read = population.read(program, [tables], division, known_at=known_at, today=today)
        columns = read.decided(tables)
        lines = [_line(column) for column in columns]
        DecidedMonth.objects.using(OWNER).filter(
            division_code=division, month=month.first_day, is_latest=True
        ).update(is_latest=False)
        decided = DecidedMonth.objects.using(OWNER).create(
            division_code=division,
            month=month.first_day,
            rulebook=program.rulebook.id,
            known_at=known_at,
            seconds=0,
            elders=len(read.people),
            totals=[_as_json(line) for line in lines],
            is_latest=True,
        )
        _forget_earlier(decided)
        _keep(decided, columns, read)
        finding.fill(decided)
        decided.seconds = round(time.monotonic() - began, 2)
        decided.save(using=OWNER, update_fields=["seconds"])
    after = {"month": str(month), "elders": len(read.people), "rulebook": program.rulebook.id}
    audit.record(Act("decide", f"county:{division}", division=division, after=after), by=by)
    return decided


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What deciding everywhere came to. ``refused``: why, for divisions without a rulebook."""

    decided: list[DecidedMonth]
    refused: list[str]


def decide_everywhere(
    month: Month, *, known_at: datetime, today: date, by: str, progress: Progress = UNSEEN
) -> Everywhere:
    """Decide a month for every county in which anybody has a file, each on its own."""
    found = Everywhere([], [])
    divisions = divisions_with_files()
    for done, division in enumerate(divisions):
        progress.step(done, len(divisions), f"正在判定 {division}", f"deciding {division}")
        try:
            decided = decide_division(division, month, known_at=known_at, today=today, by=by)
        except NoRulebook as refusal:
            found.refused.append(str(refusal))
        else:
            found.decided.append(decided)
    return found


def month_of(day: date) -> Month:
    """Return the month of a day, for those who know no engine."""
    return Month.of(day)


def divisions_with_files() -> list[str]:
    """Return the counties (six digits) in which anybody has a file."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT DISTINCT left(division_code, 6) FROM registry_elder ORDER BY 1")
        return [str(code) for (code,) in cursor.fetchall()]


def _line(column: ProvisionColumn) -> Line:
    counts = np.bincount(column.codes, minlength=len(column.results)).tolist()
    yes = unknown = 0
    missing: dict[str, int] = {}
    for count, result in zip(counts, column.results, strict=True):
        if result.outcome == "yes":
            yes += count
        elif result.outcome == "unknown" and count:
            unknown += count
            for name in result.missing:
                missing[name] = missing.get(name, 0) + count
    is_money = column.provision.unit.startswith("yuan")
    fen = int(column.amounts()[column.outcome_codes() == 0].sum()) if is_money else 0
    return Line(column.provision.id, yes, unknown, fen, missing)


def _as_json(line: Line) -> dict[str, Any]:
    return {
        "provision": line.provision,
        "yes": line.yes,
        "unknown": line.unknown,
        "fen": line.fen,
        "missing": line.missing,
    }


def _forget_earlier(decided: DecidedMonth) -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(
            "DELETE FROM benefits_decision d USING benefits_decidedmonth m "
            "WHERE m.id = d.decided_id AND m.division_code = %s AND m.month = %s AND m.id <> %s",
            [decided.division_code, decided.month, decided.pk],
        )
        cursor.execute(
            "DELETE FROM benefits_finding f USING benefits_decidedmonth m "
            "WHERE m.id = f.decided_id AND m.division_code = %s AND m.id <> %s",
            [decided.division_code, decided.pk],
        )


def _keep(decided: DecidedMonth, columns: list[ProvisionColumn], read: Population) -> None:
    with (
        connections[OWNER].cursor() as cursor,
        cursor.copy(
            "COPY benefits_decision (decided_id, elder_id, division_code, provision, outcome, fen,"
            " unit, reason, missing) FROM STDIN"
        ) as copy,
    ):
        for column in columns:
            for row in _rows(column, read.numbers, read.places):
                copy.write_row((decided.pk, *row))


def _rows(
    column: ProvisionColumn, numbers: list[int], places: list[str]
) -> Iterator[tuple[Any, ...]]:
    """Yield what is kept of a provision's results."""
    amounts = column.amounts()
    for code, result in enumerate(column.results):
        if result.outcome not in _KEPT:
            continue
        has_amount = result.fen is not None or result.formula is not None
        for row in np.flatnonzero(column.codes == code).tolist():
            yield (
                numbers[row],
                places[row],
                column.provision.id,
                result.outcome,
                int(amounts[row]) if has_amount else None,
                result.unit,
                result.reason,
                list(result.missing),
            )
