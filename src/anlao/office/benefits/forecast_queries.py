"""A forecast as people look at it: by month, by township, by provision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from anlao.office.benefits.models import Forecast
from anlao.rules.periods import Month


@dataclass(frozen=True, slots=True)
class Row:
    """People and money by the rules as they are, and as they would be (None: nothing was changed).

    ``people``: payments, so of a year twelve for whoever gets one each month.
    """

    name: str
    people: float
    fen: int
    unknown: float
    people_then: float | None
    fen_then: int | None

    @property
    def more(self) -> int | None:
        """What the change costs."""
        return None if self.fen_then is None else self.fen_then - self.fen


Cell = list[Any]


def find(number: int) -> Forecast | None:
    """Return a forecast that the scope of the transaction shows."""
    found: Forecast | None = Forecast.objects.filter(pk=number).first()
    return found


def listed(division: str) -> list[Forecast]:
    """Return the latest forecasts of a county, without their figures."""
    rows = Forecast.objects.filter(division_code=division).defer("result").order_by("-pk")
    return list(rows[:50])


def month_of(forecast: Forecast, step: int) -> str:
    """Return a month of a forecast, written YYYY-MM."""
    return str(Month.of(forecast.begins).plus(step))


def cells(forecast: Forecast, *, provision: str = "", town: str = "") -> list[Cell]:
    """Return the cells of a forecast: (step, provision, township, figures...)."""
    return [
        cell
        for cell in forecast.result["cells"]
        if (not provision or cell[1] == provision) and (not town or cell[2] == town)
    ]


def by_month(forecast: Forecast, found: Iterable[Cell]) -> list[Row]:
    """Return every month, also those in which nothing is due."""
    rows = {row.name: row for row in _by(found, lambda cell: month_of(forecast, cell[0]))}
    names = [month_of(forecast, step) for step in range(forecast.months)]
    nothing = (0, 0) if forecast.changes else (None, None)
    return [rows.get(name) or Row(name, 0, 0, 0, *nothing) for name in names]


def by_town(found: Iterable[Cell]) -> list[Row]:
    return _by(found, lambda cell: cell[2])


def by_provision(found: Iterable[Cell]) -> list[Row]:
    return _by(found, lambda cell: cell[1])


def total(forecast: Forecast, found: Iterable[Cell]) -> Row:
    """Return all of it together."""
    rows = _by(found, lambda _cell: "")
    nothing = (0, 0) if forecast.changes else (None, None)
    return rows[0] if rows else Row("", 0, 0, 0, *nothing)


def _by(found: Iterable[Cell], name: Callable[[Cell], str]) -> list[Row]:
    sums: dict[str, list[float]] = {}
    for cell in found:
        figures = cell[3:]
        held = sums.setdefault(name(cell), [0] * len(figures))
        for place, figure in enumerate(figures):
            held[place] += figure
    return [_row(key, held) for key, held in sorted(sums.items())]


def _row(name: str, held: list[float]) -> Row:
    then = (held[3], int(held[4])) if len(held) > 3 else (None, None)
    return Row(name, held[0], int(held[1]), held[2], *then)
