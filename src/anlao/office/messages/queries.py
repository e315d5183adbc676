"""Messages by place, state and cause; which are to be printed, which go as text messages."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left

from anlao.office.messages import states
from anlao.office.messages.models import SMS, Message, with_state

NO_PHONE = "no_phone"
"""Not a state: what would go as a text message, had she a telephone."""
_TOWNSHIP = 9


def find(number: int) -> Any:
    """Return a message with its state, if it is inside the scope of the transaction."""
    return with_state(Message.objects.select_related("elder").filter(pk=number)).first()


def listed(
    *, state: str = "", cause: str = "", place: str = "", with_files: bool = True
) -> QuerySet[Any]:
    """Return messages by township. ``state``: of those, or `NO_PHONE`; "" for all.

    ``with_files``: those to files of the registers too.
    """
    found = with_state(Message.objects.filter(division_code__startswith=place))
    if not with_files:
        found = found.filter(elder__isnull=False)
    if cause:
        found = found.filter(cause=cause)
    if state == NO_PHONE:
        found = found.filter(_without_phone(), channels__0=SMS, state=states.MADE)
    elif state:
        found = found.filter(state=state)
    return found.select_related("elder").order_by("division_code", "pk")


def counts(*, with_files: bool = True) -> dict[str, int]:
    """Return how many messages there are in each state, and without a telephone."""
    found = with_state(Message.objects.all())
    if not with_files:
        found = found.filter(elder__isnull=False)
    rows = found.values_list("state").annotate(many=Count("pk")).order_by()
    without = listed(state=NO_PHONE, with_files=with_files).count()
    return {str(state): int(many) for state, many in rows} | {NO_PHONE: without}


def for_letters(found: QuerySet[Any]) -> QuerySet[Any]:
    """Return which of them go by letter now: it comes first, no telephone, or nothing else did."""
    first = Q(state=states.MADE) & (~Q(channels__0=SMS) | _without_phone())
    return found.filter(first | Q(state=states.FAILED))


def for_text_messages(found: QuerySet[Any]) -> QuerySet[Any]:
    """Return which of them go as a text message now."""
    return found.filter(channels__0=SMS, state=states.MADE).exclude(_without_phone())


def of(subject: str) -> list[Any]:
    """Return all that somebody was told, the latest first."""
    found = with_state(Message.objects.filter(subject=subject).select_related("elder"))
    return list(found.order_by("-pk"))


def told_to(subject: str) -> list[Any]:
    """Return what she herself reads of it: all but what was withdrawn."""
    return [one for one in of(subject) if one.state != states.WITHDRAWN]


def places() -> list[str]:
    """Return the townships whose elders were told something, as far as the scope goes."""
    codes = Message.objects.annotate(township=Left("division_code", _TOWNSHIP))
    return list(codes.order_by("township").values_list("township", flat=True).distinct())


def _without_phone() -> Q:
    return Q(elder__isnull=True) | Q(elder__phone_cipher__isnull=True)
