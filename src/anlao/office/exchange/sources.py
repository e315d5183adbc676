"""Where lists are pulled from: `sources.yaml` in the data folder.

public-security:
  url: https://exchange.example.gov.cn/api
  token: …                 what the giver gave us
  key: …                   the giver's public key (base64); its pages are signed with it
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import yaml

from anlao.office.database.folder import DataFolder
from anlao.office.shared import settings_text

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SourceRefused(ValueError):
    """Raised for a source that is not written down, or not as it must be; says what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody who gives lists."""

    name: str
    url: str
    key: str
    token: str = field(repr=False)


def find(name: str, folder: DataFolder) -> Source:
    """Return a source by its name. Raises SourceRefused."""
    path = folder.path / "sources.yaml"
    if not path.exists():
        raise SourceRefused(f"{path} is missing; write there where lists are pulled from")
    try:
        written = settings_text.read(path.read_text("utf-8")) or {}
    except yaml.YAMLError as error:
        raise SourceRefused(f"{path}: {error}") from None
    entry = written.get(name) if isinstance(written, dict) else None
    if not isinstance(entry, dict) or set(entry) != {"url", "token", "key"}:
        raise SourceRefused(f"{path}: {name} needs url, token and key")
    source = Source(name, str(entry["url"]).rstrip("/"), str(entry["key"]), str(entry["token"]))
    where = urlsplit(source.url)
    if where.scheme != "https" and where.hostname not in _LOOPBACK:
        raise SourceRefused(f"{name}: {source.url} is not https; a token would be read on the way")
    return source
