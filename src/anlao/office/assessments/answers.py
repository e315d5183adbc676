"""What may be answered on a sheet, and how answers become what is scored and reported.

B.1.1: 3            A.2.14: {"fall": 1}         A.4.1: ["dementia"]        A.3.1: text, sealed
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from anlao.office.assessments import scoring
from anlao.office.assessments.instrument.model import Field, Instrument, Settings
from anlao.office.assessments.report import Answer
from anlao.office.assessments.scoring import Diagnosis, Outcome

EVENTS: Final = "A.2.14"
DIAGNOSES: Final = "A.4.1"
COMA: Final = "A.5.11"
PSYCHIATRIST: Final = "A.4.1-psychiatrist"
"""Whether a psychiatrist made the diagnosis of F04–F99: clause C.4 2) asks."""
MENTAL_DISORDER: Final = "mental_disorder"
FROM_THE_FILE: Final = ("A.1.1", "A.1.2", "A.1.3", "A.2.1", "A.2.2", "A.2.3", "A.2.8")
"""Fields that nobody is asked: the request and the elder's file have them."""
NEEDED: Final = (EVENTS, DIAGNOSES, COMA)
"""Fields on which a level change rests: an answer must be given, be it that there is none."""
_MOST_EVENTS = 3
_LONGEST = 200
_LARGEST = 400
_YES_NO = ("yes", "no")


class AnswerRefused(ValueError):
    """Raised for an answer that the sheet has no place for; ``code``: which."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}：{zh} / {en}")
        self.code, self.zh, self.en = code, zh, en


def asked_fields(instrument: Instrument) -> Iterator[Field]:
    """Yield the fields of annex A that an assessor fills in."""
    for field in instrument.fields():
        if field.code not in FROM_THE_FILE:
            yield field


def is_private(instrument: Instrument, code: str) -> bool:
    """Return whether an answer is kept sealed and never on a tablet."""
    field = instrument.field_of(code)
    return field is not None and (field.private or field.kind == "text")


def checked(instrument: Instrument, code: str, value: Any) -> Any:
    """Return an answer as it is kept; None where a field was emptied. Raises AnswerRefused."""
    item = next((item for item in instrument.items if item.code == code), None)
    if item is not None:
        if not _is_whole(value) or not 0 <= value <= item.max_score:
            raise AnswerRefused(
                code, f"应为0到{item.max_score}分", f"must be 0 to {item.max_score} points"
            )
        return value
    if code == PSYCHIATRIST:
        return _one(code, value, frozenset(_YES_NO))
    field = instrument.field_of(code)
    if field is None or code in FROM_THE_FILE:
        raise AnswerRefused(code, "评估表没有这一项", "the form has no such item")
    return _checked_field(field, value)


def _checked_field(field: Field, value: Any) -> Any:
    ids = frozenset(choice.id for choice in field.choices)
    match field.kind:
        case "one":
            return _one(field.code, value, ids)
        case "many":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise AnswerRefused(field.code, "应为选项列表", "must be a list of choices")
            if not set(value) <= ids or ("none" in value and len(value) > 1):
                raise AnswerRefused(
                    field.code, "有不认识或互相矛盾的选项", "choices unknown or contradictory"
                )
            return sorted(set(value))
        case "events":
            return _counts(field.code, value, ids)
        case "number":
            if value in (None, ""):
                return None
            if not _is_whole(value) or not 0 < value <= _LARGEST:
                raise AnswerRefused(
                    field.code, f"应为1到{_LARGEST}的整数", f"must be a whole number to {_LARGEST}"
                )
            return value
        case _:
            if not isinstance(value, str) or len(value) > _LONGEST or "\x00" in value:
                raise AnswerRefused(
                    field.code, f"应为{_LONGEST}字以内", f"must be text of {_LONGEST} characters"
                )
            return value.strip() or None


def _one(code: str, value: Any, ids: frozenset[str]) -> str | None:
    if value in (None, ""):
        return None
    if not isinstance(value, str) or value not in ids:
        raise AnswerRefused(code, "没有这个选项", "there is no such choice")
    return value


def _counts(code: str, value: Any, ids: frozenset[str]) -> dict[str, int]:
    if not isinstance(value, dict) or not set(value) <= ids:
        raise AnswerRefused(code, "没有这类事件", "there is no such kind of event")
    if not all(_is_whole(count) and 0 <= count <= _MOST_EVENTS for count in value.values()):
        raise AnswerRefused(
            code, "次数应为0、1、2或3（3次及以上）", "counts are 0, 1, 2 or 3 (three or more)"
        )
    return {kind: count for kind, count in sorted(value.items()) if count}


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def gaps(instrument: Instrument, given: Mapping[str, Any]) -> list[str]:
    """Return what still lacks an answer, in the order of the form."""
    needed = [*(code for code in NEEDED), *(item.code for item in instrument.items)]
    found = [code for code in needed if given.get(code) is None]
    if MENTAL_DISORDER in (given.get(DIAGNOSES) or ()) and given.get(PSYCHIATRIST) is None:
        found.insert(0, PSYCHIATRIST)
    return found


def outcome_of(instrument: Instrument, settings: Settings, given: Mapping[str, Any]) -> Outcome:
    """Return the result of a whole sheet. Raises what `scoring.score` raises for a gap."""
    by_psychiatrist = given.get(PSYCHIATRIST) == "yes"
    items = {item.code for item in instrument.items}
    return scoring.score(
        instrument=instrument,
        answers={code: value for code, value in given.items() if code in items},
        events=given.get(EVENTS) or {},
        diagnoses=[
            Diagnosis(one, by_psychiatrist=by_psychiatrist and one == MENTAL_DISORDER)
            for one in given.get(DIAGNOSES) or ()
        ],
        coma=given.get(COMA) == "yes",
        settings=settings,
    )


def information_of(instrument: Instrument, given: Mapping[str, Any]) -> dict[str, Answer]:
    """Return annex A as the report takes it: what C.4 rests on comes with the outcome."""
    found: dict[str, Answer] = {}
    for field in asked_fields(instrument):
        value = given.get(field.code)
        if value is not None and field.code not in NEEDED:
            found[field.code] = tuple(value) if field.kind == "many" else value
    return found


@dataclass(frozen=True, slots=True)
class Apart:
    """A code that two assessors answered differently; None: no answer."""

    code: str
    first: Any
    second: Any


def apart(
    instrument: Instrument, first: Mapping[str, Any], second: Mapping[str, Any]
) -> list[Apart]:
    """Return where two sheets differ, in the order of the form.

    An optional field that only one filled in is no difference: his answer is taken.
    """
    items = [item.code for item in instrument.items]
    optional = [field.code for field in asked_fields(instrument)]
    optional.insert(optional.index(DIAGNOSES) + 1, PSYCHIATRIST)
    return [
        Apart(code, first.get(code), second.get(code))
        for code in [*optional, *items]
        if first.get(code) != second.get(code)
        and (code in items or None not in (first.get(code), second.get(code)))
    ]
