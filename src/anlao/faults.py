"""What is wrong with something somebody wrote, told so that they can put it right."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A value, not an exception: a whole file of entries is read and all its faults are shown.

    `code` is stable and for programs; `zh` and `en` say what, where and what to do about it.
    Neither text repeats more of a person's data than the part that is wrong.
    """

    code: str
    zh: str
    en: str

    def text(self, language: str) -> str:
        return self.zh if language == "zh" else self.en
