"""Files as they are kept: sealed, in the data folder, under a name of our own."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Collection
from datetime import datetime

from django.conf import settings

from anlao.office.shared.vaults import vault

_NAME = re.compile(r"[a-z]+-[0-9a-f]{32}")


def keep(data: bytes, *, kind: str) -> str:
    """Seal a file and return the name under which it is kept. ``kind``: such as "import"."""
    name = f"{kind}-{secrets.token_hex(16)}"
    sealed = vault().seal_bytes(data, field=f"file.{kind}", row=name)
    opened = os.open(settings.DATA.files / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    return name


def take_out(name: str) -> bytes:
    """Return a kept file. Raises FileNotFoundError, and what opening a sealed value raises."""
    assert _NAME.fullmatch(name), name
    kind = name.partition("-")[0]
    sealed = (settings.DATA.files / name).read_bytes()
    return vault().open_bytes(sealed, field=f"file.{kind}", row=name)


def is_kept(name: str) -> bool:
    """Return whether a file is still there."""
    assert _NAME.fullmatch(name), name
    return bool((settings.DATA.files / name).exists())


def forget(name: str) -> None:
    """Remove a kept file, if it is there."""
    assert _NAME.fullmatch(name), name
    (settings.DATA.files / name).unlink(missing_ok=True)


def forget_older(kind: str, before: datetime, *, kept: Collection[str] = ()) -> int:
    """Remove files of a kind that were kept before a moment; return how many.

    ``kept``: names of those that stay.
    """
    old = [
        path
        for path in settings.DATA.files.glob(f"{kind}-*")
        if path.name not in kept and path.stat().st_mtime < before.timestamp()
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
