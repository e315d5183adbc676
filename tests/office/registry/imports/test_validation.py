"""A list with everything wrong is told everything at once; what is sound is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlao.office.registry.imports import kinds
from anlao.office.registry.imports.findings import masked
from anlao.office.registry.imports.mapping import propose
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.validation import Validation, WrongMapping, validate
from tests.office.registry.imports.made import (
    MONTH,
    READERS,
    TODAY,
    codes,
    identity,
    sheet_of,
    validated,
    workbook,
)

MAN = identity("19410308", 123)
WOMAN = identity("19500101", 124)
DISABILITY = ["姓名", "身份证号码", "性别", "出生日期", "残疾类别", "残疾等级"]


def disability(*rows: list[Any]) -> Validation:
    return validated(workbook([DISABILITY, *rows]), "disability")


def deaths(*rows: list[Any]) -> Validation:
    return validated(workbook([["姓名", "身份证号码", "死亡日期"], *rows]), "deaths")


def test_a_sound_row_gives_facts_by_their_names() -> None:
    row = disability(["王某", MAN, "男", "1941年3月8日", "肢体残疾", 1]).rows[0]

    assert row.identity_number == MAN
    assert row.facts == {
        "sex": "male",
        "birth_date": date(1941, 3, 8),
        "disability_type": "physical",
        "disability_grade": 1,
    }
    assert row.details == {"name": "王某"}


def test_a_snapshot_holds_for_its_month_and_an_event_from_its_day_on() -> None:
    snapshot = disability(["王某", MAN, "男", "", "肢体", "1级"]).rows[0]
    event = deaths(["王某", MAN, "20240105"]).rows[0]

    assert (snapshot.from_date, snapshot.until_date) == (date(2024, 1, 1), date(2024, 2, 1))
    assert (event.from_date, event.until_date) == (date(2024, 1, 5), None)


@pytest.mark.parametrize("empty", [None, "", " ", "　", "/", "不详", "-"])
def test_an_empty_cell_is_unknown_and_never_no(empty: str | None) -> None:
    rows = [["姓名", "身份证号码", "是否独居"], ["王某", MAN, empty], ["李某", WOMAN, "否"]]

    unknown, said = validated(workbook(rows), "villages").rows

    assert unknown.facts == {}
    assert said.facts == {"lives_alone": False}


def test_yes_written_as_one_and_as_true_is_the_same_and_a_two_is_neither() -> None:
    header = ["姓名", "身份证号码", "是否独居", "是否空巢"]
    rows = [header, ["王某", MAN, 1, True], ["李某", WOMAN, 2, 0]]

    validation = validated(workbook(rows), "villages")

    assert validation.rows[0].facts == {"lives_alone": True, "empty_nest": True}
    assert codes(validation) == ["yes-no-strange"]


def test_every_bad_cell_is_named_at_once_with_its_place() -> None:
    validation = disability(
        ["王某", MAN, "男", "1941-13-08", "腿", "五级"],
        ["", "330326", "", "", "肢体", "一级"],
        ["赵某", WOMAN, "女", "1950-01-01", "视力", "二级"],
    )

    assert [(str(f.place), f.code) for f in validation.errors] == [
        ("名单!D2", "date-strange"),
        ("名单!E2", "value-not-listed"),
        ("名单!F2", "value-not-listed"),
        ("名单!A3", "cell-missing"),
        ("名单!B3", "identity-shape"),
    ]
    assert [row.number for row in validation.rows] == [4]
    assert validation.rows_read == 3
    assert validation.bad_rows == {2, 3}


def test_an_identity_number_kept_as_a_number_is_refused_and_never_rounded() -> None:
    validation = deaths(["王某", int(MAN.replace("X", "0")), "2024-01-05"])

    finding = validation.errors[0]
    assert finding.code == "cell-lost-digits"
    assert (finding.place.row, finding.place.column) == (2, "B") if finding.place else False
    assert validation.rows == ()


@pytest.mark.parametrize("form", ["{}", "'{}", '="{}"', " {} "])
def test_an_identity_number_kept_as_text_is_read(form: str) -> None:
    assert deaths(["王某", form.format(MAN), "2024-01-05"]).rows[0].identity_number == MAN


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1941-03-07", ["death-before-birth"]),
        ("1941-03-08", []),
        ("2024-02-01", []),
        ("2024-02-02", ["day-in-future"]),
    ],
)
def test_nobody_dies_before_birth_or_after_today(day: str, expected: list[str]) -> None:
    assert codes(deaths(["王某", MAN, day])) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["王某", MAN, "女", "", "肢体", "一级"], "sex-against-identity"),
        (["王某", MAN, "男", "1941-03-09", "肢体", "一级"], "birth-against-identity"),
        (["王某", MAN, "男", "", "无", "一级"], "grade-without-type"),
    ],
)
def test_what_contradicts_itself_in_a_row_is_found(row: list[str], expected: str) -> None:
    assert codes(disability(row)) == [expected]


def test_a_certificate_that_fits_the_row_is_quiet_and_another_is_a_warning() -> None:
    header = [*DISABILITY, "残疾人证号"]
    rows = [
        header,
        ["王某", MAN, "男", "", "肢体", "一级", MAN + "41"],
        ["李某", WOMAN, "女", "", "肢体", "一级", WOMAN + "42"],
    ]

    validation = validated(workbook(rows), "disability")

    assert codes(validation) == ["certificate-against-row"]
    assert len(validation.rows) == 2


def test_support_of_somebody_who_is_not_destitute_is_found() -> None:
    header = ["姓名", "身份证号码", "救助类别", "供养方式"]
    rows = [header, ["王某", MAN, "低保", "集中供养"], ["李某", WOMAN, "特困人员", "分散"]]

    validation = validated(workbook(rows), "hardship")

    assert codes(validation) == ["support-without-tekun"]
    assert validation.rows[0].facts == {"economic_status": "tekun", "support_mode": "dispersed"}


def test_a_row_repeated_is_taken_once_and_a_contradiction_not_at_all() -> None:
    once = deaths(["王某", MAN, "2024-01-05"], ["王某", MAN, "2024/1/5"])
    never = deaths(["王某", MAN, "2024-01-05"], ["王某", MAN, "2024-01-06"])

    assert (codes(once), len(once.rows)) == (["row-repeated"], 1)
    assert (codes(never), len(never.rows)) == (["row-contradicted"] * 2, 0)
    assert never.bad_rows == {2, 3}


def test_a_row_with_more_cells_than_the_header_is_not_read_as_if_it_fitted() -> None:
    text = f"姓名,身份证号码,死亡日期\n王某,{MAN},2024-01-05,多\n"

    validation = validated(text.encode(), "deaths", name="a.csv")

    assert codes(validation) == ["row-too-wide"]
    assert validation.rows == ()


def test_a_constant_is_read_for_every_row() -> None:
    data = workbook([["姓名", "身份证号码"], ["王某", MAN]])
    mapping = propose(kinds.kind("hardship"), ["姓名", "身份证号码"]).mapping

    good = validated(data, "hardship", mapping=mapping.with_constant("economic_status", "低保"))
    bad = validated(data, "hardship", mapping=mapping.with_constant("economic_status", "富"))

    assert good.rows[0].facts == {"economic_status": "dibao"}
    assert codes(bad) == ["value-not-listed"]


def test_without_a_required_column_no_row_is_read() -> None:
    validation = validated(workbook([["姓名", "性别"], ["王某", "男"]]), "deaths")

    assert {finding.code for finding in validation.errors} == {"column-missing"}
    assert validation.rows_read == 0


def test_a_mapping_of_other_headers_is_a_fault_of_the_caller() -> None:
    kind = kinds.kind("deaths")
    mapping = propose(kind, ["姓名", "身份证号码"]).mapping

    with pytest.raises(WrongMapping):
        validate(
            sheet=sheet_of(workbook([["姓名", "死亡日期"], ["王某", "2024-01-05"]])),
            kind=kind,
            mapping=mapping,
            readers=READERS,
            month=MONTH,
            today=TODAY,
        )


def test_a_mapping_to_a_column_that_is_not_there_is_a_fault_of_the_caller() -> None:
    sheet = sheet_of(workbook([["姓名", "身份证号码", "死亡日期"], ["王某", MAN, "2024-01-05"]]))
    kind = kinds.kind("deaths")
    mapping = propose(kind, sheet.headers).mapping
    beyond = replace(mapping, columns=(replace(mapping.columns[0], index=3), *mapping.columns[1:]))

    with pytest.raises(WrongMapping):
        validate(sheet=sheet, kind=kind, mapping=beyond, readers=READERS, month=MONTH, today=TODAY)


def test_a_column_without_a_header_is_left_out_and_that_is_said_once() -> None:
    header = ["姓名", None, "身份证号码", "死亡日期"]
    rows = [header, ["王某", "甲", MAN, "2024-01-05"], ["李某", "乙", WOMAN, "2024-01-05"]]

    validation = validated(workbook(rows), "deaths")

    assert codes(validation) == ["column-nameless"]
    assert len(validation.rows) == 2


def test_no_finding_shows_a_whole_identity_number() -> None:
    wrong = MAN[:-1] + ("0" if MAN[-1] != "0" else "1")
    validation = disability(
        [MAN, wrong, "男", "", f"肢体{MAN}", "一级"],
        ["王某", f"号{WOMAN[:-1]}", "男", "", "肢体", "一级"],
    )

    said = " ".join(f.message("zh") + f.message("en") for f in validation.findings)

    assert len(validation.errors) >= 3
    assert not any(number[:14] in said for number in (MAN, WOMAN))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("330326194103081234", "330***********1234"),
        ("电话13800001111", "电话***********"),
        ("2024-01-05", "2024-01-05"),
        ("20240105", "20240105"),
    ],
)
def test_long_numbers_are_masked_and_days_are_not(text: str, shown: str) -> None:
    assert masked(text) == shown


CELLS = st.one_of(
    st.text(max_size=10),
    st.sampled_from([MAN, WOMAN, "男", "肢体", "一级", "2024-01-05", "=1+1", "1e400", "nan", "-0"]),
)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, min_size=6, max_size=7), min_size=1, max_size=6))
def test_any_cells_are_sound_rows_or_findings(rows: list[list[str]]) -> None:
    lines = [",".join('"' + c.replace('"', '""') + '"' for c in row) for row in rows]
    data = "\n".join([",".join(DISABILITY), *lines]).encode("utf-8", "replace")

    try:
        validation = validated(data, "disability", name="a.csv")
    except FileRefused:
        return

    taken = {row.number for row in validation.rows}
    assert not taken & validation.bad_rows
    assert validation.rows_read == len(taken | validation.bad_rows) + codes(validation).count(
        "row-repeated"
    )
