"""Letters to print: many in one PDF/A, by township, each on pages of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pylopdf_fonts_zh_cn as fonts
import typst
from django.db import transaction
from django.db.models import QuerySet

from anlao.office.messages import states, telling
from anlao.office.messages.models import Message
from anlao.office.messages.telling import NotTold
from anlao.office.registry.models import Address
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.places import divisions

_TEMPLATE = Path(__file__).with_name("letters.typ")
_STANDARD: Final = "a-2b"
_TOWNSHIP = 9
_BEST: Final = (Address.Use.LETTERS, Address.Use.RESIDENCE, Address.Use.REGISTERED)


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands on the paper; ``address``: lines for the window of an envelope."""

    township: str
    number: str
    address: Sequence[str]
    title: str
    to: str
    body: Sequence[str]
    rights: Sequence[str]
    ask: str
    signed: str
    day: str
    foot: str


@transaction.atomic
def printed(found: QuerySet[Any], *, most: int, by: str, at: datetime, day: date) -> bytes:
    """Return letters as one PDF, by township, and write down that they were printed.

    Raises NotTold where there is none. Every letter is logged as a look at its file.
    """
    telling.one_at_a_time()
    chosen = list(found.order_by("division_code", "subject", "pk")[:most])
    if not chosen:
        raise NotTold("没有要打印的告知书", "There is no letter to print")
    lines = _addresses(chosen, day)
    made = _pdf([_letter(one, lines.get(one.elder_id, ""), day) for one in chosen])
    batch = f"L{at:%Y%m%d%H%M%S}"
    telling.add(chosen, states.PRINTED, by=by, at=at, batch=batch)
    for one in chosen:
        after = {"message": one.number, "cause": one.cause, "batch": batch}
        audit.record(Act("print_message", one.subject, one.division_code, after=after), by=by)
    return made


def _letter(message: Message, address: str, day: date) -> Letter:
    kept: dict[str, Any] = message.letter
    told = kept["zh"]
    to = f"{kept['to']}（{message.care_of}转）" if message.care_of else kept["to"]
    phone = f"，电话{kept['phone']}" if kept["phone"] else ""
    return Letter(
        township=divisions.name_path(message.division_code[:_TOWNSHIP]),
        number=message.number,
        address=[line for line in (kept["place"], address, f"{to} 收") if line],
        title=told["title"],
        to=f"{kept['to']}：",
        body=told["body"],
        rights=told["rights"],
        ask=f"有不清楚的，请问{kept['signed']}{phone}，或向村（社区）、乡镇（街道）询问。",
        signed=kept["signed"],
        day=f"{day.year}年{day.month}月{day.day}日",
        foot=message.about,
    )


def _addresses(found: Sequence[Message], day: date) -> dict[int, str]:
    """Return where letters reach them, by elder: for letters, else where they live."""
    rows = Address.objects.filter(
        elder__in=[one.elder_id for one in found if one.elder_id],
        known__upper_inf=True,
        valid__contains=day,
    )
    best: dict[int, tuple[int, str]] = {}
    for row in rows:
        rank = _BEST.index(Address.Use(row.use))
        if row.elder_id not in best or rank < best[row.elder_id][0]:
            best[row.elder_id] = (rank, row.text)
    return {elder: text for elder, (_, text) in best.items()}


def _pdf(letters: Sequence[Letter]) -> bytes:
    return typst.compile(
        _TEMPLATE,
        format="pdf",
        font_paths=[fonts.serif_path().parent],
        ignore_system_fonts=True,
        sys_inputs={"letters": json.dumps([asdict(one) for one in letters], ensure_ascii=False)},
        pdf_standards=[_STANDARD],
    )
