"""Uploaded files as they are kept: sealed, in the data folder, under a name of our own."""

from __future__ import annotations

import os
import secrets

from django.conf import settings

from anlao.office.shared.vaults import vault

_FIELD = "imports_batch.file"


def keep(data: bytes) -> str:
    """Seal a file and return the name under which it is kept."""
    name = f"import-{secrets.token_hex(16)}"
    sealed = vault().seal_bytes(data, field=_FIELD, row=name)
    opened = os.open(settings.DATA.files / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    return name


def take_out(name: str) -> bytes:
    """Return a kept file. Raises FileNotFoundError, and what opening a sealed value raises."""
    assert name.removeprefix("import-").isalnum(), name
    return vault().open_bytes((settings.DATA.files / name).read_bytes(), field=_FIELD, row=name)
