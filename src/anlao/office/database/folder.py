"""The data folder of an office: the database's files, its secrets, uploads.

FOLDER/postgres/  cluster of the embedded server     FOLDER/secrets.json  passwords and keys
FOLDER/run/       its socket and lock                FOLDER/rates/        local rates by rulebook
FOLDER/payments/, cases/, citizens/, disclosure/, messages/   how a county does each of them, in a
                  file of its own; written as `terms.yaml` beside the code of that room
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from anlao.office.shared import keyring

SECRET_NAMES = ("admin", "owner", "app", "django", "scope", "audit")
"""Passwords of the three database logins, then keys: web sessions, row scope, audit chain."""


class FolderRefused(Exception):
    """Raised for a data folder that cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A folder that belongs to one office."""

    path: Path

    def __post_init__(self) -> None:
        # The server works from another folder than we do.
        object.__setattr__(self, "path", self.path.expanduser().absolute())

    @property
    def cluster(self) -> Path:
        return self.path / "postgres"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def rates(self) -> Path:
        return self.path / "rates"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def secrets_file(self) -> Path:
        return self.path / "secrets.json"

    @property
    def keyring_file(self) -> Path:
        return self.path / "keyring"

    def make(self) -> None:
        """Make the folder with its secrets, where it is not there yet. Raises FolderRefused."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.files.mkdir(mode=0o700, exist_ok=True)
            self.run.mkdir(exist_ok=True)
        except OSError as error:
            raise FolderRefused(
                f"the data folder {self.path} cannot be made ({error.strerror}); "
                "name another one with --data or ANLAO_DATA"
            ) from error
        with self.alone():
            if not self.secrets_file.exists():
                self._write_secrets()
            if not self.keyring_file.exists():
                keyring.create(self.keyring_file)
        self.secrets()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder's lock: two programs never make or start one office at once."""
        with (self.path / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def secrets(self) -> dict[str, str]:
        """Return the secrets by name. Raises FolderRefused where others may read them."""
        if not self.secrets_file.exists():
            raise FolderRefused(f"{self.path} holds no office yet; `anlao serve` makes one")
        if self.secrets_file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise FolderRefused(
                f"others may read {self.secrets_file}; close it: chmod 600 {self.secrets_file}"
            )
        found: dict[str, str] = json.loads(self.secrets_file.read_text("utf-8"))
        return found

    def _write_secrets(self) -> None:
        text = json.dumps({name: secrets.token_urlsafe(48) for name in SECRET_NAMES}, indent=1)
        aside = self.secrets_file.with_suffix(".new")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.rename(self.secrets_file)


def default_folder() -> DataFolder:
    """Return the folder that ANLAO_DATA names, or the usual one of this user."""
    named = os.environ.get("ANLAO_DATA")
    if named:
        return DataFolder(Path(named))
    if os.geteuid() == 0:
        return DataFolder(Path("/var/lib/anlao"))
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return DataFolder(Path(base) / "anlao")
