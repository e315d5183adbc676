"""A rulebook made ready to decide: the decision tables of its provisions, month by month.

Building a table takes a millisecond; between months most tables only move their limits, so a
table is built again only where a figure, a due month or the order of limits changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

from anlao.rules.evaluation.context import Context, Rates
from anlao.rules.periods import Month
from anlao.rules.rulebook.model import Provision, Rulebook
from anlao.rules.tables.coding import Coder, coder_of
from anlao.rules.tables.decision_table import Codes, DecisionTable, Tables, build_tables
from anlao.rules.tables.moving import moved
from anlao.rules.tables.shape import Shapes
from anlao.rules.tables.variables import Variable


class UnknownProvision(ValueError):
    """Raised for a provision id the rulebook does not have."""


class DraftRulebook(ValueError):
    """Raised when a draft is asked to decide without ``simulate``."""


Picker = Callable[[Sequence[int]], Codes]
"""Takes the codes of a table's own variables out of the codes of all."""


@dataclass(slots=True)
class MonthTables:
    """All tables of one month, and the coders of their variables.

    By table: ``pickers`` of its cell, and what is ``decided`` already for subjects in a cell.
    """

    month: Month
    built: Tables
    coders: dict[Variable, Coder] = field(default_factory=dict)
    pickers: list[Picker] = field(default_factory=list)
    decided: list[dict[Codes, Any]] = field(default_factory=list)

    @property
    def context(self) -> Context:
        return self.built.context

    @property
    def tables(self) -> tuple[DecisionTable, ...]:
        return self.built.tables

    def __post_init__(self) -> None:
        for table in self.tables:
            for variable in table.variables:
                if variable not in self.coders:
                    self.coders[variable] = coder_of(variable, table.context)
        place = {variable: index for index, variable in enumerate(self.coders)}
        for table in self.tables:
            self.pickers.append(_picker([place[variable] for variable in table.variables]))
            self.decided.append({})


def _picker(places: list[int]) -> Picker:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda codes: tuple(codes[place] for place in places)


@dataclass(slots=True)
class Program:
    """Decides provisions of one subject kind. ``rates``: local rates by name."""

    rulebook: Rulebook
    subject: str = "elder"
    only: tuple[str, ...] = ()
    rates: Rates = field(default_factory=dict)
    rules_as_of: date | None = None
    _months: dict[Month, MonthTables] = field(default_factory=dict)
    _shapes: Shapes = field(default_factory=Shapes)

    @property
    def provisions(self) -> Sequence[Provision]:
        found = self.rulebook.of_subject(self.subject)
        if not self.only:
            return found
        return [provision for provision in found if provision.id in self.only]

    def context(self, month: Month) -> Context:
        return Context(self.rulebook, month, self.rates, self.rules_as_of)

    def month(self, month: Month) -> MonthTables:
        """Return the tables of a month: an earlier month's, moved, or built anew."""
        if month not in self._months:
            context = self.context(month)
            built = self._moved(context) or self._built(context)
            self._months[month] = MonthTables(month, built)
        return self._months[month]

    def _built(self, context: Context) -> Tables:
        return self._shapes.shared(build_tables(self.subject, self.provisions, context))

    def _moved(self, context: Context) -> Tables | None:
        for known in reversed(self._kinds()):
            found = moved(known, context)
            if found is not None:
                return found
        return None

    def _kinds(self) -> list[Tables]:
        """Return one month's tables of each shape."""
        kinds = {
            tuple(id(table.root) for table in month.built.tables): month.built
            for month in self._months.values()
        }
        return list(kinds.values())


def make_program(
    rulebook: Rulebook,
    *,
    subject: str = "elder",
    provisions: Sequence[str] = (),
    rates: Rates | None = None,
    rules_as_of: date | None = None,
    simulate: bool = False,
) -> Program:
    """Return a program. Raises DraftRulebook and UnknownProvision."""
    if rulebook.status == "draft" and not simulate:
        raise DraftRulebook(rulebook.id)
    known = {provision.id for provision in rulebook.of_subject(subject)}
    for name in provisions:
        if name not in known:
            raise UnknownProvision(name)
    return Program(rulebook, subject, tuple(provisions), rates or {}, rules_as_of)
