"""How often in a minute an address may ask what needs no sign-in."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

MINUTE = 60


def too_often(request: HttpRequest, what: str, *, most: int, everywhere: int) -> bool:
    """Count a try; return whether there were too many in this minute, from there or in all."""
    return any(
        _counted(f"{what}:{name}") > limit
        for name, limit in ((_address(request), most), ("everywhere", everywhere))
    )


def _address(request: HttpRequest) -> str:
    """Return who asks: behind a proxy of ours, the address that the proxy itself has added."""
    added = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    if added and settings.SECURE_PROXY_SSL_HEADER:
        return added[:64]
    return str(request.META.get("REMOTE_ADDR", ""))


def _counted(key: str) -> int:
    cache.add(key, 0, MINUTE)
    try:
        return int(cache.incr(key))
    except ValueError:  # forgotten just now
        return 1
