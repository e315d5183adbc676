"""Hostile files are refused by what they hold, each with its own code and advice."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlao.office.registry.imports import kinds, refusals
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Limits, Upload, check
from anlao.office.registry.imports.sheets import read_book
from anlao.office.registry.imports.workbook_parts import PartLimits
from tests.office.registry.imports.made import part_of, with_parts, workbook

PLAIN = workbook([["姓名", "公民身份号码"], ["王某", "330326194103081234"]])
SHEET = "xl/worksheets/sheet1.xml"
TYPES = "[Content_Types].xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


def put(part: str, before: bytes, after: bytes) -> bytes:
    content = part_of(PLAIN, part)
    assert before in content
    return with_parts(PLAIN, {part: content.replace(before, after, 1)})


def relation(kind: str, target: str) -> bytes:
    added = f'<Relationship Id="r9" Type="x/{kind}" Target="{target}" TargetMode="External"/>'
    return put(RELATIONS, b"</Relationships>", added.encode() + b"</Relationships>")


def lying_about_size(data: bytes) -> bytes:
    """Return a workbook whose sheet unpacks to far more than its headers declare."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(b"<x>" + b" " * 5_000_000) + packed.flush()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        new.writestr("xl/extra.xml", body)
    raw = bytearray(out.getvalue())
    central = raw.rindex(b"PK\x01\x02")
    struct.pack_into("<H", raw, central + 10, zipfile.ZIP_DEFLATED)
    struct.pack_into("<I", raw, central + 24, 100)
    return bytes(raw)


def encrypted_flag(data: bytes) -> bytes:
    raw = bytearray(data)
    struct.pack_into("<H", raw, raw.index(b"PK\x01\x02") + 8, 0x1)
    return bytes(raw)


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
NOISE = hashlib.shake_256(b"noise").hexdigest(40_000).encode()
CSV = "姓名,身份证号\n王某,1\n"
HOSTILE: dict[str, tuple[bytes, type[FileRefused]]] = {
    "nothing at all": (b"", refusals.EmptyFile),
    "a mark and blank lines": (b"\xef\xbb\xbf\r\n\r\n", refusals.EmptyFile),
    "a program renamed": (b"MZ\x90\0" + b"\0" * 80, refusals.WrongType),
    "a PDF renamed": (b"%PDF-1.7\n%%EOF", refusals.WrongType),
    "a web page called xls": (b"<html><table><tr><td>1", refusals.WrongType),
    "bytes that are no text": (b"name,id\n\x01\x02,3\n", refusals.WrongType),
    "an archive that is no workbook": (with_parts(PLAIN, {TYPES: b"<a/>"}), refusals.WrongType),
    "an old workbook": (OLE, refusals.OldWorkbook),
    "a workbook under a password": (
        OLE + "EncryptedPackage".encode("utf-16-le"),
        refusals.EncryptedFile,
    ),
    "an archive under a password": (encrypted_flag(PLAIN), refusals.EncryptedFile),
    "a macro part": (with_parts(PLAIN, {"xl/vbaProject.bin": b"x"}), refusals.HasMacros),
    "a macro sheet": (with_parts(PLAIN, {"xl/macrosheets/s.xml": b"<a/>"}), refusals.HasMacros),
    "the macro content type": (
        put(
            TYPES,
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        ),
        refusals.HasMacros,
    ),
    "a link to another workbook": (
        with_parts(PLAIN, {"xl/externalLinks/externalLink1.xml": b"<a/>"}),
        refusals.HasExternalLinks,
    ),
    "a template from the net": (relation("attachedTemplate", "x:y"), refusals.HasExternalLinks),
    "a data connection": (
        with_parts(PLAIN, {"xl/connections.xml": b"<a/>"}),
        refusals.HasExternalLinks,
    ),
    "an embedded object": (
        with_parts(PLAIN, {"xl/embeddings/o.bin": b"x"}),
        refusals.HasEmbeddedObject,
    ),
    "a program as a picture": (
        with_parts(PLAIN, {"xl/media/i.png": b"MZ\x90"}),
        refusals.HasEmbeddedObject,
    ),
    "an archive as a picture": (
        with_parts(PLAIN, {"xl/media/i.png": PLAIN}),
        refusals.HasNestedArchive,
    ),
    "entities in a sheet": (
        with_parts(PLAIN, {SHEET: DOCTYPE + part_of(PLAIN, SHEET)}),
        refusals.HasEntities,
    ),
    "entities in another alphabet": (
        with_parts(PLAIN, {SHEET: DOCTYPE.decode().encode("utf-16")}),
        refusals.BrokenWorkbook,
    ),
    "a formula that starts a program": (
        put(SHEET, b"</row>", b"<c r=\"C1\"><f>cmd|'/c calc'!A0</f><v>0</v></c></row>"),
        refusals.HasDynamicDataExchange,
    ),
    "csv that starts a program": (
        (CSV + "=cmd|' /C calc'!A0,1\n").encode(),
        refusals.HasDynamicDataExchange,
    ),
    "a bomb that says its size": (
        with_parts(PLAIN, {"xl/media/i.png": b"\0" * 5_000_000}),
        refusals.ExpandsTooFar,
    ),
    "a bomb that lies about its size": (lying_about_size(PLAIN), refusals.ExpandsTooFar),
    "a cell at the end of the world": (
        put(SHEET, b"</row>", b'<c r="XFD1048576"><v>1</v></c></row>'),
        refusals.SheetTooWide,
    ),
    "a part that claims more strings than it holds": (
        put("xl/sharedStrings.xml", b' count="', b' uniqueCount="99999999999" n="'),
        refusals.ExpandsTooFar,
    ),
    "a long string shown in very many cells": (
        with_parts(
            put(
                SHEET,
                b"</sheetData>",
                b"".join(b'<row><c t="s"><v>0</v></c></row>' for _ in range(20_000))
                + b"</sheetData>",
            ),
            {"xl/sharedStrings.xml": b"<sst><si><t>" + NOISE + b"</t></si></sst>"},
        ),
        refusals.ExpandsTooFar,
    ),
    "a sheet that calls itself a picture": (
        put(RELATIONS, b"worksheets/sheet1.xml", b"media/sheet1.png"),
        refusals.BrokenWorkbook,
    ),
    "a cut workbook": (PLAIN[:-40], refusals.BrokenWorkbook),
    "a part outside its folder": (
        with_parts(PLAIN, {"../../x.xml": b"<a/>"}),
        refusals.BrokenWorkbook,
    ),
    "a UTF-8 mark before GB 18030": (
        b"\xef\xbb\xbf" + CSV.encode("gb18030"),
        refusals.MixedEncodings,
    ),
    "UTF-8 that turns into GB 18030": (
        CSV.encode() + "李某,2\n".encode("gb18030"),
        refusals.MixedEncodings,
    ),
    "an encoding nobody knows": (b"name\xff\xff,id\n1,2\n", refusals.UnknownEncoding),
}


