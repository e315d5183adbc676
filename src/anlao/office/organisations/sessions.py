"""Who is signed in where: sign-ins are noted, shown to their owner, and ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from anlao.office.organisations.models import SignIn, User
from anlao.office.organisations.noting import note

SEEN_EVERY = timedelta(minutes=1)
"""When somebody was last seen is told to the minute, so that not every page writes it."""


def begin(user: User, *, device: str, second: bool, at: datetime) -> SignIn:
    """Note that somebody signed in. ``second``: she showed a second factor."""
    return SignIn.objects.create(
        user=user, device=device, with_second_factor=second, started_at=at, seen_at=at
    )


def is_open(user: User, number: int | None, *, at: datetime) -> bool:
    """Return whether a sign-in of somebody is still open, and note that she was seen."""
    found = SignIn.objects.filter(pk=number or 0, user=user, ended_at=None)
    seen = found.values_list("seen_at", flat=True).first()
    if seen is None:
        return False
    if at - seen >= SEEN_EVERY:
        found.update(seen_at=at)
    return True


def open_ones(user: User, *, since: datetime) -> list[SignIn]:
    """Return the sign-ins of somebody that were used since an instant, the latest first."""
    found = SignIn.objects.filter(user=user, ended_at=None, seen_at__gte=since)
    return list(found.order_by("-seen_at", "-pk"))


def leave(user: User, number: int | None, *, at: datetime) -> None:
    """Note that somebody signed out herself."""
    SignIn.objects.filter(pk=number or 0, user=user, ended_at=None).update(
        ended_at=at, ended_by=user.username
    )


def end(
    user: User,
    *,
    only: int | None = None,
    but: int | None = None,
    by: str,
    at: datetime,
    reason: str = "",
) -> int:
    """End the open sign-ins of somebody: all, only one, or all but one; return how many."""
    found = SignIn.objects.filter(user=user, ended_at=None)
    if only is not None:
        found = found.filter(pk=only)
    if but is not None:
        found = found.exclude(pk=but)
    ended = found.update(ended_at=at, ended_by=by)
    if ended:
        note("end_sessions", user, by=by, purpose=reason, after={"ended": ended})
    return ended


_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_words(agent: str) -> str:
    """Return what a browser calls itself, in two words; "" where it says nothing we know.

    >>> device_words("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/130 Safari/537")
    'Chrome · Windows'
    """
    return " · ".join(filter(None, (_first(_BROWSERS, agent), _first(_SYSTEMS, agent))))


def _first(known: Iterable[tuple[str, str]], agent: str) -> str:
    return next((name for sign, name in known if sign in agent), "")
