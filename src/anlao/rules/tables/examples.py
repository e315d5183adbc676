"""People for every class: values that stand on both edges of every band."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import NONE, Fact
from anlao.rules.quantities import whole
from anlao.rules.tables.variables import Limit, Variable

_SMALL = Fraction(1, 100)


def values_of_class(variable: Variable, code: int, spec: FactSpec) -> list[Any]:
    """Return values of a fact that fall into a class: the two edges of a band."""
    if variable.kind == "values":
        return [variable.values[code]]
    if variable.kind == "prefixes":
        prefix = variable.prefixes[code - 1] if code else _other_division(variable)
        return [_full(prefix)]
    if variable.may_be_none and code == variable.size - 1:
        return [NONE]
    low = variable.limits[code - 1] if code else None
    high = variable.limits[code] if code < len(variable.limits) else None
    found = []
    if low is not None:
        found.append(_first(low, spec))
    if high is not None:
        found.append(_last(high, spec))
    return list(dict.fromkeys(found)) or [_any(spec)]


def _other_division(variable: Variable) -> str:
    return next(code for code in ("110101", "990000") if not code.startswith(variable.prefixes))


def _full(prefix: str) -> str:
    length = next(size for size in (6, 9, 12) if size >= len(prefix))
    return prefix.ljust(length, "0")


def _first(limit: Limit, spec: FactSpec) -> Any:
    """Return the least value that passes a limit."""
    if isinstance(limit.cut, date):
        return limit.cut + timedelta(days=int(limit.strict))
    if spec.type == "integer":
        cut = Fraction(limit.cut)
        return cut.__floor__() + 1 if limit.strict else cut.__ceil__()
    return whole(Fraction(limit.cut) + (_SMALL if limit.strict else 0))


def _last(limit: Limit, spec: FactSpec) -> Any:
    """Return the greatest value that does not pass a limit."""
    if isinstance(limit.cut, date):
        return limit.cut - timedelta(days=int(not limit.strict))
    if spec.type == "integer":
        return _first(limit, spec) - 1
    return whole(Fraction(limit.cut) - (0 if limit.strict else _SMALL))


def _any(spec: FactSpec) -> Any:
    if spec.type == "date":
        return date(1940, 1, 1)
    return spec.minimum if spec.minimum is not None else 1


def facts_of_path(
    path: Mapping[int, int], variables: list[Variable], facts: Mapping[str, FactSpec]
) -> dict[str, Any]:
    """Return a person who takes a way through a diagram, as far as single facts decide it."""
    person: dict[str, Any] = {}
    for index, code in path.items():
        variable = variables[index]
        if isinstance(variable.leaf, Fact):
            name = variable.leaf.name
            person[name] = values_of_class(variable, code, facts[name])[0]
    for name, spec in facts.items():
        if spec.none_when is not None and person.get(name) is NONE:
            person.setdefault(*spec.none_when)
    return person


def shown(person: Mapping[str, Any]) -> str:
    """Return a person as the JSON object that the commands take."""
    import json

    plain = {
        name: value if isinstance(value, bool | int) else float(value)
        if isinstance(value, Fraction)
        else str(value)
        for name, value in person.items()
        if value is not NONE
    }
    return json.dumps(plain, ensure_ascii=False)