@pytest.mark.parametrize(("data", "refusal"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_whatever_it_is_called(
    data: bytes, refusal: type[FileRefused]
) -> None:
    for name in ("list.xlsx", "list.csv", "../../etc/passwd"):
        with pytest.raises(FileRefused) as caught:
            check(Upload(name, data))

        assert type(caught.value) is refusal
        assert caught.value.message("zh")
        assert caught.value.message("en")


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv", "list.exe", ""])
def test_a_plain_workbook_is_taken_whatever_it_is_called(name: str) -> None:
    assert check(Upload(name, PLAIN)).type == "xlsx"


def test_a_web_address_in_a_cell_is_only_text() -> None:
    link = b'<Relationships><Relationship Id="r1" Type="x/hyperlink" Target="https://example.org/"'
    part = {
        "xl/worksheets/_rels/sheet1.xml.rels": link + b' TargetMode="External"/></Relationships>'
    }
    data = with_parts(PLAIN, part)

    assert check(Upload("list.xlsx", data)).type == "xlsx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_of_the_office(encoding: str) -> None:
    assert check(Upload("list.csv", CSV.encode(encoding))).text == CSV


def test_the_upload_may_have_as_many_bytes_as_the_limit_and_no_more() -> None:
    fits, over = Limits(upload_bytes=len(PLAIN)), Limits(upload_bytes=len(PLAIN) - 1)

    assert check(Upload("a", PLAIN), fits).type == "xlsx"
    with pytest.raises(refusals.FileTooLarge):
        check(Upload("a", PLAIN), over)


def test_a_workbook_may_have_as_many_parts_as_the_limit_and_no_more() -> None:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        count = len(archive.infolist())

    assert check(Upload("a", PLAIN), Limits(parts=PartLimits(entries=count))).type == "xlsx"
    with pytest.raises(refusals.TooManyParts):
        check(Upload("a", PLAIN), Limits(parts=PartLimits(entries=count - 1)))


def test_all_parts_together_may_unpack_to_the_limit_and_no_further() -> None:
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())

    assert check(Upload("a", PLAIN), Limits(parts=PartLimits(expanded_bytes=size))).type == "xlsx"
    with pytest.raises(refusals.ExpandsTooFar):
        check(Upload("a", PLAIN), Limits(parts=PartLimits(expanded_bytes=size - 1)))


@pytest.mark.parametrize(
    ("cell", "taken"),
    [("BZ1", True), ("CA1", False), ("C199999", True), ("C200000", False), ("AAA1", False)],
)
def test_a_sheet_reaches_to_column_bz_and_row_199999(cell: str, taken: bool) -> None:
    data = put(SHEET, b"</row>", f'<c r="{cell}"><v>1</v></c></row>'.encode())

    if taken:
        assert check(Upload("a", data)).type == "xlsx"
    else:
        with pytest.raises(refusals.SheetTooWide):
            check(Upload("a", data))


def test_every_refusal_has_its_own_code_and_speaks_both_languages() -> None:
    known = FileRefused.__subclasses__()

    assert len({refusal.code for refusal in known}) == len(known)
    for refusal in known:
        assert refusal.what.zh != refusal.what.en
        assert refusal.advice.zh != refusal.advice.en


def reads(data: bytes) -> None:
    """Read a file to its end, or see it refused in our own words; anything else fails the test."""
    try:
        checked = check(Upload("list", data))
        for sheet in read_book(checked, kinds.is_header_word).sheets:
            assert sum(1 for _ in sheet.rows()) > 0
    except FileRefused as refusal:
        said = refusal.message("zh")
    else:
        said = checked.type
    assert said


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    reads(data)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_after_a_magic_number_are_read_or_refused(data: bytes) -> None:
    reads(b"PK\x03\x04" + data)
    reads(OLE[:8] + data)
    reads(CSV.encode() + data)
    reads(CSV.encode("gb18030") + data)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(PLAIN) - 1), st.integers(0, 255)), max_size=6))
def test_a_workbook_with_bytes_changed_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(PLAIN)
    for place, value in changes:
        data[place] = value

    reads(bytes(data))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120), st.integers(0, 400))
def test_a_sheet_with_anything_written_into_it_is_read_or_refused(part: bytes, at: int) -> None:
    content = part_of(PLAIN, SHEET)

    reads(with_parts(PLAIN, {SHEET: content[:at] + part + content[at:]}))
