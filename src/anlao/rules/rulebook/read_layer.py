"""Reads one rulebook folder, without its parents; expressions stay unresolved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from anlao.rules.facts import FactSpec, Label
from anlao.rules.rulebook.fields import Fields
from anlao.rules.rulebook.model import Definition, DiscretionEntry, ParameterSpec, Provision
from anlao.rules.rulebook.problems import Place, Problems
from anlao.rules.rulebook.read_facts import read_facts
from anlao.rules.rulebook.read_parameters import read_parameter
from anlao.rules.rulebook.read_provisions import ProvisionReader, read_definition, read_discretion
from anlao.rules.rulebook.yaml_nodes import Node, read_yaml

_KEYS = (
    "id",
    "title",
    "document",
    "division",
    "extends",
    "status",
    "in_force",
    "note",
    "base",
    "version",
)
_ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_FOLDERS = {"parameters", "definitions", "provisions", "cases"}
_NAME = re.compile(r"[^\W\d]\w*\Z")
DEFAULT_PARENT = "cn"


@dataclass(slots=True)
class Layer:
    """One folder as read."""

    id: str
    folder: Path
    place: Place
    title: Label = field(default_factory=lambda: Label("", ""))
    document: str = ""
    issued: date | None = None
    division: str = ""
    extends: str | None = DEFAULT_PARENT
    draft: bool = False
    note: Label = field(default_factory=lambda: Label("", ""))
    start: date | None = None
    until: date | None = None
    base: bool = False
    facts: dict[str, dict[str, FactSpec]] = field(default_factory=dict)
    parameters: dict[str, ParameterSpec] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    provisions: dict[str, Provision] = field(default_factory=dict)
    discretion: list[DiscretionEntry] = field(default_factory=list)


def read_layer(folder: Path, problems: Problems) -> Layer | None:
    """Return what the folder says, or None when it is no rulebook folder (Y001)."""
    reader = _LayerReader(folder, problems)
    if not (folder / "rulebook.yaml").is_file():
        problems.error(
            Place(str(folder), 1),
            "Y001",
            "no rulebook.yaml here",
            "a rulebook is a folder; see the how-to",
        )
        return None
    return reader.read()


class _LayerReader:
    def __init__(self, folder: Path, problems: Problems) -> None:
        self.folder = folder
        self.problems = problems

    def shown(self, path: Path) -> str:
        return f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"

    def read(self) -> Layer | None:
        path = self.folder / "rulebook.yaml"
        root = read_yaml(path, self.shown(path), self.problems)
        if root is None:
            return None
        layer = self._head(root)
        layer.facts = self._facts()
        self._parameters(layer)
        self._definitions(layer)
        self._provisions(layer)
        self._discretion(layer)
        self._strangers()
        return layer

    def _head(self, root: Node) -> Layer:
        fields = Fields(root, self.problems, "rulebook.yaml", _KEYS)
        identifier = fields.text("id", required=True) or self.folder.name
        if not _ID.match(identifier):
            self.problems.error(
                root.place, "Y014", f"{identifier!r} is no id", "small letters, digits, hyphens"
            )
        base = fields.flag("base")
        layer = Layer(identifier, self.folder, root.place, base=base)
        layer.title = fields.label("title", required=True)
        layer.division = fields.text("division")
        fallback = "" if base else DEFAULT_PARENT
        layer.extends = fields.text("extends", fallback) or None
        layer.draft = fields.choice("status", ("in_force", "draft"), "in_force") == "draft"
        layer.note = fields.label("note")
        self._document(layer, fields.node_of("document"))
        if (span := fields.node_of("in_force")) is not None:
            part = Fields(span, self.problems, "in_force", ("from", "until"))
            layer.start, layer.until = part.day("from"), part.day("until")
        if layer.division and not layer.division.isdigit():
            self.problems.error(root.place, "Y013", "division must be digits", "quote it: '331123'")
        return layer

    def _document(self, layer: Layer, node: Node | None) -> None:
        if node is None:
            layer.document = layer.title.zh
        elif node.kind == "value":
            layer.document = node.raw
        else:
            keys = ("number", "title", "issued", "adopted", "printed", "url", "note")
            part = Fields(node, self.problems, "document", keys)
            layer.document = part.text("number") or part.text("title") or layer.title.zh
            layer.issued = part.day("issued")

    def _facts(self) -> dict[str, dict[str, FactSpec]]:
        path = self.folder / "facts.yaml"
        root = read_yaml(path, self.shown(path), self.problems) if path.is_file() else None
        return read_facts(root, self.problems) if root else {}

    def _files(self, part: str) -> Iterator[Node]:
        single = self.folder / f"{part}.yaml"
        paths = [single] if single.is_file() else []
        paths += sorted((self.folder / part).glob("**/*.yaml"))
        for path in paths:
            root = read_yaml(path, self.shown(path), self.problems)
            if root is not None:
                yield root

    def _parameters(self, layer: Layer) -> None:
        for root in self._files("parameters"):
            for name, node in root.items():
                self._check_name(name, node)
                if not self._tie(name, node, layer.parameters):
                    layer.parameters[name] = read_parameter(name, node, layer.id, self.problems)

    def _definitions(self, layer: Layer) -> None:
        for root in self._files("definitions"):
            for name, node in root.items():
                self._check_name(name, node)
                if not self._tie(name, node, layer.definitions):
                    layer.definitions[name] = read_definition(name, node, layer.id, self.problems)

    def _check_name(self, name: str, node: Node) -> None:
        if not _NAME.match(name):
            self.problems.error(
                node.place, "Y014", f"{name!r} is no name", "letters, digits, underscores"
            )

    def _provisions(self, layer: Layer) -> None:
        reader = ProvisionReader(layer.id, layer.document, self.problems)
        for root in self._files("provisions"):
            for node in root.elements() if root.kind == "list" else [root] if root.items() else []:
                provision = reader.read(node)
                if provision is None or self._tie(provision.id, node, layer.provisions):
                    continue
                layer.provisions[provision.id] = replace(
                    provision,
                    start=provision.start or layer.start,
                    until=provision.until or layer.until,
                )

    def _tie(
        self, name: str, node: Node, known: Mapping[str, ParameterSpec | Definition | Provision]
    ) -> bool:
        if name not in known:
            return False
        self.problems.error(
            node.place,
            "L003",
            f"{name} is defined twice: {known[name].place} and {node.place}",
            "keep one, or give the other another id",
        )
        return True

    def _discretion(self, layer: Layer) -> None:
        path = self.folder / "discretion.yaml"
        root = read_yaml(path, self.shown(path), self.problems) if path.is_file() else None
        layer.discretion = read_discretion(root, layer.document, self.problems) if root else []

    def _strangers(self) -> None:
        """A misnamed folder would be left out in silence; say so instead."""
        for path in sorted(self.folder.iterdir()):
            if (
                path.is_dir()
                and path.name not in _FOLDERS
                and not path.name.startswith((".", "__"))
            ):
                self.problems.warning(
                    Place(f"{self.folder.name}/{path.name}", 1),
                    "Y019",
                    f"folder {path.name} is not part of a rulebook",
                    "parameters, definitions, provisions, cases",
                )
