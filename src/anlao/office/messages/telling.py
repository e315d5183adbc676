"""What becomes of a message: printed, handed over, read out at a visit, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from anlao.office.messages import states
from anlao.office.messages.models import Event, Message, with_state
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

BY_HAND: Final = (states.READ_OUT, states.DELIVERED, states.FAILED, states.WITHDRAWN)
_LEAST = 2
_NOTHING: Mapping[int, str] = {}


class NotTold(ValueError):
    """Raised for what cannot be said of a message; says why, in two languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def one_at_a_time() -> None:
    """Let two who print, send or answer do so one after the other, to the transaction's end.

    Rows cannot be locked: nobody may change them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('notices_event'))")


@transaction.atomic
def record(*, number: int, state: str, note: str, by: str, at: datetime) -> Message:
    """Write down what became of a message. Raises NotTold and Message.DoesNotExist.

    ``note``: why it failed or is withdrawn; to whom it was read out or handed.
    """
    one_at_a_time()
    message: Message = with_state(Message.objects.select_related("elder")).get(pk=number)
    if state not in choices(message):
        now = states.NAMES[message.state]  # type: ignore[attr-defined]
        raise NotTold(
            f"这件告知现在是“{now[0]}”，不能这样登记；请刷新页面",
            f"It is {now[1]} now, which this does not follow; load the page again",
        )
    if len(note) < _LEAST:
        raise NotTold("请写明情况", "Say how it was")
    add([message], state, by=by, at=at, notes={message.pk: note})
    audit.record(
        Act(
            f"message_{state}",
            message.subject,
            message.division_code,
            purpose=note,
            after={"message": message.number, "cause": message.cause},
        ),
        by=by,
    )
    return message


def choices(message: Message) -> list[str]:
    """Return what may be written down of a message by hand now. It carries its state."""
    after = states.NEXT[message.state]  # type: ignore[attr-defined]
    return [state for state in BY_HAND if state in after]


def add(
    found: Iterable[Message],
    state: str,
    *,
    by: str,
    at: datetime,
    batch: str = "",
    notes: Mapping[int, str] = _NOTHING,
) -> None:
    """Add the same state to messages; the database refuses what does not follow."""
    Event.objects.bulk_create(
        [
            Event(
                message=one,
                division_code=one.division_code,
                state=state,
                note=notes.get(one.pk, ""),
                batch=batch,
                by=by,
                at=at,
            )
            for one in found
        ]
    )
