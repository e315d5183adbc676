"""Facts through time: which value of a fact holds in which month."""

from __future__ import annotations

import numpy as np

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
