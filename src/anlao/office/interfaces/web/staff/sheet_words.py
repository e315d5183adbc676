"""A score sheet in words: its sections for the page, its form for the tablet, differences."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from anlao.office.assessments import answers
from anlao.office.assessments.answers import Apart
from anlao.office.assessments.instrument.model import Field, Instrument, Item
from anlao.office.assessments.sheets import Given

_TIMES = (("无", "none"), ("1次", "once"), ("2次", "twice"), ("3次及以上", "three or more"))
_YES_NO = {"yes": ("是", "yes"), "no": ("否", "no")}
_PSYCHIATRIST = (
    "“其他精神和行为障碍”是否由精神科医生确诊",
    "Was the other mental disorder diagnosed by a psychiatrist",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of annex A as the page asks it."""

    field: Field
    is_needed: bool
    is_private: bool
    asks_psychiatrist: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of annex A with what is asked there."""

    code: str
    name: Any
    fields: list[Asked]


def sections(instrument: Instrument) -> list[Section]:
    """Return the parts of annex A that an assessor fills in."""
    found = []
    for section in instrument.sections:
        asked = [
            Asked(
                field,
                field.code in answers.NEEDED,
                answers.is_private(instrument, field.code),
                field.code == answers.DIAGNOSES,
            )
            for field in section.fields
            if field.code not in answers.FROM_THE_FILE
        ]
        if asked:
            found.append(Section(section.code, section.name, asked))
    return found


def form(instrument: Instrument, language: str) -> dict[str, Any]:
    """Return what the tablet must know to count and to look for gaps."""
    return {
        "max": instrument.max_score,
        "groups": [
            {
                "code": group.code,
                "max": group.max_score,
                "items": [item.code for item in group.items],
            }
            for group in instrument.groups
        ],
        "needed": [*answers.NEEDED, *(item.code for item in instrument.items)],
        "psychiatrist": answers.PSYCHIATRIST,
        "diagnoses": answers.DIAGNOSES,
        "disorder": answers.MENTAL_DISORDER,
        "levels": [
            {"from": level.lowest_total, "name": _in(level.name, language)}
            for level in instrument.levels
        ],
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the settling page. ``options``: value as it is sent, words, whether it is chosen."""

    code: str
    name: str
    first: str
    second: str
    options: list[tuple[str, str, bool]]
    reason: str
    agreed: str


def difference(
    instrument: Instrument,
    apart: Apart,
    language: str,
    *,
    settled: Given | None,
    sent: QueryDict | None,
) -> Difference:
    """Return where two sheets differ, with what may be agreed upon."""
    item = _item(instrument, apart.code)
    values = [option.score for option in item.options] if item else [apart.first, apart.second]
    if apart.code == answers.COMA:
        values = list(_YES_NO)
    chosen = json.dumps(settled.value) if settled is not None and settled.reason else ""
    reason = settled.reason if settled is not None else ""
    if sent is not None:
        chosen = sent.get(f"value:{apart.code}", "")
        reason = sent.get(f"reason:{apart.code}", "")
    return Difference(
        apart.code,
        name_of(instrument, apart.code, language),
        shown(instrument, apart.code, apart.first, language),
        shown(instrument, apart.code, apart.second, language),
        [
            (
                json.dumps(value),
                shown(instrument, apart.code, value, language),
                json.dumps(value) == chosen,
            )
            for value in values
        ],
        reason,
        shown(instrument, apart.code, settled.value, language) if settled is not None else "—",
    )


def name_of(instrument: Instrument, code: str, language: str) -> str:
    """Return what an item or field is called."""
    if code == answers.PSYCHIATRIST:
        return _PSYCHIATRIST[language == "en"]
    found = _item(instrument, code) or instrument.field_of(code)
    return _in(found.name, language) if found else code


def shown(instrument: Instrument, code: str, value: Any, language: str) -> str:
    """Return an answer in words."""
    english = language == "en"
    if value is None:
        return "—"
    item = _item(instrument, code)
    if item is not None:
        points = f"{value} points: " if english else f"{value}分："
        return points + _in(item.option(value).guidance, language)
    field = instrument.field_of(code)
    if field is None:
        return str(_YES_NO.get(value, (value, value))[english])
    names = {choice.id: _in(choice.name, language) for choice in field.choices}
    between = ", " if english else "、"
    if field.kind == "events":
        told = [f"{names[kind]} {_TIMES[count][english]}" for kind, count in value.items()]
        return between.join(told) or ("none" if english else "无")
    if field.kind == "many":
        return between.join(names[one] for one in value) or ("none" if english else "无")
    return str(names.get(value, value))


def _item(instrument: Instrument, code: str) -> Item | None:
    return next((item for item in instrument.items if item.code == code), None)


def _in(label: Any, language: str) -> str:
    return str(label.en if language == "en" else label.zh)
