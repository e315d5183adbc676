"""The audit log as tests read it: all of it, whatever pass is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from anlao.office.shared import audit
from anlao.office.shared.models import AuditEntry
from anlao.office.shared.scope import WHOLE_OFFICE, make_pass
from tests.office.county import everywhere, show


class Log(QuerySet[AuditEntry]):
    """Entries of the whole office, whenever they are looked up."""

    def _fetch_all(self) -> None:
        with _whole_office():
            super()._fetch_all()

    def count(self) -> int:
        with _whole_office():
            return super().count()

    def exists(self) -> bool:
        with _whole_office():
            return super().exists()


@contextmanager
def _whole_office() -> Iterator[None]:
    """Show the pass of the whole office, also where a test has stopped the clock."""
    with transaction.atomic(), everywhere():
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            show(make_pass(WHOLE_OFFICE, now=cursor.fetchone()[0]))
        yield


def log(**wanted: Any) -> QuerySet[AuditEntry]:
    """Return the entries that are meant, the latest first."""
    return Log(AuditEntry).filter(**wanted)


def chain_is_whole() -> bool:
    """Return whether there are entries and all of them fit the one before."""
    found = audit.verify()
    return found.entries > 0 and not found.broken
