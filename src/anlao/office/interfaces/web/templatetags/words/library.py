"""What the words of all rooms are made with."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

Words = Mapping[str, tuple[str, str]]
"""Chinese and English by the name that is stored."""

register = template.Library()


def picked(words: Words, name: str, language: str) -> str:
    """Return a name in words; one that has none yet shows as it is stored."""
    return words.get(name, (name, name))[language == "en"]
