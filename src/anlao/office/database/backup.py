"""Saving an office to one file, and making an office from it again.

FILE (tar)   manifest.json   digests, rows by table      database.dump   all tables
             secrets.json    keyring                     what opens what is sealed
    *.yaml, …/*.yaml  settings of rooms and counties, local rates, sources of lists
    files/…           uploads, sealed
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql

from anlao.office.database import logins
from anlao.office.database.embedded import DatabaseFailed, EmbeddedPostgres
from anlao.office.database.folder import DataFolder

MANIFEST, DUMP, SECRETS, KEYRING = "manifest.json", "database.dump", "secrets.json", "keyring"
_LOOSE = ("*.yaml", "*/*.yaml", "files/*")
"""Whatever is set in a file: a list of the rooms would forget the next one."""
_IS_LOOSE = re.compile(
    r"(?:(?!postgres/|programs/|run/|files/)[a-z_]+/)?\w[\w.-]*\.yaml|files/\w[\w.-]*", re.ASCII
)
_PARTS = (DUMP, SECRETS, KEYRING)


class BackupRefused(Exception):
    """Raised for a file that is no whole backup, or a folder that has an office already."""


def back_up(folder: DataFolder, target: Path) -> dict[str, int]:
    """Write a backup; return how many rows each table has. The server must be running.

    The file holds the keys too: whoever has it can read everything. It appears when it is whole.
    Raises BackupRefused and DatabaseFailed.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        work = Path(name)
        with _one_moment(folder) as (snapshot, counts):
            _program(
                folder, "pg_dump", "--format=custom", f"--snapshot={snapshot}",
                f"--file={work / DUMP}",
            )  # fmt: skip
        (work / SECRETS).write_bytes(folder.secrets_file.read_bytes())
        (work / KEYRING).write_bytes(folder.keyring_file.read_bytes())
        loose = [part for part in _loose(folder) if _copied(folder.path / part, work / part)]
        parts = [*_PARTS, *loose]
        digests = {part: _digest(work / part) for part in parts}
        manifest = {"format": 1, "rows": counts, "sha256": digests}
        (work / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        aside = work / "backup.tar"
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
            for part in (MANIFEST, *parts):
                tar.add(work / part, arcname=part)
        aside.replace(target)
    return counts


def _copied(source: Path, target: Path) -> bool:
    """Copy a file beside the database; a picture or export may be removed just then."""
    target.parent.mkdir(exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return False
    return True


def _loose(folder: DataFolder) -> list[str]:
    """Return the files beside the database: settings and uploads (sealed).

    Raises BackupRefused for one that no backup would give back.
    """
    found = {path for pattern in _LOOSE for path in folder.path.glob(pattern) if path.is_file()}
    names = sorted(str(path.relative_to(folder.path)) for path in found)
    if odd := [name for name in names if not _is_part(name)]:
        raise BackupRefused(
            f"{folder.path} holds {', '.join(odd)}, which is not saved: give files of settings "
            "names of plain letters, digits, dots and dashes, in the folder of their room"
        )
    return names


def restore(folder: DataFolder, source: Path) -> dict[str, int]:
    """Make an office in an empty folder from a backup; return the rows of each table, checked.

    Raises BackupRefused and DatabaseFailed, and leaves no half-made office behind.
    """
    if logins.own_server():
        raise BackupRefused(
            "a backup is restored into an embedded database: unset DATABASE_URL first, or give "
            "the file's database.dump to pg_restore of your own server"
        )
    was_there = folder.path.exists()
    if was_there and any(folder.path.iterdir()):
        raise BackupRefused(f"{folder.path} is not empty; name an empty folder")
    with tempfile.TemporaryDirectory() as name:
        manifest = _unpacked(source, Path(name))
        try:
            counts = _restored(folder, Path(name), manifest)
            if counts != manifest["rows"]:
                raise BackupRefused(
                    f"{source}: the restored tables have other rows than were saved"
                )
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)
            if was_there:
                folder.path.mkdir()
            raise
    return counts


def _restored(folder: DataFolder, work: Path, manifest: dict[str, Any]) -> dict[str, int]:
    """Make the office of unpacked parts; return the rows of each table."""
    folder.path.mkdir(parents=True, exist_ok=True)
    for part, path in ((SECRETS, folder.secrets_file), (KEYRING, folder.keyring_file)):
        path.touch(0o600)
        path.write_bytes((work / part).read_bytes())
    for part in manifest["sha256"]:
        if part not in _PARTS:
            (folder.path / part).parent.mkdir(mode=0o700, exist_ok=True)
            (folder.path / part).touch(0o600)
            (folder.path / part).write_bytes((work / part).read_bytes())
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        logins.ensure(folder)
        logins.forget_default_rights(folder)
        _program(
            folder, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction",
            "--dbname=anlao", str(work / DUMP),
        )  # fmt: skip
        with psycopg.connect(**logins.libpq(logins.addresses(folder)["owner"])) as connection:
            connection.execute("ANALYZE")  # the saved tables come without their statistics
        with _one_moment(folder) as (_, counts):
            return counts
    finally:
        server.stop()


def _unpacked(source: Path, work: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source) as tar:
            tar.extractall(work, members=_expected(tar), filter="data")
        manifest: dict[str, Any] = json.loads((work / MANIFEST).read_text("utf-8"))
        saved = manifest["sha256"]
        digests = {part: _digest(work / part) for part in saved if _is_part(part)}
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise BackupRefused(f"{source} is no backup of an office: {error}") from None
    if saved != digests or not set(_PARTS) <= set(saved):
        raise BackupRefused(f"{source} is damaged: its parts are not those that were saved")
    return manifest


def _is_part(name: str) -> bool:
    """Return whether a name is one that a backup may hold; anything else is left in the file."""
    return name in (MANIFEST, *_PARTS) or _IS_LOOSE.fullmatch(name) is not None


def _expected(tar: tarfile.TarFile) -> list[tarfile.TarInfo]:
    return [member for member in tar if member.isfile() and _is_part(member.name)]


@contextmanager
def _one_moment(folder: DataFolder) -> Iterator[tuple[str, dict[str, int]]]:
    """Hold one view of the database: its name for other programs, and the rows of each table."""
    address = logins.libpq(logins.addresses(folder)["owner"])
    with psycopg.connect(**address) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        counts = {}
        for (table,) in tables:
            query = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(table))
            row = connection.execute(query).fetchone()
            assert row is not None
            counts[table] = int(row[0])
        assert snapshot is not None
        yield str(snapshot[0]), counts


def _program(folder: DataFolder, name: str, *arguments: str) -> None:
    address = logins.libpq(logins.addresses(folder)["owner"])
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PGHOST": address["host"],
        "PGPORT": str(address["port"]),
        "PGUSER": address["user"],
        "PGPASSWORD": address["password"],
        "PGDATABASE": address["dbname"],
    }
    done = subprocess.run(  # noqa: S603
        [str(EmbeddedPostgres(folder).program(name)), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DatabaseFailed(f"{name} ended with {done.returncode}: {done.stderr.strip()}")


def _digest(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
