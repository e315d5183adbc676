"""What is wrong in a list: where, what stands there, why it cannot be, and what was expected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from anlao.office.registry.imports.refusals import NOTHING, Language, Text
from anlao.office.registry.imports.sheets import Place

Severity = Literal["error", "warning"]
_LONG_NUMBER = re.compile(r"\d(?:[\s\-.]?\d){9,}[\s\-.]?[xX\uff38\uff58\d]?")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. ``value`` is masked. An error keeps its row out; a warning does not."""

    code: str
    severity: Severity
    reason: Text
    expected: Text = NOTHING
    place: Place | None = None
    header: str = ""
    value: str = ""

    def message(self, language: Language = "zh") -> str:
        """Return the finding as a line for the clerk."""
        reason, expected = self.reason.of(language), self.expected.of(language)
        where = [str(self.place)] if self.place else []
        where += [self.header] if self.header else []
        shown = [f"“{self.value}”"] if self.value else []
        if language == "zh":
            end = f"；应为{expected}" if expected else ""
            return " ".join([*where, *shown]) + ("：" if where or shown else "") + reason + end
        end = f"; expected {expected}" if expected else ""
        return " ".join([*where, *shown]) + (": " if where or shown else "") + reason + end


def masked(text: str, *, identity: bool = False) -> str:
    """Return a value that may be shown: long numbers keep three characters and the last four.

    >>> masked("330326194103081234")
    '330***********1234'
    """
    shown = "".join(c if c.isprintable() else " " for c in text)[:_SHOWN]
    if identity:
        return _starred(shown)
    return _LONG_NUMBER.sub(lambda found: _starred(found[0]), shown)


def _starred(text: str) -> str:
    if len(text) < 12:
        return "*" * len(text)
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
