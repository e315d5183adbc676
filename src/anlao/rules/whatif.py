"""What if a figure were another: ``old_age_allowance.80-89=80`` as a new version of a parameter."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from anlao.rules.evaluation.context import Context
from anlao.rules.periods import Month
from anlao.rules.quantities import parse_number, whole
from anlao.rules.rulebook.model import Axis, Band, Clause, ParameterSpec, Rulebook, Version
from anlao.rules.rulebook.problems import did_you_mean
from anlao.rules.rulebook.tables import ANY_KEY, parse_band

_PATH = re.compile(
    r"(?P<name>[^\W\d]\w*)(?P<keys>(?:\.[^=\[\]]+|\[[^=\[\]]+\])*)\s*=(?P<value>.*)\Z"
)
_KEY = re.compile(r"\[([^\]]+)\]|\.([^.\[]+(?:\.\.[^.\[]+)?)")


class NotSettable(ValueError):
    """An assignment names no figure, no cell of it, or no value it can have."""


def with_value(rulebook: Rulebook, assignment: str, month: Month) -> Rulebook:
    """Return the rulebook with one value changed from a month on. Raises NotSettable."""
    match = _PATH.match(assignment.strip())
    if match is None:
        message = f"{assignment}: write NAME=value, NAME.key=value or NAME[key]=value"
        raise NotSettable(message)
    name = match["name"]
    spec = rulebook.parameters.get(name)
    if spec is None:
        message = f"{name} is no figure of {rulebook.id}; {did_you_mean(name, rulebook.parameters)}"
        raise NotSettable(message)
    keys = [
        part.strip()
        for bracket, dot in _KEY.findall(match["keys"])
        for part in (bracket.split(",") if bracket else [dot])
    ]
    value = _value(spec, match["value"].strip())
    version = Context(rulebook, month).version(name, month.first_day)
    table = _assigned(spec, version.table if version else None, keys, value)
    return replace(
        rulebook,
        parameters={**rulebook.parameters, name: _changed(spec, table, month.first_day)},
    )


def _value(spec: ParameterSpec, text: str) -> Any:
    if spec.setting and text in ("true", "false"):
        return text == "true"
    try:
        if text.endswith("%"):
            return whole(Fraction(parse_number(text[:-1].strip())) / 100)
        return parse_number(text)
    except ValueError:
        pass
    if spec.setting and text and (not spec.choices or text in spec.choices):
        return text
    known = f"; one of {', '.join(spec.choices)}" if spec.choices else ""
    message = f"{spec.id}: {text!r} is no value for it{known}"
    raise NotSettable(message)


def _assigned(spec: ParameterSpec, table: Any, keys: list[str], value: Any) -> Any:
    """Return the table with the value in the cell that the keys name."""
    if len(keys) != len(spec.axes):
        names = ", ".join(axis.id for axis in spec.axes) or "none"
        message = f"{spec.id} takes {len(spec.axes)} key(s) ({names}), {len(keys)} given"
        raise NotSettable(message)
    if not keys:
        return value
    root = deepcopy(table) if isinstance(table, dict) else {}
    part = root
    for depth, (axis, text) in enumerate(zip(spec.axes, keys, strict=True)):
        key = _key(spec, axis, text, part)
        if depth == len(keys) - 1:
            part[key] = value
        else:
            part = part.setdefault(key, {})
    return root


def _key(spec: ParameterSpec, axis: Axis, text: str, table: dict[Any, Any]) -> Any:
    shown = [getattr(key, "key", str(key)) for key in table]
    match axis.kind:
        case "band":
            band = parse_band(text)
            found = next((key for key in table if isinstance(key, Band) and _same(key, band)), None)
            if found is not None:
                return found
        case "level":
            digits = text.removeprefix("tier").removeprefix("level")
            if digits.isdecimal() and (int(digits) in table or ANY_KEY in table or not table):
                return int(digits)
        case "bool":
            if text in ("true", "false"):
                return text == "true"
        case _:
            if text in axis.values or text in table:
                return text
            shown = [*axis.values] or shown
    message = f"{spec.id} has no {axis.id} {text}; {did_you_mean(text, shown)}"
    raise NotSettable(message)


def _same(key: Band, band: Band | None) -> bool:
    return band is not None and replace(band, key=key.key) == key


def _changed(spec: ParameterSpec, table: Any, day: date) -> ParameterSpec:
    """Return the figure with a new version from a day until the next one begins."""
    versions = []
    following = [version.start for version in spec.versions if version.start > day]
    for version in spec.versions:
        if version.start >= day:
            if version.start > day:
                versions.append(version)
        elif version.until is None or version.until > day:
            versions.append(replace(version, until=day))
        else:
            versions.append(version)
    until = min(following) if following else None
    made = Version(day, until, table, Clause("what-if", ""), None, None, spec.place)
    ordered = sorted([*versions, made], key=lambda version: version.start)
    return replace(spec, versions=tuple(ordered))
