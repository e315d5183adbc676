"""What the commands of the office share: which data folder, and refusals without traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anlao.cli.refusals import Refused

if TYPE_CHECKING:
    from anlao.office.database.folder import DataFolder


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --data, the folder of the office."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        help="Data folder of the office (else ANLAO_DATA, else the usual place). 数据文件夹。",
    )(command)


def folder_of(data: Path | None) -> DataFolder:
    from anlao.office.database.folder import DataFolder, default_folder

    return DataFolder(data) if data else default_folder()


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the database and its folder refuse into a message and exit code 1."""
    import psycopg

    from anlao.office.database.backup import BackupRefused
    from anlao.office.database.embedded import DatabaseFailed
    from anlao.office.database.folder import FolderRefused
    from anlao.office.shared.keyring import KeyFileRefused

    try:
        yield
    except psycopg.OperationalError as error:
        raise Refused(unreachable(error), WAY_OUT) from None
    except (BackupRefused, DatabaseFailed, FolderRefused, KeyFileRefused) as error:
        raise Refused(str(error), "") from None


WAY_OUT = "see that the server runs, and look at the address in DATABASE_URL"


def unreachable(error: Exception) -> str:
    """Return in one line that the database does not answer, and why; never with a password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"the database does not answer: {lines[0] if lines else 'no reason given'}"
