"""What may be known about a subject: names, types and labels of facts (contract of the input)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from anlao.rules.quantities import Number

FactType = Literal[
    "bool", "enum", "level", "integer", "number", "money", "date", "division", "text", "rows"
]


@dataclass(frozen=True, slots=True)
class Label:
    """A name in both languages."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class FactSpec:
    """One fact: its type, allowed values and what an empty cell means.

    ``none_when``: (fact, value) under which this fact does not exist for a subject.
    ``none_is_a_word``: an empty cell is unknown, but the word *none* (无) says that there is none.
    """

    name: str
    type: FactType
    label: Label
    values: Mapping[str, Label] = field(default_factory=dict)
    low: int = 0
    high: int = 0
    minimum: Number | None = None
    maximum: Number | None = None
    unit: str = ""
    empty_is_none: bool = False
    none_is_a_word: bool = False
    none_when: tuple[str, str] | None = None
    rows: Mapping[str, FactSpec] = field(default_factory=dict)

    @property
    def may_be_none(self) -> bool:
        return self.empty_is_none or self.none_is_a_word or self.none_when is not None

    def expected(self) -> str:
        """Return what a cell of this fact may hold, for error messages."""
        match self.type:
            case "bool":
                return "true or false"
            case "enum":
                return "one of " + ", ".join(self.values)
            case "level":
                return f"a whole number {self.low}-{self.high}"
            case "date":
                return "a day written YYYY-MM-DD" + (" or none" if self.none_is_a_word else "")
            case "division":
                return "a division code of 6, 9 or 12 digits"
            case "integer":
                return "a whole number" + self._range()
            case "number" | "money":
                return "a number" + self._range()
            case _:
                return self.type

    def _range(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f" from {self.minimum} to {self.maximum}"
        if self.minimum is not None:
            return f" of at least {self.minimum}"
        return "" if self.maximum is None else f" of at most {self.maximum}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing that provisions are about, with its identifier column and facts."""

    name: str
    facts: Mapping[str, FactSpec]

    @property
    def id_column(self) -> str:
        return _ID_COLUMNS.get(self.name, f"{self.name}_id")


_ID_COLUMNS = {"elder": "person_id", "staffing": "institution_id"}
