"""``anlao test``: a rulebook's own cases on every engine."""

from __future__ import annotations

import click

from anlao.cli.library import open_rulebook
from anlao.cli.refusals import Refused

ENGINES = ("reference", "cells", "columnar")


@click.command("test")
@click.argument("rulebooks", nargs=-1, required=True, metavar="RULEBOOK...")
@click.option(
    "--engine",
    "engines",
    multiple=True,
    type=click.Choice(ENGINES),
    help="Only this engine (repeatable); default: all of them.",
)
@click.pass_context
def command(ctx: click.Context, *, rulebooks: tuple[str, ...], engines: tuple[str, ...]) -> None:
    """Run the rulebook's own cases/ on every engine; say what no case touches.

    运行规则册自带案例，并指出没有案例触及的分支和界限。
    """
    from anlao.rules.testing.cases import run_cases

    failed = False
    for reference in rulebooks:
        book = open_rulebook(reference)
        if not (book.folder / "cases").is_dir():
            message = f"{reference}: there is no folder cases"
            raise Refused(message, "write cases/*.yaml; see docs/how-to/write-a-rulebook.md")
        report = run_cases(book, engines=engines or ENGINES)
        for failure in report.failures:
            click.echo(failure)
        for line in report.untouched:
            click.echo(f"{reference}: no case touches {line}")
        click.echo(
            f"{reference}: {report.passed} passed, {len(report.failures)} failed, "
            f"{len(report.untouched)} not touched",
            err=True,
        )
        failed = failed or bool(report.failures)
    if failed:
        ctx.exit(1)
