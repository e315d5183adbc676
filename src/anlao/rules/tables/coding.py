"""Sorting one subject into classes: fact values -> codes of a table's variables."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from anlao.rules.evaluation.context import Context
from anlao.rules.evaluation.evaluator import Evaluator, FactsAt
from anlao.rules.evaluation.values import Unknown, Void
from anlao.rules.language.tree import NONE, Fact, facts_in
from anlao.rules.tables.variables import Variable

Coder = Callable[[FactsAt], int]


def coder_of(variable: Variable, context: Context) -> Coder:
    """Return the function that gives a subject's code for a variable."""
    match variable.kind:
        case "values":
            return _values(variable, context)
        case "bands":
            return _bands(variable, context)
        case "prefixes":
            return _prefixes(variable)
        case "test":
            return _test(variable, context)
        case "clock":
            answer = _test(variable, context)(known_facts({}))
            return lambda _: answer
        case _:
            return lambda _: variable.size


def _values(variable: Variable, context: Context) -> Coder:
    codes = {(type(value), value): code for code, value in enumerate(variable.values)}
    unknown = variable.size
    if isinstance(variable.leaf, Fact):
        name, shift = variable.leaf.name, variable.leaf.shift

        def of_fact(facts_at: FactsAt) -> int:
            value = facts_at(shift).get(name)
            return codes.get((type(value), value), unknown)

        return of_fact

    def of_expression(facts_at: FactsAt) -> int:
        value = Evaluator(facts_at).value(variable.leaf, context)
        return codes.get((type(value), value), unknown)

    return of_expression


def _bands(variable: Variable, context: Context) -> Coder:
    unknown, none = variable.size, variable.size - 1
    cuts = [limit.cut for limit in variable.limits]
    plain = not any(limit.strict for limit in variable.limits)
    leaf = variable.leaf

    def band(value: Any) -> int:
        if value is None or isinstance(value, Unknown):
            return unknown
        if value is NONE or isinstance(value, Void):
            return none if variable.may_be_none else unknown
        if plain:
            return bisect_right(cuts, value)
        return sum(limit.passed(value) for limit in variable.limits)

    if isinstance(leaf, Fact):
        name, shift = leaf.name, leaf.shift
        return lambda facts_at: band(facts_at(shift).get(name))
    inputs = [(fact.name, fact.shift) for fact in facts_in(leaf)]

    def of_expression(facts_at: FactsAt) -> int:
        if any(facts_at(shift).get(name, NONE) is NONE for name, shift in inputs):
            return unknown  # a figure of what is unknown, or of what does not exist
        return band(Evaluator(facts_at).value(leaf, context))

    return of_expression


def prefix_code(prefixes: tuple[str, ...], code: str) -> int:
    """Return the class of a division code: one more than the index of its longest prefix, or 0."""
    held = [index for index, prefix in enumerate(prefixes) if code.startswith(prefix)]
    return 1 + max(held, key=lambda index: len(prefixes[index])) if held else 0


def _prefixes(variable: Variable) -> Coder:
    assert isinstance(variable.leaf, Fact)
    name, shift = variable.leaf.name, variable.leaf.shift
    seen: dict[str, int] = {}

    def of_code(facts_at: FactsAt) -> int:
        code = facts_at(shift).get(name)
        if not isinstance(code, str):
            return variable.size
        if code not in seen:
            seen[code] = prefix_code(variable.prefixes, code)
        return seen[code]

    return of_code


def _test(variable: Variable, context: Context) -> Coder:
    def of_test(facts_at: FactsAt) -> int:
        value = Evaluator(facts_at).value(variable.leaf, context)
        return int(value) if isinstance(value, bool) else variable.size

    return of_test


def known_facts(facts: Mapping[str, Any]) -> FactsAt:
    """Return facts that hold in every month."""
    return lambda _: facts
