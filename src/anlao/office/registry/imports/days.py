"""Days as lists write them -> dates; a day is never guessed from two readings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from anlao.office.registry.imports.kinds import tidy
from anlao.office.registry.imports.refusals import Text
from anlao.office.registry.imports.sheets import Cell, Serial

EARLIEST = date(1850, 1, 1)
_FORMS = {
    "dashes": re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII),
    "slashes": re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})\Z", re.ASCII),
    "dots": re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})\Z", re.ASCII),
    "compact": re.compile(r"(\d{4})(\d{2})(\d{2})\Z", re.ASCII),
    "chinese": re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?\Z", re.ASCII),
}
_MIDNIGHT = re.compile(r"(?<=\d)[t ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\Z", re.ASCII)
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
# Serials of one to four digits are days before 1927: too near to years to be believed.
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_050
EXPECTED = Text(
    "日期，如 2024-01-05、20240105、2024年1月5日", "a day such as 2024-01-05, 20240105 or 2024/1/5"
)


def read_day(cell: Cell, forms: Iterable[str]) -> date | None:
    """Return the day of a cell, or None where it is none of the forms.

    >>> read_day("2024年1月5日", ["chinese"])
    datetime.date(2024, 1, 5)
    """
    if isinstance(cell, date):
        return cell if cell >= EARLIEST else None
    if isinstance(cell, Serial):
        return _day_of_number(cell, forms)
    return _day_of_text(cell, forms) if isinstance(cell, str) else None


def _day_of_number(cell: Serial, forms: Iterable[str]) -> date | None:
    if cell.number != int(cell.number) and "serial" not in forms:
        return None
    whole = int(cell.number)
    if "serial" in forms and _FIRST_SERIAL <= whole <= _LAST_SERIAL:
        return (_EPOCH_1904 if cell.epoch_1904 else _EPOCH_1900) + timedelta(days=whole)
    return _day_of_text(str(whole), ["compact"]) if "compact" in forms else None


def _day_of_text(text: str, forms: Iterable[str]) -> date | None:
    plain = tidy(_without_time(text))
    for form in forms:
        pattern = _FORMS.get(form)
        found = pattern.match(plain) if pattern else None
        if found:
            return _date(*map(int, found.groups()))
    return None


def _without_time(text: str) -> str:
    """Registers export days as 2024-01-05 00:00:00; the time of day says nothing here."""
    day, space, _ = text.strip().partition(" ")
    return day if space and _MIDNIGHT.search(text.lower()) else text


def _date(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found >= EARLIEST else None
