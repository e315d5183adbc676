"""Administrative divisions of the five places, from province to village.

    331123001  ->  浙江省 / 丽水市 / 遂昌县 / 妙高街道  ->  浙江省丽水市遂昌县妙高街道

Codes are those of the statistical divisions (统计用区划代码); the first six digits are as in
GB/T 2260: province 2 digits, city 4, county 6, township 9, village 12. Elsewhere the same code may
be written with zeros behind it; `significant` takes them away. The lists are of one day and of five
places: a code that is not here need not be wrong.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Level = Literal["province", "city", "county", "township", "village"]

LEVELS: tuple[Level, ...] = ("province", "city", "county", "township", "village")
DIGITS: dict[Level, int] = {"province": 2, "city": 4, "county": 6, "township": 9, "village": 12}

# Levels that exist in the lists only, to hang counties under; nobody writes them in an address.
_NAMES_OF_LISTS_ONLY = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


class UnknownDivision(LookupError):
    """Raised when a code is not in the lists. `code` is what was asked for."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"{code!r} is no division of the lists; they hold five places as of 2023-06-30"
        )
        self.code = code


@dataclass(frozen=True, slots=True)
class Division:
    """One division: `code` without zeros behind it, `parent` the code one level up.

    One that ended (`until`: the first day on which it was no more) is found by its code, for what
    was recorded under it, and is in no list.
    """

    code: str
    name: str
    level: Level
    parent: str | None
    until: date | None = None

    @property
    def full_code(self) -> str:
        """Return the code with zeros up to twelve digits."""
        return self.code.ljust(12, "0")


def significant(code: str) -> str:
    """Return a division code without the zeros that stand for "no level below".

    Only whole levels are taken away: 331123100 is the first town of a county and keeps its zeros.

    >>> significant("330600"), significant("331123000000"), significant("331123100000")
    ('3306', '331123', '331123100')
    """
    code = code.strip()
    for level in reversed(LEVELS[1:]):
        above = DIGITS[LEVELS[LEVELS.index(level) - 1]]
        if len(code) == DIGITS[level] and not code[above:].strip("0"):
            code = code[:above]
    return code


def revise(changed: Iterable[Division]) -> None:
    """Let divisions that changed since the lists were made stand beside or instead of theirs."""
    global _revised
    _revised = tuple(changed)
    _tree.cache_clear()


def find(code: str) -> Division | None:
    """Return the division of a code, with or without zeros behind it; None if it is not listed."""
    return _tree().by_code.get(significant(code))


def division(code: str) -> Division:
    """Return the division of a code. Raises UnknownDivision."""
    found = find(code)
    if found is None:
        raise UnknownDivision(code)
    return found


def every(level: Level | None = None) -> tuple[Division, ...]:
    """Return all divisions, or all of a level, in order of code."""
    tree = _tree()
    return tree.in_order if level is None else tree.by_level[level]


def children(code: str) -> tuple[Division, ...]:
    """Return the divisions one level below, in order of code. Raises UnknownDivision."""
    return _tree().children.get(division(code).code, ())


def within(code: str, level: Level | None = None) -> tuple[Division, ...]:
    """Return all divisions below one, or those of a level, in order of code.

    Raises UnknownDivision.
    """
    outer = division(code)
    return tuple(
        inner
        for inner in every(level)
        if inner.code != outer.code and inner.code.startswith(outer.code)
    )


def lies_within(code: str, outer: str) -> bool:
    """Return whether a code is an outer one or lies below it; neither need be listed."""
    return significant(code).startswith(significant(outer))


def ancestors(code: str) -> tuple[Division, ...]:
    """Return the divisions above one, from the province down. Raises UnknownDivision."""
    above = []
    here = division(code)
    while here.parent is not None:
        here = division(here.parent)
        above.append(here)
    return tuple(reversed(above))


def path(code: str) -> tuple[Division, ...]:
    """Return the divisions from the province to this one. Raises UnknownDivision."""
    return (*ancestors(code), division(code))


def name_path(code: str) -> str:
    """Return the name as an address begins, from the province. Raises UnknownDivision.

    >>> name_path("331123001"), name_path("500229")
    ('浙江省丽水市遂昌县妙高街道', '重庆市城口县')
    """
    return "".join(
        step.name
        for step in path(code)
        if step.level != "city" or step.name not in _NAMES_OF_LISTS_ONLY
    )


def search(
    text: str, *, under: str | None = None, level: Level | None = None, limit: int = 20
) -> tuple[Division, ...]:
    """Return the divisions a text may mean, the likeliest first.

    The last word of the text must be in the name, the words before it in the names above; text of
    digits is the beginning of a code. Whole names come first, then beginnings, then higher levels.
    Raises UnknownDivision: when `under` is not listed.

    >>> [found.code for found in search("遂昌 妙高")]
    ['331123001']
    """
    words = text.split()
    if not words:
        return ()
    pool = every(level) if under is None else within(under, level)
    return tuple(sorted(_matches(pool, words), key=lambda found: _rank(found, words[-1]))[:limit])


def _matches(pool: tuple[Division, ...], words: list[str]) -> Iterator[Division]:
    *above, wanted = words
    for candidate in pool:
        if wanted not in candidate.name and not (
            wanted.isdecimal() and candidate.code.startswith(wanted)
        ):
            continue
        names = [step.name for step in ancestors(candidate.code)] if above else []
        if all(any(word in name for name in names) for word in above):
            yield candidate


def _rank(found: Division, wanted: str) -> tuple[bool, bool, int, str]:
    name = found.name
    return name != wanted, not name.startswith(wanted), LEVELS.index(found.level), found.code


@dataclass(frozen=True, slots=True)
class _Tree:
    in_order: tuple[Division, ...]
    by_code: dict[str, Division]
    by_level: dict[Level, tuple[Division, ...]]
    children: dict[str, tuple[Division, ...]]


_revised: tuple[Division, ...] = ()


@cache
def _tree() -> _Tree:
    packed = files("anlao.places").joinpath("data/divisions.csv.gz").read_bytes()
    rows = csv.DictReader(io.StringIO(gzip.decompress(packed).decode("utf-8")))
    every_one = {one.code: one for one in map(_division, rows)}
    every_one |= {one.code: one for one in _revised}
    in_order = tuple(every_one[code] for code in sorted(every_one) if not every_one[code].until)
    below: dict[str, list[Division]] = {}
    for one in in_order:
        if one.parent is not None:
            below.setdefault(one.parent, []).append(one)
    return _Tree(
        in_order=in_order,
        by_code=every_one,
        by_level={level: tuple(one for one in in_order if one.level == level) for level in LEVELS},
        children={code: tuple(found) for code, found in below.items()},
    )


def _division(row: dict[str, str]) -> Division:
    return Division(
        code=row["code"],
        name=row["name"],
        level=cast(Level, row["level"]),
        parent=row["parent"] or None,
    )
