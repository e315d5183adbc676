"""``anlao coverage``: what became of every rule and standard of the documents."""

from __future__ import annotations

import csv
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from anlao.cli.library import LIBRARY, open_rulebook, shipped
from anlao.cli.options import json_option, language_option
from anlao.cli.screen import show_table

if TYPE_CHECKING:
    from anlao.rules.rulebook.model import Provision, Rulebook

KINDS = ("rule", "standard")
STATUSES = ("encoded", "needs_rate", "not_expressible", "unaccounted")
_STATUS_ZH = {
    "encoded": "已编码",
    "needs_rate": "待地方标准",
    "not_expressible": "不可计算",
    "unaccounted": "未处理",
}


@click.command("coverage")
@json_option
@language_option
@click.option("--all", "everything", is_flag=True, help="List every entry, not only the counts.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool, lang: str, everything: bool) -> None:
    """Account for every rule and standard: encoded, needs a local rate, or not expressible.

    文件中每条规则和标准的去向：已编码（在哪里）、待地方标准（哪些）、不可计算（为何）。
    """
    entries = accounted()
    missing = [entry for entry in entries if entry["status"] == "unaccounted"]
    if as_json:
        counts = Counter(entry["status"] for entry in entries)
        data = {
            "total": len(entries),
            "counts": {status: counts.get(status, 0) for status in STATUSES},
            "entries": entries,
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        _tables(entries, lang, everything=everything)
    for entry in missing:
        click.echo(f"{entry['id']}: no provision, figure or discretion entry names it", err=True)
    if missing:
        ctx.exit(1)


def accounted() -> list[dict[str, Any]]:
    """Return every rule and standard with its status."""
    books = {name: open_rulebook(str(LIBRARY / name)) for name in shipped()}
    with (LIBRARY / "requirements.csv").open(encoding="utf-8", newline="") as file:
        wanted = [row for row in csv.DictReader(file) if row["kind"] in KINDS]
    return [_entry(row, books) for row in wanted]


def _entry(row: dict[str, str], books: dict[str, Rulebook]) -> dict[str, Any]:
    identifier = row["id"]
    entry: dict[str, Any] = {
        "id": identifier,
        "document": row["document"],
        "article": row["article"],
        "kind": row["kind"],
        "status": "unaccounted",
        "where": [],
        "rates": [],
        "why": None,
    }
    for book in books.values():
        _encoded(entry, book)
        for item in book.discretion:
            if item.requirement == identifier:
                entry["why"] = {"zh": item.reason.zh, "en": item.reason.en}
    if entry["where"]:
        entry["status"] = "needs_rate" if entry["rates"] else "encoded"
    elif entry["why"]:
        entry["status"] = "not_expressible"
    return entry


def _encoded(entry: dict[str, Any], book: Rulebook) -> None:
    for provision in book.provisions.values():
        if entry["id"] in provision.requirements and provision.rulebook == book.id:
            entry["where"].append(f"{book.id}/{provision.id}")
            _add(entry["rates"], open_rates_of(provision, book))
    for spec in book.parameters.values():
        if entry["id"] in spec.requirements and spec.rulebook == book.id:
            entry["where"].append(f"{book.id}/{spec.id}")
            if spec.open and not spec.versions:
                _add(entry["rates"], [spec.id])


def _add(known: list[str], more: list[str]) -> None:
    known.extend(name for name in more if name not in known)


def open_rates_of(provision: Provision, book: Rulebook) -> list[str]:
    """Return the open figures without any value that a provision's result needs."""
    from anlao.rules.language.tree import Call, Defined, Outcome, Parameter, walk
    from anlao.rules.rulebook.load import expressions_of

    found: dict[str, None] = {}
    optional: set[str] = set()
    pending, seen = expressions_of(provision), set[str]()
    while pending:
        for part in walk(pending.pop()):
            if isinstance(part, Parameter):
                spec = book.parameters[part.name]
                if spec.open and not spec.versions:
                    found[part.name] = None
            elif isinstance(part, Defined) and part.name not in seen:
                seen.add(part.name)
                pending.append(book.definitions[part.name].value)
            elif isinstance(part, Outcome) and part.provision not in seen:
                seen.add(part.provision)
                pending.extend(expressions_of(book.provisions[part.provision]))
            elif isinstance(part, Call) and part.function == "has_rate":
                optional.add(str(part.arguments[0].value))  # type: ignore[union-attr]
    return [name for name in found if name not in optional]


def _tables(entries: list[dict[str, Any]], lang: str, *, everything: bool) -> None:
    documents = list(dict.fromkeys(entry["document"] for entry in entries))
    counts = Counter((entry["document"], entry["status"]) for entry in entries)
    rows: list[tuple[object, ...]] = [
        (
            document,
            *[counts.get((document, status), 0) for status in STATUSES],
            sum(counts.get((document, status), 0) for status in STATUSES),
        )
        for document in documents
    ]
    sums = [sum(int(str(row[place])) for row in rows) for place in range(1, len(STATUSES) + 2)]
    rows.append(("合计" if lang == "zh" else "total", *sums))
    names = [_STATUS_ZH[status] if lang == "zh" else status for status in STATUSES]
    columns = [("文件" if lang == "zh" else "document", "left")]
    columns += [(name, "right") for name in [*names, "合计" if lang == "zh" else "total"]]
    show_table("", columns, rows)
    if everything:
        listed = [("id", "left"), ("article", "left"), ("status", "left"), ("where / why", "left")]
        show_table("", listed, [_line(entry, lang) for entry in entries])


def _line(entry: dict[str, Any], lang: str) -> tuple[str, ...]:
    about = ", ".join(entry["where"])
    if entry["rates"]:
        about += " ← " + ", ".join(f"rate:{name}" for name in entry["rates"])
    if not about and entry["why"]:
        about = entry["why"][lang]
    return entry["id"], entry["article"], entry["status"], about
