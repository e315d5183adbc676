"""Checking a package that came: whole, and signed by whom it says. Needs no office."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from anlao.office.exchange import signing

FORMAT, VERSION = "anlao-exchange", "1.0"
"""A new column makes a new minor version; a column that goes or means something else a major."""
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
_LONGEST_PART = 1 << 33


class PackageRefused(ValueError):
    """Raised for a file that is no package, or not as it was signed; the message says what."""


def check(path: Path, *, public: str) -> dict[str, Any]:
    """Return the manifest of a package that is whole and signed by a key. Raises PackageRefused."""
    try:
        with zipfile.ZipFile(path) as file:
            manifest, signature = file.read(MANIFEST), file.read(SIGNATURE).decode("ascii")
            if not signing.fits(public, manifest, signature):
                raise PackageRefused("the manifest was not signed with this key, or was changed")
            found: dict[str, Any] = json.loads(manifest)
            if found["format"] != FORMAT or found["version"].split(".")[0] != VERSION.split(".")[0]:
                raise PackageRefused(f"version {found['version']} is not one that is known here")
            names = {MANIFEST, SIGNATURE, *found["sha256"]}
            if set(file.namelist()) != names:
                raise PackageRefused("it holds other parts than its manifest names")
            for name, digest in found["sha256"].items():
                if _digest(file, name) != digest:
                    raise PackageRefused(f"{name} was changed")
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, OSError) as error:
        raise PackageRefused(f"{path} is no whole package: {error}") from None
    return found


def _digest(file: zipfile.ZipFile, name: str) -> str:
    found = sha256()
    if file.getinfo(name).file_size > _LONGEST_PART:
        raise PackageRefused(f"{name} is too large")
    with file.open(name) as part:
        while block := part.read(1 << 20):
            found.update(block)
    return found.hexdigest()
