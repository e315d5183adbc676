"""Values of parameters: single figures, and tables by one or more keys, bands included."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from anlao.rules.quantities import Number, parse_number, whole
from anlao.rules.rulebook.model import Axis, Band, is_number
from anlao.rules.rulebook.problems import Place, Problems, did_you_mean
from anlao.rules.rulebook.yaml_nodes import Node

_DASHES = str.maketrans("–—~～至", "-----")
_NUMBER = r"(\d+(?:\.\d+)?)"
_BANDS = (
    (re.compile(rf"{_NUMBER}-{_NUMBER}\Z"), "units"),
    (re.compile(rf"{_NUMBER}\+\Z"), "from"),
    (re.compile(rf">={_NUMBER}\Z"), "from"),
    (re.compile(rf">{_NUMBER}\.\.(<?){_NUMBER}\Z"), "over_to"),
    (re.compile(rf"{_NUMBER}\.\.(<?){_NUMBER}\Z"), "from_to"),
    (re.compile(rf">{_NUMBER}\Z"), "over"),
    (re.compile(rf"<={_NUMBER}\Z"), "up_to"),
    (re.compile(rf"<{_NUMBER}\Z"), "below"),
    (re.compile(rf"{_NUMBER}\Z"), "unit"),
)


def parse_band(key: str) -> Band | None:
    """Return the band a key writes, or None. ``80-89`` is 80 up to, not including, 90."""
    text = key.strip().translate(_DASHES).replace(" ", "")
    for pattern, form in _BANDS:
        if match := pattern.match(text):
            return _band(key, form, match)
    return None


def _band(key: str, form: str, match: re.Match[str]) -> Band | None:
    numbers = [parse_number(group) for group in match.groups() if group and group != "<"]
    first = numbers[0]
    match form:
        case "units":
            band = Band(key, first, numbers[1] + 1)
        case "from":
            band = Band(key, first, None)
        case "over":
            band = Band(key, first, None, low_strict=True)
        case "up_to":
            band = Band(key, None, first, high_strict=False)
        case "below":
            band = Band(key, None, first)
        case "unit":
            band = Band(key, first, first + 1)
        case _:
            strict = match.group(2) == "<"
            band = Band(key, first, numbers[1], form == "over_to", strict)
    if band.low is not None and band.high is not None and band.low >= band.high:
        return band if band.low == band.high and not (band.low_strict or band.high_strict) else None
    return band


def overlap(a: Band, b: Band) -> bool:
    """Return whether some number lies in both bands."""
    lows = [band for band in (a, b) if band.low is not None]
    highs = [band for band in (a, b) if band.high is not None]
    if not lows or not highs:
        return True
    low = max(lows, key=lambda band: (band.low, band.low_strict))
    high = min(highs, key=lambda band: (band.high, not band.high_strict))
    if low.low == high.high:
        return not low.low_strict and not high.high_strict
    return low.low < high.high  # type: ignore[operator]


class TableReader:
    """Reads the ``value`` of one version of a parameter into nested mappings by key."""

    def __init__(
        self, name: str, axes: tuple[Axis, ...], setting: bool, problems: Problems
    ) -> None:
        self.name = name
        self.axes = axes
        self.setting = setting
        self.problems = problems

    def read(self, node: Node) -> Any:
        """Return a figure, a text or truth value of a setting, or nested dicts by key."""
        return self._level(node, 0)

    def _level(self, node: Node, depth: int) -> Any:
        if depth == len(self.axes):
            return self._leaf(node)
        if node.kind != "mapping":
            return self._fill(node, depth)
        found: dict[Any, Any] = {}
        for text, value in node.items():
            key = self._key(text, self.axes[depth], value.place)
            if key is not None:
                found[key] = self._level(value, depth + 1)
        self._check_bands(found, node.place)
        return found

    def _fill(self, node: Node, depth: int) -> Any:
        """One figure for a table stands for every key of listed axes."""
        axis = self.axes[depth]
        if axis.kind == "enum" and axis.values:
            return {key: self._level(node, depth + 1) for key in axis.values}
        if axis.kind == "bool":
            return {key: self._level(node, depth + 1) for key in (True, False)}
        if axis.kind == "band":
            return {Band("all", None, None): self._level(node, depth + 1)}
        return {ANY_KEY: self._level(node, depth + 1)}

    def _leaf(self, node: Node) -> Any:
        if node.value is None or is_number(node.value):
            return node.value
        if self.setting and node.kind == "value":
            return node.value if isinstance(node.value, bool) else node.raw
        shown = node.raw if node.kind == "value" else f"a {node.kind}"
        if isinstance(node.value, str) and node.raw.rstrip().endswith("%"):
            return self._percent(node)
        self.problems.error(node.place, "D007", f"{self.name}: expected a figure, found {shown!r}")
        return None

    def _percent(self, node: Node) -> Number | None:
        try:
            return whole(Fraction(parse_number(node.raw.strip().rstrip("%").strip()), 100))
        except ValueError:
            self.problems.error(node.place, "D007", f"{self.name}: {node.raw!r} is no figure")
            return None

    def _key(self, text: str, axis: Axis, place: Place) -> Any:
        match axis.kind:
            case "band":
                band = parse_band(text)
                if band is None:
                    self.problems.error(
                        place,
                        "D006",
                        f"{self.name}: {text!r} is no band",
                        "80-89, 100+, <60, >6..12",
                    )
                return band
            case "level":
                digits = (
                    text.strip().lower().removeprefix("tier").removeprefix("level").strip(" _-")
                )
                if digits.isdecimal():
                    return int(digits)
                self.problems.error(place, "D006", f"{self.name}: {text!r} is no whole number")
                return None
            case "bool":
                if text in ("true", "false"):
                    return text == "true"
                self.problems.error(
                    place, "D006", f"{self.name}: key {text!r} is not true or false"
                )
                return None
            case _:
                if axis.values and text not in axis.values:
                    self.problems.error(
                        place,
                        "D006",
                        f"{self.name}: {text!r} is no value of axis {axis.id}",
                        did_you_mean(text, axis.values),
                    )
                    return None
                return text

    def _check_bands(self, table: dict[Any, Any], place: Place) -> None:
        bands = [key for key in table if isinstance(key, Band)]
        for index, band in enumerate(bands):
            for other in bands[:index]:
                if overlap(band, other):
                    self.problems.error(
                        place, "D005", f"{self.name}: bands {other.key} and {band.key} overlap"
                    )


class _AnyKey:
    """Stands for every whole number when one figure is given for a table by level."""

    def __repr__(self) -> str:
        return "any"


ANY_KEY = _AnyKey()


def leaves(table: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Return (keys, value) of every cell of a table."""
    if not isinstance(table, dict):
        return [((), table)]
    return [((key, *rest), value) for key, part in table.items() for rest, value in leaves(part)]
