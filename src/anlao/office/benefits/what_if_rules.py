"""Figures of a rulebook that may be asked to be otherwise, and the program that then decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anlao.office.benefits.rulebooks import program_for
from anlao.rules.engines.program import Program, make_program
from anlao.rules.evaluation.context import Context
from anlao.rules.periods import Month
from anlao.rules.whatif import NotSettable, with_value


class ChangeRefused(ValueError):
    """Raised for a change that names no figure, or no value that it can have."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it is in a month. ``path``: as a change names it; ``key``: "" of a table."""

    path: str
    zh: str
    en: str
    key: str
    value: str
    unit: str


def figures(division: str, month: date) -> list[Figure]:
    """Return the money figures that are in force in a month. Raises NoRulebook."""
    program = program_for(division)
    book, wanted = program.rulebook, Month.of(month)
    context = Context(book, wanted)
    found = []
    for spec in book.parameters.values():
        version = context.version(spec.id, wanted.first_day)
        if version is None or not spec.unit.startswith("yuan"):
            continue
        for keys, value in _leaves(version.table):
            path = spec.id + "".join(f"[{key}]" for key in keys)
            label = spec.label
            found.append(Figure(path, label.zh, label.en, " · ".join(keys), str(value), spec.unit))
    return found


def _leaves(table: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(table, dict):
        for key, part in table.items():
            yield from _leaves(part, (*keys, str(getattr(key, "key", key))))
    elif table is not None:
        yield keys, table


def program_with(division: str, changes: Sequence[str], month: date) -> Program:
    """Return the program with figures changed from a month on; local rates as they are.

    Raises ChangeRefused and NoRulebook.
    """
    program = program_for(division)
    book = program.rulebook
    for change in changes:
        try:
            book = with_value(book, change, Month.of(month))
        except NotSettable as refusal:
            raise ChangeRefused(str(refusal)) from None
    return make_program(book, rates=program.rates)
