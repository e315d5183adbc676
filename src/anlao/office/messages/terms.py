"""What an office tells, by which way and in which words: settings in `FOLDER/messages/`.

An office without a file of its own goes by `terms.yaml` beside this module.

"{name}，您的{provision}已经核准" + {"name": "王**", "provision": "高龄津贴"} -> what she reads
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, model_validator

from anlao.office.messages.models import CAUSES, SMS
from anlao.office.shared.county_settings import Part, Reader, Sourced, TermsRefused

_USUAL = Path(__file__).with_name("terms.yaml")
_BLANK = re.compile(r"\{([a-z_]*)\}")
WORDS: Final = (
    "name", "provision", "number", "day", "amount", "reason", "clause", "due", "period",
    "help", "phone",
)  # fmt: skip
"""What a template may name. The name in a text message is masked."""
_NOT_IN_SMS: Final = ("reason",)
"""A clerk's own words: whatever stands in them, a text message does not carry it."""


class Both(Part):
    zh: str
    en: str


class Paragraphs(Part):
    zh: tuple[str, ...]
    en: tuple[str, ...]


class Words(Part):
    """What is said of one cause. ``channels``: tried in this order.

    ``amount_in_sms``: whether a text message may say how much. ``rights``: whether the letter
    tells how to object, have it reconsidered and sue.
    """

    channels: Annotated[tuple[Literal["letter", "sms"], ...], Field(min_length=1)]
    amount_in_sms: bool = False
    sms: str = ""
    title: Both
    letter: Paragraphs
    rights: bool = False
    source: str

    @model_validator(mode="after")
    def _can_be_filled_in(self) -> Words:
        texts = (*self.title.model_dump().values(), *self.letter.zh, *self.letter.en)
        for text in (*texts, self.sms):
            for name in _BLANK.findall(text):
                if name not in WORDS:
                    known = ", ".join(WORDS)
                    raise TermsRefused(
                        f"{{{name}}}不在可用词之列（{known}）", f"{{{name}}} is none of {known}"
                    )
        barred = _NOT_IN_SMS if self.amount_in_sms else (*_NOT_IN_SMS, "amount")
        for name in barred:
            if f"{{{name}}}" in self.sms:
                raise TermsRefused(
                    f"此事项的短信不得写明{{{name}}}",
                    f"a text message of this cause does not say the {name}",
                )
        if SMS in self.channels and not self.sms:
            raise TermsRefused("sms：没有短信内容", "sms: no words for the text message")
        return self


class Receipts(Part):
    """回执: what the columns are called, and which results mean delivered or not."""

    number: tuple[str, ...]
    result: tuple[str, ...]
    note: tuple[str, ...]
    delivered: tuple[str, ...]
    failed: tuple[str, ...]


class Terms(Sourced):
    """The settings. ``look_back_days``: what happened earlier is not told any more."""

    WITH_THEIR_OWN: ClassVar = frozenset({"causes"})
    look_back_days: Annotated[int, Field(ge=1, le=366)]
    at_once: Annotated[int, Field(ge=1, le=50_000)]
    letters_at_once: Annotated[int, Field(ge=1, le=1_000)]
    objection: Both
    causes: dict[str, Words]
    receipts: Receipts

    @model_validator(mode="after")
    def _knows_its_causes(self) -> Terms:
        if unknown := sorted(set(self.causes) - set(CAUSES)):
            names, known = ", ".join(unknown), ", ".join(CAUSES)
            raise TermsRefused(
                f"causes：{names}不在事项之列（{known}）", f"causes: {names} is none of {known}"
            )
        return self


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return a template with its words; nothing in the words is read as a template again."""
    return _BLANK.sub(lambda found: values.get(found[1], ""), template)


def missing(template: str, values: Mapping[str, str]) -> Iterator[str]:
    """Return what a template names and nobody knows."""
    return (name for name in _BLANK.findall(template) if not values.get(name))


_READER = Reader("messages", Terms, usual=_USUAL)


def terms_of(division: str) -> Terms:
    """Return what the county of a division tells, and how. Raises TermsRefused."""
    return _READER.of(division)
