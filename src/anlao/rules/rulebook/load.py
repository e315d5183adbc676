"""From a folder to a rulebook that can decide: layers joined, names resolved, problems listed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from anlao.rules.facts import FactSpec, Subject
from anlao.rules.language.resolve import ANY, BOOL, NUMBER, Resolver, TableShape, Type
from anlao.rules.language.tree import (
    Clock,
    Compare,
    Const,
    Defined,
    Expr,
    Outcome,
    Parameter,
    children,
    walk,
)
from anlao.rules.quantities import format_number
from anlao.rules.rulebook.model import (
    Condition,
    Definition,
    FundingShare,
    ParameterSpec,
    Provision,
    Rulebook,
)
from anlao.rules.rulebook.problems import Place, Problems, RulebookError, did_you_mean
from anlao.rules.rulebook.read_layer import Layer, read_layer
from anlao.rules.rulebook.tables import leaves

MAX_LAYERS = 20
_NO_PARENT = ("L001", "L002")


@dataclass(slots=True)
class Loaded:
    """A rulebook (None when nothing could be read) with all that was found about it."""

    rulebook: Rulebook | None
    problems: Problems

    def usable(self, reference: str) -> Rulebook:
        """Return the rulebook, or raise RulebookError with every error found."""
        if self.rulebook is None or self.problems.errors:
            raise RulebookError(reference, self.problems.errors)
        return self.rulebook


def load(reference: str, library: Path) -> Loaded:
    """Read a rulebook by the id of one in ``library`` or by the path of a folder."""
    problems = Problems()
    layers = _read_lineage(reference, library, problems)
    if not layers or any(problem.code in _NO_PARENT for problem in problems.found):
        return Loaded(None, problems)
    return Loaded(_Assembly(layers, problems).rulebook(), problems)


def find_folder(reference: str, library: Path, beside: Path | None = None) -> Path | None:
    """Return the folder an id or a path means: a path first, then a neighbour, then the library."""
    looks_like_path = "/" in reference or "\\" in reference or reference.startswith(".")
    candidates = [Path(reference)] if beside is None else [beside / reference]
    if not looks_like_path and "\0" not in reference:
        if beside is not None:
            candidates = [beside.parent / reference]
        candidates.append(library / reference)
    for folder in candidates:
        try:
            if folder.is_dir() and (folder / "rulebook.yaml").is_file():
                return folder.resolve()
        except (OSError, ValueError):
            continue
    only = Path(reference) if beside is None else beside / reference
    return only if only.is_dir() else None


def known_rulebooks(library: Path) -> list[str]:
    return sorted(path.parent.name for path in library.glob("*/rulebook.yaml"))


def _read_lineage(reference: str, library: Path, problems: Problems) -> list[Layer]:
    folder = find_folder(reference, library)
    if folder is None:
        problems.error(
            Place(reference, 1),
            "L001",
            f"there is no rulebook {reference}",
            did_you_mean(reference, known_rulebooks(library)),
        )
        return []
    layers: list[Layer] = []
    while folder is not None:
        layer = read_layer(folder, problems)
        if layer is None:
            break
        if any(folder == known.folder for known in layers) or len(layers) >= MAX_LAYERS:
            circle = " → ".join([*(item.id for item in layers), layer.id])
            problems.error(layer.place, "L002", f"parents in a circle: {circle}", "break the chain")
            break
        layers.append(layer)
        folder = _parent_folder(layer, library, problems)
    return layers


def _parent_folder(layer: Layer, library: Path, problems: Problems) -> Path | None:
    if layer.extends is None:
        return None
    folder = find_folder(layer.extends, library, beside=layer.folder)
    if folder is None:
        problems.error(
            layer.place,
            "L001",
            f"{layer.id} extends {layer.extends}, which is not there",
            did_you_mean(layer.extends, known_rulebooks(library)),
        )
    return folder


@dataclass(slots=True)
class _Scope:
    """The names that expressions of one subject may use."""

    facts: Mapping[str, FactSpec]
    provisions: Collection[str]
    names: Collection[str]
    assembly: _Assembly

    def table(self, name: str) -> TableShape | None:
        return self.assembly.table(name)

    def definition(self, name: str) -> Type | None:
        return self.assembly.definition_type(name)


class _Assembly:
    """Joins layers (child first) and resolves every expression of the whole."""

    def __init__(self, layers: list[Layer], problems: Problems) -> None:
        self.layers = layers
        self.problems = problems
        self.facts = self._joined_facts()
        self.parameters: dict[str, ParameterSpec] = self._joined("parameters")
        self.raw_definitions: dict[str, Definition] = self._joined("definitions")
        self.raw_provisions: dict[str, Provision] = self._joined("provisions")
        self.definitions: dict[str, Definition] = {}
        self.types: dict[str, Type] = {}
        self.open_definitions: list[str] = []
        self.shapes: dict[str, TableShape] = {}

    def _joined_facts(self) -> dict[str, dict[str, FactSpec]]:
        joined: dict[str, dict[str, FactSpec]] = {}
        for layer in reversed(self.layers):
            for subject, facts in layer.facts.items():
                joined.setdefault(subject, {}).update(facts)
        return joined

    def _joined(self, part: str):  # type: ignore[no-untyped-def]
        joined: dict[str, object] = {}
        for layer in reversed(self.layers):
            joined.update(getattr(layer, part))
        return joined

    def rulebook(self) -> Rulebook:
        self._check_names()
        self._check_floors()
        for name in self.raw_definitions:
            self.definition_type(name)
        provisions = {name: self._provision(item) for name, item in self.raw_provisions.items()}
        self._check_circles(provisions)
        own = self.layers[0]
        parent = _Assembly(self.layers[1:], Problems()).rulebook() if len(self.layers) > 1 else None
        rulebook = Rulebook(
            id=own.id,
            title=own.title,
            document=own.document,
            issued=own.issued,
            division=own.division,
            status="draft" if own.draft else "in_force",
            note=own.note,
            start=own.start,
            until=own.until,
            lineage=tuple(layer.id for layer in self.layers),
            folder=own.folder,
            place=own.place,
            base=own.base,
            subjects={name: Subject(name, facts) for name, facts in self.facts.items()},
            parameters=self.parameters,
            definitions=self.definitions,
            provisions=provisions,
            discretion=tuple(entry for layer in self.layers for entry in layer.discretion),
            parent=parent,
        )
        self._check_unused(rulebook)
        return rulebook

    def table(self, name: str) -> TableShape | None:
        spec = self.parameters.get(name)
        if spec is None:
            return None
        if name not in self.shapes:
            axes = tuple((axis.kind, axis.values) for axis in spec.axes)
            self.shapes[name] = TableShape(axes, _value_type(spec))
        return self.shapes[name]

    def definition_type(self, name: str) -> Type | None:
        raw = self.raw_definitions.get(name)
        if raw is None:
            return None
        if name in self.open_definitions:
            circle = " → ".join([*self.open_definitions[self.open_definitions.index(name) :], name])
            self.problems.error(raw.place, "N005", f"definitions in a circle: {circle}", "break it")
            return ANY
        if name not in self.types:
            self.open_definitions.append(name)
            value, kind = self._resolved(raw.value, raw.subject, raw.place)
            self.open_definitions.pop()
            self.types[name] = kind
            self.definitions[name] = replace(raw, value=value)
        return self.types[name]

    def _resolved(self, expr: Expr, subject: str, place: Place, *wanted: str) -> tuple[Expr, Type]:
        def report(code: str, message: str, hint: str) -> None:
            self.problems.error(place, code, message, hint)

        names = [*self.parameters, *self.raw_definitions]
        scope = _Scope(self.facts.get(subject, {}), self.raw_provisions, names, self)
        return Resolver(scope, report, did_you_mean).resolve(expr, *wanted)

    def _provision(self, raw: Provision) -> Provision:
        self._check_subject(raw)

        def at(key: str) -> Place:
            return raw.places.get(key, raw.place)

        def resolved(key: str, expr: Expr | None, *wanted: str) -> Expr | None:
            return None if expr is None else self._resolved(expr, raw.subject, at(key), *wanted)[0]

        payment = replace(raw.payment, due=self._due(raw, at("payment")))
        return replace(
            raw,
            applies_when=self._conditions(raw, raw.applies_when),
            conditions=self._conditions(raw, raw.conditions),
            amount=resolved("amount", raw.amount, "number", "none"),
            required=resolved("required", raw.required, "number", "none"),
            found=resolved("found", raw.found, "number", "none"),
            payment=payment,
            funding=tuple(self._share(raw, share) for share in raw.funding),
        )

    def _due(self, raw: Provision, place: Place) -> Expr | None:
        """A due rule is a truth value, or a number that is the due month."""
        if raw.payment.due is None:
            return None
        due, kind = self._resolved(raw.payment.due, raw.subject, place, "bool", "number")
        return Compare("==", Clock("month_number"), due) if kind == NUMBER else due

    def _share(self, raw: Provision, share: FundingShare) -> FundingShare:
        value = self._resolved(share.share, raw.subject, share.place, "number")[0]
        return replace(share, share=value)

    def _conditions(
        self, raw: Provision, conditions: tuple[Condition, ...]
    ) -> tuple[Condition, ...]:
        return tuple(
            replace(
                condition,
                test=self._resolved(condition.test, raw.subject, condition.place, "bool")[0],
                parts=self._conditions(raw, condition.parts) if condition.parts else (),
            )
            for condition in conditions
        )

    def _check_subject(self, raw: Provision) -> None:
        if raw.subject not in self.facts:
            self.problems.error(
                raw.places.get("subject", raw.place),
                "N006",
                f"{raw.id} is about {raw.subject}, of which no facts are known",
                did_you_mean(raw.subject, self.facts),
            )
            return
        if raw.part_of and raw.part_of not in self.raw_provisions:
            self.problems.error(
                raw.places.get("part_of", raw.place),
                "N001",
                f"{raw.id} is part of {raw.part_of}, which is no provision",
                did_you_mean(raw.part_of, self.raw_provisions),
            )
        known = self.facts[raw.subject]
        if raw.registration is not None and raw.registration not in known:
            self.problems.error(
                raw.places.get("registration", raw.place),
                "N001",
                f"{raw.subject} has no fact {raw.registration} to be registered by",
                did_you_mean(
                    raw.registration, [n for n, f in known.items() if f.type == "division"]
                ),
            )

    def _check_names(self) -> None:
        fact_names = {name for facts in self.facts.values() for name in facts}
        for layer in self.layers:
            for kind, names in (("parameter", layer.parameters), ("definition", layer.definitions)):
                for name, item in names.items():
                    if name in fact_names:
                        self.problems.error(
                            item.place, "L004", f"{kind} {name} has the name of a fact", "rename it"
                        )
                    elif kind == "definition" and name in self.parameters:
                        other = self.parameters[name].place
                        self.problems.error(
                            item.place,
                            "L004",
                            f"{name} is both a definition and a parameter ({other})",
                        )

    def _check_floors(self) -> None:
        for child, parent in zip(self.layers, self.layers[1:], strict=False):
            for name, spec in child.parameters.items():
                above = next(
                    (
                        layer.parameters[name]
                        for layer in self.layers[self.layers.index(parent) :]
                        if name in layer.parameters
                    ),
                    None,
                )
                if above is not None and above.floor:
                    check_floor(spec, above, self.problems)

    def _check_circles(self, provisions: Mapping[str, Provision]) -> None:
        uses = {name: self._outcomes_used(item) for name, item in provisions.items()}
        reported: set[str] = set()
        for name in provisions:
            path = _circle_from(name, uses)
            if path and not reported & set(path):
                reported.update(path)
                self.problems.error(
                    provisions[name].place,
                    "N005",
                    f"provisions in a circle: {' → '.join(path)}",
                    "break it",
                )

    def _outcomes_used(self, provision: Provision) -> list[str]:
        found: list[str] = []
        pending = expressions_of(provision)
        seen: set[str] = set()
        while pending:
            for part in walk(pending.pop()):
                if isinstance(part, Outcome):
                    found.append(part.provision)
                elif isinstance(part, Defined) and part.name not in seen:
                    seen.add(part.name)
                    if part.name in self.definitions:
                        pending.append(self.definitions[part.name].value)
        return found

    def _check_unused(self, rulebook: Rulebook) -> None:
        if rulebook.base or self.problems.errors:
            return
        used = set(ENGINE_SETTINGS)
        roots = [part for item in rulebook.provisions.values() for part in expressions_of(item)]
        roots += [item.value for item in rulebook.definitions.values()]
        for root in roots:
            for part in walk(root):
                if isinstance(part, Parameter):
                    used.add(part.name)
                elif getattr(part, "function", "") == "has_rate":
                    names = (item for item in children(part) if isinstance(item, Const))
                    used.update(str(item.value) for item in names)
        for name, spec in self.layers[0].parameters.items():
            if name not in used and not spec.requirements:
                self.problems.warning(
                    spec.place, "D010", f"no rule uses {name}", "remove it, or use it in a rule"
                )


ENGINE_SETTINGS = (
    "leap_day_birthday",
    "birthday_counts",
    "nominal_age_method",
    "yearly_due_month",
    "age_in_month_of_death",
)


def expressions_of(provision: Provision) -> list[Expr]:
    """Return every expression of a provision."""
    tests = [item.test for item in (*provision.applies_when, *provision.conditions)]
    others = (provision.amount, provision.required, provision.found, provision.payment.due)
    shares = [item.share for item in provision.funding]
    return [*tests, *(part for part in others if part is not None), *shares]


def check_floor(child: ParameterSpec, parent: ParameterSpec, problems: Problems) -> None:
    """Report every value of child that is lower than what parent has on the same days (L005)."""
    for version in child.versions:
        for above in parent.versions:
            overlaps = (above.until is None or version.start < above.until) and (
                version.until is None or above.start < version.until
            )
            if overlaps:
                _check_lower(
                    child.id, version.table, above.table, version.place, above.place, problems
                )


def _check_lower(
    name: str, table: object, floor: object, place: Place, floor_place: Place, problems: Problems
) -> None:
    mine, theirs = dict(leaves(table)), dict(leaves(floor))
    for keys, value in mine.items():
        for floor_keys, least in theirs.items():
            if least is None or value is None or not _meet(keys, floor_keys):
                continue
            if value < least:
                where = f" for {', '.join(getattr(k, 'key', str(k)) for k in keys)}" if keys else ""
                problems.error(
                    place,
                    "L005",
                    f"{name}{where} is {format_number(value)}, lower than the floor "
                    f"{format_number(least)} ({floor_place})",
                    "a floor may only be raised",
                )


def _meet(keys: tuple[object, ...], others: tuple[object, ...]) -> bool:
    from anlao.rules.rulebook.model import Band
    from anlao.rules.rulebook.tables import ANY_KEY, overlap

    for a, b in zip(keys, others, strict=False):
        if isinstance(a, Band) and isinstance(b, Band):
            if not overlap(a, b):
                return False
        elif a is not ANY_KEY and b is not ANY_KEY and a != b:
            return False
    return True


def _value_type(spec: ParameterSpec) -> Type:
    values = [value for version in spec.versions for _, value in leaves(version.table)]
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return BOOL
    if known and all(isinstance(value, str) for value in known):
        return Type("choice", frozenset(spec.choices) if spec.choices else None)
    return NUMBER


def _circle_from(name: str, uses: Mapping[str, list[str]]) -> list[str]:
    """Return a path from name back to itself, or nothing."""
    pending = [[name]]
    seen: set[str] = set()
    while pending:
        path = pending.pop()
        for following in uses.get(path[-1], []):
            if following == name:
                return [*path, name]
            if following not in seen:
                seen.add(following)
                pending.append([*path, following])
    return []


def in_force(start: date | None, until: date | None, day: date) -> bool:
    """Return whether a half-open span holds a day; an open end has no limit."""
    return (start is None or start <= day) and (until is None or day < until)
