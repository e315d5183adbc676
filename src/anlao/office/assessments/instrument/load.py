"""Reads an instrument from its file and checks it: every problem at once, with file and line.

``load("gbt42195-2022")`` gives the national scale; ``instruments()`` names what is shipped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, cast

from anlao.office.assessments.instrument.model import (
    Choice,
    Effect,
    Field,
    FieldKind,
    Group,
    Instrument,
    InstrumentKind,
    Item,
    Level,
    LevelChangeRule,
    Option,
    Section,
    Setting,
    SettingValue,
    Trigger,
)
from anlao.rules.facts import Label
from anlao.rules.rulebook.fields import Fields
from anlao.rules.rulebook.problems import Problem, Problems, did_you_mean
from anlao.rules.rulebook.yaml_nodes import Node, read_yaml

CODES: Final[dict[str, str]] = {
    "A001": "the maxima of items or groups do not add up to the stated sum",
    "A002": "an item lacks the option for a score, or has one twice or beyond its maximum",
    "A003": "a code or an id is used twice",
    "A004": "level bands leave a gap, overlap or do not reach an end",
    "A005": "a default or a mapping that its setting does not allow",
    "A006": "a rule or a field refers to something that the file does not have",
    "A007": "a kind, trigger or effect that does not exist",
    "A008": "a part that this kind of instrument needs is empty",
}
_TOP: Final = [
    "id",
    "kind",
    "standard",
    "name",
    "in_force_from",
    "max_score",
    "scales",
    "groups",
    "levels",
    "level_changes",
    "level_mappings",
    "settings",
    "sections",
]
_LONG_AGO: Final = date(1900, 1, 1)


class InstrumentError(Exception):
    """An instrument cannot be used; carries every problem found."""

    code = "instrument-unusable"

    def __init__(self, instrument: str, problems: list[Problem]) -> None:
        super().__init__(f"instrument {instrument} has {len(problems)} problem(s)")
        self.instrument = instrument
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class NoSuchInstrument(LookupError):
    """Raised when no instrument of that id is shipped."""

    code = "no-such-instrument"

    def __init__(self, instrument_id: str) -> None:
        super().__init__(
            f"no instrument {instrument_id}; {did_you_mean(instrument_id, instruments())}"
        )
        self.instrument_id = instrument_id


@cache
def instruments() -> tuple[str, ...]:
    """Return the ids of the shipped instruments."""
    folder = files("anlao.office.assessments.instrument")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@cache
def load(instrument_id: str) -> Instrument:
    """Return a shipped instrument. Raises NoSuchInstrument and InstrumentError."""
    if instrument_id not in instruments():
        raise NoSuchInstrument(instrument_id)
    name = f"{instrument_id}.yaml"
    with as_file(files("anlao.office.assessments.instrument").joinpath(name)) as path:
        return read(path)


def read(path: Path) -> Instrument:
    """Return the instrument of a file. Raises InstrumentError with all problems, sorted."""
    problems = Problems()
    root = read_yaml(path, path.name, problems)
    instrument = _Reader(problems).instrument(root) if root is not None else None
    if problems.errors or instrument is None:
        raise InstrumentError(path.stem, problems.sorted())
    return instrument


class _Reader:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.scales: dict[str, tuple[Option, ...]] = {}
        self.codes: set[str] = set()

    def instrument(self, root: Node) -> Instrument:
        top = Fields(root, self.problems, "an instrument", _TOP)
        kind = cast(InstrumentKind, self.one_of(top, "kind", ("scored", "recorded")))
        self.scales = {name: self.options(node) for name, node in _items_of(top.node_of("scales"))}
        groups = tuple(self.group(node) for node in _elements(top, "groups", required=True))
        settings = tuple(self.setting(node) for node in _elements(top, "settings"))
        sections = tuple(self.section(node) for node in _elements(top, "sections"))
        levels = self.levels(top, kind, top.whole("max_score"))
        maps_into, mappings = self.mappings(top.node_of("level_mappings"), levels)
        found = Instrument(
            id=top.text("id", required=True),
            kind=kind,
            standard=top.text("standard", required=True),
            name=top.label("name", required=True),
            in_force_from=top.day("in_force_from", required=True) or _LONG_AGO,
            max_score=top.whole("max_score"),
            groups=groups,
            levels=levels,
            level_changes=tuple(self.change(node) for node in _elements(top, "level_changes")),
            settings_known=settings,
            sections=sections,
            maps_into=maps_into,
            level_mappings=mappings,
        )
        self.check(found, top)
        return found

    def check(self, found: Instrument, top: Fields) -> None:
        stated, summed = found.max_score, sum(group.max_score for group in found.groups)
        if stated != summed:
            self.error(top.node, "A001", f"the groups add up to {summed}, max_score says {stated}")
        if found.kind == "scored":
            for part, present in (("levels", found.levels), ("sections", found.sections)):
                if not present:
                    self.error(top.node, "A008", f"a scored instrument needs {part}")
        elif not found.level_mappings:
            self.error(top.node, "A008", "a recorded instrument needs level_mappings")
        known = {setting.id: setting for setting in found.settings_known}
        for name in found.level_mappings:
            if name not in getattr(known.get("level_mapping"), "choices", ()):
                self.error(top.node, "A005", f"setting level_mapping has no choice {name}")
        self.check_rules(found, _elements(top, "level_changes"))

    def check_rules(self, found: Instrument, nodes: Iterable[Node]) -> None:
        diagnoses = found.choice_ids("A.4.1")
        for rule, node in zip(found.level_changes, nodes, strict=True):
            if found.field_of(rule.field) is None:
                self.error(node, "A006", f"rule {rule.id} looks at {rule.field}, which is no field")
            for diagnosis in rule.diagnoses + rule.diagnoses_by_psychiatrist:
                if diagnosis not in diagnoses:
                    hint = did_you_mean(diagnosis, diagnoses)
                    self.error(node, "A006", f"A.4.1 has no diagnosis {diagnosis}", hint)
            if rule.trigger == "events" and not (rule.at_least and rule.within_days):
                self.error(node, "A008", f"rule {rule.id} needs at_least and within_days")
            if rule.trigger == "diagnosis" and not (
                rule.diagnoses or rule.diagnoses_by_psychiatrist
            ):
                self.error(node, "A008", f"rule {rule.id} names no diagnosis")

    def group(self, node: Node) -> Group:
        fields = Fields(node, self.problems, "a group", ("code", "name", "max", "items"))
        items = tuple(self.item(item) for item in _elements(fields, "items"))
        maximum, summed = fields.whole("max"), sum(item.max_score for item in items)
        code = self.once(fields, "code")
        if maximum != summed:
            self.error(node, "A001", f"the items of {code} add up to {summed}, max says {maximum}")
        return Group(code, fields.label("name", required=True), maximum, items)

    def item(self, node: Node) -> Item:
        keys = ("code", "name", "about", "max", "scale", "options")
        fields = Fields(node, self.problems, "an item", keys)
        code, maximum = self.once(fields, "code"), fields.whole("max")
        options = self.item_options(fields)
        scores = [option.score for option in options]
        if scores != list(range(maximum, -1, -1)):
            self.error(
                node,
                "A002",
                f"{code} has options for {scores}, needed one each from {maximum} down to 0",
            )
        for option in options:
            if not (option.guidance.zh and option.guidance.en):
                self.error(node, "A002", f"{code} lacks a text for score {option.score}")
        return Item(
            code, fields.label("name", required=True), fields.label("about"), maximum, options
        )

    def item_options(self, fields: Fields) -> tuple[Option, ...]:
        scale = fields.text("scale")
        if not scale:
            node = fields.node_of("options", required=True)
            return self.options(node) if node else ()
        if scale not in self.scales:
            hint = did_you_mean(scale, self.scales)
            self.error(fields.node, "A006", f"no scale {scale}", hint)
        return self.scales.get(scale, ())

    def options(self, node: Node) -> tuple[Option, ...]:
        found = []
        for element in node.elements():
            fields = Fields(element, self.problems, "an option", ("score", "zh", "en"))
            text = Label(fields.text("zh", required=True), fields.text("en", required=True))
            found.append(Option(fields.whole("score"), text))
        return tuple(found)

    def levels(self, top: Fields, kind: InstrumentKind, max_score: int) -> tuple[Level, ...]:
        found, nodes = [], _elements(top, "levels", required=True)
        for node in nodes:
            fields = Fields(node, self.problems, "a level", ("code", "name", "short", "from", "to"))
            name, short = fields.label("name", required=True), fields.label("short", required=True)
            bounds = fields.whole("from"), fields.whole("to")
            found.append(Level(fields.whole("code"), name, short, *bounds))
        if [level.code for level in found] != list(range(len(found))):
            self.error(top.node, "A003", "level codes must run 0, 1, 2 … once each")
        if kind == "scored":
            # Read from the best downwards, each band must begin where the one before it ended.
            top_of_next = max_score
            for level, node in zip(found, nodes, strict=True):
                if level.highest_total != top_of_next or level.lowest_total > level.highest_total:
                    self.error(
                        node,
                        "A004",
                        f"level {level.code} covers {level.lowest_total} to {level.highest_total};"
                        f" its band must end at {top_of_next}",
                    )
                top_of_next = level.lowest_total - 1
            if found and top_of_next != -1:
                self.error(nodes[-1], "A004", f"totals 0 to {top_of_next} have no level")
        return tuple(found)

    def change(self, node: Node) -> LevelChangeRule:
        keys = [
            "id",
            "clause",
            "when",
            "field",
            "effect",
            "reason",
            "diagnoses",
            "diagnoses_by_psychiatrist",
            "at_least",
            "within_days",
        ]
        fields = Fields(node, self.problems, "a level change", keys)
        return LevelChangeRule(
            id=self.once(fields, "id"),
            clause=fields.text("clause", required=True),
            trigger=cast(Trigger, self.one_of(fields, "when", ("coma", "diagnosis", "events"))),
            field=fields.text("field", required=True),
            effect=cast(Effect, self.one_of(fields, "effect", ("heaviest", "one_heavier"))),
            reason=fields.label("reason", required=True),
            diagnoses=fields.words("diagnoses"),
            diagnoses_by_psychiatrist=fields.words("diagnoses_by_psychiatrist"),
            at_least=fields.whole("at_least"),
            within_days=fields.whole("within_days"),
        )

    def setting(self, node: Node) -> Setting:
        keys = ("id", "name", "choices", "default", "why")
        fields = Fields(node, self.problems, "a setting", keys)
        choices, default = fields.words("choices"), fields.node_of("default", required=True)
        value: SettingValue = ""
        if default is not None:
            value = default.raw if choices else cast(SettingValue, default.value)
            allowed = value in choices if choices else isinstance(value, int)
            if not allowed:
                self.error(default, "A005", f"{default.raw} is no value of this setting")
        return Setting(
            self.once(fields, "id"),
            fields.label("name", required=True),
            value,
            choices,
            fields.label("why", required=True),
        )

    def mappings(
        self, node: Node | None, levels: tuple[Level, ...]
    ) -> tuple[str, dict[str, dict[int, int]]]:
        into, found = "", {}
        for name, part in _items_of(node):
            if name == "into":
                into = part.raw
                continue
            table = {
                int(key): value.value
                for key, value in part.items()
                if key.isdecimal() and isinstance(value.value, int)
            }
            if sorted(table) != [level.code for level in levels]:
                self.error(part, "A005", f"mapping {name} must name every level once")
            found[name] = table
        return into, found

    def section(self, node: Node) -> Section:
        fields = Fields(node, self.problems, "a section", ("code", "name", "fields"))
        parts = tuple(self.field(part) for part in _elements(fields, "fields", required=True))
        return Section(self.once(fields, "code"), fields.label("name", required=True), parts)

    def field(self, node: Node) -> Field:
        keys = ("code", "name", "about", "kind", "choices", "private")
        fields = Fields(node, self.problems, "a field", keys)
        kinds = ("text", "day", "number", "one", "many", "events")
        kind = cast(FieldKind, self.one_of(fields, "kind", kinds))
        choices = tuple(self.choice(part) for part in _elements(fields, "choices"))
        code = self.once(fields, "code")
        if bool(choices) != (kind in ("one", "many", "events")):
            self.error(node, "A008", f"field {code} of kind {kind} and its choices do not match")
        for key in ("id", "number"):
            values = [getattr(choice, key) for choice in choices]
            if len(set(values)) != len(values):
                self.error(node, "A003", f"field {code} has two choices with one {key}")
        return Field(
            code, fields.label("name", required=True), kind, choices, fields.flag("private")
        )

    def choice(self, node: Node) -> Choice:
        fields = Fields(node, self.problems, "a choice", ("id", "number", "name", "icd10"))
        return Choice(
            fields.text("id", required=True),
            fields.whole("number"),
            fields.label("name", required=True),
            fields.text("icd10"),
        )

    def once(self, fields: Fields, key: str) -> str:
        code = fields.text(key, required=True)
        if code and code in self.codes:
            self.error(fields.node, "A003", f"{code} is used twice")
        self.codes.add(code)
        return code

    def one_of(self, fields: Fields, key: str, known: tuple[str, ...]) -> str:
        word = fields.text(key, required=True)
        if word and word not in known:
            node = fields.node.get(key) or fields.node
            self.error(node, "A007", f"{key} cannot be {word}", did_you_mean(word, known))
        return word if word in known else known[0]

    def error(self, node: Node, code: str, message: str, hint: str = "") -> None:
        assert code in CODES
        self.problems.error(node.place, code, message, hint)


def _elements(fields: Fields, key: str, *, required: bool = False) -> list[Node]:
    node = fields.node_of(key, required=required)
    return node.elements() if node else []


def _items_of(node: Node | None) -> list[tuple[str, Node]]:
    return node.items() if node else []
