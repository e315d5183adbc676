"""Checking a package that came: whole, and signed by whom it says. Needs no office."""

from __future__ import annotations

import csv
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anlao.office.exchange import signing

FORMAT, VERSION = "anlao-exchange", "1.0"
"""A new column makes a new minor version; a column that goes or means something else a major."""
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
LARGEST = 1 << 35
"""Bytes of all parts as they are read, not as they are packed."""
_LONGEST_HEAD = 1 << 20
"""Bytes of manifest and signature: they are read before anything is known of the file."""
_BLOCK = 1 << 20
_BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    OSError,
    EOFError,
    UnicodeDecodeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
"""What reading a damaged file raises."""


class PackageRefused(ValueError):
    """Raised for a file that is no package, or not as it was signed; says what, twice."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Package:
    """What a package that is whole says of itself. ``digest``: SHA-256 of its manifest."""

    division: str
    month: str
    known_at: str
    identity_numbers: bool
    rows: Mapping[str, int]
    digest: str


class _Manifest(BaseModel):
    """What must stand in a manifest; a later minor version may say more."""

    model_config = ConfigDict(strict=True)
    division: Annotated[str, Field(pattern=r"^[0-9]{2,12}$")]
    month: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$")]
    known_at: Annotated[str, Field(max_length=40)]
    identity_numbers: bool
    rows: dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], Annotated[int, Field(ge=0)]]
    sha256: dict[Annotated[str, Field(pattern=r"^[a-z_./]{1,80}$")], str]


def check(source: Path | IO[bytes], *, public: str, most: int = LARGEST) -> Package:
    """Return what is said by a package that is whole, has the rows that it says, and is signed.

    ``public``: the key of whoever should have signed. Raises PackageRefused.
    """
    try:
        with zipfile.ZipFile(source) as file:
            return _checked(file, public, most)
    except _BROKEN:
        raise PackageRefused("这不是完整的数据包", "this is no whole package") from None
    except (NotImplementedError, RuntimeError):
        raise PackageRefused(
            "这个压缩包加了密，或用了不认识的压缩方法",
            "it is encrypted, or packed in an unknown way",
        ) from None


def _checked(file: zipfile.ZipFile, public: str, most: int) -> Package:
    head, signature = _head(file, MANIFEST), _head(file, SIGNATURE)
    if not signature.isascii() or not signing.fits(public, head, signature.decode("ascii")):
        raise PackageRefused(
            "清单不是用这把公钥对应的私钥签名的，或已被改动",
            "the manifest was not signed with this key, or was changed",
        )
    found = _read(head)
    names = file.namelist()
    if len(names) != len(set(names)) or set(names) != {MANIFEST, SIGNATURE, *found.sha256}:
        raise PackageRefused(
            "包里的文件与清单所列不一致", "it holds other parts than its manifest names"
        )
    if sum(part.file_size for part in file.infolist()) > most:
        raise PackageRefused("数据包太大", "it is too large")
    for name, digest in found.sha256.items():
        if _digest(file, name) != digest:
            raise PackageRefused(f"{name} 已被改动", f"{name} was changed")
    for table, count in found.rows.items():
        if _count(file, table) != count:
            raise PackageRefused(
                f"{table} 的行数与清单所列不一致", f"{table} has other rows than its manifest says"
            )
    return Package(
        found.division,
        found.month,
        found.known_at,
        found.identity_numbers,
        found.rows,
        sha256(head).hexdigest(),
    )


def _head(file: zipfile.ZipFile, name: str) -> bytes:
    if file.getinfo(name).file_size > _LONGEST_HEAD:
        raise PackageRefused(f"{name} 太大", f"{name} is too large")
    return file.read(name)


def _read(head: bytes) -> _Manifest:
    try:
        said: Any = json.loads(head)
        version = str(said["version"])
        if said["format"] != FORMAT or version.split(".")[0] != VERSION.split(".")[0]:
            raise PackageRefused(
                f"不认识的格式版本：{version}", f"version {version} is not one that is known here"
            )
        return _Manifest.model_validate(said)
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValidationError):
        raise PackageRefused(
            "清单的写法不符合格式", "the manifest is not written as it must be"
        ) from None


def _digest(file: zipfile.ZipFile, name: str) -> str:
    found = sha256()
    with file.open(name) as part:
        while block := part.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _count(file: zipfile.ZipFile, table: str) -> int:
    """Return how many rows a table has; the head of a csv is none."""
    names = file.namelist()
    if (name := f"data/{table}.jsonl") in names:
        with file.open(name) as part:
            return sum(1 for _ in part)
    with file.open(f"data/{table}.csv") as part:
        text = TextIOWrapper(part, "utf-8", newline="")
        try:
            return sum(1 for _ in csv.reader(text)) - 1
        except (csv.Error, UnicodeDecodeError):
            return -1
