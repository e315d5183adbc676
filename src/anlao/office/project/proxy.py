"""Names and TLS of the office, from the environment: a proxy in front ends TLS and passes on.

ANLAO_ORIGINS       https://anlao.example.gov.cn     where browsers open it; several with commas
ANLAO_HOSTS         anlao.example.gov.cn             more names it answers to (those above do)
ANLAO_PROXY_HEADER  X-Forwarded-Proto                header in which the proxy says https
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
YEAR = 31_536_000
_NAME = re.compile(r"\.?[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Under which names and origins the office is opened. ``header``: "" where there is none."""

    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    header: str
    problems: tuple[str, ...]

    @property
    def by_tls(self) -> bool:
        """Return whether browsers reach the office by TLS."""
        return any(origin.startswith("https://") for origin in self.origins)

    @property
    def says_https(self) -> tuple[str, str] | None:
        """Return the header, as WSGI names it, and what it says for TLS."""
        if not self.header:
            return None
        return "HTTP_" + self.header.upper().replace("-", "_"), "https"


def of_environment(environment: Mapping[str, str]) -> Proxy:
    """Return what the environment says. What cannot be is left out and told in ``problems``."""
    problems: list[str] = []
    origins = [_origin(text) for text in _listed(environment.get("ANLAO_ORIGINS", ""))]
    wrong = [text for text, origin in origins if origin is None]
    problems += [f"ANLAO_ORIGINS: {text} is no origin such as https://name" for text in wrong]
    good = tuple(origin for _, origin in origins if origin is not None)
    named = list(_listed(environment.get("ANLAO_HOSTS", "")))
    problems += [
        f"ANLAO_HOSTS: {name} is no name; write it without https:// and port"
        for name in named
        if not _NAME.fullmatch(name)
    ]
    header = environment.get("ANLAO_PROXY_HEADER", "").strip()
    if header and not _HEADER.fullmatch(header):
        problems.append(f"ANLAO_PROXY_HEADER: {header} is no name of a header")
        header = ""
    hosts = dict.fromkeys(name for name in named if _NAME.fullmatch(name))
    hosts |= dict.fromkeys(_host(origin) for origin in good)
    proxy = Proxy(tuple(hosts), good, header, ())
    return Proxy(proxy.hosts, good, header, (*problems, *_together(proxy)))


def _together(proxy: Proxy) -> Iterator[str]:
    """Yield what does not go together."""
    if proxy.by_tls and not proxy.header:
        yield (
            "ANLAO_ORIGINS says https, but without ANLAO_PROXY_HEADER the office takes every "
            "request for plain http and refuses forms"
        )
    if proxy.header and not proxy.by_tls:
        yield "ANLAO_PROXY_HEADER is set, but no origin begins with https://: see ANLAO_ORIGINS"
    if any(origin.startswith("http://") for origin in proxy.origins):
        yield "an origin is plain http: passwords and files cross the network unsealed"


def _listed(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(",") if part.strip())


def _origin(text: str) -> tuple[str, str | None]:
    try:
        parts = urlsplit(text.rstrip("/"))
        port = parts.port
    except ValueError:
        return text, None
    name = parts.hostname or ""
    plain = parts.path == parts.query == parts.fragment == "" and "@" not in parts.netloc
    host = f"[{name}]" if ":" in name else name
    if parts.scheme not in ("http", "https") or not plain or not _NAME.fullmatch(host):
        return text, None
    return text, f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _host(origin: str) -> str:
    name = urlsplit(origin).hostname or ""
    return f"[{name}]" if ":" in name else name
