"""The closed list of built-in functions: what each takes and gives, and what it does.

Constant arguments only: an implementation never sees an unknown or an unloaded figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from anlao.rules import periods
from anlao.rules.periods import AgeRules, Month
from anlao.rules.quantities import ceil_to, floor_to, round_to


@dataclass(frozen=True, slots=True)
class Moment:
    """What time-dependent functions may look at: the month decided and how ages count."""

    month: Month
    ages: AgeRules
    division: str


@dataclass(frozen=True, slots=True)
class Function:
    """A built-in: argument kinds, result kind, implementation, and growth by its date argument.

    ``takes``: one kind per argument; ``optional`` may be left out; ``many`` repeats the last.
    ``growth``: for each argument, +1 if the result never falls as it grows, -1 if it never rises.
    """

    takes: tuple[str, ...]
    gives: str
    apply: Callable[..., Any]
    optional: int = 0
    many: bool = False
    growth: tuple[int, ...] = ()


def _in_division(moment: Moment, code: str, prefix: str | None = None) -> bool:
    return code.startswith(moment.division if prefix is None else prefix)


def _add_months(_: Moment, day: date, months: int) -> date:
    return periods.add_months(day, int(months))


FUNCTIONS: dict[str, Function] = {
    "min": Function(("same",), "same", lambda _, *values: min(values), many=True, growth=(1,)),
    "max": Function(("same",), "same", lambda _, *values: max(values), many=True, growth=(1,)),
    "abs": Function(("number",), "number", lambda _, x: abs(x)),
    "ceil": Function(
        ("number", "number"), "number", lambda _, x, s=1: ceil_to(x, s), optional=1, growth=(1, 0)
    ),
    "floor": Function(
        ("number", "number"), "number", lambda _, x, s=1: floor_to(x, s), optional=1, growth=(1, 0)
    ),
    "round": Function(
        ("number", "number"), "number", lambda _, x, s=1: round_to(x, s), optional=1, growth=(1, 0)
    ),
    "completed_years": Function(
        ("date", "date"), "number", lambda m, b, d: m.ages.completed_years(b, d), growth=(-1, 1)
    ),
    "nominal_years": Function(
        ("date", "date"), "number", lambda m, b, d: m.ages.nominal_age(b, d), growth=(-1, 1)
    ),
    "years_between": Function(
        ("date", "date"), "number", lambda _, a, b: periods.years_between(a, b), growth=(-1, 1)
    ),
    "months_between": Function(
        ("date", "date"), "number", lambda _, a, b: periods.months_between(a, b), growth=(-1, 1)
    ),
    "days_between": Function(
        ("date", "date"), "number", lambda _, a, b: (b - a).days, growth=(-1, 1)
    ),
    "add_years": Function(
        ("date", "number"), "date", lambda m, d, n: _add_months(m, d, n * 12), growth=(1, 1)
    ),
    "add_months": Function(("date", "number"), "date", _add_months, growth=(1, 1)),
    "add_days": Function(
        ("date", "number"), "date", lambda _, d, n: periods.add_days(d, int(n)), growth=(1, 1)
    ),
    "year_of": Function(("date",), "number", lambda _, d: d.year, growth=(1,)),
    "month_of": Function(("date",), "number", lambda _, d: d.month),
    "day_of": Function(("date",), "number", lambda _, d: d.day),
    "lunar_date": Function(
        ("number", "number", "number"),
        "date",
        lambda _, y, m, d: periods.lunar_date(int(y), int(m), int(d)),
    ),
    "in_division": Function(("division", "text"), "bool", _in_division, optional=1),
}
"""``age_on``, ``nominal_age_on`` and ``in_month`` are put in terms of these on reading."""

CLOCK_NAMES = {
    "first_day": "date",
    "last_day": "date",
    "year_start": "date",
    "year_end": "date",
    "age_day": "date",
    "year": "number",
    "month_number": "number",
}


def clock(name: str, month: Month, starts: str) -> date | int:
    """Return the value of a time name in a month; ``starts`` fixes the day ages are read."""
    match name:
        case "first_day":
            return month.first_day
        case "last_day":
            return month.last_day
        case "year_start":
            return date(month.year, 1, 1)
        case "year_end":
            return date(month.year, 12, 31)
        case "age_day":
            if starts == "month_after":
                return periods.add_days(month.first_day, -1)
            return month.last_day
        case "year":
            return month.year
        case _:
            return month.number
