"""The pages of docs/reference as text, by file name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from anlao.cli.library import LIBRARY, open_rulebook, shipped
from anlao.office.organisations.roles import INCOMPATIBLE, ROLES
from anlao.rules.facts import FactSpec, Label
from anlao.rules.language.tree import Arm, Expr, Ladder
from anlao.rules.quantities import format_number
from anlao.rules.rulebook.codes import CODES
from anlao.rules.rulebook.fields import NO_LABEL
from anlao.rules.rulebook.model import Condition, ParameterSpec, Provision, Rulebook, is_number
from anlao.rules.rulebook.tables import leaves
from anlao.rules.wording import Words

_MADE = "<!-- Written by `anlao docs`; do not edit. -->\n\n"
_SCHEMA = LIBRARY.parent / "rules" / "rulebook" / "schema.json"


def pages() -> dict[str, str]:
    """Return every page by its name below docs/reference."""
    books = [open_rulebook(str(LIBRARY / name)) for name in shipped()]
    found = {
        "commands.md": _commands(),
        "facts.md": _facts(open_rulebook(str(LIBRARY / "cn"))),
        "findings.md": _findings(),
        "roles.md": _roles(),
        "rulebook.schema.json": _SCHEMA.read_text("utf-8"),
    }
    found |= {f"rulebooks/{book.id}.md": BookPage(book).text() for book in books if not book.base}
    return found


# commands


def _commands() -> str:
    from anlao.cli.main import COMMANDS, cli

    parts = [
        _MADE,
        "# Commands\n\n",
        "Exit codes: 0 fine, 1 findings or refused input, 2 wrong usage.\n",
    ]
    root = click.Context(cli, info_name="anlao", terminal_width=100, **cli.context_settings)
    parts.append(f"\n```text\n{cli.get_help(root)}\n```\n")
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        context = click.Context(
            command, info_name=name, parent=root, terminal_width=100, max_content_width=100
        )
        parts.append(f"\n## anlao {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "".join(parts)


# findings


def _findings() -> str:
    rows = [(f"`{code}`", meaning) for code, meaning in CODES.items()]
    return _MADE + "# Findings of `anlao check`\n\n" + _table(("code", "meaning"), rows)


# roles of the office


def _roles() -> str:
    rows = []
    for role in ROLES.values():
        apart = [other for other in ROLES if frozenset((role.id, other)) in INCOMPATIBLE]
        others = "all others" if len(apart) == len(ROLES) - 1 else "、".join(map(_role_zh, apart))
        acts = ", ".join(f"`{act}`" for act in sorted(role.acts))
        rows.append((f"`{role.id}`", role.zh, role.en, acts, others))
    headings = ("role", "角色", "name", "acts", "not together with")
    return _MADE + "# Roles of the office\n\n" + _table(headings, rows)


def _role_zh(role: str) -> str:
    return ROLES[role].zh


# facts


def _facts(base: Rulebook) -> str:
    parts = [
        _MADE,
        "# Facts\n\n",
        "One row a subject, columns named as below. A missing column or an empty cell is *unknown*,"
        " except where it says *empty: none*. Facts hold on the first day of the month decided.\n",
    ]
    for name, subject in base.subjects.items():
        parts.append(f"\n## {name}\n\nIdentifier: `{subject.id_column}`\n\n")
        rows = [
            (f"`{fact}`", spec.type, spec.label.zh, spec.label.en, _allowed(spec))
            for fact, spec in subject.facts.items()
        ]
        parts.append(_table(("fact", "type", "名称", "name", "values"), rows))
    return "".join(parts)


def _allowed(spec: FactSpec) -> str:
    parts = []
    if spec.type == "enum":
        parts.append(", ".join(f"`{value}` {label.zh}" for value, label in spec.values.items()))
    elif spec.type not in ("bool", "text", "rows"):
        parts.append(spec.expected())
    if spec.unit:
        parts.append(spec.unit)
    if spec.empty_is_none:
        parts.append("empty: none")
    if spec.none_when:
        parts.append(f"none where `{spec.none_when[0]}` is `{spec.none_when[1]}`")
    return "; ".join(parts)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"

    return line(headings) + "|" + "---|" * len(headings) + "\n" + "".join(map(line, rows))


# rulebooks


@dataclass(frozen=True, slots=True)
class BookPage:
    """The page of one rulebook: provisions, figures, settings, and what is left out."""

    book: Rulebook

    def text(self) -> str:
        book = self.book
        status = (
            "in force" if book.status == "in_force" else "draft: decided only with `--simulate`"
        )
        facts = [
            ("document", book.document),
            ("division", book.division or "any"),
            ("status", status),
            ("in force from", book.start.isoformat() if book.start else "not dated"),
            ("extends", " → ".join(book.lineage[1:])),
        ]
        parts = [_MADE, f"# {book.title.zh}\n\n{book.title.en}\n\n", _table(("", book.id), facts)]
        for provision in book.provisions.values():
            parts.extend(self._provision(provision))
        parts.extend(self._figures())
        parts.extend(self._discretion())
        return "".join(parts)

    def _words(self, subject: str) -> Words:
        return Words(self.book, self.book.subjects[subject].facts, "en")

    def _provision(self, item: Provision) -> Iterator[str]:
        words = self._words(item.subject)
        yield f"\n## {item.id}\n\n**{item.label.zh}** {item.label.en}\n\n"
        if item.summary != NO_LABEL:
            yield f"{item.summary.zh}\n{item.summary.en}\n\n"
        yield _table(("", ""), list(self._properties(item)))
        conditions = [*item.applies_when, *item.conditions]
        if conditions:
            yield "\nConditions:\n\n"
            for condition in conditions:
                yield from self._condition(condition, words, 0)
        for heading, expr in (
            ("Amount", item.amount),
            ("Required", item.required),
            ("Found", item.found),
        ):
            if expr is not None:
                yield from self._amount(heading, expr, words)

    def _properties(self, item: Provision) -> Iterator[tuple[str, str]]:
        yield "clause", str(item.clause)
        yield "subject, kind", f"{item.subject}, {item.kind}"
        for name, value in (
            ("target group", _both(item.target_group)),
            ("service type", item.service_type),
            ("lead", "、".join(item.lead)),
            ("application", item.application),
            ("evidence", "、".join(label.zh for label in item.evidence)),
            ("unit", item.unit),
            ("paid", item.payment.every if item.kind == "cash" else ""),
            ("in force", _span(item)),
            ("combined", f"{item.group_rule} of {item.group}" if item.group else ""),
            ("requirements", ", ".join(item.requirements)),
            ("defined in", item.rulebook if item.rulebook != self.book.id else ""),
        ):
            if value:
                yield name, value

    def _condition(self, item: Condition, words: Words, depth: int) -> Iterator[str]:
        label = _both(item.label)
        indent = "  " * depth
        if item.parts:
            joined = "any of" if item.mode == "any" else "all of"
            yield f"{indent}- `{item.id}` {label}{' — ' if label else ''}{joined}:\n"
            for part in item.parts:
                yield from self._condition(part, words, depth + 1)
        else:
            test = words.expression(item.test)
            yield f"{indent}- `{item.id}` {label}{': ' if label else ''}{test}\n"

    def _amount(self, heading: str, expr: Expr, words: Words) -> Iterator[str]:
        if not isinstance(expr, Ladder):
            yield f"\n{heading}: {words.expression(expr)}\n"
            return
        yield f"\n{heading}, the first that fits:\n\n"
        for arm in expr.arms:
            yield f"- {self._arm(arm, words)}\n"

    def _arm(self, arm: Arm, words: Words) -> str:
        name = f"`{arm.id}` " if arm.id else ""
        when = "otherwise" if arm.condition is None else f"if {words.expression(arm.condition)}"
        return f"{name}{when}: {words.expression(arm.value)}"

    def _figures(self) -> Iterator[str]:
        own = [item for item in self.book.parameters.values() if item.rulebook == self.book.id]
        for heading, chosen in (
            ("Figures", [item for item in own if not item.setting]),
            ("Settings", [item for item in own if item.setting]),
        ):
            if chosen:
                rows = [row for item in chosen for row in _versions(item)]
                yield f"\n## {heading}\n\n"
                yield _table(("name", "", "from", "value", "unit", "source"), rows)

    def _discretion(self) -> Iterator[str]:
        if self.book.discretion:
            rows = [
                (item.requirement, str(item.clause), item.reason.zh, item.reason.en)
                for item in self.book.discretion
            ]
            yield "\n## What no program can decide\n\n"
            yield _table(("requirement", "clause", "原因", "why"), rows)


def _both(label: Label) -> str:
    return label.zh if label.zh == label.en else f"{label.zh} {label.en}".strip()


def _span(item: Provision) -> str:
    if item.start is None and item.until is None:
        return ""
    start = item.start.isoformat() if item.start else "…"
    return f"{start} – {item.until.isoformat() if item.until else '…'}"


def _versions(item: ParameterSpec) -> Iterator[tuple[str, ...]]:
    label = _both(item.label)
    notes = [word for word, held in (("floor", item.floor), ("open", item.open)) if held]
    unit = item.unit + (f" ({', '.join(notes)})" if notes else "")
    if not item.versions:
        yield f"`{item.id}`", label, "", "*left to others: `--rates`*", unit, ""
    for version in item.versions:
        start = version.start.isoformat() + (f" – {version.until}" if version.until else "")
        yield f"`{item.id}`", label, start, _values(version.table), unit, str(version.source)


def _values(table: object) -> str:
    cells = []
    for keys, value in leaves(table):
        shown = format_number(value) if is_number(value) else _word(value)
        names = ", ".join(str(getattr(key, "key", key)) for key in keys)
        cells.append(f"{names}: {shown}" if names else shown)
    return "; ".join(cells)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "not in force" if value is None else str(value)
