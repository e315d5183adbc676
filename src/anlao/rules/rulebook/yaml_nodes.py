"""YAML with line numbers, read strictly: no doubled keys, no floats, no yes/no truth values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

import yaml

from anlao.rules.quantities import parse_number
from anlao.rules.rulebook.problems import Place, Problems

_INTEGER_OR_DECIMAL = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?\Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_MAX_BYTES = 4_000_000
_MAX_DEPTH = 40

ScalarValue = str | int | Fraction | bool | date | None


@dataclass(slots=True)
class Node:
    """A part of a YAML file: a scalar, a list of nodes, or a mapping of key to node."""

    value: ScalarValue | list[Node] | dict[str, Node]
    place: Place
    raw: str = ""

    @property
    def kind(self) -> str:
        if isinstance(self.value, dict):
            return "mapping"
        return "list" if isinstance(self.value, list) else "value"

    def items(self) -> list[tuple[str, Node]]:
        return list(self.value.items()) if isinstance(self.value, dict) else []

    def elements(self) -> list[Node]:
        return self.value if isinstance(self.value, list) else []

    def get(self, key: str) -> Node | None:
        return self.value.get(key) if isinstance(self.value, dict) else None


def read_yaml(path: Path, shown_as: str, problems: Problems) -> Node | None:
    """Return the file's only document, or None after reporting why not (codes Y001-Y004)."""
    start = Place(shown_as, 1)
    try:
        data = path.read_bytes()
        if len(data) > _MAX_BYTES:
            problems.error(start, "Y001", f"file larger than {_MAX_BYTES} bytes", "split it")
            return None
        text = data.decode("utf-8-sig")
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        problems.error(start, "Y001", f"cannot be read: {error.strerror}")
        return None
    except UnicodeDecodeError as error:
        problems.error(start, "Y001", f"not UTF-8 text (byte {error.start})", "save it as UTF-8")
        return None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.error(
            Place(shown_as, line),
            "Y002",
            f"not valid YAML: {error.problem}",
            "check indentation, and quote texts that contain ': ' or start with [ { & * # % @",
        )
        return None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problems.error(start, "Y002", f"not valid YAML: {error}")
        return None
    if root is None:
        return Node({}, start)
    return _Converter(shown_as, problems).convert(root, 0)


class _Converter:
    def __init__(self, file: str, problems: Problems) -> None:
        self.file = file
        self.problems = problems

    def convert(self, node: yaml.Node, depth: int) -> Node:
        place = Place(self.file, node.start_mark.line + 1)
        if depth > _MAX_DEPTH:
            self.problems.error(place, "Y002", f"nested deeper than {_MAX_DEPTH}")
            return Node(None, place)
        if isinstance(node, yaml.MappingNode):
            return Node(self.mapping(node, depth), place)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.convert(item, depth + 1) for item in node.value], place)
        return Node(self.scalar(node), place, node.value)

    def mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key_node, value_node in node.value:
            place = Place(self.file, key_node.start_mark.line + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.error(place, "Y003", "a key must be plain text")
                continue
            key = str(key_node.value)
            if key in found:
                self.problems.error(
                    place, "Y003", f"{key} is written twice (first at line {found[key].place.line})"
                )
                continue
            value = self.convert(value_node, depth + 1)
            value.place = place
            found[key] = value
        return found

    def scalar(self, node: yaml.Node) -> ScalarValue:
        text = str(node.value)
        if getattr(node, "style", None) in ("'", '"', "|", ">"):
            return text
        if text in ("", "null", "~"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INTEGER_OR_DECIMAL.match(text):
            return parse_number(text)
        if _DAY.match(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self.problems.error(
                    Place(self.file, node.start_mark.line + 1), "Y004", f"{text} is no day"
                )
                return None
        return text
