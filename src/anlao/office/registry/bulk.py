"""Many rows at once, by the application's own login: row security binds them as it binds one.

COPY is refused under row security. A set of records in JSON is read by one INSERT instead, about as
fast, and nobody needs the owner's login for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Model

_AT_ONCE = 5_000


def insert(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given as values by column; all have the columns of the first.

    Ranges come as texts (see `days` and `since`), bytes as bytes, JSON as what it holds.
    """
    waiting = iter(rows)
    while some := list(islice(waiting, _AT_ONCE)):
        columns = _typed(model, tuple(some[0]))
        names = ", ".join(name for name, _ in columns)
        shape = ", ".join(f"{name} {kind}" for name, kind in columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({names})"  # noqa: S608 - our own names
                f" SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS r({shape})",
                [as_json(some)],
            )


def update(model: type[Model], columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> int:
    """Set columns of rows by their ``id``; return how many there were inside the scope."""
    if not rows:
        return 0
    shape = ", ".join(f"{name} {kind}" for name, kind in _typed(model, ("id", *columns)))
    sets = ", ".join(f"{name} = r.{name}" for name in columns)
    changed = 0
    waiting = iter(rows)
    while some := list(islice(waiting, _AT_ONCE)):
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {model._meta.db_table} t SET {sets}"  # noqa: S608 - our own names
                f" FROM jsonb_to_recordset(%s::jsonb) AS r({shape}) WHERE t.id = r.id",
                [as_json(some)],
            )
            changed += int(cursor.rowcount)
    return changed


def fresh_ids(model: type[Model], count: int) -> list[int]:
    """Return numbers for so many new rows."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [int(number) for (number,) in cursor.fetchall()]


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as PostgreSQL reads them."""
    return json.dumps(rows, ensure_ascii=False, default=_plain)


def days(start: date, until: date | None) -> str:
    """Return a span of days as a range."""
    return f"[{start},{until or ''})"


def since(at: datetime) -> str:
    """Return a time from which something is known as a range."""
    return f"[{at.isoformat()},)"


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    return str(value.isoformat())


def _typed(model: type[Model], names: Sequence[str]) -> list[tuple[str, str]]:
    by_column = {field.column: field for field in model._meta.concrete_fields}
    quoted = connection.ops.quote_name
    return [(quoted(name), str(by_column[name].db_type(connection))) for name in names]
