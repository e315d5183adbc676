"""facts.yaml: the facts a rulebook adds."""

from __future__ import annotations

from anlao.rules.facts import FactSpec, FactType, Label
from anlao.rules.rulebook.fields import NO_LABEL, Fields, read_label
from anlao.rules.rulebook.problems import Problems
from anlao.rules.rulebook.yaml_nodes import Node

_TYPES = ("bool", "enum", "level", "integer", "number", "money", "date", "division", "text", "rows")
_KEYS = ("type", "name", "values", "from", "to", "min", "max", "unit", "empty", "none_when", "facts")


def read_facts(node: Node, problems: Problems) -> dict[str, dict[str, FactSpec]]:
    """Return facts by subject and name."""
    found: dict[str, dict[str, FactSpec]] = {}
    for subject, facts in node.items():
        found[subject] = {name: _fact(name, part, problems) for name, part in facts.items()}
        if facts.kind != "mapping":
            problems.error(facts.place, "Y011", f"{subject} must be a mapping of fact: …")
    return found


def _fact(name: str, node: Node, problems: Problems) -> FactSpec:
    fields = Fields(node, problems, f"fact {name}", (*_KEYS, "note"))
    kind: FactType = fields.choice("type", _TYPES, "text")  # type: ignore[assignment]
    if fields.node_of("type") is None:
        problems.error(node.place, "Y012", f"fact {name} lacks type")
    label = fields.label("name")
    return FactSpec(
        name,
        kind,
        label if label != NO_LABEL else Label(name, name),
        values=_values(fields, problems),
        low=fields.whole("from"),
        high=fields.whole("to"),
        minimum=fields.number("min"),
        maximum=fields.number("max"),
        unit=fields.text("unit"),
        empty_is_none=fields.choice("empty", ("none", "unknown", "unknown_or_none"), "unknown") == "none",
        none_is_a_word=fields.text("empty") == "unknown_or_none",
        none_when=_none_when(fields),
        rows=_rows(fields, kind, problems),
    )


def _values(fields: Fields, problems: Problems) -> dict[str, Label]:
    node = fields.node_of("values")
    if node is None:
        if fields.text("type") == "enum":
            problems.error(fields.place, "Y012", f"{fields.what} lacks values")
        return {}
    if node.kind == "list":
        return {element.raw: Label(element.raw, element.raw) for element in node.elements()}
    return {value: read_label(part, problems) for value, part in node.items()}


def _none_when(fields: Fields) -> tuple[str, str] | None:
    node = fields.node_of("none_when")
    if node is None:
        return None
    pairs = node.items()
    if len(pairs) == 1 and pairs[0][1].kind == "value":
        return pairs[0][0], pairs[0][1].raw
    fields.wrong(node, "one pair of fact: value")
    return None


def _rows(fields: Fields, kind: str, problems: Problems) -> dict[str, FactSpec]:
    node = fields.node_of("facts", required=kind == "rows")
    if node is None:
        return {}
    return {name: _fact(name, part, problems) for name, part in node.items()}
