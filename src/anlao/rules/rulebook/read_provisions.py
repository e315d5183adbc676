"""provisions/*.yaml and definitions/*.yaml: expressions are parsed here, resolved later."""

from __future__ import annotations

import re
from fractions import Fraction

from anlao.rules.facts import Label
from anlao.rules.language.tree import (
    TRUE,
    And,
    Call,
    Clock,
    Compare,
    Const,
    Discretion,
    Expr,
    Name,
    Not,
    Or,
)
from anlao.rules.quantities import Rounding
from anlao.rules.rulebook.fields import NO_LABEL, Fields, parse_at, read_expression, read_label
from anlao.rules.rulebook.model import (
    Clause,
    Condition,
    Definition,
    DiscretionEntry,
    FundingShare,
    Payment,
    Provision,
    is_number,
)
from anlao.rules.rulebook.problems import Problems
from anlao.rules.rulebook.read_parameters import read_clause
from anlao.rules.rulebook.yaml_nodes import Node

_ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
_PROVISION_KEYS = (
    "id",
    "subject",
    "kind",
    "name",
    "summary",
    "target_group",
    "service_type",
    "lead",
    "clause",
    "requirements",
    "application",
    "evidence",
    "in_force",
    "published",
    "registration",
    "starts",
    "ends",
    "applies_when",
    "conditions",
    "amount",
    "unit",
    "rounding",
    "payment",
    "combine",
    "part_of",
    "funding",
    "required",
    "found",
    "comparison",
    "discretion",
    "article",
    "bindingness",
    "interpretation",
    "notes",
    "note",
)
_CONDITION_KEYS = (
    "id",
    "name",
    "if",
    "unless",
    "any",
    "all",
    "discretion",
    "article",
    "interpretation",
    "note",
)
_YEARLY = Compare("==", Clock("month_number"), Name("yearly_due_month"))
_PERIODS = ("month", "quarter", "half_year", "year", "once")


def read_definition(name: str, node: Node, rulebook: str, problems: Problems) -> Definition:
    """Return a named expression, from ``value`` or ``first``."""
    keys = ("name", "subject", "value", "if", "first", "one", "clause", "interpretation", "note")
    fields = Fields(node, problems, f"definition {name}", keys)
    arms = {key: part for key, part in node.items() if key in ("first", "one")}
    if arms:
        value = read_expression(Node(arms, node.place), problems)
    else:
        key = "if" if node.get("if") is not None else "value"
        value = fields.expression(key, required=True) or TRUE
    return Definition(
        name, fields.label("name"), fields.text("subject", "elder"), value, node.place, rulebook
    )


