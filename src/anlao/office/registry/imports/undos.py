"""Taking a whole list back: what it had made is known until now, what was known before is again.

Nothing is deleted or overwritten. Where something was recorded on top of what the list made, or a
file has left the area, that change stays as it is and is named.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from anlao.office.jobs.progress import Progress, Refused
from anlao.office.registry.imports.models import Batch, Change
from anlao.office.registry.imports.plans import BY_NAME, columns_of
from anlao.office.registry.imports.words import keep_words
from anlao.office.registry.models import Elder, Status
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_MOMENT = timedelta(microseconds=1)


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
    for done, (name, kind) in enumerate(BY_NAME.items()):
        progress.step(done, len(BY_NAME), "正在撤销", "taking the list back")
        _keep_what_has_later(held, name, kind)
        _put_back(held, name, kind, at)
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


def _keep_what_has_later(batch: Batch, name: str, kind: type[Status]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE imports_change c SET kept_reason = CASE WHEN n.seen < n.made THEN 'away'"  # noqa: S608
            " ELSE 'later' END FROM (SELECT o.id, count(*) AS made, count(t.id) AS seen,"
            "  count(t.id) FILTER (WHERE upper_inf(t.known)) AS open FROM imports_change o"
            "  CROSS JOIN jsonb_array_elements_text(o.made) AS m(number)"
            f" LEFT JOIN {kind._meta.db_table} t ON t.id = m.number::bigint"
            "  WHERE o.batch_id = %s AND o.kind = %s GROUP BY o.id) n"
            " WHERE n.id = c.id AND n.open < n.made",
            [batch.pk, name],
        )


def _put_back(batch: Batch, name: str, kind: type[Status], at: datetime) -> None:
    table = kind._meta.db_table
    kept = ("elder_id", "division_code", "valid", "source_id", "evidence", "recorded_by")
    columns = ", ".join((*kept, *columns_of(kind)))
    chosen = "c.batch_id = %s AND c.kind = %s AND c.kept_reason = ''"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT max(lower(t.known)) FROM {table} t, imports_change c,"  # noqa: S608
            f" jsonb_array_elements_text(c.made) AS m(number) WHERE {chosen}"
            " AND t.id = m.number::bigint",
            [batch.pk, name],
        )
        latest = cursor.fetchone()[0]
        if latest is None:
            return
        now = max(at, latest + _MOMENT)
        cursor.execute(
            f"UPDATE {table} t SET known = tstzrange(lower(t.known), %s) FROM imports_change c,"  # noqa: S608
            f" jsonb_array_elements_text(c.made) AS m(number) WHERE {chosen}"
            " AND t.id = m.number::bigint",
            [now, batch.pk, name],
        )
        cursor.execute(
            f"INSERT INTO {table} ({columns}, known) SELECT {columns}, tstzrange(%s, NULL)"  # noqa: S608
            f" FROM {table} WHERE id IN (SELECT m.number::bigint FROM imports_change c,"
            f" jsonb_array_elements_text(c.closed) AS m(number) WHERE {chosen})",
            [now, batch.pk, name],
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
