"""The copy that goes back: rows in their places, findings beside them, nothing that runs."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from anlao.office.registry.imports.fingerprints import KeyTooShort, content_digest, row_digest
from anlao.office.registry.imports.marked import write_clean, write_marked
from anlao.office.shared.spreadsheets import is_formula_like
from tests.office.registry.imports.made import (
    identity,
    part_of,
    sheet_of,
    validated,
    workbook,
)

MAN, WOMAN = identity("19410308", 123), identity("19500101", 124)
HEADERS = ["姓名", "身份证号码", "死亡日期", "备注"]
ROWS = [
    ["某县死亡人员名单"],
    HEADERS,
    ["王某", MAN, "2024-01-05", '=HYPERLINK("x:y")'],
    [],
    ["李某", WOMAN, "昨天", "+1"],
    ["赵某", 330326194103081234, date(2024, 1, 5), "@SUM(A1)"],
]
KEY = b"0123456789abcdef"


def marked() -> bytes:
    data = workbook(ROWS)
    out = io.BytesIO()
    write_marked(sheet=sheet_of(data), validation=validated(data, "deaths"), out=out)
    return out.getvalue()


def grid(data: bytes) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [list(row) for row in book.get_sheet_by_index(0).iter_rows()]


def test_rows_keep_their_numbers_and_two_columns_are_added() -> None:
    rows = grid(marked())

    assert rows[1] == [*HEADERS, "错误", "处理建议"]
    assert rows[2][:3] == ["王某", MAN, "2024-01-05"]
    assert rows[2][4:] == ["", ""]
    assert rows[4][4] == "死亡日期 不是有效的日期"
    assert str(rows[4][5]).startswith("请改为日期")
    assert "末几位已丢失" in str(rows[5][4])


def test_bad_cells_are_coloured_and_others_are_not() -> None:
    styles = part_of(marked(), "xl/styles.xml").decode()
    sheet = part_of(marked(), "xl/worksheets/sheet1.xml").decode()

    def style(cell: str) -> str:
        return sheet.split(f'r="{cell}" s="')[1].split('"')[0]

    assert "FFD6D6" in styles
    assert style("C5") != style("C3")
    assert style("B5") == style("B3")


def test_nothing_in_the_copy_is_a_formula_a_link_or_a_program() -> None:
    with zipfile.ZipFile(io.BytesIO(marked())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    assert b"<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert b"hyperlink" not in parts["xl/worksheets/sheet1.xml"]
    assert b'quotePrefix="1"' in parts["xl/styles.xml"]
    assert not any("vba" in name or "external" in name.lower() for name in parts)
    assert [row[3] for row in grid(marked())[2:]] == ['=HYPERLINK("x:y")', "", "+1", "@SUM(A1)"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_a_spreadsheet_might_reckon_is_known(start: str) -> None:
    assert is_formula_like(start + "1")
    assert not is_formula_like("1" + start)


def test_the_sound_rows_can_be_uploaded_again_and_say_the_same() -> None:
    data = workbook(ROWS)
    before = validated(data, "deaths")
    out = io.BytesIO()
    write_clean(sheet=sheet_of(data), validation=before, out=out)

    after = validated(out.getvalue(), "deaths")

    assert after.rows == before.rows
    assert after.findings == ()


def test_the_copy_can_be_corrected_and_uploaded_again() -> None:
    again = validated(marked(), "deaths")

    assert [row.number for row in again.rows] == [3]
    assert {f.code for f in again.errors} == {"date-strange", "cell-lost-digits"}


def test_the_same_file_is_known_again_by_its_content() -> None:
    data = workbook(ROWS)

    assert content_digest(data) == content_digest(bytes(data))
    assert content_digest(data) != content_digest(data + b" ")


def test_a_row_is_known_again_in_another_file_at_another_place() -> None:
    text = f"死亡时间,公民身份号码,姓名\n2024年1月4日,{WOMAN},李某\n20240105,{MAN},王某\n"
    sheet = [["姓名", "身份证号码", "死亡日期"], ["王某", MAN, date(2024, 1, 5)]]

    in_text = validated(text.encode("gb18030"), "deaths", name="a.csv")
    in_book = validated(workbook(sheet), "deaths")

    digests = [row_digest(kind=in_text.kind, row=row, key=KEY) for row in in_text.rows]
    assert row_digest(kind=in_book.kind, row=in_book.rows[0], key=KEY) == digests[1]
    assert digests[0] != digests[1]


@pytest.mark.parametrize(("length", "taken"), [(15, False), (16, True)])
def test_a_row_digest_needs_a_secret(length: int, taken: bool) -> None:
    found = validated(workbook(ROWS), "deaths")

    if taken:
        assert row_digest(kind=found.kind, row=found.rows[0], key=b"k" * length)
    else:
        with pytest.raises(KeyTooShort):
            row_digest(kind=found.kind, row=found.rows[0], key=b"k" * length)
