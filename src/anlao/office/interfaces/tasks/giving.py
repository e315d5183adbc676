"""A job that lets a month of a place leave the office as one signed file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.conf import settings

from anlao.office.benefits.deciding import month_of
from anlao.office.exchange import package
from anlao.office.jobs.models import Job
from anlao.office.jobs.progress import Progress
from anlao.office.shared import sealed_files

KEPT_AS = "package"


def give(job: Job, *, at: datetime, progress: Progress) -> Mapping[str, Any]:
    """Make and seal the package that a job asks for, inside the scope of the transaction.

    The whole file is held in memory, twice while it is sealed, so that nothing of it is ever on
    the disk in the open.
    """
    asked, out = job.asked, BytesIO()
    wanted = package.Wanted(
        job.division,
        month_of(date.fromisoformat(f"{asked['month']}-01")),
        at,
        asked["form"],
        asked["with_numbers"],
    )
    made = package.write(
        wanted, out, folder=settings.DATA, by=job.who, reason=asked["reason"], progress=progress
    )
    data = out.getvalue()
    return {
        "package": sealed_files.keep(data, kind=KEPT_AS),
        "rows": dict(made.rows),
        "digest": made.digest,
        "bytes": len(data),
    }
