"""Files from outside are hostile: what they hold is found out, never what they are called.

``list.csv`` that is a program -> WrongType; ``list.xlsx`` with macros -> HasMacros;
a plain workbook or text -> CheckedFile, the only thing the sheet reader takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from anlao.office.registry.imports.plain_text import decode
from anlao.office.registry.imports.refusals import (
    EmptyFile,
    EncryptedFile,
    FileTooLarge,
    OldWorkbook,
    Text,
    WrongType,
    place,
)
from anlao.office.registry.imports.workbook_parts import PartLimits, check_workbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_OTHER_TYPES = {
    b"MZ": "a Windows program",
    b"\x7fELF": "a program",
    b"#!": "a script",
    b"%PDF": "PDF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"PK": "zip",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"{\\rtf": "RTF",
    b"SQLite format 3": "SQLite",
}
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<script", b"<meta", b"<head", b"<svg")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came: the name is only shown, never believed."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What an upload may be at most. ``upload_bytes``: size of the file as sent, in bytes."""

    upload_bytes: int = 50 * 2**20
    parts: PartLimits = field(default_factory=PartLimits)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be read. ``text``: of csv, decoded. ``epoch_1904``: how xlsx counts days."""

    name: str
    type: Literal["xlsx", "csv"]
    data: bytes
    text: str = ""
    epoch_1904: bool = False


_LIMITS = Limits()


def check(upload: Upload, limits: Limits = _LIMITS) -> CheckedFile:
    """Return the file once it is known to be harmless. Raises FileRefused (see ``refusals``)."""
    data = upload.data
    if len(data) > limits.upload_bytes:
        size = f"{len(data) / 2**20:.1f} MiB > {limits.upload_bytes / 2**20:.1f} MiB"
        raise FileTooLarge(place(size))
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise EmptyFile
    if data.startswith(_OLE):
        raise EncryptedFile if _ENCRYPTED_STREAM in data else OldWorkbook
    if data.startswith(_ZIP):
        return CheckedFile(upload.name, "xlsx", data, epoch_1904=check_workbook(data, limits.parts))
    _refuse_other_types(data)
    return CheckedFile(upload.name, "csv", data, text=decode(data))


def _refuse_other_types(data: bytes) -> None:
    for magic, name in _OTHER_TYPES.items():
        if data.startswith(magic):
            raise WrongType(Text(f"实际类型：{name}", f"it is {name}"))
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_MARKUP):
        # Many systems "export to Excel" by writing a web page with the name .xls.
        raise WrongType(Text("实际是网页或 XML", "it is a web page or XML"))
