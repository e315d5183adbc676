"""Looking for what there is to tell, and making a message of each: twice makes nothing twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef

from anlao.office.messages import states
from anlao.office.messages.causes import FINDS, Happened, Look
from anlao.office.messages.making import made
from anlao.office.messages.models import Event, Message
from anlao.office.messages.terms import Terms, terms_of
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_CHUNK = 200


@dataclass(slots=True)
class Swept:
    """How many messages were made, by cause. ``is_more``: others wait for another sweep."""

    made: dict[str, int] = field(default_factory=dict)
    is_more: bool = False

    @property
    def total(self) -> int:
        return sum(self.made.values())


@transaction.atomic
def sweep(division: str, *, day: date, at: datetime, by: str, most: int | None = None) -> Swept:
    """Make what is to be told inside a division and not told yet. Raises TermsRefused.

    ``most``: messages at once; None: as the settings say.
    """
    terms = terms_of(division)
    look = Look(division, at - timedelta(days=terms.look_back_days), day)
    left, swept = terms.at_once if most is None else most, Swept()
    for chunk in _chunks(_new(look, terms, day)):
        if left <= 0:
            swept.is_more = True
            break
        for message in _kept(chunk[:left], terms, day, at, by):
            swept.made[message.cause] = swept.made.get(message.cause, 0) + 1
        swept.is_more = len(chunk) > left
        left -= len(chunk)
    if swept.total:
        audit.record(
            Act("make_messages", f"division:{division}", division, after=dict(swept.made)), by=by
        )
    return swept


def _new(look: Look, terms: Terms, day: date) -> Iterator[Happened]:
    """Return what happened and nobody was told of yet."""
    for find in FINDS:
        for some in _chunks(find(look)):
            wanted = [one for one in some if one.cause in terms.causes]
            told = _told(wanted)
            for one in wanted:
                if (one.cause, one.reference) not in told and _is_for(one, day):
                    yield one


def _told(some: Sequence[Happened]) -> set[tuple[str, str]]:
    """Return which of them have a message."""
    return set(
        Message.objects.filter(
            cause__in={one.cause for one in some},
            reference__in=[one.reference for one in some],
        ).values_list("cause", "reference")
    )


def _is_for(one: Happened, day: date) -> bool:
    """Return whether there is somebody to tell: of what only she can do, none who has died."""
    holder = one.to()
    return holder is not None and (one.is_for_family or holder.is_there(day))


def _kept(
    some: Iterable[Happened], terms: Terms, day: date, at: datetime, by: str
) -> list[Message]:
    """Save messages and how they began; those that another sweep made meanwhile stay its own."""
    new = []
    for one in some:
        holder = one.to()
        if holder is not None:
            new.append(made(one, holder, terms, day=day, at=at))
    Message.objects.bulk_create(new, ignore_conflicts=True)
    begun = Event.objects.filter(message=OuterRef("pk"))
    rows = list(
        Message.objects.filter(
            cause__in={one.cause for one in new}, reference__in=[one.reference for one in new]
        ).exclude(Exists(begun))
    )
    Event.objects.bulk_create(
        [
            Event(message=row, division_code=row.division_code, state=states.MADE, by=by, at=at)
            for row in rows
        ]
    )
    return rows


def _chunks(found: Iterator[Happened]) -> Iterator[list[Happened]]:
    while some := list(islice(found, _CHUNK)):
        yield some
