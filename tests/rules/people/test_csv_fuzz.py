"""Whatever bytes stand in a file: people, or a refusal of our own."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anlao
from anlao.rules.facts import Subject
from anlao.rules.people.errors import InputRefused
from anlao.rules.people.history import read_history
from anlao.rules.people.reader import PeopleReader
from anlao.rules.rulebook.load import load

LIBRARY = Path(anlao.__file__).parent / "rulebooks"


def elder() -> Subject:
    book = load("cn", LIBRARY).rulebook
    assert book is not None
    return book.subjects["elder"]


ELDER = elder()
NAMES = st.sampled_from([*ELDER.facts, "person_id", "编号", "出生日期", "", "stranger", " sex "])
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "a", "true", "1941-03-08", "9999-12-31", "0001-01-01", "1e400", "nan", "-0", "１"]
    ),
)


def reads(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            for people in PeopleReader(ELDER, date(2026, 1, 1)).read(path):
                assert len(people) > 0
        except InputRefused as refusal:
            message = str(refusal)
        else:
            message = "read"
        assert message


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    reads(data, "people.csv")


@given(st.binary(max_size=120))
def test_random_bytes_after_a_good_header_are_read_or_refused(data: bytes) -> None:
    reads(b"person_id,birth_date,sex\n" + data, "people.csv")


@given(
    st.lists(NAMES, min_size=1, max_size=5),
    st.lists(st.lists(CELLS, max_size=6), max_size=5),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_random_tables_are_read_or_refused(
    names: list[str], rows: list[list[str]], encoding: str, ending: str
) -> None:
    text = ending.join(",".join(row) for row in [names, *rows])

    reads(text.encode(encoding, errors="replace"), "people.csv")


@given(st.text(max_size=200))
def test_random_text_as_json_is_read_or_refused(text: str) -> None:
    reads(text.encode(errors="replace"), "people.json")


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5))
def test_any_single_json_value_in_a_cell_is_read_or_refused(value: object) -> None:
    reads(json.dumps([{"person_id": "a", "birth_date": value}]).encode(), "people.json")


@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), min_size=1, max_size=5))
def test_random_histories_are_read_or_refused(rows: list[list[str]]) -> None:
    text = "\n".join(
        ",".join(row) for row in [["person_id", "fact", "value", "from", "until"], *rows]
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "history.csv"
        path.write_bytes(text.encode(errors="replace"))
        try:
            read_history(path, ELDER)
        except InputRefused as refusal:
            message = str(refusal)
        else:
            message = "read"
        assert message


@pytest.mark.parametrize("name", ["a.parquet", "a.json", "a.csv"])
def test_an_empty_file_is_refused(name: str) -> None:
    reads(b"", name)
