"""What a checked list would change: nothing is recorded, every change is kept to be looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection

from anlao.office.jobs.progress import Progress
from anlao.office.registry import bulk
from anlao.office.registry.imports import kinds, plans
from anlao.office.registry.imports.models import Batch, Change, StagedRow
from anlao.office.registry.imports.plans import Planned, Said
from anlao.office.registry.models import Elder

AT_ONCE = 5_000
_READ = ("id", "elder_id", "facts", "from_date", "until", "birth_date", "sex", "place")


def preview(batch: Batch, progress: Progress) -> None:
    """Work out every change anew, inside the scope of the transaction."""
    Change.objects.filter(batch=batch)._raw_delete("default")
    total = decided(batch).count()
    done = 0
    for sayings in chunks(batch):
        progress.step(done, total, "正在生成预览", "working out the changes")
        plan = plans.plan(sayings)
        changing = {planned.said.staged for planned in plan.changes}
        bulk.insert(Change, (as_row(batch, planned) for planned in plan.changes))
        _outcomes(batch, sayings, changing, plan.contradicting)
        done += len(sayings)
    _undecided(batch)
    batch.counts = batch.counts | count(batch)
    batch.save(update_fields=["counts"])


def decided(batch: Batch) -> Any:
    """Return the rows that are to be imported."""
    wanted = (StagedRow.Decision.LINK, StagedRow.Decision.OPEN)
    return StagedRow.objects.filter(batch=batch, decision__in=wanted)


def chunks(batch: Batch) -> Iterator[list[Said]]:
    """Yield what the decided rows say, some at a time, in order of the elders."""
    rows = list(decided(batch).order_by("elder_id", "id").values_list(*_READ))
    for first in range(0, len(rows), AT_ONCE):
        yield [_said(batch, *row) for row in rows[first : first + AT_ONCE]]


def _said(batch: Batch, staged: int, elder: int | None, facts: dict[str, Any], *rest: Any) -> Said:
    start, until, birth, sex, place = rest
    first: dict[str, Any] = {}
    if elder is None:
        first = {"birth_date": birth, "sex": sex}
        if "hukou" in kinds.kind(batch.kind).facts:
            first["hukou"] = place
    return Said(staged, elder, facts, (start, until), first)


def as_row(batch: Batch, planned: Planned) -> dict[str, Any]:
    return {
        "batch_id": batch.pk,
        "division_code": batch.division_code,
        "staged_id": planned.said.staged,
        "elder_id": planned.said.elder,
        "kind": planned.name,
        "nature": str(planned.nature),
        "before": planned.before,
        "after": planned.after,
        "closed": [],
        "made": [],
        "kept_reason": "",
    }


def _outcomes(
    batch: Batch, sayings: list[Said], changing: set[int], contradicting: set[int]
) -> None:
    outcome = StagedRow.Outcome
    for word, wanted in (
        (outcome.CHANGE, changing),
        (outcome.CONTRADICTION, contradicting),
        (outcome.SAME, {said.staged for said in sayings} - changing - contradicting),
    ):
        StagedRow.objects.filter(batch=batch, pk__in=list(wanted)).update(outcome=word)


def _undecided(batch: Batch) -> None:
    asking = (StagedRow.Match.NAME_DIFFERS, StagedRow.Match.CANDIDATES)
    StagedRow.objects.filter(batch=batch, match__in=asking, decision="").update(
        outcome=StagedRow.Outcome.UNDECIDED
    )


def count(batch: Batch) -> dict[str, Any]:
    """Return rows by outcome, changes by nature, and whom the last list of the kind had named."""
    outcomes: Counter[str] = Counter()
    natures: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, count(*) FROM imports_stagedrow WHERE batch_id = %s GROUP BY 1",
            [batch.pk],
        )
        outcomes.update(dict(cursor.fetchall()))
        cursor.execute(
            "SELECT nature, count(DISTINCT staged_id) FROM imports_change WHERE batch_id = %s"
            " GROUP BY 1",
            [batch.pk],
        )
        natures.update(dict(cursor.fetchall()))
    return {
        "outcomes": outcomes,
        "natures": natures,
        "no_longer": no_longer_named(batch).count(),
    }


def no_longer_named(batch: Batch) -> Any:
    """Return the elders whom the last committed list of its kind and source named, and this not."""
    earlier = Batch.objects.filter(
        kind=batch.kind,
        source=batch.source,
        division_code=batch.division_code,
        state=Batch.State.COMMITTED,
        from_date__lte=batch.from_date,
        pk__lt=batch.pk,
    ).order_by("-from_date", "-pk")
    last = None if kinds.kind(batch.kind).event else earlier.first()
    if last is None:
        return Elder.objects.none()
    named = StagedRow.objects.filter(batch=batch, elder_id__isnull=False).values("elder_id")
    before = StagedRow.objects.filter(
        batch=last, elder_id__isnull=False, decision__in=("link", "open")
    ).values("elder_id")
    return Elder.objects.filter(pk__in=before).exclude(pk__in=named).order_by("name", "pk")
