"""Sealed values open only where they belong, and are found without being opened."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3, Hash
from hypothesis import assume, given
from hypothesis import strategies as st

from anlao.office.shared.confidential import (
    INDEX_BYTES,
    OVERHEAD_BYTES,
    KeyringVault,
    NotSealed,
    Tampered,
    Vault,
    WrongKey,
    check_cipher,
    normalised,
)
from anlao.office.shared.keyring import Keyring, hmac_sm3

FIELD = "person.identity_number"
OTHER_FIELD = "person.phone"
KEYRING = Keyring.generate()
VAULT: Vault = KeyringVault(KEYRING)

values = st.text(max_size=60)


def sm3(message: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(message)
    return digest.finalize()


def test_the_cipher_gives_the_published_example() -> None:
    # RFC 8998, appendix A.1
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    plain = bytes.fromhex("".join(letter * 16 for letter in "ABCDEFEA"))
    encryptor = Cipher(SM4(key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(
        bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    )

    sealed = encryptor.update(plain) + encryptor.finalize()

    assert sealed[:16].hex().upper() == "17F399F08C67D5EE19D0DC9969C4BB7D"
    assert encryptor.tag.hex().upper() == "83DE3541E4C2B58177E065A9BF7B62EC"


def test_the_cipher_is_offered_here() -> None:
    check_cipher()


@given(values, st.text(max_size=10))
def test_what_was_sealed_opens(value: str, row: str) -> None:
    sealed = VAULT.seal(value, field=FIELD, row=row)

    assert VAULT.open(sealed, field=FIELD, row=row) == value
    assert len(sealed) == len(value.encode("utf-8")) + OVERHEAD_BYTES


@given(values)
def test_equal_values_look_different_when_sealed(value: str) -> None:
    assert VAULT.seal(value, field=FIELD) != VAULT.seal(value, field=FIELD)


@given(values, st.data())
def test_any_changed_byte_is_noticed(value: str, data: st.DataObject) -> None:
    sealed = bytearray(VAULT.seal(value, field=FIELD))
    place = data.draw(st.integers(min_value=0, max_value=len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(min_value=1, max_value=255))

    with pytest.raises((Tampered, WrongKey, NotSealed)):
        VAULT.open(bytes(sealed), field=FIELD)


@given(values, st.integers(min_value=1, max_value=200))
def test_any_cut_is_noticed(value: str, cut: int) -> None:
    sealed = VAULT.seal(value, field=FIELD)

    with pytest.raises((Tampered, NotSealed)):
        VAULT.open(sealed[: max(0, len(sealed) - cut)], field=FIELD)


def test_a_value_moved_to_another_field_or_row_does_not_open() -> None:
    sealed = VAULT.seal("33252719260108002X", field=FIELD, row="1")

    for field, row in [(OTHER_FIELD, "1"), (FIELD, "2"), (FIELD, "")]:
        with pytest.raises(Tampered):
            VAULT.open(sealed, field=field, row=row)


def test_a_value_of_another_office_names_the_key_that_is_missing() -> None:
    elsewhere = Keyring.generate()
    sealed = KeyringVault(elsewhere).seal("张三", field=FIELD)

    with pytest.raises(WrongKey, match=elsewhere.newest.id.hex()) as refused:
        VAULT.open(sealed, field=FIELD)

    assert refused.value.code == "confidential.wrong_key"
    assert refused.value.field == FIELD


@pytest.mark.parametrize("stored", [b"", b"\x01", b"33252719260108002X" * 3, b"\x02" * 60])
def test_bytes_that_were_never_sealed_are_refused(stored: bytes) -> None:
    with pytest.raises(NotSealed):
        VAULT.open(stored, field=FIELD)


def test_after_rotation_the_newest_key_seals_and_all_open() -> None:
    rotated = KeyringVault(KEYRING.rotated())
    old = VAULT.seal("张三", field=FIELD)
    new = rotated.seal("张三", field=FIELD)

    assert rotated.open(old, field=FIELD) == rotated.open(new, field=FIELD) == "张三"
    assert (rotated.wants_sealing_again(old), rotated.wants_sealing_again(new)) == (True, False)
    with pytest.raises(WrongKey):
        VAULT.open(new, field=FIELD)


@given(values)
def test_rotation_leaves_the_index_as_it_was(value: str) -> None:
    rotated = KeyringVault(KEYRING.rotated())

    assert rotated.index(value, field=FIELD) == VAULT.index(value, field=FIELD)


@given(values, values)
def test_indexes_are_equal_exactly_when_values_normalise_alike(one: str, other: str) -> None:
    alike = normalised(one) == normalised(other)

    assert (VAULT.index(one, field=FIELD) == VAULT.index(other, field=FIELD)) == alike


@pytest.mark.parametrize(
    "written", ["33252719260108002x", "３３２５２７ 19260108 002Ｘ", " 33252719260108002X\u3000"]
)
def test_one_number_written_otherwise_has_one_index(written: str) -> None:
    assert VAULT.index(written, field=FIELD) == VAULT.index("33252719260108002X", field=FIELD)


@given(values)
def test_another_field_or_another_office_gives_another_index(value: str) -> None:
    index = VAULT.index(value, field=FIELD)

    assert len(index) == INDEX_BYTES
    assert index != VAULT.index(value, field=OTHER_FIELD)
    assert index != KeyringVault(Keyring.generate()).index(value, field=FIELD)


@given(values)
def test_normalising_twice_changes_nothing_more(value: str) -> None:
    assume(value)

    assert normalised(normalised(value)) == normalised(value)


@pytest.mark.parametrize("field", ["", "person", "person.", "Person.phone", "a.b\x00", "a.b.c"])
def test_a_field_is_written_table_dot_column(field: str) -> None:
    with pytest.raises(AssertionError, match=r"table\.column"):
        VAULT.index("x", field=field)
    with pytest.raises(AssertionError, match=r"table\.column"):
        VAULT.seal("x", field=field)


def test_the_hash_gives_the_example_of_its_standard() -> None:
    # GB/T 32905-2016, appendix A.1
    published = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"

    assert sm3(b"abc").hex() == published


@given(st.binary(max_size=64), st.binary(max_size=200))
def test_hmac_is_the_hash_nested_as_rfc_2104_says(key: bytes, message: bytes) -> None:
    padded = key.ljust(64, b"\x00")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + message)

    assert hmac_sm3(key, message) == sm3(bytes(byte ^ 0x5C for byte in padded) + inner)


def test_messages_hold_nothing_of_the_value() -> None:
    sealed = bytearray(VAULT.seal("33252719260108002X", field=FIELD))
    sealed[-1] ^= 1

    with pytest.raises(Tampered) as refused:
        VAULT.open(bytes(sealed), field=FIELD)

    assert "332527" not in str(refused.value) + refused.value.zh
