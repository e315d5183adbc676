"""What an imported list gives out as files: what is wrong in it, what it changes, itself marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from anlao.office.jobs.progress import UNSEEN, Progress, Refused
from anlao.office.registry.imports import batches, checking, marked, shown
from anlao.office.registry.imports.models import Batch, FindingRow, StagedRow
from anlao.office.registry.imports.places import Places
from anlao.office.shared import spreadsheets

FINDINGS, PREVIEW, MARKED = "findings", "preview", "marked"
NAMES = {
    FINDINGS: ("问题清单", "what is wrong"),
    PREVIEW: ("变化", "changes"),
    MARKED: ("标注过的名单", "marked copy"),
}
SHORT = 2_000
"""Rows that are given out at once; what is longer is a job."""
_MOST = 1_048_575
"""Rows that a worksheet holds below its head."""
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class File:
    """``what``: one of NAMES. ``form``: xlsx or csv; the marked copy is xlsx. ``language``: of the
    words in it; the marked copy is in Chinese, as the list is.
    """

    what: str
    form: str = "xlsx"
    language: str = "zh"

    @property
    def name(self) -> str:
        return NAMES[self.what][self.language == "en"]


def is_long(batch: Batch, what: str) -> bool:
    """Return whether a file has more rows than one waits for; not known yet is long."""
    if what == MARKED:
        return int(batch.counts.get("read", SHORT + 1)) > SHORT
    return _rows(batch, what) > SHORT


def written(
    batch: Batch, file: File, *, today: date, by: str, progress: Progress = UNSEEN
) -> bytes:
    """Return a file about a list, and log that it was given out. Raises Refused."""
    if file.what == MARKED:
        data = _marked_copy(batch, today=today, by=by, progress=progress)
        said: dict[str, object] = {"of": "marked copy"}
    else:
        data = spreadsheets.written(_told(batch, file, progress), form=file.form)
        said = {"of": file.what, "form": file.form}
    batches.note("export_list", batch, by, after=said)
    return data


def _told(batch: Batch, file: File, progress: Progress) -> Iterator[shown.Row]:
    """Yield the rows of a table and tell how far it is."""
    rows = {FINDINGS: shown.findings, PREVIEW: shown.preview}[file.what](batch, file.language)
    total = _rows(batch, file.what)
    for count, row in enumerate(rows):
        if count > _MOST and file.form == "xlsx":
            raise Refused(
                "行数超过一张工作表，请导出 CSV", "more rows than a worksheet holds; export CSV"
            )
        if count % _AT_ONCE == 0:
            progress.step(min(count, total), total, "正在写入", "writing")
        yield row


def _rows(batch: Batch, what: str) -> int:
    kind = FindingRow if what == FINDINGS else StagedRow
    return int(kind.objects.filter(batch=batch).count())


def _marked_copy(batch: Batch, *, today: date, by: str, progress: Progress) -> bytes:
    if batch.uploaded_by != by:
        raise Refused(
            "标注过的名单含完整证件号，只给上传的人", "only whoever brought the list gets it back"
        )
    progress.step(0, 0, "正在核对名单", "checking the list")
    found = checking.validated(batch, Places(batch.division_code), today)
    total, out = found.rows_read, BytesIO()

    def tell(count: int) -> None:
        progress.step(min(count, total), total, "正在写入", "writing")

    marked.write_marked(sheet=batches.sheet_of(batch), validation=found, out=out, tell=tell)
    return out.getvalue()
