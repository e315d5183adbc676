"""Two months of payments to try the office on: the one before paid, with returns; this one decided.

Accounts are made up. The people whom the county paid before have no case in the office, so their
first month is looked through as a list, as a county does that moves in.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw

from anlao.office.benefits.models import Award
from anlao.office.payments import (
    accounts,
    confirming,
    deciding,
    lines,
    operations,
    queries,
    settling,
    signing,
)
from anlao.office.payments.bank import answers, files
from anlao.office.payments.calendar import plus
from anlao.office.payments.models import Account, Run, Transfer
from anlao.office.registry import bulk
from anlao.office.registry.imports.safety import Upload
from anlao.office.registry.models import Elder
from anlao.office.shared import scope
from anlao.office.shared.scope import WHOLE_OFFICE

BY = "rehearsal"
_NONE, _RETURNED = 151, 89
"""One in so many has no account, has one that the bank refuses."""
_LAYOUT = "usual-csv"


def pay_two_months(county: str, *, month: date, at: datetime) -> None:
    """Pay the month before one, and decide this one."""
    pay(county, month=plus(month, -1), at=at)
    decide(county, month)


def pay(county: str, *, month: date, at: datetime) -> Run:
    """Let everybody with a benefit have an account, and pay a county's first month."""
    with scope.within(WHOLE_OFFICE):
        bulk.insert(Account, accounts_of(county, at))
    run = decide(county, month)
    with scope.within(WHOLE_OFFICE):
        operations.clear_all(
            run, lines.NO_CASE, place="", reason="沿用原发放名单，已整体核对", by=BY, at=at
        )
        approve(run)
        files.make(run, _LAYOUT, by="finance", at=timezone.now())
        answers.read(run, answer_of(run), by="finance", at=timezone.now())
        operations.close(run, by="finance")
        run.refresh_from_db()
    return run


def approve(run: Run) -> None:
    """Let a decided run be stamped, reviewed and approved by the people of the county."""
    run.refresh_from_db()
    stamp(run, by="clerk", at=timezone.now())
    signing.review(run, digest=run.digest, remark="", by="clerk2", at=timezone.now())
    for by in ("approver", "approver2"):
        if signing.approve(run, digest=run.digest, remark="", by=by, at=timezone.now()):
            break
    settling.settle(run, at=timezone.now())


def stamp(run: Run, *, by: str, at: datetime) -> None:
    """Bring a made-up scan of every township's list that has none."""
    for one in queries.unstamped(run):
        said = f"REHEARSAL {run.pk} {one.code} {one.digest}"
        confirming.confirm(
            run, one, digest=one.digest, scan=_sheet(said), note="演示 rehearsal", by=by, at=at
        )


def _sheet(said: str) -> bytes:
    page, out = Image.new("1", (840, 1188), 1), BytesIO()
    ImageDraw.Draw(page).text((40, 40), said, fill=0)
    page.save(out, "PNG")
    return out.getvalue()


def decide(county: str, month: date, *, parent: Run | None = None) -> Run:
    """Open a run and decide it; ``parent``: a correction of that one."""
    with scope.within(WHOLE_OFFICE):
        run = operations.open_run(
            division=county,
            month=month,
            by="clerk",
            at=timezone.now(),
            kind=Run.Kind.CORRECTION if parent else Run.Kind.REGULAR,
            parent=parent,
        )
    now = timezone.now()
    deciding.decide(run.pk, by="clerk", at=now, today=timezone.localdate(now))
    with scope.within(WHOLE_OFFICE):
        run.refresh_from_db()
    return run


def accounts_of(county: str, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield a made-up account for nearly everybody who holds a benefit, as a row to insert."""
    held = Award.objects.filter(division_code__startswith=county, known__upper_inf=True)
    found = Elder.objects.filter(pk__in=held.values("elder"), state=Elder.State.LIVING)
    for number, name, code in found.values_list("pk", "name", "division_code").iterator(5_000):
        if number % _NONE == 0:
            continue
        yield {
            "subject": f"elder:{number}",
            "elder_id": number,
            "division_code": code,
            "bank": "演示农商银行",
            "holder": name,
            "holder_is": Account.Holder.SELF,
            "evidence": "演示 rehearsal",
            "recorded_by": BY,
            "recorded_at": at,
            "ended_by": "",
            **accounts.sealed(f"99{number:017d}"),
        }


def answer_of(run: Run) -> Upload:
    """Return what a bank might answer to a run: one in so many comes back."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["业务编号", "金额", "处理结果", "失败原因"])
    sent = Transfer.objects.filter(run=run, state=Transfer.State.SENT).order_by("pk")
    for reference, fen, subject in sent.values_list("reference", "fen", "line__subject"):
        fails = int(subject.partition(":")[2]) % _RETURNED == 0
        writer.writerow(
            [
                reference,
                f"{fen / 100:.2f}",
                "失败" if fails else "成功",
                "账户已销" if fails else "",
            ]
        )
    return Upload("演示回盘.csv", out.getvalue().encode())
