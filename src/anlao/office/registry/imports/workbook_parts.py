"""The parts of an xlsx workbook, unpacked within limits and looked at before any reader opens it.

Sizes are counted while unpacking: what the archive declares about itself is only believed once
it has come out true.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from anlao.office.registry.imports.refusals import (
    BrokenWorkbook,
    EncryptedFile,
    ExpandsTooFar,
    FileRefused,
    HasDynamicDataExchange,
    HasEmbeddedObject,
    HasEntities,
    HasExternalLinks,
    HasMacros,
    HasNestedArchive,
    SheetTooWide,
    TooManyParts,
    WrongType,
    place,
)
from anlao.office.registry.imports.shared_strings import check_copies

_CHUNK = 1 << 18
_ENCRYPTED_FLAG = 0x1
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ARCHIVES = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xd0\xcf\x11\xe0")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".emf", ".wmf", ".svg", ".bin")
_FORBIDDEN_PARTS: tuple[tuple[re.Pattern[str], type[FileRefused]], ...] = (
    (re.compile(r"vba|macrosheets|dialogsheets|intlmacrosheets"), HasMacros),
    (
        re.compile(r"externallinks|(^|/)connections\.xml|querytables|webextensions"),
        HasExternalLinks,
    ),
    (re.compile(r"embeddings|activex|ctrlprops|oleobject"), HasEmbeddedObject),
)
_SHEETS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ENTITY = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OTHER_ENCODING = re.compile(
    rb"""<\?xml[^>]{0,200}encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE
)
# A bar before any quoted text in a formula: program|topic!item.
_DDE = re.compile(rb"<(?:\w+:)?f(?:\s[^<>]{0,200})?>[^<\"&|]{0,200}\|", re.IGNORECASE)
_DDE_LINK = re.compile(rb"<(?:\w+:)?ddeLink", re.IGNORECASE)
# Readers lay a sheet out as a full rectangle: one cell far away would fill the memory.
# Columns end at BZ (the 78th), rows at 199,999; references written in escapes are not followed.
_FAR_CELL = re.compile(
    rb"""\br\s*=\s*["'](?:[A-Z]{3,}\d|[C-Z][A-Z]\d|[A-Z]{0,3}(?:[2-9]\d{5}|\d{7,})["']|[^"'<>]{0,40}&)""",
    re.IGNORECASE,
)
_COUNT = re.compile(rb"""count\s*=\s*["']([^"'<>]{0,80})""", re.IGNORECASE)
_SHORTEST_ELEMENT = 5
_YES = {"1", "true"}


@dataclass(frozen=True, slots=True)
class PartLimits:
    """``expanded_bytes``: of all parts together; ``ratio``: unpacked size over packed size.

    ``copied_bytes``: of shared strings, in all cells that show them.
    """

    entries: int = 1_000
    expanded_bytes: int = 300 * 2**20
    copied_bytes: int = 500 * 2**20
    ratio: int = 200
    ratio_from_bytes: int = 2**20
    """Small parts may shrink a lot: the ratio counts once a part is larger than this."""


def check_workbook(data: bytes, limits: PartLimits) -> bool:
    """Return whether the workbook counts days from 1904. Raises FileRefused."""
    unpacked = _Unpacking(data, limits)
    entries = unpacked.entries()
    _check_names([entry.filename for entry in entries])
    parts = {_plain(entry.filename) for entry in entries}
    if not {"[content_types].xml", "xl/workbook.xml"} <= parts:
        raise WrongType(place("zip"))
    epoch_1904 = False
    strings = b""
    sheets: list[bytes] = []
    for entry in entries:
        content = unpacked.content(entry)
        _check_part(entry.filename, content)
        low = _plain(entry.filename)
        if low == "xl/sharedstrings.xml":
            strings = content
        elif not low.endswith(_PICTURES):
            sheets.append(content)  # a relation may call any part a sheet, whatever its name
        if low == "xl/workbook.xml":
            epoch_1904 = any(
                attributes.get("date1904", "").lower() in _YES
                for name, attributes in _elements(entry.filename, content)
                if name == "workbookPr"
            )
    check_copies(strings, sheets, limits.copied_bytes)
    return epoch_1904


def _plain(name: str) -> str:
    """Return a part's name as readers match it, that is without case."""
    return name.lower().replace("\\", "/")


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        low = _plain(name)
        if low in seen or low.startswith("/") or ".." in low.split("/"):
            # Two parts of one name: which one a reader opens is anybody's guess.
            raise BrokenWorkbook(place(name))
        seen.add(low)
        for pattern, refusal in _FORBIDDEN_PARTS:
            if pattern.search(low):
                raise refusal(place(name))


