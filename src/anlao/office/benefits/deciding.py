"""Deciding a month for a whole division: facts out of the database, decisions back into it.

statuses --COPY--> columns --engine--> yes and unknown --COPY--> Decision
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connections, transaction

from anlao.office.benefits import finding
from anlao.office.benefits.models import DecidedMonth
from anlao.office.benefits.rulebooks import NoRulebook, program_for
from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.registry.models import STATUSES, Status
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.rules.engines.columnar import ColumnarEngine, facts_and_shifts
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.people.columns import Change, People, unknown_column
from anlao.rules.people.encode import encode
from anlao.rules.people.reader import PeopleReader
from anlao.rules.periods import Month, epoch_day
from anlao.rules.results import ProvisionColumn

OWNER = "owner"
_OPEN = 2**31 - 1
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
        people, numbers, places = _people(program, tables, division, known_at, today)
        columns = ColumnarEngine().decide(tables, people) if len(people) else []
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
            elders=len(people),
            totals=[_as_json(line) for line in lines],
            is_latest=True,
        )
        _forget_earlier(decided)
        _keep(decided, columns, numbers, places)
        finding.fill(decided)
        decided.seconds = round(time.monotonic() - began, 2)
        decided.save(using=OWNER, update_fields=["seconds"])
    after = {"month": str(month), "elders": len(people), "rulebook": program.rulebook.id}
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


def _people(
    program: Program, tables: MonthTables, division: str, known_at: datetime, today: date
) -> tuple[People, list[int], list[str]]:
    """Return the people of a division as columns, with their numbers and divisions."""
    subject = program.rulebook.subjects["elder"]
    names = [name for kind in STATUSES for name in kind.FACTS if name in subject.facts]
    joins = " ".join(_join(kind) for kind in STATUSES)
    shown = ", ".join(_expression(name) for name in names)
    # Only names of our own models and facts are put together here; values are passed apart.
    query = " ".join(
        (
            f"SELECT e.id, e.division_code, {shown}",
            f"FROM registry_elder e {joins}",
            "WHERE e.division_code LIKE %s AND e.state IN ('living', 'deceased') ORDER BY e.id",
        )
    )
    day = tables.month.first_day
    values = [value for _ in STATUSES for value in (day, known_at)] + [f"{division}%"]
    table = _copied(query, values, ["person_id", "division_code", *names])
    numbers = [int(text) for text in table["person_id"].to_pylist()]
    places = table["division_code"].to_pylist()
    if not numbers:
        return People(pa.array([], pa.string()), {}), [], []
    batch = table.drop_columns(["division_code"]).combine_chunks().to_batches()[0]
    people = PeopleReader(subject, today).read_batch(batch, division)
    return _with_changes(people, numbers, tables, division, known_at), numbers, places


def _join(kind: type[Status]) -> str:
    table = kind._meta.db_table
    return (
        f"LEFT JOIN {table} ON {table}.elder_id = e.id "
        f"AND {table}.valid @> %s::date AND {table}.known @> %s::timestamptz"
    )


def _expression(name: str) -> str:
    """Return a fact as the engine's reader takes it: the word none where it never was."""
    column = f"{_table_of(name)}.{name}"
    if name == "assessed_on":
        table = _table_of(name)
        return f"CASE WHEN {table}.never_assessed THEN 'none' ELSE {column}::text END"
    return column


def _table_of(name: str) -> str:
    return next(str(kind._meta.db_table) for kind in STATUSES if name in kind.FACTS)


def _copied(query: str, values: list[Any], names: list[str]) -> pa.Table:
    """Return the rows of a query as texts; booleans as true and false."""
    buffer = BytesIO()
    with (
        connections[OWNER].cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT WITH (FORMAT csv)", values) as copy,
    ):
        for part in copy:
            buffer.write(part)
    if not buffer.tell():
        return pa.table({name: pa.array([], pa.string()) for name in names})
    buffer.seek(0)
    table = pa_csv.read_csv(
        buffer,
        read_options=pa_csv.ReadOptions(column_names=names, block_size=1 << 26),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    return _spelt(table)


def _spelt(table: pa.Table) -> pa.Table:
    """Return the table with PostgreSQL's t and f as the reader writes truth."""
    import pyarrow.compute as pc

    for place, name in enumerate(table.column_names):
        column = table[name].combine_chunks()
        if pc.all(pc.is_in(column, pa.array(["t", "f", ""]))).as_py():
            column = pc.replace_with_mask(
                column, pc.equal(column, "t"), pa.scalar("true", pa.string())
            )
            column = pc.replace_with_mask(
                column, pc.equal(column, "f"), pa.scalar("false", pa.string())
            )
        table = table.set_column(place, name, column)
    return table


def _with_changes(
    people: People, numbers: list[int], tables: MonthTables, division: str, known_at: datetime
) -> People:
    """Give the facts that rules look at in other months their values of those months."""
    changes: dict[str, list[Change]] = {}
    columns = dict(people.columns)
    row_of = {number: row for row, number in enumerate(numbers)}
    for name in _looked_at_elsewhere(tables, people):
        spec = people.columns[name].spec
        query = " ".join(
            (
                f"SELECT elder_id, {_expression(name)}, lower(valid), upper(valid)",
                f"FROM {_table_of(name)}",
                "WHERE division_code LIKE %s AND known @> %s::timestamptz ORDER BY elder_id, valid",
            )
        )
        found = _copied(query, [f"{division}%", known_at], ["elder", "value", "from", "until"])
        kept = [at for at, text in enumerate(found["elder"].to_pylist()) if int(text) in row_of]
        found = found.take(pa.array(kept, pa.int64()))
        values, _ = encode(spec, found["value"].combine_chunks(), 1)
        columns[name] = unknown_column(spec, len(people))
        changes[name] = [
            Change(
                np.array([row_of[int(text)] for text in found["elder"].to_pylist()], np.int64),
                values,
                _days(found["from"]),
                _days(found["until"]),
            )
        ]
    return People(people.ids, columns, changes)


def _looked_at_elsewhere(tables: MonthTables, people: People) -> set[str]:
    """Return facts, days aside, that some rule looks at in another month than the decided one."""
    asked = {
        (name, shift) for variable in tables.coders for name, shift in facts_and_shifts(variable)
    }
    asked |= {(fact.name, fact.shift) for table in tables.tables for fact in table.numbers}
    return {
        name
        for name, shift in asked
        if shift and name in people.columns and people.columns[name].spec.type != "date"
    }


def _days(column: pa.ChunkedArray) -> np.ndarray[Any, Any]:
    return np.array(
        [epoch_day(date.fromisoformat(text)) if text else _OPEN for text in column.to_pylist()],
        np.int64,
    )


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


def _keep(
    decided: DecidedMonth, columns: list[ProvisionColumn], numbers: list[int], places: list[str]
) -> None:
    with (
        connections[OWNER].cursor() as cursor,
        cursor.copy(
            "COPY benefits_decision (decided_id, elder_id, division_code, provision, outcome, fen,"
            " unit, reason, missing) FROM STDIN"
        ) as copy,
    ):
        for column in columns:
            for row in _rows(column, numbers, places):
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
