"""Headers find their fields; what is unmapped, doubled or missing is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.office.registry.imports import kinds
from anlao.office.registry.imports.mapping import (
    CONTAINED,
    OFFICIAL,
    SYNONYM,
    TIDIED,
    Mapping,
    UnreadableMapping,
    check_mapping,
    header_signature,
    propose,
)

DISABILITY = kinds.kind("disability")
HEADERS = ["姓名", "身份证号码", "残疾类型", "残疾等级"]


@pytest.mark.parametrize(
    ("header", "field", "confidence"),
    [
        ("公民身份号码", "identity_number", OFFICIAL),
        ("身份证号码", "identity_number", SYNONYM),
        ("*身份证号码（必填）", "identity_number", TIDIED),
        ("残疾情况/类别", "disability_type", TIDIED),
        ("本人联系电话", "phone", CONTAINED),
        ("星座", "", 0),
    ],
)
def test_a_header_finds_its_field_with_a_confidence(
    header: str, field: str, confidence: int
) -> None:
    column = propose(DISABILITY, [header]).mapping.columns[0]

    assert (column.field, column.confidence) == (field, confidence)


def test_the_findings_name_strangers_missing_and_unsure_columns() -> None:
    proposal = propose(DISABILITY, ["姓名", "身份证号码", "残疾类型", "本人联系电话", "星座"])

    assert [(f.code, f.severity) for f in proposal.findings] == [
        ("column-unmapped", "warning"),
        ("column-unsure", "warning"),
        ("column-missing", "error"),
    ]


def test_two_equal_headers_are_doubly_mapped_and_a_surer_one_wins() -> None:
    equal = propose(DISABILITY, [*HEADERS, "姓名"])
    surer = propose(DISABILITY, [*HEADERS, "姓名（拼音）"])

    assert [finding.code for finding in equal.findings] == ["column-doubly-mapped"]
    assert surer.mapping.columns[0].field == "name"
    assert [finding.code for finding in surer.findings] == ["column-unmapped"]


def test_a_constant_stands_in_for_a_column_that_the_whole_list_lacks() -> None:
    hardship = kinds.kind("hardship")
    mapping = propose(hardship, ["姓名", "身份证号码"]).mapping

    assert [f.code for f in check_mapping(hardship, mapping)] == ["column-missing"]
    assert check_mapping(hardship, mapping.with_constant("economic_status", "低保")) == ()


def test_a_confirmed_mapping_is_remembered_by_its_headers() -> None:
    headers = ["姓名", "号", "残疾类型", "残疾等级"]
    confirmed = propose(DISABILITY, headers).mapping.with_field(1, "identity_number")

    again = propose(DISABILITY, [" 姓 名", "号", "残疾类型", "残疾等级"], [confirmed])
    other = propose(DISABILITY, headers[::-1], [confirmed])

    assert again.remembered
    assert again.findings == ()
    assert not other.remembered


def test_a_mapping_survives_being_stored() -> None:
    mapping = propose(DISABILITY, HEADERS).mapping.with_constant("hukou", "330326")

    assert Mapping.from_json(mapping.to_json()) == mapping


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kind":"x","signature":"","columns":[],"constants":[]}',
        '{"kind":"deaths","signature":"","columns":[[0,"a","no_field",1]],"constants":[]}',
    ],
)
def test_a_stored_mapping_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(UnreadableMapping):
        Mapping.from_json(text)


@given(st.text())
def test_any_stored_text_is_a_mapping_or_refused(text: str) -> None:
    with pytest.raises(UnreadableMapping):
        Mapping.from_json(text)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_headers_get_a_proposal_that_can_be_stored(headers: list[str]) -> None:
    mapping = propose(DISABILITY, headers).mapping

    assert len(mapping.columns) == len(headers)
    assert Mapping.from_json(mapping.to_json()) == mapping
    assert mapping.signature == header_signature(headers)
