"""The month an expression is read in: which figures are in force, how ages count, whose division."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from anlao.rules.evaluation.values import NOT_IN_FORCE, Unknown, Value
from anlao.rules.language.functions import FUNCTIONS, Moment, clock
from anlao.rules.language.tree import NONE
from anlao.rules.periods import AgeRules, Month, NoLunarDate
from anlao.rules.rulebook.model import Axis, Band, ParameterSpec, Rulebook, Version
from anlao.rules.rulebook.tables import ANY_KEY

Rates = Mapping[str, tuple[Version, ...]]


@dataclass(slots=True)
class Context:
    """A rulebook in one month. ``shift``: how many months away from the month decided.

    ``rules_as_of``: versions published later are not seen (None: all are).
    """

    rulebook: Rulebook
    month: Month
    rates: Rates = field(default_factory=dict)
    rules_as_of: date | None = None
    starts: str = "month_of"
    shift: int = 0
    turning_days: dict[Any, date | bool] = field(default_factory=dict)
    _moment: Moment | None = None
    _relatives: dict[tuple[int, str], Context] = field(default_factory=dict)

    @property
    def moment(self) -> Moment:
        if self._moment is None:
            ages = AgeRules(
                self._setting("leap_day_birthday", "feb_28"),
                self._setting("birthday_counts", "on_the_day"),
                self._setting("nominal_age_method", "calendar_year"),
            )
            self._moment = Moment(self.month, ages, self.rulebook.division)
        return self._moment

    def _setting(self, name: str, default: str) -> Any:
        version = self.version(name, self.month.first_day) if name in self.rulebook.parameters else None
        return version.table if version is not None else default

    def at(self, months: int, starts: str | None = None) -> Context:
        """Return the context of a month nearby, or with another rule for reading ages."""
        wanted = (self.shift + months, self.starts if starts is None else starts)
        if wanted == (self.shift, self.starts):
            return self
        if wanted not in self._relatives:
            self._relatives[wanted] = Context(
                self.rulebook,
                self.month.plus(months),
                self.rates,
                self.rules_as_of,
                wanted[1],
                wanted[0],
                _relatives=self._relatives,
            )
            self._relatives[(self.shift, self.starts)] = self
        return self._relatives[wanted]

    def shifts(self) -> set[int]:
        """Return the months around this one that have been looked at, itself included."""
        return {0, *(shift for shift, _ in self._relatives)}

    def clock(self, name: str) -> date | int:
        return clock(name, self.month, self.starts)

    def call(self, function: str, arguments: tuple[Any, ...]) -> Value:
        """Return a built-in's value for constant arguments; none in, none out."""
        if function == "has_rate":
            return self.version(arguments[0], self.month.first_day) is not None
        if any(argument is NONE for argument in arguments):
            return NONE
        try:
            return FUNCTIONS[function].apply(self.moment, *arguments)  # type: ignore[no-any-return]
        except (NoLunarDate, OverflowError, ValueError):
            return NONE

    def version(self, name: str, day: date) -> Version | None:
        """Return the version of a figure in force on a day; a local rate comes first."""
        for versions in (self.rates.get(name, ()), self.rulebook.parameters[name].versions):
            found = _in_force_on(versions, day, self.rules_as_of)
            if found is not None:
                return found
        return None

    def uses_floor(self, name: str) -> bool:
        """Return whether the figure paid is a floor because no local rate is loaded."""
        spec = self.rulebook.parameters[name]
        return spec.floor and not _in_force_on(
            self.rates.get(name, ()), self.month.first_day, self.rules_as_of
        )

    def look_up(self, name: str, keys: tuple[Any, ...], day: date | None = None) -> Value:
        """Return a cell of a figure. Nothing in force: void, or an unknown rate for an open term."""
        spec = self.rulebook.parameters[name]
        version = self.version(name, self.month.first_day if day is None else day)
        if version is None:
            return self._absent(spec)
        table = version.table
        for axis, key in zip(spec.axes, keys, strict=True):
            if key is NONE:
                return NONE
            table = _part(table, axis, key)
            if table is ANY_KEY:
                return Unknown(frozenset({f"rate:{name}"}))
        return NOT_IN_FORCE if table is None else table  # type: ignore[no-any-return]

    def _absent(self, spec: ParameterSpec) -> Value:
        if spec.open and not spec.versions:
            return Unknown(frozenset({f"rate:{spec.id}"}))
        if spec.open and spec.id in self.rates:
            return Unknown(frozenset({f"rate:{spec.id}"}))
        return NOT_IN_FORCE


def _in_force_on(versions: tuple[Version, ...], day: date, as_of: date | None) -> Version | None:
    seen = [item for item in versions if as_of is None or not item.published or item.published <= as_of]
    started = [item for item in seen if item.start <= day]
    if not started:
        return None
    latest = max(started, key=lambda item: item.start)
    return latest if latest.until is None or day < latest.until else None


def _part(table: Any, axis: Axis, key: Any) -> Any:
    """Return the part of a table under a key; ANY_KEY itself means there is none."""
    if not isinstance(table, dict):
        return ANY_KEY if table is not None else None
    if axis.kind == "band":
        return next((part for band, part in table.items() if _holds(band, key)), ANY_KEY)
    if key in table:
        return table[key]
    return table.get(ANY_KEY, ANY_KEY)


def _holds(band: Any, key: Any) -> bool:
    return isinstance(band, Band) and band.holds(key)
