"""Taking one thing out of many in a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlao.office.interfaces.web.templatetags.words.library import register


@register.filter
def at(items: Sequence[Any], place: int) -> Any:
    """Return the item of a sequence at a place."""
    return items[place]


@register.filter
def named(names: Mapping[str, str], name: str) -> str:
    """Return a name from a mapping; one that is not in it shows as it is."""
    return names.get(name, name)
