"""Townships' lists of a run: stamped on paper, their scans kept with what they were about."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from anlao.office.payments import queries
from anlao.office.payments.locking import lock
from anlao.office.payments.models import Confirmation, Run
from anlao.office.payments.queries import Township
from anlao.office.payments.refusals import CHANGED, RunRefused
from anlao.office.payments.scans import is_scan, kind_of
from anlao.office.shared import audit, sealed_files
from anlao.office.shared.audit import Act


def confirm(
    run: Run, township: Township, *, digest: str, scan: bytes, note: str, by: str, at: datetime
) -> Confirmation:
    """Keep a township's stamped list. ``digest``: of the list that was printed. Raises RunRefused.

    A list whose lines have changed since is stamped anew, and its scan is another one.
    """
    if not is_scan(scan):
        raise RunRefused(
            "这不是完整的扫描件：请重新扫描盖章件并上传（PDF、JPEG 或 PNG，不超过20 MB）",
            "this is no whole scan: scan the stamped list again and bring it as a PDF, JPEG or PNG"
            " of no more than 20 MB",
        )
    with transaction.atomic():
        held = lock(run)  # nobody decides it anew, and nobody brings the same list, meanwhile
        hashed = sha256(scan).hexdigest()
        _refuse(held, township.code, digest, hashed)
        stored = sealed_files.keep(scan, kind="scan")
        try:
            return _keep(held, township, stored, hashed, note, by, at)
        except BaseException:
            sealed_files.forget(stored)
            raise


def scans(run: Run, code: str) -> list[Confirmation]:
    """Return what came back of a township's lists of a run, the latest first."""
    return list(run.confirmations.filter(division_code=code).order_by("-pk"))


def taken_out(confirmation: Confirmation, *, by: str) -> tuple[bytes, str]:
    """Return a scan as it was brought, and what kind of file it is; the look is logged."""
    data = sealed_files.take_out(confirmation.stored)
    told = Act("read_scan", f"run:{confirmation.run_id}", confirmation.division_code)
    audit.record(told, by=by)
    return data, kind_of(data)


def _refuse(run: Run, code: str, digest: str, hashed: str) -> None:
    now = next((one for one in queries.townships(run) if one.code == code), None)
    if run.state != Run.State.PREVIEWED or now is None or digest != now.digest:
        raise CHANGED
    if now.confirmed:
        raise RunRefused(
            "这份名单已经确认过，不必再传",
            "this list was confirmed already; nothing is left to do",
        )
    before = Confirmation.objects.filter(sha256=hashed).first()
    if before is not None:
        raise RunRefused(
            f"这份扫描件已用于批次{before.run_id}的另一份名单，请上传本名单的盖章件",
            f"this scan was brought for another list, of run {before.run_id}; bring this list's",
        )


def _keep(
    run: Run, township: Township, stored: str, hashed: str, note: str, by: str, at: datetime
) -> Confirmation:
    made = Confirmation(
        run=run,
        division_code=township.code,
        digest=township.digest,
        stored=stored,
        sha256=hashed,
        note=note,
        by=by,
        at=at,
    )
    made.save(force_insert=True)
    after = {"township": township.code, "lines": township.lines, "sha256": hashed}
    audit.record(
        Act("confirm_township", f"run:{run.pk}", township.code, purpose=note, after=after), by=by
    )
    return made
