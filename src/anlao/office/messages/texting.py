"""The file of text messages: number, telephone, words. A gateway of somebody else sends it."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from anlao.office.messages import states, telling
from anlao.office.messages.telling import NotTold
from anlao.office.registry import identity
from anlao.office.shared import audit, spreadsheets
from anlao.office.shared.audit import Act

HEAD: Final = ("编号", "手机号码", "短信内容")
_LEAST = 4
"""A reason why telephone numbers are opened is more than a word."""


@transaction.atomic
def made(
    found: QuerySet[Any], *, form: str, most: int, reason: str, by: str, at: datetime
) -> tuple[str, bytes]:
    """Return name and content of a file of text messages, and write down that they are in it.

    It holds whole telephone numbers: each is logged as opened, the file as given out. Raises
    NotTold.
    """
    if len(reason) < _LEAST:
        raise NotTold("请写明取用电话号码的理由", "Say why telephone numbers are opened")
    if form not in spreadsheets.TYPES:
        raise NotTold("没有这种文件格式", "There is no such kind of file")
    telling.one_at_a_time()
    chosen = list(found.order_by("division_code", "pk")[:most])
    if not chosen:
        raise NotTold("没有要发的短信", "There is no text message to send")
    batch = f"S{at:%Y%m%d%H%M%S}"
    rows = [HEAD]
    for one in chosen:
        rows.append((one.number, identity.phone_of(one.elder), one.sms))
        audit.record(
            Act("reveal", one.subject, one.division_code, reason, after={"message": one.number}),
            by=by,
        )
    data = spreadsheets.written(rows, form=form)
    telling.add(chosen, states.IN_FILE, by=by, at=at, batch=batch)
    after = {"batch": batch, "count": len(chosen), "sha256": sha256(data).hexdigest()}
    audit.record(Act("export_messages", f"messages:{batch}", purpose=reason, after=after), by=by)
    return f"{batch}.{form}", data
