"""Files made for the tests, and a tiny reader of identity numbers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from anlao.office.registry.imports import kinds
from anlao.office.registry.imports.cells import Readers
from anlao.office.registry.imports.mapping import Mapping as ColumnMapping
from anlao.office.registry.imports.mapping import propose
from anlao.office.registry.imports.safety import Upload, check
from anlao.office.registry.imports.sheets import Book, Sheet, read_book
from anlao.office.registry.imports.validation import Validation, validate
from anlao.rules.periods import Month

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
TODAY = date(2024, 2, 1)
MONTH = Month(2024, 1)


@dataclass(frozen=True)
class Person:
    number: str
    birth_date: date
    sex: str


@dataclass(frozen=True)
class NoNumber:
    code: str = "shape"
    zh: str = "号码不对"
    en: str = "is no identity number"


def identity(birth: str = "19410308", order: int = 123) -> str:
    """Return a sound number; an odd order is a man's."""
    body = f"330326{birth}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def read_identity(text: str) -> Person | NoNumber:
    text = "".join(text.split()).upper()
    if len(text) != 18 or not (text.isascii() and text[:17].isdigit()):
        return NoNumber()
    if identity(text[6:14], int(text[14:17]))[6:] != text[6:]:
        return NoNumber("checksum")
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return NoNumber("birth")
    return Person(text, born, "male" if int(text[16]) % 2 else "female")


READERS = Readers(read_identity)


def workbook(
    rows: Sequence[Any], *, name: str = "名单", more: Mapping[str, Any] | None = None
) -> bytes:
    """Return an xlsx file; dates get a date format. ``more``: rows of further sheets by name."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 1, 2)})  # noqa: DTZ001 - the same at any second
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for title, lines in {name: rows, **(more or {})}.items():
        page = book.add_worksheet(title)
        for line, row in enumerate(lines):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    at = datetime(value.year, value.month, value.day)  # noqa: DTZ001
                    page.write_datetime(line, column, at, day)
                elif isinstance(value, str):
                    page.write_string(line, column, value)
                elif value is not None:
                    page.write(line, column, value)
    book.close()
    return out.getvalue()


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a workbook with parts added or put in the place of others."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for entry in old.infolist():
            if entry.filename not in parts:
                new.writestr(entry.filename, old.read(entry))
        for part, content in parts.items():
            new.writestr(part, content)
    return out.getvalue()


def part_of(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def book_of(data: bytes, name: str = "list.xlsx") -> Book:
    return read_book(check(Upload(name, data)), kinds.is_header_word)


def sheet_of(data: bytes, name: str = "list.xlsx") -> Sheet:
    return book_of(data, name).sheets[0]


def validated(
    data: bytes, kind: str, *, mapping: ColumnMapping | None = None, name: str = "list.xlsx"
) -> Validation:
    sheet = sheet_of(data, name)
    chosen = kinds.kind(kind)
    return validate(
        sheet=sheet,
        kind=chosen,
        mapping=mapping or propose(chosen, sheet.headers).mapping,
        readers=READERS,
        month=MONTH,
        today=TODAY,
    )


def codes(validation: Validation) -> list[str]:
    return [finding.code for finding in validation.findings]
