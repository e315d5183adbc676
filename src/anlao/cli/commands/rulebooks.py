"""``anlao rulebooks``: what is there to decide by."""

from __future__ import annotations

import json
from typing import Any

import click

from anlao.cli.library import LIBRARY, open_rulebook, shipped
from anlao.cli.options import json_option, language_option
from anlao.cli.screen import show_table


@click.command("rulebooks")
@json_option
@click.option("--all", "everything", is_flag=True, help="Also the common base that others extend.")
@language_option
def command(*, as_json: bool, everything: bool, lang: str) -> None:
    """List the rulebooks: document, division, in force or draft, since when.

    列出规则册：文号、区划、状态、施行日期、事项数。
    """
    books = [
        book for name in shipped() if (book := _entry(name)) and (everything or not book["base"])
    ]
    if as_json:
        click.echo(json.dumps(books, ensure_ascii=False, indent=2))
        return
    headings = [
        (name, "left") for name in ("id", "title", "document", "division", "status", "from")
    ]
    rows = [
        (
            book["id"],
            book["title"][lang],
            book["document"],
            book["division"] or "-",
            book["status"],
            book["in_force_from"] or "-",
            book["provisions"],
        )
        for book in books
    ]
    show_table("", [*headings, ("provisions", "right")], rows)


def _entry(name: str) -> dict[str, Any]:
    book = open_rulebook(str(LIBRARY / name))
    return {
        "id": book.id,
        "title": {"zh": book.title.zh, "en": book.title.en},
        "document": book.document,
        "division": book.division,
        "status": book.status,
        "in_force_from": book.start.isoformat() if book.start else None,
        "in_force_until": book.until.isoformat() if book.until else None,
        "provisions": len(book.provisions),
        "extends": list(book.lineage[1:]),
        "base": book.base,
    }
