"""How far a job has come, told on a connection of its own.

The work of a job is often one long transaction, and what is written in it nobody else sees until
it ends. So progress goes over a second, autocommitting connection; the same connection asks
whether somebody wants the job stopped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connections
from django.utils import timezone

_EVERY = 0.5
"""Seconds between two signs: a bar that moves twice a second is smooth enough."""


class Cancelled(Exception):
    """Raised inside the work of a job that somebody asked to stop: all of it is rolled back."""


class Refused(Exception):
    """Raised by work that cannot be done as things stand; says why, and what to do, twice."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


class Progress(Protocol):
    """What work says of itself."""

    def step(self, done: int, total: int, zh: str = "", en: str = "") -> None:
        """Say that so many of so many steps are done. Raises Cancelled where that was asked."""


class Unseen:
    """Progress that nobody looks at, for commands and tests."""

    def step(self, done: int, total: int, zh: str = "", en: str = "") -> None:
        """Do nothing."""


UNSEEN = Unseen()


@dataclass
class Told:
    """Progress written to the row of a job."""

    job: int
    connection: Any = field(repr=False)
    _said_at: float = 0.0
    _said: str = ""

    def step(self, done: int, total: int, zh: str = "", en: str = "") -> None:
        now = time.monotonic()
        if now - self._said_at < _EVERY and zh == self._said and done < total:
            return
        self._said_at, self._said = now, zh
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET done = %s, total = %s, message_zh = %s, message_en = %s,"
                " heartbeat_at = %s WHERE id = %s RETURNING is_cancel_asked",
                [done, total, zh, en, timezone.now(), self.job],
            )
            asked = cursor.fetchone()
        if asked is None or asked[0]:
            raise Cancelled

    def save(self, **values: Any) -> None:
        """Write fields of the row, such as its state."""
        names = ", ".join(f"{name} = %s" for name in values)
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE jobs_job SET {names} WHERE id = %s",  # noqa: S608 - our own names
                [*values.values(), self.job],
            )


@contextmanager
def told(job: int) -> Iterator[Told]:
    """Open the connection of its own on which a job tells of itself."""
    own = connections["default"].copy()
    try:
        yield Told(job, own)
    finally:
        own.close()


Result = Mapping[str, Any]
