"""Lists brought into a register: sound rows wait, sealed, until they are committed as one."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault
from anlao.office.subjects.models import StagedList

_FIELD = "staged_list.rows"
MOST = 2_000
"""Rows of a list at most: all of them are recorded in one transaction while somebody waits."""


class Settled(Exception):
    """Raised where a list was committed or given up already."""

    def __str__(self) -> str:
        return "这份名单已经提交或放弃 / this list was committed or given up already"


@dataclass(frozen=True, slots=True)
class Row:
    """A sound row. ``number``: identity number, credit code or an elder's file number.

    ``file``: the file it is about; ``home``: the institution of a resident. ``line`` counts as the
    spreadsheet shows it.
    """

    line: int
    name: str
    place: str
    number: str
    facts: dict[str, Any]
    file: int | None = None
    home: int | None = None


def stage(
    kind: str, rows: Sequence[Row], *, division: str, file_name: str, by: str, at: datetime
) -> StagedList:
    """Keep the sound rows of a list until somebody has looked at them."""
    made = StagedList(
        kind=kind,
        division_code=division,
        file_name=file_name[:200],
        count=len(rows),
        brought_by=by,
        brought_at=at,
    )
    with transaction.atomic():
        text = json.dumps([_written(row) for row in rows], ensure_ascii=False)
        made.rows = vault().seal(text, field=_FIELD, row=_row_of(made))
        made.save()
        _note("bring_register_list", made, by)
    return made


def rows_of(staged: StagedList) -> list[Row]:
    """Return the rows that wait. Raises Settled."""
    if staged.rows is None:
        raise Settled
    text = vault().open(bytes(staged.rows), field=_FIELD, row=_row_of(staged))
    return [_read(item) for item in json.loads(text)]


def commit(staged: StagedList, write: Callable[[Row], None], *, by: str) -> None:
    """Record every row of a list, or none. Raises Settled and whatever ``write`` raises."""
    with transaction.atomic():
        held = StagedList.objects.select_for_update().get(pk=staged.pk)
        for row in rows_of(held):
            write(row)
        _settle(held, StagedList.State.COMMITTED, by)
        _note("commit_register_list", held, by)


def discard(staged: StagedList, *, by: str) -> None:
    """Give a list up; what waited is gone. Raises Settled."""
    with transaction.atomic():
        held = StagedList.objects.select_for_update().get(pk=staged.pk)
        if held.rows is None:
            raise Settled
        _settle(held, StagedList.State.DISCARDED, by)
        _note("discard_register_list", held, by)


def _settle(held: StagedList, state: str, by: str) -> None:
    held.rows, held.state, held.settled_by = None, state, by
    held.save(update_fields=["rows", "state", "settled_by"])


def _row_of(staged: StagedList) -> str:
    """Return what the seal is bound to: known before the row has a number."""
    return f"{staged.kind}:{staged.brought_by}:{staged.brought_at.timestamp()}"


def _note(act: str, staged: StagedList, by: str) -> None:
    after = {"rows": staged.count, "list": staged.pk}
    told = Act(act, f"register:{staged.kind}", staged.division_code, after=after)
    audit.record(told, by=by)


def _written(row: Row) -> dict[str, Any]:
    facts = {name: _plain(value) for name, value in row.facts.items()}
    return {
        "line": row.line,
        "name": row.name,
        "place": row.place,
        "number": row.number,
        "facts": facts,
        "file": row.file,
        "home": row.home,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    return value


def _read(item: dict[str, Any]) -> Row:
    facts = {name: _value(value) for name, value in item.pop("facts").items()}
    return Row(**item, facts=facts)


def _value(value: Any) -> Any:
    match value:
        case {"day": text}:
            return date.fromisoformat(text)
        case {"number": text}:
            return Decimal(text)
    return value
