"""``anlao backup``: the whole office in one file."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from anlao.cli.office import data_option, folder_of, refusals


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
def command(*, file: Path, data: Path | None) -> None:
    """Save everything, with the keys, to FILE. Keep it where only you can read it.

    把全部数据和密钥备份到一个文件；请妥善保管。
    """
    folder = folder_of(data)
    with refusals():
        from anlao.office.database import logins
        from anlao.office.database.backup import back_up
        from anlao.office.database.embedded import running

        folder.secrets()
        with nullcontext() if logins.own_server() else running(folder):
            counts = back_up(folder, file.absolute())
    click.echo(f"{file}: {len(counts)} tables, {sum(counts.values()):,} rows, checked")
