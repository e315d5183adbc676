"""Typed reading of one YAML mapping; whatever is wrong is reported and reading goes on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from anlao.rules.facts import Label
from anlao.rules.language.parser import ExpressionError, parse
from anlao.rules.language.tree import Arm, Const, Expr, Ladder, NONE
from anlao.rules.quantities import Number
from anlao.rules.rulebook.model import is_number
from anlao.rules.rulebook.problems import Place, Problems, did_you_mean
from anlao.rules.rulebook.yaml_nodes import Node

NO_LABEL = Label("", "")


class Fields:
    """The keys of a mapping. Unknown keys are errors (Y010), so a slip never passes silently."""

    def __init__(self, node: Node, problems: Problems, what: str, allowed: Iterable[str]) -> None:
        self.node = node
        self.problems = problems
        self.what = what
        self.place = node.place
        known = list(allowed)
        if node.kind != "mapping":
            problems.error(node.place, "Y011", f"{what} must be a mapping of key: value")
        for key, value in node.items():
            if key not in known:
                problems.error(
                    value.place, "Y010", f"{what} has no key {key}", did_you_mean(key, known)
                )

    def node_of(self, key: str, *, required: bool = False) -> Node | None:
        node = self.node.get(key)
        if node is not None and node.value is None:
            node = None
        if node is None and required:
            self.problems.error(self.place, "Y012", f"{self.what} lacks {key}")
        return node

    def wrong(self, node: Node, expected: str) -> None:
        shown = node.raw if node.kind == "value" else f"a {node.kind}"
        self.problems.error(node.place, "Y013", f"expected {expected}, found {shown!r}")

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        node = self.node_of(key, required=required)
        if node is None:
            return default
        if node.kind != "value":
            self.wrong(node, f"a text for {key}")
            return default
        return node.raw

    def label(self, key: str, *, required: bool = False) -> Label:
        node = self.node_of(key, required=required)
        return NO_LABEL if node is None else read_label(node, self.problems)

    def day(self, key: str, *, required: bool = False) -> date | None:
        node = self.node_of(key, required=required)
        if node is None or isinstance(node.value, date):
            return node.value if node else None  # type: ignore[return-value]
        self.wrong(node, "a day written YYYY-MM-DD")
        return None

    def flag(self, key: str) -> bool:
        node = self.node_of(key)
        if node is None or isinstance(node.value, bool):
            return bool(node and node.value)
        self.wrong(node, "true or false")
        return False

    def choice(self, key: str, choices: Iterable[str], default: str) -> str:
        known = list(choices)
        node = self.node_of(key)
        if node is None:
            return default
        if node.kind == "value" and node.raw in known:
            return node.raw
        self.wrong(node, "one of " + ", ".join(known))
        return default

    def words(self, key: str) -> tuple[str, ...]:
        node = self.node_of(key)
        if node is None:
            return ()
        elements = node.elements() if node.kind == "list" else [node]
        for element in elements:
            if element.kind != "value":
                self.wrong(element, "a text")
        return tuple(element.raw for element in elements if element.kind == "value")

    def number(self, key: str) -> Number | None:
        node = self.node_of(key)
        if node is None:
            return None
        if is_number(node.value):
            return node.value  # type: ignore[return-value]
        self.wrong(node, "a number")
        return None

    def whole(self, key: str, default: int = 0) -> int:
        value = self.number(key)
        if value is None or isinstance(value, int):
            return default if value is None else value
        self.wrong(self.node.get(key) or self.node, "a whole number")
        return default

    def expression(self, key: str, *, required: bool = False) -> Expr | None:
        node = self.node_of(key, required=required)
        return None if node is None else read_expression(node, self.problems)


def read_label(node: Node, problems: Problems) -> Label:
    """Return both languages of a name; plain text counts for both."""
    if node.kind == "value":
        return Label(node.raw, node.raw)
    fields = Fields(node, problems, "a name", ("zh", "en"))
    zh, en = fields.text("zh", required=True), fields.text("en", required=True)
    return Label(zh, en)


def read_expression(node: Node, problems: Problems) -> Expr:
    """Return the tree of an expression, a figure, or a ladder (``first: […]``)."""
    if node.kind == "mapping":
        return _ladder(Fields(node, problems, "a ladder", ("first", "one")), problems)
    if node.kind == "list":
        problems.error(node.place, "Y013", "expected an expression, found a list")
        return Const(NONE)
    if isinstance(node.value, bool) or is_number(node.value):
        return Const(node.value)  # type: ignore[arg-type]
    if isinstance(node.value, date):
        return Const(node.value)
    return parse_at(node.raw, node.place, problems)


def parse_at(text: str, place: Place, problems: Problems) -> Expr:
    try:
        return parse(text)
    except ExpressionError as error:
        problems.error(place, "N003", f"{error} in: {text.strip()[:120]}", error.hint)
        return Const(NONE)


def _ladder(fields: Fields, problems: Problems) -> Expr:
    exclusive = fields.node_of("one") is not None
    node = fields.node_of("one" if exclusive else "first", required=True)
    arms: list[Arm] = []
    for element in node.elements() if node else []:
        part = Fields(element, problems, "an arm", ("id", "if", "then", "otherwise", "unit", "name"))
        if element.get("otherwise") is not None:
            condition, value = None, _arm_value(element.get("otherwise"), problems)
        else:
            condition = part.expression("if", required=True)
            value = _arm_value(element.get("then"), problems)
            if element.get("then") is None:
                problems.error(element.place, "Y012", "an arm lacks then")
        arms.append(Arm(condition, value, part.text("id") or None, part.text("unit") or None))
    if not arms:
        problems.error(fields.place, "Y012", "a ladder needs at least one arm under first")
    return Ladder(tuple(arms), exclusive)


def _arm_value(node: Node | None, problems: Problems) -> Expr:
    if node is None or node.value is None:
        return Const(NONE)
    return read_expression(node, problems)
