"""Saving what a list asks for under a name, and giving whole lists out as files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.shared import audit, spreadsheets
from anlao.office.shared.audit import Act
from anlao.office.worklists.kinds import Asked, Kind, Line
from anlao.office.worklists.models import SavedList
from anlao.places import divisions

MOST = 200_000
"""Lines of one file: a worksheet ends at a million, a reader much earlier."""
SHORT = 2_000
"""Lines that are given out at once; what is longer is a job."""
_AT_ONCE = 1_000
_HEAD = {
    "zh": ("姓名", "出生日期", "身份证号", "村（社区）", "事项", "金额（元）", "说明"),
    "en": ("Name", "Born", "Identity number", "Village", "What", "Yuan", "Remark"),
}


class TooLong(ValueError):
    """Raised for a list that is longer than a file takes; narrow it first."""


def save(*, owner: str, name: str, kind: Kind, asked: Asked, at: datetime) -> SavedList:
    """Keep a list under a name; one of that name that is there already asks for this now."""
    made, _ = SavedList.objects.update_or_create(
        owner=owner,
        name=name,
        defaults={"kind": kind.id, "asked": asked.saved(), "saved_at": at},
    )
    return made


def of(owner: str) -> list[SavedList]:
    """Return the lists that somebody saved."""
    return list(SavedList.objects.filter(owner=owner).order_by("name"))


def forget(*, owner: str, number: int) -> None:
    """Take a saved list away; whom it finds is not touched."""
    SavedList.objects.filter(owner=owner, pk=number).delete()


def export(kind: Kind, asked: Asked, *, form: str, by: str, progress: Progress = UNSEEN) -> bytes:
    """Return a whole list as xlsx or csv (UTF-8 with a mark, as WPS and Excel take it).

    Raises TooLong; a file is never cut off.
    """
    found = kind.find(asked)
    total = found.count()
    if total > MOST:
        raise TooLong(total)
    lines = []
    for row in found.iterator(_AT_ONCE):
        lines.append(kind.line(row, asked))
        if len(lines) % _AT_ONCE == 0:
            progress.step(len(lines), total)
    after = {"list": kind.id, "lines": len(lines), "form": form, **asked.saved()}
    audit.record(Act("export_list", f"list:{kind.id}", division=asked.place, after=after), by=by)
    rows = [_HEAD[asked.language], *(_row(line) for line in lines)]
    return spreadsheets.written(rows, form=form)


def _row(line: Line) -> Sequence[str]:
    elder = line.elder
    code = elder.division_code
    place = (
        "".join(step.name for step in divisions.path(code)[3:]) if divisions.find(code) else code
    )
    return (
        elder.name,
        "" if elder.birth_date is None else elder.birth_date.isoformat(),
        elder.identity_mask,
        place,
        line.what,
        "" if line.fen is None else f"{line.fen // 100}.{line.fen % 100:02d}",
        line.note,
    )
