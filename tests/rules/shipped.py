"""The shipped rulebooks, and figures for every rate that they leave open."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import anlao
from anlao.rules.rulebook.model import Axis, Band, Clause, Rulebook, Version
from anlao.rules.rulebook.problems import Place
from anlao.rules.rulebook.tables import ANY_KEY

LIBRARY = Path(anlao.__file__).parent / "rulebooks"
SHIPPED = ("zhejiang", "suichang", "shaoxing", "huitong", "chengkou", "jian")


def example_rates(rulebook: Rulebook) -> dict[str, tuple[Version, ...]]:
    """Return a made-up figure for every open term without a value, a different one per key."""
    return {
        name: (_version(spec.axes, index),)
        for index, (name, spec) in enumerate(sorted(rulebook.parameters.items()))
        if spec.open and not spec.versions
    }


def _version(axes: tuple[Axis, ...], index: int) -> Version:
    table = _table(axes, 100 + 10 * index)
    return Version(date(1900, 1, 1), None, table, Clause("test", ""), None, None, Place("test", 1))


def _table(axes: tuple[Axis, ...], base: int) -> Any:
    if not axes:
        return base
    keys: tuple[Any, ...]
    match axes[0].kind:
        case "band":
            keys = (Band("60-79", 60, 80), Band("80+", 80, None))
        case "bool":
            keys = (False, True)
        case "level":
            keys = (ANY_KEY, 1, 2)
        case _:
            keys = axes[0].values
    return {key: _table(axes[1:], base + number) for number, key in enumerate(keys)}
