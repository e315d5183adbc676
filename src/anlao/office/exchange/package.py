"""A month's data of a division as one signed file, for the systems of province and nation.

FILE (zip)   manifest.json   version, month, known until, rows and SHA-256 of every part
             manifest.sig    the office's signature under the manifest (base64)
    data/people.jsonl …      one row a line (or .csv: empty is not known)
    schema/people.json …     what a row looks like
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction

from anlao.office.database.folder import DataFolder
from anlao.office.exchange import signing
from anlao.office.exchange.checking import FORMAT, MANIFEST, SIGNATURE, VERSION
from anlao.office.exchange.tables import PEOPLE, TABLES, Table
from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.registry.identity import IDENTITY
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault
from anlao.rules.periods import Month

_AT_ONCE = 1_000
"""Rows between two writes to the file."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a package holds. ``with_numbers``: identity numbers in full, else none at all."""

    division: str
    month: Month
    known_at: datetime
    form: str = "jsonl"
    with_numbers: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What went into a package. ``digest``: SHA-256 of its manifest, as the log has it."""

    rows: Mapping[str, int]
    digest: str


def make(wanted: Wanted, out: Path, *, folder: DataFolder, by: str, reason: str) -> dict[str, int]:
    """Write a package of what the scope of the transaction shows; return rows by table.

    The file appears when it is whole. Giving data out is logged with the reason.
    """
    aside = out.with_name(out.name + ".part")
    try:
        with aside.open("wb") as file:
            made = write(wanted, file, folder=folder, by=by, reason=reason)
        aside.rename(out)
    finally:
        aside.unlink(missing_ok=True)
    return dict(made.rows)


def write(
    wanted: Wanted,
    out: IO[bytes],
    *,
    folder: DataFolder,
    by: str,
    reason: str,
    progress: Progress = UNSEEN,
) -> Made:
    """Write a package into an open file, and the log entry of giving it out with it."""
    with transaction.atomic(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        rows, digests = _tables(file, wanted, progress)
        manifest = _manifest(wanted, rows, digests)
        file.writestr(MANIFEST, manifest)
        file.writestr(SIGNATURE, signing.sign(signing.key_of(folder), manifest))
        made = Made(rows, sha256(manifest).hexdigest())
        _note(wanted, made, by=by, reason=reason)
    return made


def _tables(
    file: zipfile.ZipFile, wanted: Wanted, progress: Progress
) -> tuple[dict[str, int], dict[str, str]]:
    """Write every table with its schema; return the rows of each, and digests by name."""
    rows: dict[str, int] = {}
    digests: dict[str, str] = {}
    for number, table in enumerate(TABLES):
        schema = json.dumps(table.schema(), ensure_ascii=False, indent=1).encode()
        name = f"schema/{table.name}.json"
        file.writestr(name, schema)
        digests[name] = sha256(schema).hexdigest()
        name = f"data/{table.name}.{wanted.form}"
        rows[table.name], digests[name] = _write(file, name, table, wanted, _Bar(progress, number))
    return rows, digests


def _manifest(wanted: Wanted, rows: Mapping[str, int], digests: Mapping[str, str]) -> bytes:
    return json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "division": wanted.division,
            "month": str(wanted.month),
            "known_at": wanted.known_at.isoformat(),
            "identity_numbers": wanted.with_numbers,
            "rows": rows,
            "sha256": digests,
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def _note(wanted: Wanted, made: Made, *, by: str, reason: str) -> None:
    after = {
        "month": str(wanted.month),
        "rows": made.rows,
        "identity_numbers": wanted.with_numbers,
        "sha256": made.digest,
    }
    subject = f"division:{wanted.division}"
    audit.record(Act("give_out_data", subject, wanted.division, purpose=reason, after=after), by=by)


@dataclass(frozen=True, slots=True)
class _Bar:
    """How far a package is: ``number`` tables are written, and some rows of the next."""

    progress: Progress
    number: int

    def step(self) -> None:
        table = TABLES[self.number]
        self.progress.step(self.number, len(TABLES), f"正在写入{table.zh}", f"writing {table.name}")


def _write(
    file: zipfile.ZipFile, name: str, table: Table, wanted: Wanted, bar: _Bar
) -> tuple[int, str]:
    count, found, text = 0, sha256(), StringIO(newline="")
    writer = csv.writer(text)
    with file.open(name, "w", force_zip64=True) as part:

        def pour() -> None:
            bar.step()
            block = text.getvalue().encode()
            found.update(block)
            part.write(block)
            text.seek(0)
            text.truncate()

        if wanted.form == "csv":
            writer.writerow(table.columns)
        for row in _rows(table, wanted):
            count += 1
            if wanted.form == "csv":
                writer.writerow(["" if value is None else _in_csv(value) for value in row.values()])
            else:
                text.write(json.dumps(row, ensure_ascii=False) + "\n")
            if count % _AT_ONCE == 0:
                pour()
        pour()
    return count, found.hexdigest()


def _rows(table: Table, wanted: Wanted) -> Iterator[dict[str, Any]]:
    values: dict[str, Any] = {
        "inside": f"{wanted.division}%",
        "first": wanted.month.first_day,
        "next": wanted.month.plus(1).first_day,
        "known": wanted.known_at,
    }
    with connection.chunked_cursor() as cursor:
        cursor.execute(table.query, values)
        for row in cursor:
            cells = _opened(row, with_numbers=wanted.with_numbers) if table is PEOPLE else row
            yield {
                name: _typed(value, schema)
                for (name, schema), value in zip(table.columns.items(), cells, strict=True)
            }


def _opened(row: Sequence[Any], *, with_numbers: bool) -> list[Any]:
    """Return a person's row with her identity number open, or without it."""
    cells = list(row)
    sealed = cells[2]
    cells[2] = None
    if with_numbers and sealed is not None:
        cells[2] = vault().open(bytes(sealed), field=IDENTITY, row=str(cells[0]))
    return cells


def _typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """Return a value as JSON has it: days as text, truth and numbers as themselves."""
    if isinstance(value, date):
        return value.isoformat()
    kinds = schema.get("type", ())
    if isinstance(value, str) and "boolean" in kinds:
        return value == "true"
    if isinstance(value, str) and "integer" in kinds:
        return int(value)
    return value


def _in_csv(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
