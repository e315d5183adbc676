"""What a rulebook is once read: frozen records, every one with its place in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from anlao.rules.facts import Label, Subject
from anlao.rules.language.tree import Expr
from anlao.rules.quantities import Number, Rounding
from anlao.rules.rulebook.problems import Place

AxisKind = Literal["enum", "level", "band", "bool"]
Leaf = Number | str | bool | None
ProvisionKind = Literal["cash", "service", "standard"]


@dataclass(frozen=True, slots=True)
class Clause:
    """The source of a rule: document number (or title) and article."""

    document: str
    article: str

    def __str__(self) -> str:
        return f"{self.document} {self.article}".strip()


@dataclass(frozen=True, slots=True)
class Band:
    """A range of numbers; ``None`` is open. Bounds are included unless strict."""

    key: str
    low: Number | None
    high: Number | None
    low_strict: bool = False
    high_strict: bool = True

    def holds(self, value: Number) -> bool:
        if self.low is not None and (value < self.low or (self.low_strict and value == self.low)):
            return False
        return (
            self.high is None or value < self.high or (not self.high_strict and value == self.high)
        )


@dataclass(frozen=True, slots=True)
class Axis:
    """One key of a table: listed values, whole numbers, truth values, or bands of numbers."""

    id: str
    kind: AxisKind
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A value of a parameter from a day on. ``table`` maps keys, outermost axis first.

    ``until`` is exclusive. A leaf ``None`` means: not in force for that key.
    """

    start: date
    until: date | None
    table: Any
    source: Clause
    checked_on: date | None
    published: date | None
    place: Place
    note: str = ""


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """A dated figure, table or setting."""

    id: str
    label: Label
    unit: str
    axes: tuple[Axis, ...]
    versions: tuple[Version, ...]
    place: Place
    rulebook: str
    open: bool = False
    floor: bool = False
    setting: bool = False
    choices: tuple[str, ...] = ()
    interpretation: str = ""
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """A named expression, of any type."""

    id: str
    label: Label
    subject: str
    value: Expr
    place: Place
    rulebook: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as its author grouped it; ``test`` is the whole of it as one expression."""

    id: str
    label: Label
    test: Expr
    place: Place
    mode: Literal["if", "unless", "any", "all", "discretion"] = "if"
    parts: tuple[Condition, ...] = ()
    article: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """When an amount falls due. ``sums``: months (from, to) of the due month that add up."""

    every: Literal["month", "quarter", "half_year", "year", "once"] = "month"
    due: Expr | None = None
    sums: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class FundingShare:
    level: str
    share: Expr
    place: Place


@dataclass(frozen=True, slots=True)
class Provision:
    """One item of the service list: who, what, when, how much, by which clause."""

    id: str
    rulebook: str
    subject: str
    kind: ProvisionKind
    label: Label
    summary: Label
    clause: Clause
    place: Place
    target_group: Label
    service_type: str = ""
    lead: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    application: str = "on_request"
    evidence: tuple[Label, ...] = ()
    start: date | None = None
    until: date | None = None
    published: date | None = None
    registration: str | None = None
    starts: Literal["month_of", "month_after"] = "month_of"
    ends: Literal["month_of_death", "month_before_death", "never"] = "month_of_death"
    applies_when: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()
    amount: Expr | None = None
    unit: str = ""
    rounding: Rounding = field(default_factory=Rounding)
    payment: Payment = field(default_factory=Payment)
    part_of: str = ""
    group: str = ""
    group_rule: Literal["highest", "first", "stack"] = "stack"
    funding: tuple[FundingShare, ...] = ()
    required: Expr | None = None
    found: Expr | None = None
    comparison: Literal["at_least", "at_most"] = "at_least"
    discretion: Label | None = None
    bindingness: str = "must"
    interpretation: str = ""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class DiscretionEntry:
    """A clause that no program can decide, and why."""

    requirement: str
    clause: Clause
    reason: Label
    place: Place


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A rulebook with everything it inherits. ``lineage``: itself first, then its parents."""

    id: str
    title: Label
    document: str
    issued: date | None
    division: str
    status: Literal["in_force", "draft"]
    note: Label
    start: date | None
    until: date | None
    lineage: tuple[str, ...]
    folder: Path
    place: Place
    base: bool
    subjects: Mapping[str, Subject]
    parameters: Mapping[str, ParameterSpec]
    definitions: Mapping[str, Definition]
    provisions: Mapping[str, Provision]
    discretion: tuple[DiscretionEntry, ...]
    parent: Rulebook | None = None

    def of_subject(self, subject: str) -> list[Provision]:
        return [item for item in self.provisions.values() if item.subject == subject]


def is_number(value: object) -> bool:
    """A truth value is never a number here, though Python thinks so."""
    return isinstance(value, int | Fraction) and not isinstance(value, bool)
