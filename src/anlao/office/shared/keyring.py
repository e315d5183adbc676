"""The keys of one office, in a file that nobody else may read.

    anlao keys 1
    index  5f0c21aa 7d2b…64 hex digits…
    cipher 91be04d3 1c88…32 hex digits…
    cipher a7703e5f 90aa…32 hex digits…   <- the newest encrypts, all decrypt

A key's id is computed from the key, so a damaged line is noticed when the file is read and not when
the first value cannot be opened. Who loses this file loses the values, and who has it with the
database reads them: a backup of an office holds both.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

FIRST_LINE = "anlao keys 1"
CIPHER_KEY_BYTES = 16  # SM4, GB/T 32907
INDEX_KEY_BYTES = 32  # as wide as SM3, GB/T 32905
KEY_ID_BYTES = 4
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFileRefused(Exception):
    """A key file that cannot be used. `code` is stable; `zh` and the message say what to do."""

    code = "key_file"
    zh_text = "密钥文件{path}无法使用。"
    en_text = "key file {path} cannot be used"

    def __init__(self, path: Path, **facts: object) -> None:
        super().__init__(self.en_text.format(path=path, **facts))
        self.path = path
        self.zh = self.zh_text.format(path=path, **facts)


class KeyFileMissing(KeyFileRefused):
    code = "key_file.missing"
    zh_text = "找不到密钥文件{path}。请恢复备份；首次安装时请先生成密钥。"
    en_text = "there is no key file {path}: restore it, or create one if this is a new office"


class KeyFileExists(KeyFileRefused):
    code = "key_file.exists"
    zh_text = "密钥文件{path}已存在，不会覆盖：覆盖后已加密的数据将无法读取。"
    en_text = "key file {path} exists and is not overwritten: what it encrypted would be lost"


class KeyFileReadable(KeyFileRefused):
    code = "key_file.readable"
    zh_text = "密钥文件{path}的权限为{mode}，其他用户可以访问。请改为0600，并考虑更换密钥。"
    en_text = "key file {path} has mode {mode}, open to others: set 0600 and consider new keys"


class KeyFileDamaged(KeyFileRefused):
    code = "key_file.damaged"
    zh_text = "密钥文件{path}第{line}行已损坏。请从备份恢复。"
    en_text = "line {line} of key file {path} is damaged: restore the file from its backup"


@dataclass(frozen=True, slots=True)
class Key:
    """Secret bytes and the id by which a ciphertext names them.

    ``id``: four bytes that tell keys apart and nothing about the secret; worked out once, since
    every value that is opened asks for it.
    """

    secret: bytes = field(repr=False)
    id: bytes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", hmac_sm3(self.secret, b"anlao key id")[:KEY_ID_BYTES])


@dataclass(frozen=True, slots=True)
class Keyring:
    """One index key, and the cipher keys from the oldest to the newest; never empty."""

    index_key: Key
    cipher_keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        assert self.cipher_keys, "a keyring has a key to encrypt with"
        assert len({key.id for key in self.cipher_keys}) == len(self.cipher_keys)

    @classmethod
    def generate(cls) -> Keyring:
        """Return new keys from the random numbers of the operating system."""
        return cls(
            index_key=Key(secrets.token_bytes(INDEX_KEY_BYTES)),
            cipher_keys=(Key(secrets.token_bytes(CIPHER_KEY_BYTES)),),
        )

    @property
    def newest(self) -> Key:
        return self.cipher_keys[-1]

    def cipher_key(self, key_id: bytes) -> Key | None:
        return next((key for key in self.cipher_keys if key.id == key_id), None)

    def rotated(self) -> Keyring:
        """Return the same keys and a newer one, which encrypts from now on."""
        known = {key.id for key in self.cipher_keys}
        newer = Key(secrets.token_bytes(CIPHER_KEY_BYTES))
        while newer.id in known:  # once in four thousand million times
            newer = Key(secrets.token_bytes(CIPHER_KEY_BYTES))
        return Keyring(index_key=self.index_key, cipher_keys=(*self.cipher_keys, newer))


def create(path: Path) -> Keyring:
    """Write new keys to a new file of mode 0600 and return them. Raises KeyFileExists."""
    keyring = Keyring.generate()
    try:
        _write_new(path, keyring)
    except FileExistsError:
        raise KeyFileExists(path) from None
    return keyring


def load(path: Path) -> Keyring:
    """Return the keys of a file.

    Raises KeyFileMissing, KeyFileReadable: when group or others have any right to it, and
    KeyFileDamaged.
    """
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & OTHERS:
                raise KeyFileReadable(path, mode=f"{mode:04o}")
            written = file.read()
    except FileNotFoundError:
        raise KeyFileMissing(path) from None
    return _parse(path, written.decode("ascii", errors="replace").splitlines())


def rotate(path: Path) -> Keyring:
    """Add a newer cipher key to a file, whole or not at all, and return the keys.

    Raises what `load` raises, and KeyFileExists: when a rotation before this one was cut short and
    left its new file behind.
    """
    keyring = load(path).rotated()
    beside = path.with_name(path.name + ".new")
    try:
        _write_new(beside, keyring)
    except FileExistsError:
        raise KeyFileExists(beside) from None
    beside.replace(path)
    _sync_folder(path)
    return keyring


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """Return the 32 bytes of HMAC with SM3 (GB/T 32905)."""
    code = HMAC(key, SM3())
    code.update(message)
    return code.finalize()


def _write_new(path: Path, keyring: Keyring) -> None:
    text = "".join(f"{line}\n" for line in _lines(keyring))
    # The mode is given at birth: a file made open and closed later can be read in between.
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path)


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _lines(keyring: Keyring) -> Iterator[str]:
    yield FIRST_LINE
    for kind, key in [("index", keyring.index_key), *(("cipher", k) for k in keyring.cipher_keys)]:
        yield f"{kind} {key.id.hex()} {key.secret.hex()}"


def _parse(path: Path, lines: list[str]) -> Keyring:
    if not lines or lines[0] != FIRST_LINE:
        raise KeyFileDamaged(path, line=1)
    index_keys: list[Key] = []
    cipher_keys: list[Key] = []
    sizes = {"index": (index_keys, INDEX_KEY_BYTES), "cipher": (cipher_keys, CIPHER_KEY_BYTES)}
    for number, line in enumerate(lines[1:], start=2):
        kind, key_id, secret = _fields(line)
        keys, size = sizes.get(kind, (cipher_keys, -1))
        key = Key(secret)
        if len(secret) != size or key.id.hex() != key_id or key in keys:
            raise KeyFileDamaged(path, line=number)
        keys.append(key)
    if len(index_keys) != 1 or not cipher_keys:
        raise KeyFileDamaged(path, line=len(lines))
    return Keyring(index_key=index_keys[0], cipher_keys=tuple(cipher_keys))


def _fields(line: str) -> tuple[str, str, bytes]:
    """Return kind, id and secret of a line; an empty secret, which fits no kind, if unreadable."""
    parts = line.split()
    try:
        return parts[0], parts[1], bytes.fromhex(parts[2])
    except (IndexError, ValueError):
        return "", "", b""
