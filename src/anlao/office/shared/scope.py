"""Row scope: which rows a person may see, proved to the database by a signed pass.

The database checks the pass in row-level security (see `scope.sql`), so a query that forgets to
filter, or raw SQL inside a request, sees nothing beyond it. No pass: nothing is seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.conf import settings
from django.db import connections, transaction

from anlao.places.divisions import DIGITS

EVERYWHERE = ""
_LASTS = 3600
"""Seconds that a pass is good for: longer than any request, much shorter than a day."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody may see: divisions (by code, with all below) and organisations (by id)."""

    divisions: tuple[str, ...] = ()
    organisations: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.divisions and not self.organisations

    def covers(self, division: str) -> bool:
        """Return whether a division lies wholly inside."""
        return any(division.startswith(code) for code in self.divisions)


NOTHING = Scope()
WHOLE_OFFICE = Scope((EVERYWHERE,))
"""For the office's own work, such as the nightly decide; never for a person."""


def make_pass(scope: Scope, *, now: float) -> str:
    """Return the pass of a scope, as `scope.sql` reads it: divisions;organisations;until;mark."""
    divisions = ",".join(f"{code}%" for code in scope.divisions)
    organisations = ",".join(str(number) for number in scope.organisations)
    text = f"{divisions};{organisations};{int(now) + _LASTS}"
    return f"{text};{_mark(text)}"


def _mark(text: str) -> str:
    key = str(settings.SCOPE_KEY)
    inner = sha256((key + text).encode()).hexdigest()
    return sha256((key + inner).encode()).hexdigest()


def enter(scope: Scope, *, using: str = "default") -> None:
    """Show the pass for the rest of the transaction; there must be one."""
    _show(make_pass(scope, now=_now()), using)


@contextmanager
def within(scope: Scope, *, using: str = "default") -> Iterator[None]:
    """Open a transaction that sees only what the scope allows.

    Inside another transaction: a part of it, after which the pass is again the one before.
    """
    with transaction.atomic(using=using):
        before = _shown(using)
        enter(scope, using=using)
        yield
        if not connections[using].needs_rollback:
            _show(before, using)


def place() -> str:
    """Return the narrowest division that holds all divisions of the pass that is shown.

    "": the whole office, or no division at all.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT scope_divisions()")
        codes = [str(pattern).removesuffix("%") for pattern in cursor.fetchone()[0]]
    for digits in sorted(DIGITS.values(), reverse=True):
        above = {code[:digits] for code in codes}
        if len(above) == 1 and len(code := above.pop()) == digits:
            return code
    return EVERYWHERE


@dataclass(frozen=True, slots=True)
class Own:
    """What a citizen may see and do: an elder's rows, by the card that is shown.

    ``agents_until``: through which end she may let an agent's card last; None: she names nobody.
    """

    elder: int
    card: int
    agents_until: date | None = None


def make_own_pass(own: Own, *, now: float) -> str:
    """Return the pass of a citizen, as `shown_card.sql` reads it: whose rows;until;mark."""
    until = own.agents_until.isoformat() if own.agents_until else ""
    text = f"citizen:{own.elder}:{own.card}:{until};{int(now) + _LASTS}"
    return f"{text};{_mark(text)}"


def enter_own(own: Own) -> None:
    """Show one elder's rows, and nobody else's, for the rest of the transaction."""
    _show("", "default")
    _show_own(make_own_pass(own, now=_now()))


def leave_own() -> None:
    """Take the pass of a citizen away: nothing is seen."""
    _show_own("")


def _show_own(text: str) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT set_config('anlao.citizen', %s, true)", [text])


def _show(text: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('anlao.pass', %s, true)", [text])


def _shown(using: str) -> str:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('anlao.pass', true), '')")
        return str(cursor.fetchone()[0])


def _now() -> float:
    # The life of a pass is no matter of policy: no rule ever looks at this clock.
    return time.time()


def joined(scopes: Iterable[Scope]) -> Scope:
    """Return one scope that covers them all, without parts that lie inside others."""
    found = list(scopes)
    codes = sorted({code for scope in found for code in scope.divisions})
    widest = [code for code in codes if not any(code != c and code.startswith(c) for c in codes)]
    numbers = sorted({number for scope in found for number in scope.organisations})
    return Scope(tuple(widest), tuple(numbers))
