"""Loading a whole population at once: people, identities and histories of change, by COPY.

Runs as the owner of the tables, for an installation; lists that clerks bring are imported row by
row with a preview instead.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.db import connections, transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange
from django.db.models import BooleanField, CharField, DateField

from anlao import masking
from anlao.office.registry.bare import bare
from anlao.office.registry.identity import IDENTITY
from anlao.office.registry.models import STATUSES, Elder, Status
from anlao.office.registry.names import searched_initials
from anlao.office.registry.operations import COUNTY_DIGITS, START_OF_TIME
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault
from anlao.places import divisions

_BATCH = 10_000
_ELDER = (
    "id", "file_number", "name", "initials", "identity_cipher", "identity_index", "identity_mask",
    "phone_mask", "address", "division_code", "birth_date", "death_date", "sex", "state",
    "is_synthetic", "created_at",
)  # fmt: skip
_STATUS = ("elder_id", "division_code", "valid", "known", "evidence", "recorded_by")


@dataclass(frozen=True, slots=True)
class Change:
    """A value of a fact that holds inside a span instead of the usual one."""

    value: str
    start: date
    until: date | None


Changes = Mapping[str, list[Change]]
"""Changes of one person, by fact."""


def load_population(
    *, people: Path, identities: Path, history: Path | None, county: str, by: str, at: datetime
) -> int:
    """Add all people of the files, in one transaction; return how many.

    ``county``: whose files these are; a person registered elsewhere stands in the village where
    she lives. Everything is known from ``at`` on.
    """
    changes = _changes(history) if history is not None else {}
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM registry_elder")
            first = int(cursor.fetchone()[0]) + 1
        tables = ["registry_elder", *(kind._meta.db_table for kind in STATUSES)]
        with bare(tables, trigger="division_of_elder"):
            count = _copied(people, identities, changes, county, first=first, at=at, by=by)
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('registry_elder', 'id'), "
                "greatest(1, (SELECT max(id) FROM registry_elder)))"
            )
            cursor.execute("ANALYZE")  # or the first night would be planned for empty tables
    audit.record(Act("load", f"county:{county}", division=county, after={"elders": count}), by=by)
    return count


def _copied(
    people: Path,
    identities: Path,
    changes: Mapping[str, Changes],
    county: str,
    *,
    first: int,
    at: datetime,
    by: str,
) -> int:
    """Copy everybody into the tables; return how many."""
    count = 0
    for batch in _batches(people, identities):
        numbered = list(enumerate(batch, first + count))
        elders = (_elder_row(number, row, county, at) for number, row in numbered)
        _copy("registry_elder", _ELDER, elders)
        for kind in STATUSES:
            lines = (
                line
                for number, row in numbered
                for line in _status_rows(
                    kind,
                    (number, _division(row, county)),
                    row,
                    changes.get(row["person_id"], {}),
                    at,
                    by,
                )
            )
            _copy(kind._meta.db_table, (*_STATUS, *_columns(kind)), lines)
        count += len(numbered)
    return count


def _batches(people: Path, identities: Path) -> Iterator[list[dict[str, Any]]]:
    pairs = zip(
        pq.ParquetFile(people).iter_batches(_BATCH),
        pq.ParquetFile(identities).iter_batches(_BATCH),
        strict=True,
    )
    for facts, names in pairs:
        yield [one | other for one, other in zip(facts.to_pylist(), names.to_pylist(), strict=True)]


def _elder_row(number: int, row: Mapping[str, Any], county: str, at: datetime) -> tuple[Any, ...]:
    code = row["identity_number"]
    file_number = row["person_id"]
    return (
        number,
        file_number,
        row["name"],
        searched_initials(row["name"]),
        vault().seal(code, field=IDENTITY, row=file_number) if code else None,
        vault().index(code, field=IDENTITY) if code else None,
        masking.identity_number(code) if code else "",
        "",
        "",
        _division(row, county),
        row["birth_date"],
        row["death_date"],
        row["sex"] or "",
        Elder.State.DECEASED.value if row["death_date"] else Elder.State.LIVING.value,
        bool(row["synthetic"]),
        at,
    )


def _division(row: Mapping[str, Any], county: str) -> str:
    """Return where somebody's file lies: in a county at least, be it a city's first."""
    for name in ("hukou", "residence"):
        if row[name] and row[name].startswith(county):
            return str(row[name])
    return county if len(county) >= COUNTY_DIGITS else _first_county(county)


@cache
def _first_county(city: str) -> str:
    return min(place.code for place in divisions.within(city, "county"))


def _columns(kind: type[Status]) -> tuple[str, ...]:
    return (*kind.FACTS, *(("never_assessed",) if "assessed_on" in kind.FACTS else ()))


def _status_rows(
    kind: type[Status],
    whose: tuple[int, str],
    row: Mapping[str, Any],
    changes: Changes,
    at: datetime,
    by: str,
) -> Iterator[tuple[Any, ...]]:
    """Yield a row for every span between two changes of the facts of a status."""
    own = {name: changes[name] for name in kind.FACTS if name in changes}
    days = {day for spans in own.values() for span in spans for day in (span.start, span.until)}
    cuts = [START_OF_TIME, *sorted(day for day in days if day and day > START_OF_TIME), None]
    for start, until in pairwise(cuts):
        assert start is not None
        values = [_value(kind, name, row[name], own.get(name, ()), start) for name in kind.FACTS]
        extra = [False] if "assessed_on" in kind.FACTS else []
        yield (
            *whose,
            DateRange(start, until),
            DateTimeTZRange(at, None),
            "装入 load",
            by,
            *values,
            *extra,
        )


def _value(
    kind: type[Status], name: str, usual: Any, changes: list[Change] | tuple[()], day: date
) -> Any:
    field = kind._meta.get_field(name)
    for change in changes:
        if change.start <= day and (change.until is None or day < change.until):
            usual = _typed(field, change.value)
    return "" if usual is None and isinstance(field, CharField) else usual


def _typed(field: Any, text: str) -> Any:
    if text == "":
        return None
    if isinstance(field, BooleanField):
        return text == "true"
    if isinstance(field, DateField):
        return date.fromisoformat(text)
    return text if isinstance(field, CharField) else int(text)


def _changes(path: Path) -> dict[str, dict[str, list[Change]]]:
    found: dict[str, dict[str, list[Change]]] = defaultdict(lambda: defaultdict(list))
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            until = date.fromisoformat(row["until"]) if row["until"] else None
            start = date.fromisoformat(row["from"]) if row["from"] else START_OF_TIME
            found[row["person_id"]][row["fact"]].append(Change(row["value"], start, until))
    return found


def _copy(table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    names = ", ".join(columns)
    with (
        connections["owner"].cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
