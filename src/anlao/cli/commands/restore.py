"""``anlao restore``: an office from a backup."""

from __future__ import annotations

from pathlib import Path

import click

from anlao.cli.office import data_option, folder_of, refusals


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@data_option
def command(*, file: Path, data: Path | None) -> None:
    """Make an office in an empty data folder from FILE; digests and rows are checked.

    从备份文件恢复到一个空的数据文件夹，并核对校验和与行数。
    """
    folder = folder_of(data)
    with refusals():
        from anlao.office.database.backup import restore

        counts = restore(folder, file.absolute())
    click.echo(f"{folder.path}: {len(counts)} tables, {sum(counts.values()):,} rows, as saved")
