"""cases/*.yaml: examples with their expected results."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from anlao.rules.periods import InvalidMonth, Month
from anlao.rules.quantities import Number
from anlao.rules.rulebook.fields import Fields
from anlao.rules.rulebook.model import Rulebook, Version, is_number
from anlao.rules.rulebook.problems import Place, Problems, did_you_mean
from anlao.rules.rulebook.read_parameters import read_rates
from anlao.rules.rulebook.yaml_nodes import Node, read_yaml

_KEYS = (
    "name",
    "clause",
    "month",
    "from",
    "to",
    "given",
    "rates",
    "expect",
    "total",
    "subject",
    "rules_as_of",
    "note",
)
_OUTCOMES = ("yes", "no", "not_applicable", "unknown")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a provision should give; None or an empty text means: not asserted."""

    outcome: str = ""
    amount: Number | None = None
    unit: str = ""
    reason: str = ""
    missing: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One example. ``totals``: yuan over all its months, by provision."""

    name: str
    place: Place
    subject: str
    start: Month
    end: Month
    given: dict[str, Any]
    rates: dict[str, tuple[Version, ...]]
    expect: dict[str, Expected] = field(default_factory=dict)
    totals: dict[str, Number] = field(default_factory=dict)


def read_cases(rulebook: Rulebook, problems: Problems) -> list[Case]:
    """Return the cases of a rulebook's own folder."""
    found: list[Case] = []
    for path in sorted((rulebook.folder / "cases").glob("**/*.yaml")):
        shown = f"{rulebook.folder.name}/{path.relative_to(rulebook.folder).as_posix()}"
        root = read_yaml(path, shown, problems)
        if root is not None:
            found.extend(_CaseReader(rulebook, problems).read(root))
    return found


class _CaseReader:
    def __init__(self, rulebook: Rulebook, problems: Problems) -> None:
        self.rulebook = rulebook
        self.problems = problems

    def read(self, root: Node) -> list[Case]:
        if root.kind == "list":
            root = Node({"cases": root}, root.place)
        fields = Fields(root, self.problems, "a file of cases", ("defaults", "cases", "note"))
        node = fields.node_of("defaults")
        empty = Node({}, root.place)
        defaults = Fields(
            node or empty, self.problems, "defaults", ("given", "rates", "subject", "month", "note")
        )
        cases = fields.node_of("cases", required=True)
        found = [self._case(part, defaults) for part in (cases.elements() if cases else [])]
        return [case for case in found if case is not None]

    def _case(self, node: Node, defaults: Fields) -> Case | None:
        fields = Fields(node, self.problems, "a case", _KEYS)
        name = fields.text("name", required=True)
        subject = fields.text("subject") or defaults.text("subject", "elder")
        span = self._span(fields, defaults)
        if span is None:
            return None
        return Case(
            name,
            node.place,
            subject,
            *span,
            {**self._given(defaults, subject), **self._given(fields, subject)},
            {**self._rates(defaults), **self._rates(fields)},
            self._expected(fields, subject),
            self._totals(fields, subject),
        )

    def _span(self, fields: Fields, defaults: Fields) -> tuple[Month, Month] | None:
        single = fields.text("month") or ("" if fields.text("from") else defaults.text("month"))
        try:
            if single:
                return Month.parse(single), Month.parse(single)
            return Month.parse(fields.text("from")), Month.parse(fields.text("to"))
        except InvalidMonth as error:
            self.problems.error(
                fields.place, "K001", f"{str(error) or 'nothing'!r} is no month", "month: 2024-05"
            )
            return None

    def _given(self, fields: Fields, subject: str) -> dict[str, Any]:
        node = fields.node_of("given")
        if node is None:
            return {}
        known = self.rulebook.subjects.get(subject)
        found: dict[str, Any] = {}
        for name, value in node.items():
            if known is not None and name not in known.facts:
                self.problems.error(
                    value.place, "K002", f"{subject} has no fact {name}", did_you_mean(name, known.facts)
                )
                continue
            found[name] = plain(value)
        return found

    def _rates(self, fields: Fields) -> dict[str, tuple[Version, ...]]:
        node = fields.node_of("rates")
        if node is None:
            return {}
        return read_rates(node, dict(self.rulebook.parameters), self.problems)

    def _provisions(self, fields: Fields, key: str, subject: str) -> list[tuple[str, Node]]:
        node = fields.node_of(key)
        if node is None:
            return []
        known = [item.id for item in self.rulebook.of_subject(subject)]
        for name, value in node.items():
            if name not in known:
                self.problems.error(
                    value.place, "K002", f"{subject} has no provision {name}", did_you_mean(name, known)
                )
        return [(name, value) for name, value in node.items() if name in known]

    def _expected(self, fields: Fields, subject: str) -> dict[str, Expected]:
        if fields.node_of("expect") is None and fields.node_of("total") is None:
            self.problems.error(fields.place, "K001", f"{fields.what} expects nothing", "add expect")
        return {
            name: self._one(value) for name, value in self._provisions(fields, "expect", subject)
        }

    def _one(self, node: Node) -> Expected:
        if is_number(node.value):
            return Expected("yes", Fraction(node.value))  # type: ignore[arg-type]
        if node.kind == "value" and node.raw in _OUTCOMES:
            return Expected(node.raw)
        fields = Fields(
            node, self.problems, "an expectation", ("outcome", "amount", "unit", "reason", "missing")
        )
        missing = fields.words("missing") if fields.node_of("missing") else None
        return Expected(
            fields.choice("outcome", _OUTCOMES, ""),
            fields.number("amount"),
            fields.text("unit"),
            fields.text("reason"),
            missing,
        )

    def _totals(self, fields: Fields, subject: str) -> dict[str, Number]:
        totals: dict[str, Number] = {}
        for name, value in self._provisions(fields, "total", subject):
            if is_number(value.value):
                totals[name] = value.value  # type: ignore[assignment]
            else:
                self.problems.error(value.place, "K001", f"the total of {name} is no number")
        return totals


def plain(node: Node) -> Any:
    """Return a node as the value a file of facts would hold: text, lists, records."""
    if node.kind == "mapping":
        return {name: plain(part) for name, part in node.items()}
    if node.kind == "list":
        return [plain(part) for part in node.elements()]
    return None if node.value is None else node.raw
