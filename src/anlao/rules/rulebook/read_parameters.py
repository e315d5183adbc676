"""parameters/*.yaml: dated figures, settings and open terms; and files of local rates."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from anlao.rules.rulebook.fields import Fields
from anlao.rules.rulebook.model import Axis, Clause, ParameterSpec, Version
from anlao.rules.rulebook.problems import Problems, did_you_mean
from anlao.rules.rulebook.tables import TableReader
from anlao.rules.rulebook.yaml_nodes import Node

_KEYS = (
    "name",
    "unit",
    "axes",
    "values",
    "open",
    "floor",
    "setting",
    "choices",
    "interpretation",
    "requirements",
    "note",
)
_VERSION_KEYS = ("from", "until", "value", "source", "checked_on", "published", "note")


def read_parameter(name: str, node: Node, rulebook: str, problems: Problems) -> ParameterSpec:
    """Return a parameter with its versions in order; reports D001-D008."""
    fields = Fields(node, problems, f"parameter {name}", _KEYS)
    setting, is_open = fields.flag("setting"), fields.flag("open")
    unit = fields.text("unit", "none" if setting else "")
    if not unit:
        problems.error(
            node.place, "D002", f"{name} has no unit", "unit: yuan/month, m2, share, none …"
        )
    axes = _axes(fields, problems)
    table = TableReader(name, axes, setting, problems)
    versions = read_versions(fields.node_of("values"), name, table, problems, needs_source=True)
    if not versions and not is_open:
        problems.error(
            node.place, "D001", f"{name} has no value", "add values, or open: true if others set it"
        )
    return ParameterSpec(
        name,
        fields.label("name"),
        unit,
        axes,
        versions,
        node.place,
        rulebook,
        open=is_open,
        floor=fields.flag("floor"),
        setting=setting,
        choices=fields.words("choices"),
        interpretation=fields.text("interpretation"),
        requirements=fields.words("requirements"),
    )


def _axes(fields: Fields, problems: Problems) -> tuple[Axis, ...]:
    node = fields.node_of("axes")
    if node is None:
        return ()
    axes = []
    for element in node.elements() if node.kind == "list" else [node]:
        part = Fields(element, problems, "an axis", ("id", "type", "values"))
        kind = part.choice("type", ("enum", "level", "band", "bool"), "enum")
        axes.append(Axis(part.text("id", required=True), kind, part.words("values")))  # type: ignore[arg-type]
    return tuple(axes)


def read_versions(
    node: Node | None, name: str, table: TableReader, problems: Problems, *, needs_source: bool
) -> tuple[Version, ...]:
    """Return versions sorted by their first day; overlaps and gaps are findings (D003, D004)."""
    if node is None:
        return ()
    elements = node.elements() if node.kind == "list" else [node]
    found = [_version(element, name, table, problems, needs_source) for element in elements]
    versions = sorted((version for version in found if version), key=lambda item: item.start)
    _check_dates(name, versions, problems)
    return tuple(versions)


def _version(
    node: Node, name: str, table: TableReader, problems: Problems, needs_source: bool
) -> Version | None:
    fields = Fields(node, problems, f"a value of {name}", _VERSION_KEYS)
    start = fields.day("from", required=True)
    value = node.get("value")
    if value is None:
        problems.error(node.place, "Y012", f"a value of {name} lacks value")
    if start is None or value is None:
        return None
    source = read_clause(fields.node_of("source"), "", problems)
    checked_on = fields.day("checked_on")
    if needs_source and not source.article and not source.document:
        problems.error(
            node.place,
            "D008",
            f"a value of {name} has no source",
            "source: {document: …, article: …}",
        )
    if needs_source and checked_on is None:
        problems.warning(
            node.place,
            "D009",
            f"a value of {name} does not say when it was checked",
            "checked_on: day",
        )
    until = fields.day("until")
    if until is not None and until <= start:
        problems.error(node.place, "D003", f"{name}: until {until} is not after from {start}")
    published = fields.day("published")
    return Version(
        start,
        until,
        table.read(value),
        source,
        checked_on,
        published,
        node.place,
        fields.text("note"),
    )


def read_clause(node: Node | None, default_document: str, problems: Problems) -> Clause:
    """Return a source: a mapping of document and article, or plain text."""
    if node is None:
        return Clause("", "")
    if node.kind == "value":
        return Clause(default_document, node.raw)
    fields = Fields(node, problems, "a source", ("document", "article"))
    return Clause(fields.text("document", default_document), fields.text("article"))


def _check_dates(name: str, versions: list[Version], problems: Problems) -> None:
    for earlier, later in pairwise(versions):
        both = f"{earlier.place} and {later.place}"
        if earlier.start == later.start or (earlier.until and earlier.until > later.start):
            problems.error(
                later.place,
                "D003",
                f"two values of {name} are in force on {later.start} ({both})",
                f"end the first with until: {later.start}",
            )
        elif earlier.until and earlier.until < later.start:
            problems.warning(
                later.place,
                "D004",
                f"no value of {name} from {earlier.until} until {later.start} ({both})",
                "close the gap, or leave out until on the earlier value",
            )


def read_rates(
    root: Node, parameters: dict[str, ParameterSpec], problems: Problems
) -> dict[str, tuple[Version, ...]]:
    """Return local rates by parameter, from a file of ``NAME: [{from, value, source}]``."""
    found: dict[str, tuple[Version, ...]] = {}
    for name, node in root.items():
        spec = parameters.get(name)
        if spec is None:
            problems.warning(
                node.place,
                "N004",
                f"rate {name} is not used by this rulebook",
                did_you_mean(name, [key for key, item in parameters.items() if item.open]),
            )
            continue
        if not spec.open and not spec.floor:
            problems.warning(
                node.place,
                "N004",
                f"rate {name} is left out: the rulebook itself fixes it ({spec.place})",
                "only open terms and floors take local rates; to change a figure, write a child",
            )
            continue
        table = TableReader(name, spec.axes, spec.setting, problems)
        found[name] = read_versions(_rate_list(node), name, table, problems, needs_source=False)
    if root.kind != "mapping":
        problems.error(
            root.place, "Y011", "a rates file is a mapping of NAME: [{from: …, value: …}]"
        )
    return found


def _rate_list(node: Node) -> Node:
    """A bare figure or table counts from the beginning of time."""
    if node.kind == "list" or node.get("value") is not None:
        return node
    always = Node(date(1900, 1, 1), node.place, "1900-01-01")
    return Node([Node({"from": always, "value": node}, node.place)], node.place)
