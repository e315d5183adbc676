"""An instrument of assessment as it is read: groups, items, levels, rules, settings, fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from anlao.rules.facts import Label

InstrumentKind = Literal["scored", "recorded"]
Trigger = Literal["coma", "diagnosis", "events"]
Effect = Literal["heaviest", "one_heavier"]
FieldKind = Literal["text", "day", "number", "one", "many", "events"]
SettingValue = str | int | bool


class UnknownSetting(ValueError):
    """Raised when an instrument has no setting of that name."""

    code = "unknown-setting"

    def __init__(self, setting_id: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no setting {setting_id}; known: {', '.join(known)}")
        self.setting_id = setting_id
        self.known = known


class SettingNotAllowed(ValueError):
    """Raised when a setting is given a value it cannot have."""

    code = "setting-not-allowed"

    def __init__(self, setting_id: str, value: object, expected: str) -> None:
        super().__init__(f"{setting_id} cannot be {value!r}; expected {expected}")
        self.setting_id = setting_id
        self.value = value
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Option:
    """One score of an item, in points, with guidance for the assessor."""

    score: int
    guidance: Label


@dataclass(frozen=True, slots=True)
class Item:
    """A second-level indicator. Options run from the highest score down to 0."""

    code: str
    name: Label
    about: Label
    max_score: int
    options: tuple[Option, ...]

    def option(self, score: int) -> Option:
        return self.options[self.max_score - score]


@dataclass(frozen=True, slots=True)
class Group:
    """A first-level indicator with its items."""

    code: str
    name: Label
    max_score: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """A level of ability, 0 the best, and the totals (both ends included) it is given for."""

    code: int
    name: Label
    short: Label
    lowest_total: int
    highest_total: int


@dataclass(frozen=True, slots=True)
class LevelChangeRule:
    """A rule that makes the initial level heavier, with the clause it stands in."""

    id: str
    clause: str
    trigger: Trigger
    field: str
    effect: Effect
    reason: Label
    diagnoses: tuple[str, ...] = ()
    diagnoses_by_psychiatrist: tuple[str, ...] = ()
    at_least: int = 0
    within_days: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice left open: its default, what else it can be, and why the default was taken."""

    id: str
    name: Label
    default: SettingValue
    choices: tuple[str, ...]
    why: Label

    def checked(self, value: SettingValue) -> SettingValue:
        """Return the value. Raises SettingNotAllowed."""
        if self.choices:
            if value not in self.choices:
                raise SettingNotAllowed(self.id, value, "one of " + ", ".join(self.choices))
        elif isinstance(self.default, bool) != isinstance(value, bool):
            expected = "true or false" if isinstance(self.default, bool) else "a whole number"
            raise SettingNotAllowed(self.id, value, expected)
        elif not isinstance(value, int) or value < 0:
            raise SettingNotAllowed(self.id, value, "a whole number from 0 on")
        return value


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force for one assessment; kept with its result."""

    values: tuple[tuple[str, SettingValue], ...]

    def __getitem__(self, setting_id: str) -> SettingValue:
        found = dict(self.values)
        if setting_id not in found:
            raise UnknownSetting(setting_id, tuple(found))
        return found[setting_id]

    def whole(self, setting_id: str) -> int:
        value = self[setting_id]
        assert isinstance(value, int)
        assert not isinstance(value, bool)
        return value

    def flag(self, setting_id: str) -> bool:
        value = self[setting_id]
        assert isinstance(value, bool)
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer of a field: stable id, its number on the printed form, ICD-10 span if any."""

    id: str
    number: int
    name: Label
    icd10: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the basic-information form. A private one never leaves in a public answer."""

    code: str
    name: Label
    kind: FieldKind
    choices: tuple[Choice, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the basic-information form (annex A)."""

    code: str
    name: Label
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of a standard of assessment.

    ``scored``: it has items, bands and rules. ``recorded``: results made under it are kept, and its
    levels are mapped into those of ``maps_into``.
    """

    id: str
    kind: InstrumentKind
    standard: str
    name: Label
    in_force_from: date
    max_score: int
    groups: tuple[Group, ...]
    levels: tuple[Level, ...]
    level_changes: tuple[LevelChangeRule, ...]
    settings_known: tuple[Setting, ...]
    sections: tuple[Section, ...]
    maps_into: str
    level_mappings: Mapping[str, Mapping[int, int]]

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for group in self.groups for item in group.items)

    @property
    def heaviest_level(self) -> int:
        return max(level.code for level in self.levels)

    def level(self, code: int) -> Level:
        return next(level for level in self.levels if level.code == code)

    def level_of_total(self, total: int) -> Level:
        """Return the initial level for a total, in points (annex C.3)."""
        return next(
            level for level in self.levels if level.lowest_total <= total <= level.highest_total
        )

    def fields(self) -> Iterator[Field]:
        for section in self.sections:
            yield from section.fields

    def field_of(self, code: str) -> Field | None:
        return next((field for field in self.fields() if field.code == code), None)

    def choice_ids(self, field_code: str) -> frozenset[str]:
        field = self.field_of(field_code)
        return frozenset(choice.id for choice in field.choices) if field else frozenset()

    def settings(self, **chosen: SettingValue) -> Settings:
        """Return the defaults with some settings chosen otherwise.

        Raises UnknownSetting and SettingNotAllowed.
        """
        known = {setting.id: setting for setting in self.settings_known}
        for setting_id in chosen:
            if setting_id not in known:
                raise UnknownSetting(setting_id, tuple(known))
        return Settings(
            tuple(
                (setting_id, setting.checked(chosen.get(setting_id, setting.default)))
                for setting_id, setting in known.items()
            )
        )
