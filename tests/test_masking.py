"""Masked data can be recognised by who knows them and not rebuilt by who does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlao import masking

digits = st.text(alphabet="0123456789", min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("331123192601080021", "331123********0021"),
        ("33112319260108002x", "331123********002X"),
        ("331123 19260108 0021", "331123********0021"),
        ("３３１１２３１９２６０１０８００２１", "331123********0021"),
        ("331123260108002", "331123*****8002"),
        ("33112319260108002", "*****************"),
        ("331123abcd0108002X", "******************"),
        ("", ""),
    ],
)
def test_an_identity_number_shows_six_and_four(number: str, shown: str) -> None:
    assert masking.identity_number(number) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧**"),
        ("张", "张*"),
        ("𬭎三", "𬭎*"),
        ("葛\U000e0100三", "葛\U000e0100*"),  # a variation selector is no character of its own
        ("", ""),
    ],
)
def test_a_name_shows_its_first_character(name: str, shown: str) -> None:
    assert masking.name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812341234", "138****1234"),
        ("138-1234-1234", "138****1234"),
        ("0578-8123456", "*******3456"),
        ("81234567", "****4567"),
        ("8123456", "*******"),
        ("打给女儿", "****"),
    ],
)
def test_a_phone_number_shows_what_is_usual(phone: str, shown: str) -> None:
    assert masking.phone(phone) == shown


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        ("6228480402564890018", "****0018"),
        ("6228 4804 0256 4890 018", "****0018"),
        ("12345678", "****5678"),
        ("1234567", "****"),
        ("", ""),
    ],
)
def test_a_bank_account_shows_its_last_four(account: str, shown: str) -> None:
    assert masking.bank_account(account) == shown


@given(digits)
def test_no_mask_shows_more_than_ten_characters(text: str) -> None:
    for mask in (masking.identity_number, masking.phone, masking.bank_account):
        assert len(mask(text).replace("*", "")) <= 10


@given(st.text(min_size=1))
def test_a_masked_name_hides_all_but_one_character(text: str) -> None:
    shown = masking.name(text)

    assert not text.strip() or shown.endswith("*")
    assert len(shown.strip("*")) <= len(text.strip())
