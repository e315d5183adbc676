"""Values that are encrypted at rest and can be found again.

    "33252719260108002X"  --seal-->   version 1 byte | key id 4 | nonce 12 | ciphertext | tag 16
                          --index-->  32 bytes, equal for equal values of the same field

The cipher is SM4 (GB/T 32907) in GCM with a random nonce, the index is HMAC with SM3 (GB/T 32905)
under a key of its own. Bound to a sealed value are its field, such as `person.identity_number`, and
the row where one is given, so a value copied to another place does not open.

A blind index tells whoever reads the database which rows are equal, and whoever has the index key
can try all values: identity numbers are few enough for that. It is made for values that must be
found exactly, and for no others.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from anlao.office.shared.keyring import KEY_ID_BYTES, Keyring, hmac_sm3

VERSION = b"\x01"
NONCE_BYTES = 12  # random: safe for far more values than a county has, under one key
TAG_BYTES = 16
INDEX_BYTES = 32
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES
OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES

_FIELD = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", re.ASCII)
_BLANKS = re.compile(r"\s+")


class CannotOpen(Exception):
    """A sealed value that cannot be read. `code` is stable; `field` is where it stood.

    Neither the message nor `zh` holds any of the value.
    """

    code = "confidential"
    zh_text = "{field}中的加密数据无法读取。"
    en_text = "a sealed value of {field} cannot be opened"

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(self.en_text.format(field=field, **facts))
        self.field = field
        self.zh = self.zh_text.format(field=field, **facts)


class NotSealed(CannotOpen):
    """Raised for bytes that `seal` did not make, or made in a version we do not know."""

    code = "confidential.not_sealed"
    zh_text = "{field}中的数据不是本系统加密的格式。请检查数据是否完整、系统版本是否过旧。"
    en_text = "a value of {field} is not sealed as we do: see whether it is whole, or anlao too old"


class WrongKey(CannotOpen):
    """Raised when the key that sealed a value is not in the keyring."""

    code = "confidential.wrong_key"
    zh_text = "{field}中的数据由密钥{key_id}加密，当前密钥文件中没有该密钥。请恢复密钥文件的备份。"
    en_text = (
        "a value of {field} was sealed with key {key_id}, which is not here: restore the key file"
    )


class Tampered(CannotOpen):
    """Raised when a sealed value was changed, cut, or moved from another field or row."""

    code = "confidential.tampered"
    zh_text = "{field}中的加密数据已被改动，或来自其他字段、其他记录。请勿使用，并查明原因。"
    en_text = (
        "a sealed value of {field} was changed or belongs elsewhere: do not use it, look into it"
    )


class CipherMissing(RuntimeError):
    """Raised when the cryptographic library of this machine offers no SM4-GCM."""


class Vault(Protocol):
    """Whatever seals values: our keyring, or a cryptographic machine that keeps the keys itself."""

    def seal(self, value: str, *, field: str, row: str = "") -> bytes:
        """Return a value encrypted and bound to a field and, where given, a row."""

    def open(self, sealed: bytes, *, field: str, row: str = "") -> str:
        """Return a sealed value. Raises NotSealed, WrongKey, Tampered."""

    def seal_bytes(self, value: bytes, *, field: str, row: str = "") -> bytes:
        """Return a file encrypted and bound like a value."""

    def open_bytes(self, sealed: bytes, *, field: str, row: str = "") -> bytes:
        """Return a sealed file. Raises NotSealed, WrongKey, Tampered."""

    def index(self, value: str, *, field: str) -> bytes:
        """Return the 32 bytes under which a value of a field is found."""

    def wants_sealing_again(self, sealed: bytes) -> bool:
        """Return whether a value was sealed with another key than the newest."""


def normalised(value: str) -> str:
    """Return a value as it is indexed: width, case and blanks make no difference.

    Unit: Unicode NFKC and case folding, all blanks away.

    >>> normalised(" ３３１１２３ 002x")
    '331123002x'
    """
    folded = unicodedata.normalize("NFKC", value).casefold()
    return _BLANKS.sub("", unicodedata.normalize("NFKC", folded))


@dataclass(frozen=True, slots=True)
class KeyringVault:
    """The vault that works with the keys of a keyring, in this process.

    `field` is written table.column; another form is a defect of ours and asserts.
    """

    keyring: Keyring

    def seal(self, value: str, *, field: str, row: str = "") -> bytes:
        return self.seal_bytes(value.encode("utf-8"), field=field, row=row)

    def seal_bytes(self, value: bytes, *, field: str, row: str = "") -> bytes:
        key = self.keyring.newest
        nonce = secrets.token_bytes(NONCE_BYTES)
        header = VERSION + key.id + nonce
        encryptor = _cipher(key.secret, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(_context(header, field, row))
        ciphertext = encryptor.update(value) + encryptor.finalize()
        return header + ciphertext + encryptor.tag

    def open(self, sealed: bytes, *, field: str, row: str = "") -> str:
        return self.open_bytes(sealed, field=field, row=row).decode("utf-8")

    def open_bytes(self, sealed: bytes, *, field: str, row: str = "") -> bytes:
        if len(sealed) < OVERHEAD_BYTES or not sealed.startswith(VERSION):
            raise NotSealed(field)
        key = self.keyring.cipher_key(_key_id(sealed))
        if key is None:
            raise WrongKey(field, key_id=_key_id(sealed).hex())
        header, ciphertext, tag = (
            sealed[:HEADER_BYTES],
            sealed[HEADER_BYTES:-TAG_BYTES],
            sealed[-TAG_BYTES:],
        )
        decryptor = _cipher(key.secret, GCM(header[-NONCE_BYTES:], tag)).decryptor()
        decryptor.authenticate_additional_data(_context(header, field, row))
        value = decryptor.update(ciphertext)
        try:
            value += decryptor.finalize()
        except InvalidTag:
            raise Tampered(field) from None
        return value

    def index(self, value: str, *, field: str) -> bytes:
        _check(field)
        # A field has no zero byte, so no two pairs of field and value give the same message.
        message = field.encode("ascii") + b"\x00" + normalised(value).encode("utf-8")
        return hmac_sm3(self.keyring.index_key.secret, message)

    def wants_sealing_again(self, sealed: bytes) -> bool:
        return not sealed.startswith(VERSION) or _key_id(sealed) != self.keyring.newest.id


def _cipher(secret: bytes, mode: GCM) -> Cipher[GCM]:
    return Cipher(SM4(secret), mode)


def check_cipher() -> None:
    """Do nothing where SM4-GCM is offered, for the start of a server. Raises CipherMissing."""
    try:
        _cipher(bytes(16), GCM(bytes(NONCE_BYTES))).encryptor()
    except UnsupportedAlgorithm as error:
        raise CipherMissing("the cryptographic library offers no SM4-GCM; update it") from error


def _key_id(sealed: bytes) -> bytes:
    return sealed[len(VERSION) : len(VERSION) + KEY_ID_BYTES]


def _context(header: bytes, field: str, row: str) -> bytes:
    """Return what is bound to the value: the header, the field, the row, each to be told apart."""
    _check(field)
    return header + field.encode("ascii") + b"\x00" + row.encode("utf-8")


def _check(field: str) -> None:
    assert _FIELD.fullmatch(field), f"{field!r} is not written table.column"
