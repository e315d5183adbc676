"""Files of local rates: read for a rulebook, and held against every floor it inherits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from anlao.rules.rulebook.load import check_floor
from anlao.rules.rulebook.model import ParameterSpec, Rulebook, Version
from anlao.rules.rulebook.problems import Problem, Problems, RulebookError
from anlao.rules.rulebook.read_parameters import read_rates
from anlao.rules.rulebook.yaml_nodes import read_yaml


@dataclass(frozen=True, slots=True)
class LocalRates:
    """Rates by parameter, and what the reader was only warned about."""

    rates: dict[str, tuple[Version, ...]]
    warnings: tuple[Problem, ...] = ()


def load_rates(path: Path, rulebook: Rulebook) -> LocalRates:
    """Return the rates of a file. Raises RulebookError with every error found in it."""
    problems = Problems()
    root = read_yaml(path, str(path), problems)
    rates: dict[str, tuple[Version, ...]] = {}
    if root is not None:
        rates = read_rates(root, dict(rulebook.parameters), problems)
    for name, versions in rates.items():
        for floor in _floors(name, rulebook):
            check_floor(replace(floor, versions=versions), floor, problems)
    if problems.errors:
        raise RulebookError(str(path), problems.errors)
    return LocalRates(rates, tuple(problems.sorted()))


def _floors(name: str, rulebook: Rulebook) -> Iterator[ParameterSpec]:
    layer: Rulebook | None = rulebook
    seen: list[ParameterSpec] = []
    while layer is not None:
        spec = layer.parameters.get(name)
        if spec is not None and spec.floor and spec not in seen:
            seen.append(spec)
            yield spec
        layer = layer.parent
