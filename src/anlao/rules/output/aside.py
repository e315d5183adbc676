"""Files that are either whole or not there: written under another name, renamed at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anlao.rules.people.errors import InputRefused


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Give a path beside the target; rename it on success, remove it on any failure or Ctrl-C.

    Raises InputRefused: when the folder is not there or may not be written.
    """
    folder = target.parent
    if target.is_dir():
        msg = f"{target}: this is a folder"
        raise InputRefused(msg, "name a file")
    if not folder.is_dir():
        msg = f"{target}: there is no folder {folder}"
        raise InputRefused(msg, "make it, or name another")
    # Named before it is made: an interrupt right after the making finds it too.
    part = folder / f".{target.name}.{secrets.token_hex(4)}.part"
    try:
        _make(part, target)
        yield part
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _make(part: Path, target: Path) -> None:
    try:
        part.touch(0o600, exist_ok=False)
    except OSError as error:
        msg = f"{target}: cannot be written ({error.strerror})"
        raise InputRefused(msg) from None
