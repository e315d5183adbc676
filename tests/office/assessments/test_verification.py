"""A code proves a report's content, survives being typed, and cannot be moved to another report."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao.office.assessments.verification import ALPHABET, KeyTooShort, code_for, verify

KEY = b"k" * 32
REPORT = "A-2024-0031"
CONTENT = "ab" * 32
CODE = code_for(report_id=REPORT, content_hash=CONTENT, key=KEY)


def check(code: str, report_id: str = REPORT, content: str = CONTENT, key: bytes = KEY) -> bool:
    return verify(code=code, report_id=report_id, content_hash=content, key=key)


def test_a_code_has_four_groups_of_four_without_letters_that_mislead() -> None:
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", CODE)
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


def test_the_code_of_a_report_is_genuine() -> None:
    assert check(CODE)


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        f"  {CODE.replace('-', ' ')} ",
        CODE.replace("0", "O").replace("1", "I"),
        CODE.replace("1", "l"),
    ],
)
def test_a_code_typed_in_another_way_is_still_genuine(typed: str) -> None:
    assert check(typed)


def test_a_code_does_not_fit_another_report_content_or_key() -> None:
    assert not check(CODE, report_id="A-2024-0032")
    assert not check(CODE, content="ac" * 32)
    assert not check(CODE, key=b"j" * 32)


@pytest.mark.parametrize("code", ["", "0", CODE[:-1], CODE + "0", "中文", "0000-0000-0000-0000"])
def test_what_is_no_code_of_ours_is_not_genuine(code: str) -> None:
    assert not check(code)


@given(st.integers(0, 15), st.sampled_from(ALPHABET))
def test_one_symbol_changed_is_not_genuine(place: int, symbol: str) -> None:
    plain = CODE.replace("-", "")
    changed = plain[:place] + symbol + plain[place + 1 :]

    assert check(changed) == (changed == plain)


def test_the_border_between_id_and_content_cannot_be_shifted() -> None:
    one = code_for(report_id="A-1", content_hash="23", key=KEY)
    other = code_for(report_id="A-12", content_hash="3", key=KEY)

    assert one != other


def test_a_key_of_thirty_two_bytes_serves_and_a_shorter_one_is_refused() -> None:
    assert code_for(report_id=REPORT, content_hash=CONTENT, key=b"k" * 32)
    with pytest.raises(KeyTooShort):
        code_for(report_id=REPORT, content_hash=CONTENT, key=b"k" * 31)
