"""Kinds of lists, each described by data in ``kinds/*.yaml``: columns, words, dates, spans.

``deaths`` is a list of events: its fact is true from the day of the event. The others are
snapshots: their facts are true in the month of the list, ``[first day, first day of the next)``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from anlao.office.registry.imports.refusals import Text

_FOLDER = Path(__file__).parent / "kinds"
_FIELDS = "fields"
TYPES = frozenset(
    {"identity", "name", "text", "digits", "enum", "level", "bool", "date", "division", "money"}
)
_REMARKS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_MARKS = re.compile(r"[\s*:,.;、。_\-—·\"'“”]+")


class NoSuchKind(LookupError):
    """There is no kind of list of this name."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a column may hold. ``values``: stored code by word as ``tidy`` leaves it."""

    id: str
    type: str
    name: Text
    fact: str = ""
    headers: frozenset[str] = frozenset()
    values: Mapping[str, str | int] = field(default_factory=dict)
    shown_values: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of list. ``event``: the field whose day opens the span; empty for a snapshot."""

    id: str
    name: Text
    source: str
    fields: Mapping[str, Field]
    required: tuple[str, ...]
    event: str = ""
    opens_from_age: int | None = None
    """From which age on a list of this kind opens files for people who have none; None: never."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Return the facts that a list of this kind can give."""
        return tuple(spec.fact for spec in self.fields.values() if spec.fact)


def tidy(text: str) -> str:
    """Return a word without width, space and case, for comparing: ``１ 级`` -> ``1级``."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def tidy_header(text: str) -> str:
    """Return a header without remarks and marks: ``*姓 名（必填）`` -> ``姓名``."""
    return _MARKS.sub("", _REMARKS.sub("", tidy(text)))


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds."""
    return tuple(sorted(p.stem for p in _FOLDER.glob("*.yaml") if p.stem != _FIELDS))


@cache
def kind(name: str) -> Kind:
    """Return a kind of list. Raises NoSuchKind."""
    if name not in kinds():
        raise NoSuchKind(name)
    data = _read(name)
    span = data["span"]
    known = fields()
    chosen = {each: known[each] for each in (*data["required"], *data["optional"])}
    return Kind(
        id=name,
        name=Text(**data["name"]),
        source=data["source"],
        fields=chosen,
        required=tuple(data["required"]),
        event="" if span == "snapshot" else span["event"],
        opens_from_age=data.get("new_files", {}).get("from_age"),
    )


@cache
def fields() -> Mapping[str, Field]:
    """Return what columns may hold, by name."""
    return {name: _field(name, data) for name, data in _read(_FIELDS).items()}


@cache
def _header_words() -> frozenset[str]:
    return frozenset().union(*(spec.headers for spec in fields().values()))


def is_header_word(text: str) -> bool:
    """Return whether some kind of list has such a header."""
    word = tidy_header(text)
    return word in _header_words() or word.rpartition("/")[2] in _header_words()


def _read(name: str) -> Any:
    return yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _field(name: str, data: Mapping[str, Any]) -> Field:
    assert data["type"] in TYPES, name
    words = {**data.get("values", {})}
    values: dict[str, str | int] = {}
    for code, said in words.items():
        for word in (str(code), *map(str, said)):
            assert values.setdefault(tidy(word), code) == code, (name, word)
    label = Text(**data["name"])
    return Field(
        id=name,
        type=data["type"],
        name=label,
        fact=data.get("fact", ""),
        headers=frozenset(map(tidy_header, (label.zh, *data.get("headers", ())))),
        values=values,
        shown_values=tuple(str(said[0]) for said in words.values()),
        forms=tuple(data.get("forms", ())),
    )
