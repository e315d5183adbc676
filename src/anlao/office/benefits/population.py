"""Everybody of a division as the columnar engine takes them: statuses out of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from django.db import connections

from anlao.office.registry.models import STATUSES, Status
from anlao.rules.engines.columnar import ColumnarEngine, facts_and_shifts
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.facts import FactSpec
from anlao.rules.people.columns import Array, Change, People, of_one_scale, unknown_column
from anlao.rules.people.encode import encode
from anlao.rules.people.reader import PeopleReader
from anlao.rules.periods import epoch_day
from anlao.rules.results import ProvisionColumn

OWNER = "owner"
_OPEN = 2**31 - 1
_CHANGES = "(lower(valid) > %s AND lower(valid) <= %s OR upper(valid) > %s AND upper(valid) <= %s)"


@dataclass(frozen=True, slots=True)
class Population:
    """People as columns, in the order of ``numbers``; ``places``: the village of each."""

    people: People
    numbers: list[int]
    places: list[str]

    def decided(self, tables: MonthTables) -> list[ProvisionColumn]:
        """Return what a month's rules say of them all; nothing where there is nobody."""
        return ColumnarEngine().decide(tables, self.people) if len(self.people) else []


def read(
    program: Program,
    months: Sequence[MonthTables],
    division: str,
    *,
    known_at: datetime,
    today: date,
    only: Sequence[int] | None = None,
) -> Population:
    """Return a division's people with what was known of them at a time.

    ``months``: those that will be decided of them; what changes in between comes with them.
    ``only``: these files, wherever they are by now, instead of those that belong to the division.
    """
    subject = program.rulebook.subjects["elder"]
    names = [name for kind in STATUSES for name in kind.FACTS if name in subject.facts]
    joins = " ".join(_join(kind) for kind in STATUSES)
    shown = ", ".join(_expression(name) for name in names)
    # Only names of our own models and facts are put together here; values are passed apart.
    query = " ".join(
        (
            f"SELECT e.id, e.division_code, {shown}",
            f"FROM registry_elder e {joins}",
            "WHERE",
            "e.division_code LIKE %s AND e.state IN ('living', 'deceased')"
            if only is None
            else "e.id = ANY(%s) AND e.state IN ('living', 'deceased', 'moved_out')",
            "ORDER BY e.id",
        )
    )
    day = min(tables.month.first_day for tables in months)
    whose: str | list[int] = f"{division}%" if only is None else list(only)
    values = [value for _ in STATUSES for value in (day, known_at)] + [whose]
    table = _copied(query, values, ["person_id", "division_code", *names])
    numbers = [int(text) for text in table["person_id"].to_pylist()]
    places = table["division_code"].to_pylist()
    if not numbers:
        return Population(People(pa.array([], pa.string()), {}), [], [])
    batch = table.drop_columns(["division_code"]).combine_chunks().to_batches()[0]
    people = PeopleReader(subject, today).read_batch(batch, division)
    return Population(_with_changes(people, numbers, months, whose, known_at), numbers, places)


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
    people: People,
    numbers: list[int],
    months: Sequence[MonthTables],
    whose: str | list[int],
    known_at: datetime,
) -> People:
    """Give the facts that rules look at in other months than the first their values of those."""
    days = [tables.month.first_day for tables in months]
    elsewhere = set().union(*map(asked_elsewhere, months))
    columns, changes = dict(people.columns), {}
    row_of = {number: row for row, number in enumerate(numbers)}
    for name, column in people.columns.items():
        if name in elsewhere and column.spec.type != "date":
            spans = _spans(name, whose, known_at, between=None)
            base = unknown_column(column.spec, len(people))
        elif min(days) < max(days):
            spans = _spans(name, whose, known_at, between=(min(days), max(days)))
            base = column
        else:
            continue
        places = np.array([row_of.get(int(text), -1) for text in spans["elder"].to_pylist()], int)
        ours = np.flatnonzero(places >= 0)
        if not len(ours):
            columns[name] = base
            continue
        read, _ = encode(column.spec, spans["value"].combine_chunks(), 1)
        columns[name], values = of_one_scale(base, read.taken(ours))
        start = _days(spans["from"], unbounded=-_OPEN)[ours]
        until = _days(spans["until"], unbounded=_OPEN)[ours]
        known = Change(places[ours], values, start, until)
        changes[name] = [_nothing_known(np.unique(known.rows), column.spec), known]
    return People(people.ids, columns, changes)


def _spans(
    name: str, whose: str | list[int], known_at: datetime, between: tuple[date, date] | None
) -> pa.Table:
    """Return the values of a fact with their spans.

    ``between``: of those alone of whom it changes after the first day and up to the second.
    """
    table = _table_of(name)
    inside = "division_code LIKE %s" if isinstance(whose, str) else "elder_id = ANY(%s)"
    parts = [f"SELECT elder_id, {_expression(name)}, lower(valid), upper(valid)", f"FROM {table}"]
    parts += ["WHERE", inside, "AND known @> %s::timestamptz"]
    values: list[Any] = [whose, known_at]
    if between:
        parts += [
            "AND elder_id IN (SELECT elder_id FROM",
            table,
            "WHERE",
            inside,
            "AND",
            _CHANGES,
            ")",
        ]
        values += [whose, *between, *between]
    query = " ".join(parts)
    return _copied(query, values, ["elder", "value", "from", "until"])


def _nothing_known(rows: Array, spec: FactSpec) -> Change:
    """Return the change by which subjects have no value at any time."""
    ever = np.full(len(rows), _OPEN, np.int64)
    return Change(rows, unknown_column(spec, len(rows)), -ever, ever)


def asked_elsewhere(tables: MonthTables) -> set[str]:
    """Return names of facts that some rule looks at in another month than the decided one."""
    asked = {
        (name, shift) for variable in tables.coders for name, shift in facts_and_shifts(variable)
    }
    asked |= {(fact.name, fact.shift) for table in tables.tables for fact in table.numbers}
    return {name for name, shift in asked if shift}


def _days(column: pa.ChunkedArray, *, unbounded: int) -> Array:
    texts = column.to_pylist()
    return np.array(
        [epoch_day(date.fromisoformat(text)) if text else unbounded for text in texts], np.int64
    )
