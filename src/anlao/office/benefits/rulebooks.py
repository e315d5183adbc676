"""Which rulebook an elder falls under, ready to decide. Local rates stand in the data folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

import anlao
from anlao.rules.engines.program import Program, make_program
from anlao.rules.facts import FactSpec
from anlao.rules.people.rates import load_rates
from anlao.rules.rulebook.load import known_rulebooks, load
from anlao.rules.rulebook.model import Rulebook

_BASE = "cn"
_LIBRARY = Path(anlao.__file__).parent / "rulebooks"
_DECIDES = (".yaml", ".csv")


@dataclass(eq=False, slots=True)
class NoRulebook(LookupError):
    """Raised for a division that no rulebook in force covers."""

    division: str

    def __str__(self) -> str:
        return f"{self.division} 还没有可以判定的规则册；请联系县级管理员装入"


def program_for(division: str, subject: str = "elder") -> Program:
    """Return the program of the nearest rulebook above a division. Raises NoRulebook.

    ``subject``: about whom or what, as rulebooks name it.
    """
    covering = [book for book in _in_force() if division.startswith(book.division)]
    if not covering:
        raise NoRulebook(division)
    name = max(covering, key=lambda book: len(book.division)).id
    rates = rates_of(name)
    return _program(name, rates.stat().st_mtime_ns if rates.exists() else 0, subject)


def facts_for(division: str, subject: str = "elder") -> Mapping[str, FactSpec]:
    """Return what the nearest rulebook knows of an elder; the common base where there is none.

    ``subject``: of whom or what else instead.
    """
    try:
        book = program_for(division).rulebook
    except NoRulebook:
        book = load(_BASE, _LIBRARY).usable(_BASE)
    return book.subjects[subject].facts


def folders_of(division: str) -> list[Path]:
    """Return the folders of the rulebook that decides for a division, and of those above it."""
    book = program_for(division).rulebook
    return [_LIBRARY / name for name in book.lineage]


def divisions_in_force() -> list[str]:
    """Return the divisions that have a rulebook of their own in force."""
    return sorted(book.division for book in _in_force())


@lru_cache(maxsize=1)
def every_rulebook() -> tuple[Rulebook, ...]:
    """Return every rulebook that is there, drafts included."""
    return tuple(load(name, _LIBRARY).usable(name) for name in known_rulebooks(_LIBRARY))


def _in_force() -> tuple[Rulebook, ...]:
    return tuple(book for book in every_rulebook() if book.status != "draft" and book.division)


def rates_of(rulebook: str) -> Path:
    """Return where the local rates of a rulebook stand, if the office has any."""
    return Path(settings.DATA.rates) / f"{rulebook}.yaml"


@lru_cache(maxsize=128)
def _program(name: str, _rates_changed: int, subject: str) -> Program:
    """Return a program; made anew once its local rates have changed."""
    book = load(name, _LIBRARY).usable(name)
    rates = rates_of(name)
    known = load_rates(rates, book).rates if rates.exists() else None
    return make_program(book, subject=subject, rates=known)


def digest_of(division: str) -> str:
    """Return what stands for every byte that decides for a division: rulebook, parents, rates."""
    book = program_for(division).rulebook
    files = [path for name in book.lineage for path in (_LIBRARY / name).rglob("*.*")]
    local = Path(settings.DATA.rates) / f"{book.id}.yaml"
    found = sha256()
    for path in sorted(file for file in (*files, local) if file.suffix in _DECIDES):
        if path.exists():
            found.update(f"{path.name}\n".encode() + path.read_bytes())
    return found.hexdigest()
