"""``anlao check``: every problem of a rulebook at once, and proofs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from anlao.cli.library import load_rulebook, open_rulebook
from anlao.cli.options import language_option

if TYPE_CHECKING:
    from anlao.rules.rulebook.model import Rulebook
    from anlao.rules.rulebook.problems import Problem


@click.command("check")
@click.argument("rulebooks", nargs=-1, required=True, metavar="RULEBOOK...")
@click.option(
    "--against", metavar="PARENT", help="Also prove that nobody gets less than PARENT gives."
)
@language_option
@click.pass_context
def command(
    ctx: click.Context, *, rulebooks: tuple[str, ...], against: str | None, lang: str
) -> None:
    """Load rulebooks and report every problem: file:line, code, message, hint.

    检查规则册；一次列出全部问题。--against 证明不低于上级标准。
    """
    found = 0
    parent = open_rulebook(against) if against else None
    for reference in rulebooks:
        loaded = load_rulebook(reference)
        problems = loaded.problems.sorted()
        rulebook = loaded.rulebook
        if rulebook is not None and not loaded.problems.errors:
            problems += [item for item in _found_by_proof(rulebook) if item not in problems]
        for problem in problems:
            click.echo(str(problem))
        shortfalls = 0
        if parent is not None and rulebook is not None and not loaded.problems.errors:
            shortfalls = _against(rulebook, parent, lang)
        found += len(problems) + shortfalls
        _summary(reference, len(problems), rulebook)
    if found:
        ctx.exit(1)


def _found_by_proof(rulebook: Rulebook) -> list[Problem]:
    """Return findings that come from going through the cells: gaps, overlaps, idle arms."""
    try:
        from anlao.rules.proofs import find_problems
    except ModuleNotFoundError as error:
        if error.name != "anlao.rules.proofs":
            raise
        return []
    return sorted(find_problems(rulebook), key=lambda item: (item.place, item.code))


def _against(child: Rulebook, parent: Rulebook, lang: str) -> int:
    from anlao.rules.proofs import prove_floor

    examples = prove_floor(child, parent)
    for example in examples:
        click.echo(example.text(lang))
    if not examples:
        click.echo(
            f"{child.id}: nobody gets less than {parent.id} gives. 未发现低于上级标准的情形。",
            err=True,
        )
    return len(examples)


def _summary(reference: str, problems: int, rulebook: Rulebook | None) -> None:
    if problems:
        hint = "docs/how-to/write-a-rulebook.md explains the format"
        click.echo(f"{reference}: {problems} finding(s); {hint}", err=True)
    elif rulebook is not None:
        click.echo(
            f"{reference}: no findings ({len(rulebook.provisions)} provisions, "
            f"{len(rulebook.parameters)} figures and settings)",
            err=True,
        )
