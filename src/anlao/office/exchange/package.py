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
from io import BufferedWriter, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from anlao.office.database.folder import DataFolder
from anlao.office.exchange import signing
from anlao.office.exchange.checking import FORMAT, MANIFEST, SIGNATURE, VERSION
from anlao.office.exchange.tables import PEOPLE, TABLES, Table
from anlao.office.registry.identity import IDENTITY
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault
from anlao.rules.periods import Month


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a package holds. ``with_numbers``: identity numbers in full, else none at all."""

    division: str
    month: Month
    known_at: datetime
    form: str = "jsonl"
    with_numbers: bool = False


def make(wanted: Wanted, out: Path, *, folder: DataFolder, by: str, reason: str) -> dict[str, int]:
    """Write a package of what the scope of the transaction shows; return rows by table.

    The file appears when it is whole. Giving data out is logged with the reason.
    """
    aside = out.with_name(out.name + ".part")
    rows: dict[str, int] = {}
    digests: dict[str, str] = {}
    try:
        with transaction.atomic(), zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as file:
            for table in TABLES:
                schema = json.dumps(table.schema(), ensure_ascii=False, indent=1).encode()
                name = f"schema/{table.name}.json"
                file.writestr(name, schema)
                digests[name] = sha256(schema).hexdigest()
                name = f"data/{table.name}.{wanted.form}"
                rows[table.name], digests[name] = _write(file, name, table, wanted)
            manifest = json.dumps(
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
            file.writestr(MANIFEST, manifest)
            file.writestr(SIGNATURE, signing.sign(signing.key_of(folder), manifest))
            audit.record(
                Act(
                    "give_out_data",
                    f"division:{wanted.division}",
                    wanted.division,
                    purpose=reason,
                    after={
                        "month": str(wanted.month),
                        "rows": rows,
                        "identity_numbers": wanted.with_numbers,
                        "sha256": sha256(manifest).hexdigest(),
                    },
                ),
                by=by,
            )
        aside.rename(out)
    finally:
        aside.unlink(missing_ok=True)
    return rows


class _Counted(RawIOBase):
    """A part of a zip file that counts its digest while it is written."""

    def __init__(self, part: Any) -> None:
        super().__init__()
        self.part, self.found = part, sha256()

    def write(self, block: Any) -> int:
        self.found.update(block)
        return int(self.part.write(block))

    def writable(self) -> bool:
        return True


def _write(file: zipfile.ZipFile, name: str, table: Table, wanted: Wanted) -> tuple[int, str]:
    count = 0
    with file.open(name, "w", force_zip64=True) as part:
        counted = _Counted(part)
        text = TextIOWrapper(BufferedWriter(counted), "utf-8", newline="")
        writer = csv.writer(text)
        if wanted.form == "csv":
            writer.writerow(table.columns)
        for row in _rows(table, wanted):
            count += 1
            if wanted.form == "csv":
                writer.writerow(["" if value is None else _in_csv(value) for value in row.values()])
            else:
                text.write(json.dumps(row, ensure_ascii=False) + "\n")
        text.flush()
        text.detach()
    return count, counted.found.hexdigest()


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
