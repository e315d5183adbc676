"""A message out of what happened: words filled in and frozen, sent nowhere yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from anlao import masking
from anlao.office.benefits.holders import Holder
from anlao.office.cases.terms import terms_of as case_terms
from anlao.office.messages.causes import Happened
from anlao.office.messages.models import LETTER, SMS, Message
from anlao.office.messages.terms import Terms, Words, filled, missing
from anlao.office.registry.models import Elder
from anlao.office.service_list.queries import help_for
from anlao.places import divisions

_IDENTITY = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9Xx])")
_MAY_LACK = ("phone", "help")
_LONGEST_SMS = 300


def made(happened: Happened, holder: Holder, terms: Terms, *, day: date, at: datetime) -> Message:
    """Return a message that is not saved yet, in the words of today's settings."""
    words = terms.causes[happened.cause]
    is_there = holder.is_there(day)
    zh, en = happened.tell(holder)
    contact = help_for(holder.division)
    asked = {"help": contact.name, "phone": contact.phone}
    has_died = holder.elder is not None and holder.elder.state == Elder.State.DECEASED
    to = f"{holder.name}家属" if has_died else holder.name
    letter = {
        "to": to,
        "place": divisions.name_path(holder.division),
        "signed": contact.name,
        "phone": contact.phone,
        "zh": _letter(words, terms, holder, "zh", {**zh, **asked, "name": to}),
        "en": _letter(words, terms, holder, "en", {**en, **asked, "name": to}),
    }
    sms = _sms(words, {**zh, **asked, "name": holder.public_name})
    # who reads the telephone of somebody who has died or left is not known
    channels = [one for one in words.channels if one != SMS or (is_there and sms)] or [LETTER]
    return Message(
        subject=happened.subject,
        elder=holder.elder,
        division_code=holder.division,
        cause=happened.cause,
        reference=happened.reference,
        about=happened.about,
        care_of=happened.care_of,
        channels=channels,
        letter=letter,
        sms=sms,
        happened_at=happened.at,
        made_at=at,
    )


def without_identity_numbers(text: str) -> str:
    """Return a text in which what looks like an identity number is masked.

    >>> without_identity_numbers("证号331123194005060021有误")
    '证号331123********0021有误'
    """
    return _IDENTITY.sub(lambda found: masking.identity_number(found[0]), text)


def _letter(
    words: Words, terms: Terms, holder: Holder, language: str, values: Mapping[str, str]
) -> dict[str, Any]:
    """Return title, paragraphs and rights. A paragraph that names what is not known is left out."""
    paragraphs = getattr(words.letter, language)
    rights: list[str] = []
    if words.rights:
        law = case_terms(holder.division)
        rights = [getattr(terms.objection, language)]
        rights += [
            f"{getattr(one, language)}（{one.source}）"
            for one in (law.reconsideration, law.lawsuit)
        ]
    return {
        "title": getattr(words.title, language),
        "body": [
            without_identity_numbers(filled(one, values))
            for one in paragraphs
            if not set(missing(one, values)) - set(_MAY_LACK)
        ],
        "rights": rights,
    }


def _sms(words: Words, values: Mapping[str, str]) -> str:
    """Return the text message; "" where it would not fit or lacks a word: then a letter goes."""
    if set(missing(words.sms, values)) - set(_MAY_LACK):
        return ""
    text = without_identity_numbers(filled(words.sms, values))
    return text if len(text) <= _LONGEST_SMS else ""
