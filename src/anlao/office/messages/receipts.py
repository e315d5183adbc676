"""What a gateway answers: every message of a file delivered or not, read whole or not at all.

Read once more, the same file changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from anlao.office.messages import states, telling
from anlao.office.messages.models import Event, Message, with_state
from anlao.office.messages.terms import Receipts, terms_of
from anlao.office.registry.imports import safety, sheets
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Upload
from anlao.office.registry.imports.sheets import Cell, LostDigits, Row, Sheet
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_SHOWN = 200
_CHUNK = 2_000
_DIGITS = 8
_NO_REASON = "未说明原因"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row, in both languages."""

    row: int
    zh: str
    en: str


class ReceiptsRefused(Exception):
    """Raised for receipts that do not fit what was sent; nothing of them is taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].zh)
        self.faults = list(faults[:_SHOWN])
        self.more = max(0, len(faults) - _SHOWN)


@dataclass(frozen=True, slots=True)
class Read:
    """How many receipts were new, by result, and how many said what was known."""

    delivered: int
    failed: int
    known: int


@dataclass(frozen=True, slots=True)
class Said:
    """One row: a message, and whether it was delivered."""

    row: int
    number: int
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message with its latest file, and what a receipt said of that, if anything."""

    message: Any
    batch: str
    answered: str


@transaction.atomic
def read(upload: Upload, *, division: str, by: str, at: datetime) -> Read:
    """Take receipts. Raises FileRefused (cannot be read) and ReceiptsRefused (does not fit).

    ``division``: by whose settings columns and results are read.
    """
    said = _rows(upload, terms_of(division).receipts)
    telling.one_at_a_time()
    sent = _sent([one.number for one in said])
    if faults := list(_misfits(said, sent)):
        raise ReceiptsRefused(faults)
    new = [one for one in said if not _is_known(one, sent[one.number])]
    Event.objects.bulk_create(
        [
            Event(
                message=sent[one.number].message,
                division_code=sent[one.number].message.division_code,
                state=one.state,
                note=one.note,
                batch=sent[one.number].batch,
                by=by,
                at=at,
            )
            for one in new
        ]
    )
    delivered = sum(one.state == states.DELIVERED for one in new)
    found = Read(delivered, len(new) - delivered, len(said) - len(new))
    after = {
        "file": upload.name[:200],
        "sha256": sha256(upload.data).hexdigest(),
        "delivered": found.delivered,
        "failed": found.failed,
        "known": found.known,
    }
    audit.record(Act("read_receipts", f"messages:{division}", division, after=after), by=by)
    return found


def _rows(upload: Upload, layout: Receipts) -> list[Said]:
    names = {*layout.number, *layout.result, *layout.note}
    book = sheets.read_book(safety.check(upload), lambda text: text.strip() in names)
    if len(book.sheets) != 1:
        raise ReceiptsRefused(
            [Fault(0, "文件应只有一张有内容的工作表", "the file has one sheet with rows in it")]
        )
    sheet = book.sheets[0]
    number = _place(sheet, layout.number, "编号")
    result = _place(sheet, layout.result, "结果")
    note = next((at for at, name in enumerate(sheet.headers) if name.strip() in layout.note), None)
    found = [_said(row, number, result, note, layout) for row in sheet.read_rows()]
    if faults := [one for one in found if isinstance(one, Fault)]:
        raise ReceiptsRefused(faults)
    if not found:
        raise ReceiptsRefused([Fault(0, "文件里没有记录", "there is no row in the file")])
    return [one for one in found if isinstance(one, Said)]


def _place(sheet: Sheet, wanted: Sequence[str], shown: str) -> int:
    found = [at for at, name in enumerate(sheet.headers) if name.strip() in wanted]
    if len(found) != 1:
        known = "、".join(wanted)
        raise ReceiptsRefused(
            [
                Fault(
                    sheet.header_row,
                    f"应有且只有一列“{shown}”（{known}）",
                    f"there is one column {shown}, called one of {known}",
                )
            ]
        )
    return found[0]


def _said(row: Row, number: int, result: int, note: int | None, layout: Receipts) -> Said | Fault:
    text = _text(row.cells[number])
    digits = text[1:]
    if not (text[:1] == "G" and len(digits) == _DIGITS and digits.isascii() and digits.isdigit()):
        return Fault(
            row.number, f"“{text[:20]}”不是告知编号", f"{text[:20]!r} is no number of a message"
        )
    told = _text(row.cells[result])
    if told not in layout.delivered and told not in layout.failed:
        known = "、".join((*layout.delivered, *layout.failed))
        return Fault(
            row.number,
            f"结果“{told[:20]}”不在已知结果中（{known}）",
            f"{told[:20]!r} is no known result ({known})",
        )
    why = "" if note is None else _text(row.cells[note])[:200]
    if told in layout.failed:
        return Said(row.number, int(digits), states.FAILED, why or _NO_REASON)
    return Said(row.number, int(digits), states.DELIVERED, why)


def _text(cell: Cell) -> str:
    found = "" if cell is None or isinstance(cell, LostDigits) else str(cell)
    return found.replace("\x00", "").strip()


def _sent(numbers: Sequence[int]) -> dict[int, _Sent]:
    """Return what was sent inside the scope, by number."""
    found: dict[int, _Sent] = {}
    for start in range(0, len(numbers), _CHUNK):
        some = numbers[start : start + _CHUNK]
        batches: dict[int, str] = {}
        answers: dict[tuple[int, str], str] = {}
        for event in Event.objects.filter(message__in=some).exclude(batch="").order_by("pk"):
            if event.state == states.IN_FILE:
                batches[event.message_id] = event.batch
            elif event.state in (states.DELIVERED, states.FAILED):
                answers[event.message_id, event.batch] = event.state
        for message in with_state(Message.objects.filter(pk__in=some)):
            batch = batches.get(message.pk, "")
            found[message.pk] = _Sent(message, batch, answers.get((message.pk, batch), ""))
    return found


def _misfits(said: Sequence[Said], sent: Mapping[int, _Sent]) -> Iterator[Fault]:
    seen: dict[int, int] = {}
    for one in said:
        its = sent.get(one.number)
        if its is None or not its.batch:
            yield Fault(
                one.row,
                f"G{one.number:08d} 不是已列入短信文件的告知",
                f"G{one.number:08d} is no message of a file of text messages",
            )
        elif one.number in seen:
            yield Fault(
                one.row, f"与第{seen[one.number]}行重复", f"the same as row {seen[one.number]}"
            )
        elif its.message.state != states.IN_FILE and not _is_known(one, its):
            now = states.NAMES[its.message.state]
            yield Fault(
                one.row,
                f"这件告知现在是“{now[0]}”，与回执不符",
                f"the message is {now[1]} now; the receipt says otherwise",
            )
        seen.setdefault(one.number, one.row)


def _is_known(one: Said, its: _Sent) -> bool:
    """Return whether a receipt says what is written down already."""
    if its.message.state == states.IN_FILE:
        return False
    return one.state in (its.message.state, its.answered)


__all__ = ("Fault", "FileRefused", "Read", "ReceiptsRefused", "read")