@dataclass(slots=True)
class _Unpacking:
    data: bytes
    limits: PartLimits
    total: int = field(default=0)

    def entries(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError):
            raise BrokenWorkbook from None
        if len(entries) > self.limits.entries:
            raise TooManyParts(place(f"{len(entries)} > {self.limits.entries}"))
        if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
            raise EncryptedFile
        return entries

    def content(self, entry: zipfile.ZipInfo) -> bytes:
        """Return what a part really unpacks to, whatever size it declares."""
        packed = self._packed(entry)
        where = place(entry.filename)
        chunks = []
        size = 0
        for chunk in self._chunks(entry, packed):
            size += len(chunk)
            self.total += len(chunk)
            if self.total > self.limits.expanded_bytes:
                raise ExpandsTooFar(where)
            if size > self.limits.ratio_from_bytes and size > self.limits.ratio * len(packed):
                raise ExpandsTooFar(where)
            chunks.append(chunk)
        content = b"".join(chunks)
        if size != entry.file_size or zlib.crc32(content) != entry.CRC:
            raise BrokenWorkbook(where)
        return content

    def _packed(self, entry: zipfile.ZipInfo) -> bytes:
        start = entry.header_offset
        header = self.data[start : start + _LOCAL_HEADER.size]
        if start < 0 or len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise BrokenWorkbook(place(entry.filename))
        name_length, extra_length = _LOCAL_HEADER.unpack(header)[-2:]
        begin = start + _LOCAL_HEADER.size + name_length + extra_length
        return self.data[begin : begin + entry.compress_size]

    def _chunks(self, entry: zipfile.ZipInfo, packed: bytes) -> Iterator[bytes]:
        if entry.compress_type == zipfile.ZIP_STORED:
            yield packed
            return
        if entry.compress_type != zipfile.ZIP_DEFLATED:
            raise BrokenWorkbook(place(entry.filename))
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        rest = packed
        while not inflate.eof:
            try:
                chunk = inflate.decompress(rest, _CHUNK)
            except zlib.error:
                raise BrokenWorkbook(place(entry.filename)) from None
            rest = inflate.unconsumed_tail
            if not chunk and not rest and not inflate.eof:
                raise BrokenWorkbook(place(entry.filename))
            yield chunk


def _check_part(name: str, content: bytes) -> None:
    low = _plain(name)
    where = place(name)
    if content.startswith(_ARCHIVES):
        raise HasNestedArchive(where)
    if content.startswith(_PROGRAMS):
        raise HasEmbeddedObject(where)
    if low.endswith(("/", *_PICTURES)):
        return
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:4]:
        raise BrokenWorkbook(where)  # xlsx is UTF-8: anything else would hide from these checks
    if _ENTITY.search(content):
        raise HasEntities(where)
    if _OTHER_ENCODING.match(content[:400].removeprefix(b"\xef\xbb\xbf").lstrip()):
        raise BrokenWorkbook(where)
    _check_counts(name, content)
    if low == "[content_types].xml":
        _check_types(name, content)
    elif low.endswith(".rels"):
        _check_relations(name, content)
    _check_sheet(name, content)


def _check_counts(name: str, content: bytes) -> None:
    """Readers set aside as much memory as a part says it needs: it must be able to hold that."""
    for found in _COUNT.finditer(content):
        said = found[1]
        if not said.isdigit():
            raise BrokenWorkbook(place(name))
        if len(said) > 3 and int(said) * _SHORTEST_ELEMENT > len(content):
            raise ExpandsTooFar(place(name))


def _check_types(name: str, content: bytes) -> None:
    types = [attributes.get("ContentType", "") for _, attributes in _elements(name, content)]
    if any("macro" in kind.lower() or "vba" in kind.lower() for kind in types):
        raise HasMacros(place(name))
    if _SHEETS_TYPE not in types:
        raise WrongType(place(name))


def _check_relations(name: str, content: bytes) -> None:
    for _, attributes in _elements(name, content):
        kind = attributes.get("Type", "").rpartition("/")[2].lower()
        outside = attributes.get("TargetMode", "").lower() == "external"
        # A web or mail address in a cell is only text here: nothing follows it.
        if (outside and kind != "hyperlink") or kind.startswith("externallink"):
            raise HasExternalLinks(place(name))
        if "vba" in kind or "macro" in kind:
            raise HasMacros(place(name))
        target = attributes.get("Target", "").lower()
        if target and "workbook.xml" in name.lower() and not target.endswith(".xml"):
            raise BrokenWorkbook(place(name))  # a sheet called a picture would go unchecked


def _check_sheet(name: str, content: bytes) -> None:
    if _FAR_CELL.search(content):
        raise SheetTooWide(place(name))
    if _DDE.search(content) or _DDE_LINK.search(content):
        raise HasDynamicDataExchange(place(name))


def _elements(name: str, content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return the elements of a small part, each with its local name and attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate("utf-8")

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((tag.rpartition(":")[2], attributes))

    parser.StartElementHandler = start
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        raise BrokenWorkbook(place(name)) from None
    return found
