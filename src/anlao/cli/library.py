"""Rulebooks and rates by the names that people type."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import anlao

if TYPE_CHECKING:
    from anlao.rules.evaluation.context import Rates
    from anlao.rules.rulebook.load import Loaded
    from anlao.rules.rulebook.model import Rulebook

LIBRARY = Path(anlao.__file__).parent / "rulebooks"


def load_rulebook(reference: str) -> Loaded:
    from anlao.rules.rulebook.load import load

    return load(reference, LIBRARY)


def open_rulebook(reference: str) -> Rulebook:
    """Return a rulebook that can decide. Raises RulebookError."""
    return load_rulebook(reference).usable(reference)


def shipped() -> list[str]:
    from anlao.rules.rulebook.load import known_rulebooks

    return known_rulebooks(LIBRARY)


def open_rates(path: Path | None, rulebook: Rulebook) -> Rates:
    """Return local rates; what is only odd about them goes to stderr."""
    from anlao.rules.people.rates import load_rates

    if path is None:
        return {}
    loaded = load_rates(path, rulebook)
    for problem in loaded.warnings:
        click.echo(str(problem), err=True)
    return loaded.rates
