"""The shape of a table: what stays when only the limits of its days move.

Tables built anew for another month are mostly those of an earlier one. A table of the same shape
takes over the earlier diagram, so that whatever was worked out for its cells still holds.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import date

from anlao.rules.language.tree import Fact
from anlao.rules.tables.decision_table import DecisionTable, Tables
from anlao.rules.tables.diagram import Branch, Diagram
from anlao.rules.tables.variables import Variable


@dataclass(slots=True)
class Shapes:
    """One table of each shape seen so far."""

    _known: dict[Hashable, DecisionTable] = field(default_factory=dict)

    def shared(self, tables: Tables) -> Tables:
        """Return the tables, each with the diagram of the first table of its shape."""
        return replace(tables, tables=tuple(self._shared(table) for table in tables.tables))

    def _shared(self, table: DecisionTable) -> DecisionTable:
        first = self._known.setdefault(shape_of(table), table)
        return replace(
            first, context=table.context, variables=table.variables, calendar=table.calendar
        )


def shape_of(table: DecisionTable) -> Hashable:
    """Return what two tables have in common when the same cells have the same results."""
    variables = tuple(_without_days(variable) for variable in table.variables)
    return table.provision.id, variables, _written(table.root)


def _without_days(variable: Variable) -> Hashable:
    if not isinstance(variable.leaf, Fact):
        return variable
    cuts = tuple(None if isinstance(limit.cut, date) else limit.cut for limit in variable.limits)
    strict = tuple(limit.strict for limit in variable.limits)
    return replace(variable, limits=()), cuts, strict


def _written(root: Diagram) -> Hashable:
    """Return a diagram as a list of its nodes, each after its kids."""
    places: dict[int, int] = {}
    rows: list[Hashable] = []

    def go(node: Diagram) -> int:
        if node.id not in places:
            if isinstance(node, Branch):
                row: Hashable = (node.variable, tuple([go(kid) for kid in node.kids]))
            else:
                row = ("result", node.value)
            places[node.id] = len(rows)
            rows.append(row)
        return places[node.id]

    go(root)
    return tuple(rows)
