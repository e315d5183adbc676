"""Lists of records from their own files: ``--rows invoices=invoices.csv``, one line a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from anlao.rules.facts import Subject
from anlao.rules.people.encode import CellError, as_strings, encode
from anlao.rules.people.errors import BadCells, InputRefused
from anlao.rules.people.sources import open_source
from anlao.rules.rulebook.problems import did_you_mean

Records = dict[str, list[dict[str, Any]]]


def read_row_files(
    sources: Sequence[str], subject: Subject
) -> Mapping[str, Mapping[str, list[dict[str, Any]]]]:
    """Return records by fact and subject. Each source is NAME=FILE. Raises InputRefused."""
    lists = [name for name, spec in subject.facts.items() if spec.type == "rows"]
    found: dict[str, Records] = {}
    for source in sources:
        name, mark, path = source.partition("=")
        if not mark or not path:
            msg = f"--rows {source}: no file is named"
            raise InputRefused(msg, "write --rows NAME=FILE.csv")
        if name not in lists:
            hint = did_you_mean(name, lists) or f"{subject.name} has no facts of rows"
            msg = f"--rows {source}: {name} is no list of rows"
            raise InputRefused(msg, hint)
        found[name] = _records(Path(path), name, subject)
    return found


def _records(path: Path, name: str, subject: Subject) -> Records:
    source = open_source(path)
    facts = subject.facts[name].rows
    strange = [column for column in source.columns if column not in (subject.id_column, *facts)]
    if strange or subject.id_column not in source.columns:
        what = f"unknown column(s) {', '.join(strange)}" if strange else "no column of subjects"
        msg = f"{path}: {what}"
        raise InputRefused(msg, f"columns: {','.join([subject.id_column, *facts])}")
    errors: list[CellError] = []
    records: Records = {}
    row = 1
    for batch in source.batches:
        _read(batch, subject, name, row, records, errors)
        row += batch.num_rows
    if errors:
        raise BadCells(str(path), errors)
    return records


def _read(
    batch: pa.RecordBatch,
    subject: Subject,
    name: str,
    first_row: int,
    records: Records,
    errors: list[CellError],
) -> None:
    columns = {}
    for fact, spec in subject.facts[name].rows.items():
        place = batch.schema.get_field_index(fact)
        if place >= 0:
            columns[fact], bad = encode(spec, batch.column(place), first_row)
            errors.extend(bad)
    ids = as_strings(batch.column(batch.schema.get_field_index(subject.id_column))).to_pylist()
    for index, identifier in enumerate(ids):
        if not identifier:
            errors.append(CellError(first_row + index, subject.id_column, "", "an identifier"))
            continue
        values = ((fact, column.value(index)) for fact, column in columns.items())
        record = {fact: value for fact, value in values if value is not None}
        records.setdefault(identifier, []).append(record)
