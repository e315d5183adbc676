"""A list's whole way into the registry and out again, on the office's own database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from anlao.office.jobs.progress import UNSEEN
from anlao.office.registry import identity, queries
from anlao.office.registry.imports import batches, checking, commits, previews, undos
from anlao.office.registry.imports.batches import Brought
from anlao.office.registry.imports.models import Batch, FindingRow, StagedRow
from anlao.office.registry.imports.safety import Upload
from anlao.office.registry.models import STATUSES, Elder
from anlao.office.shared import audit, scope
from anlao.office.shared.models import AuditEntry
from anlao.office.shared.scope import Scope
from tests.office.county import (
    COUNTY,
    County,
)
from tests.office.registry.imports.made import workbook

pytestmark = pytest.mark.usefixtures("db")

TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 3, tzinfo=UTC)
MONTH = date(2026, 11, 1)
HEAD = ["公民身份号码", "姓名", "困难类别"]


@pytest.fixture
def at_county() -> Iterator[None]:
    with scope.within(Scope((COUNTY,))):
        yield


def number(her: Elder) -> str:
    return identity.identity_number_of(her)


def bring(
    rows: list[list[Any]], kind: str = "hardship", *, area: str = COUNTY, until: date | None = None
) -> Batch:
    file = Upload("名单.xlsx", workbook(rows))
    return batches.bring(Brought(file, kind, "民政救助", MONTH, until, area), by="clerk", at=NOW)


def checked(rows: list[list[Any]], kind: str = "hardship", **how: Any) -> Batch:
    batch = bring(rows, kind, **how)
    checking.check(batch, today=TODAY, progress=UNSEEN)
    previews.preview(batch, UNSEEN)
    return batch


def commit(batch: Batch) -> None:
    commits.commit(batch, by="clerk", at=NOW, today=TODAY, progress=UNSEEN)
    batch.refresh_from_db()


def undo(batch: Batch) -> None:
    undos.undo(batch, "传错了", by="clerk", at=NOW, today=TODAY, progress=UNSEEN)
    batch.refresh_from_db()


def row_of(batch: Batch, row: int) -> StagedRow:
    found: StagedRow = StagedRow.objects.get(batch=batch, row=row)
    return found


def known(her: Elder) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything known of an elder now, row by row."""
    return {
        kind.__name__: [
            (row.valid, row.evidence, row.recorded_by, *(getattr(row, name) for name in kind.FACTS))
            for row in kind.objects.filter(elder=her, known__upper_inf=True).order_by("valid")
        ]
        for kind in STATUSES
    }


def facts(her: Elder, day: date = TODAY) -> dict[str, Any]:
    return queries.facts_on(her, day, known_at=datetime(2030, 1, 1, tzinfo=UTC))


@pytest.mark.usefixtures("at_county")
def test_a_list_is_checked_previewed_committed_and_undone(county: County) -> None:
    a1, a2 = county.elders["a1"], county.elders["a2"]
    before = {key: known(her) for key, her in county.elders.items()}
    rows = [HEAD, [number(a1), a1.name, "低保"], [number(a2), a2.name, "低保"]]
    rows += [
        ["33112319400506001X", "王某", "低保"],
        [number(county.elders["a3"]), "张水根", "富裕"],
    ]

    batch = checked(rows)

    assert batch.counts["read"] == 4
    assert batch.counts["bad"] == 2
    assert {f.row for f in FindingRow.objects.filter(batch=batch)} == {4, 5}
    assert row_of(batch, 2).outcome == "change"
    assert row_of(batch, 3).outcome == "same"
    assert known(a1) == before["a1"]

    commit(batch)
    assert batch.state == Batch.State.COMMITTED
    assert facts(a1)["economic_status"] == "dibao"
    assert "economic_status" not in facts(a1, date(2026, 10, 31))
    assert known(a2) == before["a2"]
    assert list(audit.verify()) == []
    entry = AuditEntry.objects.get(act="record_facts", subject=f"elder:{a1.pk}", who="clerk")
    assert entry.after["values"] == {"economic_status": "dibao"}
    assert AuditEntry.objects.filter(act="import_commit", subject=f"import:{batch.pk}").exists()

    undo(batch)
    assert batch.state == Batch.State.UNDONE
    assert {key: known(her) for key, her in county.elders.items() if key[0] != "n"} == {
        key: rows for key, rows in before.items() if key[0] != "n"
    }
    assert list(audit.verify()) == []
