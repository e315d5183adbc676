"""Taking a whole list back: what it had made is known until now, what was known before is again.

Nothing is deleted or overwritten. Where something was recorded on top of what the list made, or a
file has left the area, that change stays as it is and is named.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection

from anlao.office.jobs.progress import Progress, Refused
from anlao.office.registry import bulk
from anlao.office.registry.imports.models import Batch, Change
from anlao.office.registry.imports.plans import columns_of
from anlao.office.registry.imports.words import keep_words
from anlao.office.registry.models import STATUSES, Elder, Status
from anlao.office.registry.operations import MOMENT
from anlao.office.shared import audit
from anlao.office.shared.audit import Act


def undo(
    batch: Batch, reason: str, *, by: str, at: datetime, today: date, progress: Progress
) -> None:
    """Take a committed list back, inside the scope of the transaction. Raises Refused."""
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.state == Batch.State.UNDONE:
        return
    if held.state != Batch.State.COMMITTED:
        raise Refused("这批名单没有提交过", "this list was not committed")
    changes = Change.objects.filter(batch=held)
    numbers = list(
        changes.filter(elder_id__isnull=False).values_list("elder_id", flat=True).distinct()
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM registry_elder WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [numbers]
        )
    for done, kind in enumerate(STATUSES):
        progress.step(done, len(STATUSES), "正在撤销", "taking the list back")
        _put_back(held, kind, at)
    put_back = changes.filter(kept_reason="", elder_id__isnull=False)
    elders = list(put_back.values_list("elder_id", flat=True).distinct())
    acts = _acts(held, elders, reason)
    _withdraw(held, keep_words(elders, today), acts)
    kept = changes.exclude(kept_reason="").count()
    held.state, held.undone_by, held.undone_at = Batch.State.UNDONE, by, at
    held.undone_reason = reason
    held.counts = held.counts | {"kept": kept, "put_back": len(elders)}
    held.save(update_fields=["state", "undone_by", "undone_at", "undone_reason", "counts"])
    after = {"put_back": len(elders), "kept": kept}
    about = f"import:{held.pk}"
    audit.record_many(
        [Act("import_undo", about, held.division_code, reason, after=after), *acts], by=by
    )


def _put_back(batch: Batch, kind: type[Status], at: datetime) -> None:
    """Take back the changes of one status, but for those on which something lies.

    Numbers go to the database as arrays: of tables just filled it knows no sizes to plan by.
    """
    table = kind._meta.db_table
    changes = list(
        Change.objects.filter(batch=batch, kind=kind._meta.model_name).values_list(
            "id", "closed", "made"
        )
    )
    seen = _seen(table, [number for _, _, made in changes for number in made])
    closed: list[int] = []
    taken: list[int] = []
    kept = []
    for change, before, made in changes:
        if any(number not in seen for number in made):
            kept.append({"id": change, "kept_reason": "away"})
        elif not all(seen[number] for number in made):
            kept.append({"id": change, "kept_reason": "later"})
        else:
            closed += before
            taken += made
    bulk.update(Change, ("kept_reason",), kept)
    _write(table, kind, taken, closed, at)


def _seen(table: str, numbers: list[int]) -> dict[int, bool]:
    """Return the rows inside the scope, and whether each is still what is known."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, upper_inf(known) FROM {table} WHERE id = ANY(%s)",  # noqa: S608
            [numbers],
        )
        return dict(cursor.fetchall())


def _write(
    table: str, kind: type[Status], taken: list[int], closed: list[int], at: datetime
) -> None:
    if not taken:
        return
    kept = ("elder_id", "division_code", "valid", "source_id", "evidence", "recorded_by")
    columns = ", ".join((*kept, *columns_of(kind)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(lower(known)) FROM {table} WHERE id = ANY(%s)",  # noqa: S608
            [taken],
        )
        now = max(at, cursor.fetchone()[0] + MOMENT)
        cursor.execute(
            f"UPDATE {table} SET known = tstzrange(lower(known), %s) WHERE id = ANY(%s)",  # noqa: S608
            [now, taken],
        )
        cursor.execute(
            f"INSERT INTO {table} ({columns}, known) SELECT {columns}, tstzrange(%s, NULL)"  # noqa: S608
            f" FROM {table} WHERE id = ANY(%s)",
            [now, closed],
        )


def _acts(batch: Batch, elders: list[int], reason: str) -> list[Act]:
    places = dict(Elder.objects.filter(pk__in=elders).values_list("pk", "division_code"))
    after = {"batch": batch.pk}
    return [
        Act("undo_import", f"elder:{elder}", places.get(elder, ""), reason, after=after)
        for elder in elders
    ]


def _withdraw(batch: Batch, moves: list[Act], acts: list[Any]) -> None:
    """Close the files that the list had opened, where nothing came on top."""
    acts += moves
    opened = Change.objects.filter(batch=batch, nature=Change.Nature.NEW_FILE)
    kept = opened.exclude(kept_reason="").values("elder_id")
    gone = opened.filter(kept_reason="", elder_id__isnull=False).exclude(elder_id__in=kept)
    Elder.objects.filter(pk__in=gone.values("elder_id")).update(state=Elder.State.WITHDRAWN)
