"""The published schema says the same as the readers."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import anlao
from anlao.rules.rulebook import (
    read_facts,
    read_layer,
    read_parameters,
    read_provisions,
)
from anlao.rules.rulebook.problems import Problems
from anlao.rules.rulebook.yaml_nodes import Node, read_yaml

PACKAGE = Path(anlao.__file__).parent
SCHEMA = json.loads((PACKAGE / "rules/rulebook/schema.json").read_text("utf-8"))
PARTS = {
    "rulebook.yaml": "rulebook",
    "facts.yaml": "facts",
    "discretion.yaml": "discretion",
    "targets.yaml": "targets",
    "service_list.yaml": "service_list",
}
FILES = sorted((PACKAGE / "rulebooks").glob("**/*.yaml"))


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_shipped_rulebook_file_is_valid(path: Path) -> None:
    part = PARTS.get(path.name, path.parent.name)

    errors = list(validator(part).iter_errors(plain(path)))

    assert [error.message for error in errors] == []


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ("rulebook", {"id": "x", "title": "X", "divsion": "33"}),
        ("rulebook", {"id": "X X", "title": "X"}),
        ("parameters", {"rate": {"unit": "yuan", "values": [{"from": "2023-01-01"}]}}),
        ("parameters", {"rate": {"unit": "yuan"}}),
        ("provisions", [{"id": "a", "kind": "cash", "name": "A", "clause": "1", "unit": "yuan"}]),
        ("provisions", [{"id": "a", "kind": "gift", "name": "A", "clause": "1"}]),
        ("definitions", {"old": {"name": "old"}}),
        ("discretion", [{"article": "1"}]),
        ("facts", {"elder": {"colour": {"type": "enum"}}}),
    ],
)
def test_what_the_readers_refuse_the_schema_refuses(part: str, data: Any) -> None:
    assert not validator(part).is_valid(data)


def test_the_schema_has_exactly_the_keys_of_the_readers() -> None:
    def keys(part: str) -> set[str]:
        return set(SCHEMA["$defs"][part]["properties"])

    assert keys("provision") == set(read_provisions._PROVISION_KEYS)
    assert keys("parameter") == set(read_parameters._KEYS)
    assert keys("version") == set(read_parameters._VERSION_KEYS)
    assert keys("rulebook") == set(read_layer._KEYS)
    assert keys("fact") == {*read_facts._KEYS, "note"}
    conditions = SCHEMA["$defs"]["condition"]["anyOf"][1:]
    assert {key for form in conditions for key in form["properties"]} == set(
        read_provisions._CONDITION_KEYS
    )


def validator(part: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{part}"}]})


def plain(path: Path) -> Any:
    """Return a file as JSON would have it, by our own strict reader."""
    problems = Problems()
    node = read_yaml(path, path.name, problems)
    assert node is not None
    assert not problems.found
    return _plain(node)


def _plain(node: Node) -> Any:
    match node.value:
        case dict():
            return {key: _plain(value) for key, value in node.items()}
        case list():
            return [_plain(value) for value in node.elements()]
        case Fraction():
            return float(node.value)
        case date():
            return node.value.isoformat()
    return node.value


@pytest.mark.parametrize("data", [{"first": []}, {"first": [{"otherwise": 1}], "one": []}, []])
def test_a_ladder_has_arms_and_one_form(data: Any) -> None:
    assert not validator("expression").is_valid(data)
