"""Files that are either whole or not there: written under another name, renamed at the end."""

from __future__ import annotations

import os
import tempfile
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
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=folder)
    except OSError as error:
        msg = f"{target}: cannot be written ({error.strerror})"
        raise InputRefused(msg) from None
    os.close(handle)
    part = Path(name)
    try:
        yield part
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
