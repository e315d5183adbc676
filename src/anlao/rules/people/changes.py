"""Facts that change: which value of a fact holds in which month."""

from __future__ import annotations

from typing import Any

import numpy as np

from anlao.rules.evaluation.evaluator import FactsAt
from anlao.rules.people.columns import FactColumn, People
from anlao.rules.periods import Month, epoch_day


def facts_of_month(people: People, name: str, month: Month) -> FactColumn | None:
    """Return a fact as it stood on the first day of a month, or None where it is no column."""
    column = people.columns.get(name)
    if column is None or name not in people.changes:
        return column
    day = epoch_day(month.first_day)
    data = column.data
    for change in people.changes[name]:
        held = (change.start <= day) & (day < change.until)
        if held.any():
            data = np.array(data) if data is column.data else data
            data[change.rows[held]] = change.values.data[held]
    return FactColumn(column.spec, data, column.scale, column.words, column.rows)


def facts_by_shift(people: People, row: int, month: Month) -> FactsAt:
    """Return one subject's known facts of a month and of the months around it."""
    known: dict[int, dict[str, Any]] = {}
    days = [name for name, column in people.columns.items() if column.spec.type == "date"]

    def facts_at(shift: int) -> dict[str, Any]:
        if shift not in known:
            known[shift] = facts_of_row(people, row, month.plus(shift))
            if shift:  # days are what is known of them now, whenever they are looked at
                now = facts_at(0)
                known[shift].update({name: now[name] for name in days if name in now})
        return known[shift]

    return facts_at


def facts_of_row(people: People, row: int, month: Month) -> dict[str, Any]:
    """Return one subject's known facts on the first day of a month."""
    facts = people.facts(row)
    day = epoch_day(month.first_day)
    for name, changes in people.changes.items():
        for change in changes:
            for index in np.flatnonzero(change.rows == row):
                if change.start[index] <= day < change.until[index]:
                    value = change.values.value(int(index))
                    facts.pop(name, None)
                    if value is not None:
                        facts[name] = value
    return facts
