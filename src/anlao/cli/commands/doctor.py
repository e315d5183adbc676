"""``anlao doctor``: is everything here that the office needs, and is it whole?"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anlao.cli.office import WAY_OUT, data_option, folder_of, unreachable

if TYPE_CHECKING:
    from anlao.office.database.folder import DataFolder

_LEAST_DISK = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. ``remedy``: what to do where it is not fine."""

    name: str
    fine: bool
    said: str
    remedy: str = ""


@click.command("doctor")
@data_option
def command(*, data: Path | None) -> None:
    """Check the installation and say what is wrong and what to do. Exit code 1 if anything is.

    检查安装是否完好，说明问题和处理办法。
    """
    failed = False
    for finding in _checked(folder_of(data)):
        mark = "✔" if finding.fine else "✘"
        click.echo(f"{mark} {finding.name}: {finding.said}")
        if not finding.fine:
            failed = True
            click.echo(f"  → {finding.remedy}")
    sys.exit(1 if failed else 0)


def _checked(folder: DataFolder) -> Iterator[Finding]:
    yield _python()
    yield _disk(folder)
    yield from _office(folder)


def _python() -> Finding:
    version = sys.version.split()[0]
    fine = sys.version_info >= (3, 11)
    return Finding("Python", fine, version, "install Python 3.11 or newer")


def _disk(folder: DataFolder) -> Finding:
    there = next(path for path in (folder.path, *folder.path.parents) if path.exists())
    free = shutil.disk_usage(there).free
    remedy = "free some disk, or name a folder on another one with --data"
    return Finding(
        "disk 磁盘", free > _LEAST_DISK, f"{free / 2**30:.0f} GB free at {there}", remedy
    )


def _office(folder: DataFolder) -> Iterator[Finding]:
    from anlao.office.database.embedded import DatabaseFailed
    from anlao.office.database.folder import FolderRefused
    from anlao.office.shared.keyring import KeyFileRefused

    if not folder.secrets_file.exists():
        yield Finding(
            "office 数据文件夹",
            False,
            f"none at {folder.path}",
            "anlao serve or anlao demo makes one",
        )
        return
    import psycopg

    try:
        from anlao.office.shared import keyring

        keyring.load(folder.keyring_file)
        folder.secrets()
        yield Finding("keys 密钥", True, "there, and closed to others")
        yield from _database(folder)
    except psycopg.OperationalError as error:
        yield Finding("database 数据库", False, unreachable(error), WAY_OUT)
    except (DatabaseFailed, FolderRefused, KeyFileRefused) as error:
        yield Finding("office", False, str(error), "see above; restore a backup if files are lost")


def _database(folder: DataFolder) -> Iterator[Finding]:
    from anlao.office.installation import opened

    with opened(folder):
        from anlao.office import health

        yield Finding("database 数据库", True, health.version())
        for check in health.checks():
            yield Finding(check.name, check.fine, check.said, check.remedy)