class ProvisionReader:
    """Reads provisions of one rulebook folder."""

    def __init__(self, rulebook: str, document: str, problems: Problems) -> None:
        self.rulebook = rulebook
        self.document = document
        self.problems = problems

    def read(self, node: Node) -> Provision | None:
        fields = Fields(node, self.problems, "a provision", _PROVISION_KEYS)
        identifier = fields.text("id", required=True)
        if identifier and not _ID.match(identifier):
            self.problems.error(
                node.place, "Y014", f"{identifier!r} is no id", "small letters, digits, hyphens"
            )
        if not identifier:
            return None
        fields.what = f"provision {identifier}"
        return self._provision(identifier, fields)

    def _provision(self, identifier: str, fields: Fields) -> Provision:
        subject = fields.text("subject", "elder")
        kind = fields.choice("kind", ("cash", "service", "standard"), "cash")
        if fields.node_of("kind", required=True) is not None:
            self._check_kind(kind, fields)
        in_force = fields.node_of("in_force")
        span = Fields(in_force, self.problems, "in_force", ("from", "until")) if in_force else None
        combine = fields.node_of("combine")
        group = (
            Fields(combine, self.problems, "combine", ("group", "rule", "note"))
            if combine
            else None
        )
        return Provision(
            id=identifier,
            rulebook=self.rulebook,
            subject=subject,
            kind=kind,  # type: ignore[arg-type]
            label=fields.label("name", required=True),
            summary=fields.label("summary"),
            clause=self._clause(fields),
            place=fields.place,
            target_group=fields.label("target_group"),
            service_type=fields.text("service_type"),
            lead=fields.words("lead"),
            requirements=fields.words("requirements"),
            application=fields.choice(
                "application", ("automatic", "on_request", "proactive"), "on_request"
            ),
            evidence=self._evidence(fields),
            start=span.day("from") if span else None,
            until=span.day("until") if span else None,
            published=fields.day("published"),
            registration=self._registration(fields, subject),
            starts=fields.choice("starts", ("month_of", "month_after"), "month_of"),  # type: ignore[arg-type]
            ends=fields.choice(  # type: ignore[arg-type]
                "ends", ("month_of_death", "month_before_death", "never"), "month_of_death"
            ),
            applies_when=self._conditions(fields, "applies_when"),
            conditions=self._conditions(fields, "conditions"),
            amount=fields.expression("amount"),
            unit=fields.text("unit", "service" if kind == "service" else ""),
            rounding=self._rounding(fields),
            payment=self._payment(fields),
            part_of=fields.text("part_of"),
            group=group.text("group") if group else "",
            group_rule=group.choice("rule", ("highest", "first", "stack"), "stack")  # type: ignore[arg-type]
            if group
            else "stack",
            funding=self._funding(fields),
            required=fields.expression("required"),
            found=fields.expression("found"),
            comparison=fields.choice("comparison", ("at_least", "at_most"), "at_least"),  # type: ignore[arg-type]
            discretion=fields.label("discretion") if fields.node_of("discretion") else None,
            bindingness=fields.choice("bindingness", ("must", "aim", "may"), "must"),
            interpretation=fields.text("interpretation"),
            places={key: value.place for key, value in fields.node.items()},
        )

    def _check_kind(self, kind: str, fields: Fields) -> None:
        needed = {"cash": ("amount", "unit"), "standard": ("unit",), "service": ()}[kind]
        for key in needed:
            fields.node_of(key, required=True)
        if kind == "service" and fields.node_of("amount"):
            self.problems.error(fields.place, "Y015", f"{fields.what}: a service has no amount")
        if kind == "standard" and fields.node_of("found") is not None:
            fields.node_of("required", required=True)

    def _clause(self, fields: Fields) -> Clause:
        node = fields.node_of("clause", required=True)
        return read_clause(node, self.document, self.problems)

    def _registration(self, fields: Fields, subject: str) -> str | None:
        name = fields.text("registration", "hukou" if subject == "elder" else "none")
        return None if name == "none" else name

    def _evidence(self, fields: Fields) -> tuple[Label, ...]:
        node = fields.node_of("evidence")
        if node is None:
            return ()
        parts = node.elements() if node.kind == "list" else [node]
        return tuple(read_label(part, self.problems) for part in parts)

    def _conditions(self, fields: Fields, key: str) -> tuple[Condition, ...]:
        node = fields.node_of(key)
        if node is None:
            return ()
        if node.kind != "list":
            fields.wrong(node, "a list of conditions")
            return ()
        found = tuple(self.condition(part, index) for index, part in enumerate(node.elements(), 1))
        self._unique(found)
        return found

    def _unique(self, conditions: tuple[Condition, ...]) -> None:
        seen: dict[str, Condition] = {}
        for condition in conditions:
            if condition.id in seen:
                self.problems.error(
                    condition.place,
                    "Y016",
                    f"two conditions are called {condition.id} (also {seen[condition.id].place})",
                )
            seen[condition.id] = condition

    def condition(self, node: Node, number: int) -> Condition:
        """Return a condition; ``test`` joins its parts into one expression."""
        if node.kind == "value":
            return Condition(f"condition_{number}", NO_LABEL, self._test(node), node.place)
        fields = Fields(node, self.problems, "a condition", _CONDITION_KEYS)
        forms = [key for key in ("if", "unless", "any", "all", "discretion") if node.get(key)]
        if len(forms) != 1:
            self.problems.error(
                node.place,
                "Y017",
                "a condition has exactly one of if, unless, any, all, discretion",
            )
        form = forms[0] if forms else "if"
        parts = self._parts(node.get(form)) if form in ("any", "all") else ()
        identifier = fields.text("id", f"condition_{number}")
        return Condition(
            identifier,
            self._condition_label(fields, form),
            self._joined(form, node.get(form), parts, identifier),
            node.place,
            form,  # type: ignore[arg-type]
            parts,
            fields.text("article"),
        )

    def _condition_label(self, fields: Fields, form: str) -> Label:
        label = fields.label("name")
        if label == NO_LABEL and form == "discretion":
            return fields.label("discretion")
        return label

    def _parts(self, node: Node | None) -> tuple[Condition, ...]:
        if node is None or node.kind != "list" or not node.elements():
            place = node.place if node else None
            if place:
                self.problems.error(place, "Y017", "any and all take a list of conditions")
            return ()
        return tuple(self.condition(part, index) for index, part in enumerate(node.elements(), 1))

    def _joined(
        self, form: str, node: Node | None, parts: tuple[Condition, ...], identifier: str
    ) -> Expr:
        match form:
            case "any":
                return Or(tuple(part.test for part in parts)) if parts else TRUE
            case "all":
                return And(tuple(part.test for part in parts)) if parts else TRUE
            case "discretion":
                return Discretion(identifier)
            case "unless":
                return Not(self._test(node))
            case _:
                return self._test(node)

    def _test(self, node: Node | None) -> Expr:
        return TRUE if node is None else read_expression(node, self.problems)

    def _rounding(self, fields: Fields) -> Rounding:
        node = fields.node_of("rounding")
        if node is None:
            return Rounding()
        part = Fields(node, self.problems, "rounding", ("mode", "to"))
        mode = part.choice("mode", ("half_up", "half_even", "up", "down"), "half_up")
        step = part.number("to")
        if step is not None and (step <= 0 or (Fraction(step) * 100).denominator != 1):
            self.problems.error(
                node.place, "Y018", "rounding goes to a whole number of fen", "to: 0.01"
            )
            step = None
        return Rounding(mode, Fraction(1, 100) if step is None else step)  # type: ignore[arg-type]

    def _payment(self, fields: Fields) -> Payment:
        node = fields.node_of("payment")
        if node is None:
            return Payment()
        part = Fields(node, self.problems, "payment", ("every", "due", "sums", "note"))
        every = part.choice("every", _PERIODS, "month")
        due = part.node_of("due", required=every in ("quarter", "half_year"))
        return Payment(every, self._due(due, every), self._sums(part))  # type: ignore[arg-type]

    def _due(self, node: Node | None, every: str) -> Expr | None:
        if node is None:
            return _YEARLY if every == "year" else None
        if node.kind == "mapping":
            return self._lunar(node)
        elements = node.elements() if node.kind == "list" else [node]
        if all(is_number(element.value) for element in elements):
            for element in elements:
                if element.value not in range(1, 13):
                    self.problems.error(element.place, "Y018", f"{element.raw} is no month (1-12)")
            months = [Compare("==", Clock("month_number"), Const(item.value)) for item in elements]  # type: ignore[arg-type]
            return months[0] if len(months) == 1 else Or(tuple(months))
        return read_expression(node, self.problems)

    def _lunar(self, node: Node) -> Expr:
        part = Fields(node, self.problems, "due", ("lunar",))
        lunar = part.node_of("lunar", required=True)
        if lunar is None:
            return TRUE
        day = Fields(lunar, self.problems, "lunar", ("month", "day"))
        month, number = Const(day.whole("month", 1)), Const(day.whole("day", 1))
        years: tuple[Expr, ...] = tuple(
            Call("lunar_date", (year, month, number))
            for year in (Clock("year"), parse_at("year - 1", node.place, self.problems))
        )
        # The twelfth lunar month of a year mostly falls in the next solar year.
        return Or(tuple(Call("in_month", (year,)) for year in years))

    def _sums(self, part: Fields) -> tuple[int, int] | None:
        node = part.node_of("sums")
        if node is None:
            return None
        span = Fields(node, self.problems, "sums", ("from", "to"))
        first, last = span.whole("from"), span.whole("to")
        if not -60 <= first <= last <= 60:
            self.problems.error(node.place, "Y018", "sums takes months from ≤ to within 60 months")
            return None
        return first, last

    def _funding(self, fields: Fields) -> tuple[FundingShare, ...]:
        node = fields.node_of("funding")
        if node is None:
            return ()
        shares = []
        for element in node.elements():
            part = Fields(element, self.problems, "a funding share", ("level", "share", "note"))
            share = part.expression("share", required=True) or Const(0)
            shares.append(FundingShare(part.text("level", required=True), share, element.place))
        return tuple(shares)


def read_discretion(node: Node, document: str, problems: Problems) -> list[DiscretionEntry]:
    """Return the clauses declared as not computable."""
    entries = []
    for element in node.elements():
        fields = Fields(
            element,
            problems,
            "an entry",
            ("requirement", "article", "document", "reason", "status"),
        )
        clause = Clause(fields.text("document", document), fields.text("article", required=True))
        reason = fields.label("reason", required=True)
        entries.append(DiscretionEntry(fields.text("requirement"), clause, reason, element.place))
    if node.items():
        problems.error(node.place, "Y011", "discretion.yaml is a list")
    return entries
