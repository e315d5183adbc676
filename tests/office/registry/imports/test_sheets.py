"""Where the list begins, what stands in its cells, and where each cell stands."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from anlao.office.registry.imports.refusals import BrokenQuotes, CellTooLong, NoTable, SheetTooWide
from anlao.office.registry.imports.separated import csv_rows, separator_of
from anlao.office.registry.imports.sheets import (
    LostDigits,
    Serial,
    column_letter,
)
from tests.office.registry.imports.made import book_of, sheet_of, workbook

HEADERS = ["姓名", "身份证号", "性别"]


def test_title_rows_above_the_header_are_passed_over() -> None:
    rows = [["某县名单"], [], ["填表：某股", None, "2024-01-05"], HEADERS, ["王某", "1", "男"]]

    sheet = sheet_of(workbook(rows))

    assert sheet.headers == tuple(HEADERS)
    assert [row.number for row in sheet.rows()] == [5]


def test_two_header_rows_under_merged_cells_become_one() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.merge_range("A1:D1", "残疾人名单")
    page.merge_range("A2:A3", "姓名")
    page.merge_range("B2:B3", "身份证号")
    page.merge_range("C2:D2", "残疾情况")
    page.write_row("C3", ["类别", "等级"])
    page.write_row("A4", ["王某", "1", "肢体", "一级"])
    book.close()

    sheet = sheet_of(out.getvalue())

    assert sheet.headers == ("姓名", "身份证号", "残疾情况/类别", "残疾情况/等级")
    assert [row.cells for row in sheet.rows()] == [("王某", "1", "肢体", "一级")]


def test_a_header_of_two_rows_is_found_by_its_lower_half_too() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet()
    page.merge_range("A1:A2", "姓名")
    page.merge_range("B1:D1", "基本情况")
    page.write_row("B2", ["身份证号", "类别", "等级"])
    page.write_row("A3", ["王某", "1", "肢体", "一级"])
    book.close()

    assert sheet_of(out.getvalue()).headers == (
        "姓名",
        "基本情况/身份证号",
        "基本情况/类别",
        "基本情况/等级",
    )


def test_a_list_that_begins_in_the_middle_of_the_sheet_keeps_its_places() -> None:
    rows = [[], [None, None, *HEADERS], [None, None, "王某", "1", "男"]]

    sheet = sheet_of(workbook(rows))
    row = next(sheet.rows())

    assert row.cells == ("王某", "1", "男")
    assert str(sheet.place(row.number, 1)) == "名单!D3"


def test_blank_rows_are_passed_over_and_the_others_keep_their_numbers() -> None:
    rows = [HEADERS, ["王某"], [" ", "　"], ["李某"], [], [""]]

    assert [row.number for row in sheet_of(workbook(rows)).rows()] == [2, 4]


def test_every_visible_sheet_with_a_list_is_read_and_the_others_are_named() -> None:
    data = workbook([HEADERS, ["王某"]], name="甲", more={"乙": [HEADERS, ["李某"]], "说明": []})

    book = book_of(data)

    assert [sheet.name for sheet in book.sheets] == ["甲", "乙"]
    assert book.left_out == ("说明",)


def test_a_number_keeps_fifteen_digits_and_a_longer_one_is_lost() -> None:
    rows = [HEADERS, ["王某", 999_999_999_999_999], ["李某", 1_000_000_000_000_000]]

    kept, lost = (row.cells[1] for row in sheet_of(workbook(rows)).rows())

    assert kept == Serial(999_999_999_999_999.0)
    assert str(kept) == "999999999999999"
    assert isinstance(lost, LostDigits)


@pytest.mark.parametrize(("text", "lost"), [("3.30326E+17", True), ("1.5E+3", False)])
def test_a_number_that_csv_shortened_is_lost(text: str, lost: bool) -> None:
    sheet = sheet_of(f"姓名,身份证号\n王某,{text}\n".encode(), "list.csv")

    assert isinstance(next(sheet.rows()).cells[1], LostDigits) is lost


def test_days_come_as_days_and_numbers_without_a_format_as_serials() -> None:
    rows = [["姓名", "出生日期"], ["王某", date(1941, 3, 8)], ["李某", 45000]]

    cells = [row.cells[1] for row in sheet_of(workbook(rows)).rows()]

    assert cells == [date(1941, 3, 8), Serial(45000.0)]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_the_one_the_rows_agree_on(separator: str) -> None:
    text = "\n".join(separator.join(row) for row in [HEADERS, ["王某", "1", '"男,;|\t"']])

    assert separator_of(text) == separator
    assert sheet_of(text.encode(), "a.csv").headers == tuple(HEADERS)


def test_a_quoted_cell_may_hold_separators_and_line_breaks() -> None:
    text = '姓名,备注\n王某,"一,\n二 ""三"""\n李某,\n'

    rows = list(sheet_of(text.encode(), "a.csv").rows())

    assert rows[0].cells == ("王某", '一,\n二 "三"')
    assert rows[1].number == 3


def test_an_open_quotation_mark_is_refused() -> None:
    with pytest.raises(BrokenQuotes):
        list(csv_rows('姓名,备注\n王某,"一\n李某,二\n'))


@pytest.mark.parametrize("rows", [[], [HEADERS], [["只有一格"]]])
def test_a_file_without_a_list_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(NoTable):
        sheet_of(workbook(rows))


@pytest.mark.parametrize(("blank", "taken"), [(199_998, True), (199_999, False)])
def test_a_list_may_reach_row_200000_and_no_further(blank: int, taken: bool) -> None:
    text = "姓名,性别\n" + "\n" * blank + "王某,男\n"

    if taken:
        assert next(sheet_of(text.encode(), "a.csv").rows()).number == 200_000
    else:
        with pytest.raises(SheetTooWide):
            sheet_of(text.encode(), "a.csv")


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ")])
def test_columns_have_the_letters_a_spreadsheet_shows(index: int, letter: str) -> None:
    assert column_letter(index) == letter


def test_a_cell_of_endless_text_is_refused() -> None:
    with pytest.raises(CellTooLong):
        list(csv_rows("姓名,备注\n王某," + "a" * 200_000))


def test_all_sheets_together_reach_so_many_cells_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = workbook([HEADERS, ["王某"]], name="甲", more={"乙": [HEADERS, ["李某"]]})

    monkeypatch.setattr("anlao.office.registry.imports.sheets.MAX_CELLS", 12)
    assert len(book_of(data).sheets) == 2

    monkeypatch.setattr("anlao.office.registry.imports.sheets.MAX_CELLS", 11)
    with pytest.raises(SheetTooWide):
        book_of(data)


@given(st.lists(st.lists(st.text(max_size=6), min_size=2, max_size=2), min_size=1, max_size=5))
def test_any_cells_quoted_into_csv_are_read_or_refused(rows: list[list[str]]) -> None:
    text = "\n".join(",".join('"' + c.replace('"', '""') + '"' for c in row) for row in rows)

    read = list(csv_rows("姓名,性别\n" + text))

    assert len(read) == len(rows) + 1
