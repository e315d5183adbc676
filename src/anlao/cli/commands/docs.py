"""``anlao docs``: the reference, written from code and rulebooks."""

from __future__ import annotations

from pathlib import Path

import click

from anlao.cli import options
from anlao.cli.refusals import Refused


@click.command("docs")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file differs.")
@click.option(
    "--folder", type=options.FILE, default=Path("docs/reference"), show_default=True, help="Where."
)
@click.pass_context
def command(ctx: click.Context, *, check: bool, folder: Path) -> None:
    """Write the reference: commands, facts, rulebooks, and the schema of their files.

    生成参考文档：命令、事实、规则册、格式定义。
    """
    from anlao.cli.reference import pages

    wanted = pages()
    present = {
        path.relative_to(folder).as_posix()
        for pattern in ("rulebooks/*.md",)
        for path in folder.glob(pattern)
    }
    stale = sorted(present - set(wanted))
    if check:
        differing = [name for name, text in wanted.items() if _text(folder / name) != text]
        for name in [*differing, *stale]:
            click.echo(f"{folder / name} is not up to date", err=True)
        if differing or stale:
            click.echo("  run: anlao docs", err=True)
            ctx.exit(1)
        return
    if not folder.parent.is_dir():
        message = f"{folder}: there is no folder {folder.parent}"
        raise Refused(message, "run it at the top of the repository, or name another --folder")
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    for name in stale:
        (folder / name).unlink()
    click.echo(f"{len(wanted)} file(s) in {folder}", err=True)


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None
