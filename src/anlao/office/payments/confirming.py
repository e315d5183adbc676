"""Townships' lists of a run: stamped on paper, their scans kept with what they were about."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from anlao.office.payments.models import Confirmation, Run
from anlao.office.payments.queries import Township
from anlao.office.payments.refusals import CHANGED, RunRefused
from anlao.office.shared import audit, sealed_files
from anlao.office.shared.audit import Act

LARGEST = 20 * 2**20
_STARTS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n")
"""A scan is a PDF, JPEG or PNG, by what it holds."""


def confirm(
    run: Run, township: Township, *, digest: str, scan: bytes, note: str, by: str, at: datetime
) -> Confirmation:
    """Keep a township's stamped list. ``digest``: of the list that was printed. Raises RunRefused.

    A list whose lines have changed since is stamped anew.
    """
    if not scan or len(scan) > LARGEST or not scan.startswith(_STARTS):
        raise RunRefused(
            "请上传盖章件的扫描件（PDF、JPEG 或 PNG，不超过20 MB）",
            "bring a scan: PDF, JPEG or PNG, no more than 20 MB",
        )
    if run.state != Run.State.PREVIEWED or digest != township.digest:
        raise CHANGED
    made = Confirmation(
        run=run,
        division_code=township.code,
        digest=digest,
        stored=sealed_files.keep(scan, kind="scan"),
        sha256=sha256(scan).hexdigest(),
        note=note,
        by=by,
        at=at,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise RunRefused("这份名单已经确认过", "this list was confirmed already") from None
    after = {"township": township.code, "lines": township.lines, "sha256": made.sha256}
    audit.record(
        Act("confirm_township", f"run:{run.pk}", township.code, purpose=note, after=after), by=by
    )
    return made
