"""The file that a bank gets: made once of every transfer that is ready, sealed as it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction
from django.db.models import Sum

from anlao.office.benefits import due
from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.payments import accounts, ledger
from anlao.office.payments.bank import layouts
from anlao.office.payments.bank.layouts import Order
from anlao.office.payments.locking import lock
from anlao.office.payments.models import BankFile, Run, Transfer
from anlao.office.payments.refusals import RunRefused
from anlao.office.payments.terms import Layout, terms_of
from anlao.office.shared import audit, sealed_files
from anlao.office.shared.audit import Act

_AT_ONCE = 2_000


def make(
    run: Run, layout: str, *, by: str, at: datetime, progress: Progress = UNSEEN
) -> BankFile | None:
    """Write the file of a run's ready transfers and mark them sent; None where nothing is ready.

    Raises RunRefused.
    """
    with transaction.atomic():
        held = lock(run)
        if held.state not in (Run.State.APPROVED, Run.State.SENT):
            raise RunRefused("批次还没有审批", "the run is not approved yet")
        chosen = _layout(held, layout)
        ready = Transfer.objects.filter(run=held, state=Transfer.State.READY)
        total, fen = ready.count(), int(ready.aggregate(fen=Sum("fen"))["fen"] or 0)
        if not total:
            return None
        try:
            data = layouts.written(list(_orders(held, total, progress)), chosen)
        except layouts.DoesNotFit as refusal:
            raise RunRefused(str(refusal), f"the layout does not fit: {refusal}") from None
        digest = sha256(data).hexdigest()
        count = BankFile.objects.filter(run=held).count() + 1
        name = f"{held.division_code}-{held.month:%Y%m}-{held.pk}-{count}.{layouts.suffix(chosen)}"
        file = BankFile(
            run=held,
            division_code=held.division_code,
            layout=chosen.id,
            name=name,
            stored=sealed_files.keep(data, kind="bank"),
            sha256=digest,
            count=total,
            fen=fen,
            made_by=by,
            made_at=at,
        )
        file.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE payments_transfer SET state = 'sent', file_id = %s"
                " WHERE run_id = %s AND state = 'ready'",
                [file.pk, held.pk],
            )
        head = ledger.Head(held.division_code, "sent", held.month, run=held, memo=name)
        ledger.enter(head, [ledger.Share("", "", fen)], by=by, at=at)
        held.state = Run.State.SENT
        held.save(update_fields=["state"])
        after = {"file": name, "count": total, "fen": fen, "sha256": digest}
        audit.record(
            Act("make_bank_file", f"run:{held.pk}", held.division_code, after=after), by=by
        )
    return file


def taken_out(file: BankFile, *, by: str) -> bytes:
    """Return a file as it was sent; taking it out is logged."""
    data = sealed_files.take_out(file.stored)
    audit.record(
        Act("take_bank_file", f"run:{file.run_id}", file.division_code, after={"file": file.name}),
        by=by,
    )
    return data


@dataclass(frozen=True, slots=True)
class _Names:
    by_id: dict[str, str]

    def purpose(self, provision: str, period: str) -> str:
        name = self.by_id.get(provision, provision)
        return name if period == "once" else f"{period.replace('-', '年')}月{name}"


def _orders(run: Run, total: int, progress: Progress) -> Iterator[Order]:
    names = _Names({one.id: one.zh for one in due.provided(run.division_code)})
    ready = Transfer.objects.filter(run=run, state=Transfer.State.READY).order_by("pk")
    # Plain rows: making three objects of each costs as much as all the rest.
    rows = ready.values_list(
        "reference",
        "account__holder",
        "account__bank",
        "account__number_cipher",
        "account__seal_row",
        "fen",
        "line__provision",
        "line__period",
    )
    for place, row in enumerate(rows.iterator(_AT_ONCE), start=1):
        if place % _AT_ONCE == 0:
            progress.step(place, total, "正在生成代发文件", "writing the bank's file")
        reference, holder, bank, cipher, sealed_in, fen, provision, period = row
        number = accounts.opened(bytes(cipher), sealed_in)
        yield Order(place, reference, holder, bank, number, fen, names.purpose(provision, period))


def _layout(run: Run, wanted: str) -> Layout:
    found = [one for one in terms_of(run.division_code).layouts if one.id == wanted]
    if not found:
        raise RunRefused("没有这种代发格式", "there is no such layout")
    return found[0]
