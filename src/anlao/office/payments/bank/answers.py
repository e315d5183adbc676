"""What a bank answers: every transfer of a run paid or returned, read as a whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from django.db import connection, transaction

from anlao.office.payments import ledger
from anlao.office.payments.locking import lock
from anlao.office.payments.models import Answer, Run, Transfer
from anlao.office.payments.refusals import RunRefused
from anlao.office.payments.terms import AnswerLayout, terms_of
from anlao.office.registry.imports import safety, sheets
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Upload
from anlao.office.registry.imports.sheets import Cell, LostDigits, Row, Serial, Sheet
from anlao.office.shared import audit, sealed_files
from anlao.office.shared.audit import Act

_SHOWN = 20
"""Faults that a refusal names; the file is wrong as a whole, nobody needs all of them."""
_MONEY = re.compile(r"[￥¥,，\s]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row, in both languages."""

    row: int
    zh: str
    en: str


class AnswerRefused(Exception):
    """Raised for an answer that does not fit what was sent; nothing of it is taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].zh)
        self.faults = list(faults[:_SHOWN])
        self.more = max(0, len(faults) - _SHOWN)


@dataclass(frozen=True, slots=True)
class Said:
    """One row: whether the bank paid a transfer, and what else it says."""

    row: int
    reference: str
    fen: int
    is_paid: bool
    result: str
    note: str


def read(run: Run, upload: Upload, *, by: str, at: datetime) -> Answer:
    """Take a bank's answer: transfers become paid or returned, the ledger says so.

    Raises FileRefused (what cannot be read), AnswerRefused (what does not fit), RunRefused.
    """
    digest = sha256(upload.data).hexdigest()
    with transaction.atomic():
        held = lock(run)
        if Answer.objects.filter(run=held, sha256=digest).exists():
            raise RunRefused("这个回盘文件已经读入过", "this answer has been read already")
        if held.state != Run.State.SENT:
            raise RunRefused("批次还没有送银行", "the run was not sent to the bank")
        said = _rows(upload, terms_of(held.division_code).answer)
        _refuse_misfits(held, said)
        answer = _kept(held, upload, digest, said, by, at)
        _take(held, said)
        for kind, fen in (("paid", answer.paid_fen), ("returned", answer.returned_fen)):
            if fen:
                head = ledger.Head(held.division_code, kind, held.month, run=held, memo=answer.name)
                ledger.enter(head, [ledger.Share("", "", fen)], by=by, at=at)
        after = {"paid": answer.paid, "returned": answer.returned, "sha256": digest}
        audit.record(
            Act("read_bank_answer", f"run:{held.pk}", held.division_code, after=after), by=by
        )
    return answer


def _rows(upload: Upload, layout: AnswerLayout) -> list[Said]:
    """Return what an answer says, row by row. Raises FileRefused and AnswerRefused."""
    names = {*layout.reference, *layout.amount, *layout.result, *layout.note}
    book = sheets.read_book(safety.check(upload), lambda text: text.strip() in names)
    if len(book.sheets) != 1:
        raise AnswerRefused(
            [Fault(0, "文件应只有一张有内容的工作表", "the file has one sheet with rows in it")]
        )
    sheet = book.sheets[0]
    reference, amount, result = (
        _place(sheet, wanted, name)
        for wanted, name in (
            (layout.reference, "业务编号"),
            (layout.amount, "金额"),
            (layout.result, "处理结果"),
        )
    )
    note = next((at for at, name in enumerate(sheet.headers) if name.strip() in layout.note), None)
    found: list[Said] = []
    faults: list[Fault] = []
    for row in sheet.read_rows():
        one = _said(row, (reference, amount, result, note), layout)
        if isinstance(one, Fault):
            faults.append(one)
        else:
            found.append(one)
    if faults:
        raise AnswerRefused(faults)
    return found


def _place(sheet: Sheet, wanted: Sequence[str], shown: str) -> int:
    found = [at for at, name in enumerate(sheet.headers) if name.strip() in wanted]
    if len(found) != 1:
        raise AnswerRefused(
            [
                Fault(
                    sheet.header_row,
                    f"应有且只有一列“{shown}”（{'、'.join(wanted)}）",
                    f"there is one column {shown}, called one of {', '.join(wanted)}",
                )
            ]
        )
    return found[0]


def _said(row: Row, places: tuple[int, int, int, int | None], layout: AnswerLayout) -> Said | Fault:
    reference, amount, result, note = places
    fen = _fen(row.cells[amount])
    if fen is None:
        return Fault(row.number, "金额不是有两位以内小数的正数", "the amount is no amount of money")
    text = _text(row.cells[result])
    if text not in layout.paid and text not in layout.returned:
        known = "、".join((*layout.paid, *layout.returned))
        return Fault(
            row.number, f"处理结果“{text}”不在已知结果中（{known}）", f"{text!r} is no known result"
        )
    remark = "" if note is None else _text(row.cells[note])[:200]
    return Said(row.number, _text(row.cells[reference]), fen, text in layout.paid, text, remark)


def _text(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, LostDigits) else str(cell).strip()


def _fen(cell: Cell) -> int | None:
    """Return an amount in yuan as fen; None where it is none."""
    if isinstance(cell, Serial):
        text = f"{cell.number:.4f}"
    elif isinstance(cell, str):
        text = _MONEY.sub("", cell)
    else:
        return None
    try:
        fen = Decimal(text) * 100
    except InvalidOperation:
        return None
    if not fen.is_finite() or fen != fen.to_integral_value() or not 0 < fen < 10**15:
        return None
    return int(fen)


def _refuse_misfits(run: Run, said: Sequence[Said]) -> None:
    faults = list(_misfits(run, said))
    if faults:
        raise AnswerRefused(faults)
    if not said:
        raise AnswerRefused([Fault(0, "文件里没有记录", "there is no row in the file")])


def _misfits(run: Run, said: Sequence[Said]) -> Iterator[Fault]:
    sent = {
        reference: (fen, state)
        for reference, fen, state in Transfer.objects.filter(run=run).values_list(
            "reference", "fen", "state"
        )
    }
    seen: dict[str, int] = {}
    for one in said:
        fen, state = sent.get(one.reference, (None, None))
        if fen is None:
            yield Fault(
                one.row,
                f"业务编号“{one.reference}”不属于本批次",
                f"reference {one.reference!r} is none of this run",
            )
        elif one.reference in seen:
            yield Fault(
                one.row,
                f"与第{seen[one.reference]}行重复",
                f"the same as row {seen[one.reference]}",
            )
        elif state != Transfer.State.SENT:
            yield Fault(one.row, "这一笔已有银行结果", "this transfer has an answer already")
        elif fen != one.fen:
            yield Fault(
                one.row,
                f"金额与送盘不符：应为{fen / 100:.2f}元",
                f"the amount is not what was sent: {fen / 100:.2f} yuan",
            )
        seen.setdefault(one.reference, one.row)


def _kept(
    run: Run, upload: Upload, digest: str, said: Sequence[Said], by: str, at: datetime
) -> Answer:
    paid = [one.fen for one in said if one.is_paid]
    returned = [one.fen for one in said if not one.is_paid]
    answer = Answer(
        run=run,
        division_code=run.division_code,
        name=upload.name[:200],
        stored=sealed_files.keep(upload.data, kind="answer"),
        sha256=digest,
        paid=len(paid),
        paid_fen=sum(paid),
        returned=len(returned),
        returned_fen=sum(returned),
        read_by=by,
        read_at=at,
    )
    answer.save(force_insert=True)
    return answer


_TAKE = """
UPDATE payments_transfer t SET state = CASE WHEN s.paid THEN 'paid' ELSE 'returned' END,
  bank_code = s.result, bank_note = s.note
FROM unnest(%s::text[], %s::boolean[], %s::text[], %s::text[]) AS s(reference, paid, result, note)
WHERE t.reference = s.reference AND t.run_id = %s
"""


def _take(run: Run, said: Sequence[Said]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [
                [one.reference for one in said],
                [one.is_paid for one in said],
                [one.result[:20] for one in said],
                [one.note for one in said],
                run.pk,
            ],
        )


__all__ = ("Answer", "AnswerRefused", "Fault", "FileRefused", "read")
