"""What the API is asked and what it answers, as it is documented to other systems."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar

from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict

from anlao.faults import Fault
from anlao.office.registry import names

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
LARGEST = 2**63 - 1
CODE = r"^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"
PROVISION = r"^[a-z0-9-]{1,60}$"
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"

Item = TypeVar("Item")


def _storable(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a zero byte")
    return text


def _named(text: str) -> str:
    found = names.normalise(text)
    if isinstance(found, Fault):
        raise ValueError(found.text("en"))
    return found


Text = Annotated[str, AfterValidator(_storable)]
Name = Annotated[str, AfterValidator(_named), Field(min_length=1, max_length=60)]
"""A name of a person; it is kept in one way of writing, rare characters included."""
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
Value = bool | int | str | None
"""A fact: days as YYYY-MM-DD, places as codes, null for what is not known."""
Purpose = Literal["benefit", "check", "visit", "assessment", "audit"]
Language = Literal["zh", "en"]


class Page(Schema, Generic[Item]):
    """Part of a list. ``next``: the cursor of the part after it; null at the end."""

    items: list[Item]
    next: str | None


class TokenOut(Schema):
    organisation: str
    name: str
    acts: list[str]
    division: str | None
    expires_at: datetime


class DivisionOut(Schema):
    """``until``: the first day on which it was no more; ``successor``: what stands for it."""

    code: str
    name: str
    level: str
    parent: str | None
    from_date: date | None
    until: date | None
    successor: str | None


class OrganisationOut(Schema):
    id: int
    kind: str
    name: str
    division: str
    is_active: bool


class SearchIn(Schema):
    """``q``: words of a name, initials, an identity number, a telephone, a place, a year."""

    model_config = ConfigDict(extra="forbid")
    q: Text = Field(min_length=1, max_length=200)


class ElderOut(Schema):
    id: int
    file_number: str
    name: str
    sex: str
    birth_date: date | None
    state: str
    division: str
    place: str
    identity_mask: str
    phone_mask: str


class Found(Schema):
    """At most fifty; ``more``: there are others, so tell more."""

    items: list[ElderOut]
    more: bool


class SectionOut(Schema):
    """One respect of a file. Without a row nothing is known, and all facts are null."""

    section: str
    facts: dict[str, Value]
    valid_from: date | None
    valid_until: date | None
    known_since: datetime | None
    source: str | None
    evidence: str | None
    recorded_by: str | None


class FileOut(Schema):
    """A file as of ``day``, as it was known at ``known_at``."""

    elder: ElderOut
    day: date
    known_at: datetime
    sections: list[SectionOut]


class KeptOut(SectionOut):
    """A row that was ever known. ``known_until``: when it was corrected; null while it holds."""

    known_until: datetime | None


class HistoryOut(Schema):
    """Every row ever known of an elder, what was learnt latest first."""

    elder: int
    rows: list[KeptOut]


class HeapOut(Schema):
    provision: str
    name: str
    people: int
    fen: int | None


class ListOut(Schema):
    """A work list: how many are on it, and for which provisions, most money first.

    ``is_more``: it holds more people than are counted.
    """

    id: str
    name: str
    people: int
    is_more: bool
    provisions: list[HeapOut]


class LineOut(Schema):
    """One elder of a list, and why she is on it. ``fen``: what hangs on it in a month."""

    elder: ElderOut
    what: str
    fen: int | None
    note: str


class RecordIn(Schema):
    """Facts that hold from a day on, until the day before ``until``, and what shows it."""

    model_config = ConfigDict(extra="forbid")
    facts: dict[Text, Value] = Field(min_length=1, max_length=40)
    start: Day
    until: Day | None = None
    evidence: Text = Field(min_length=2, max_length=200)


class RowOut(Schema):
    section: str
    facts: dict[str, Value]
    valid_from: date | None
    valid_until: date | None


class RecordOut(Schema):
    elder: int
    known_at: datetime
    rows: list[RowOut]


class EntitlementOut(Schema):
    """``outcome``: yes, no, unknown or not_applicable. ``reasons``: conditions, amount, clause."""

    provision: str
    name: str
    outcome: str
    verdict: str
    reasons: list[str]
    clause: str


class EntitlementsOut(Schema):
    elder: int
    month: str
    rulebook: str
    document: str
    known_at: datetime
    summary: str
    provisions: list[EntitlementOut]


class SumOut(Schema):
    """People who have a provision; ``fen`` in hundredths of a yuan, null for services."""

    provision: str
    name: str
    people: int
    fen: int | None
    unknown: int


class MonthOut(Schema):
    division: str
    month: str
    known_at: datetime
    sums: list[SumOut]


class DecisionOut(Schema):
    """``fen``: hundredths of ``unit``. ``missing``: facts that would settle it."""

    id: int
    elder: int
    division: str
    provision: str
    outcome: str
    fen: int | None
    unit: str
    reason: str
    missing: list[str]


class BrokenOut(Schema):
    number: int
    why: str


class VerificationOut(Schema):
    """Whether the audit chain fits. ``broken``: the first entries that do not."""

    entries: int
    whole: bool
    broken: list[BrokenOut]


class AssessmentIn(Schema):
    """Who asks, and why: the first one, a routine one, or after a change of condition."""

    model_config = ConfigDict(extra="forbid")
    asked_by: Literal["elder", "agent", "clerk"]
    reason: Literal["first", "routine", "immediate", "other"]
    note: Text = Field(default="", max_length=200)


class AssessmentOut(Schema):
    """How an assessment stands. ``level`` (0 to 4) and ``total`` are told once it is published."""

    id: int
    number: str
    elder: int
    division: str
    state: str
    asked_by: str
    asked_on: date
    reason: str
    is_free: bool | None
    free_clause: str
    body: str | None
    assessed_on: date | None
    total: int | None
    level: int | None
    published_on: date | None
    valid_until: date | None
    verification_code: str


class ElderIn(Schema):
    """A new elder. ``is_somebody_else``: you looked at those who may be her, and she is none."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    identity_number: Text = Field(min_length=15, max_length=18)
    birth_date: Day
    sex: Literal["female", "male"]
    village: str = Field(pattern=r"^[0-9]{12}$")
    phone: str = Field(default="", pattern=r"^(\+?[0-9]{7,15})?$")
    evidence: Text = Field(min_length=2, max_length=200)
    is_somebody_else: bool = False


class AmendIn(Schema):
    """What the head of a file is to say; what is left out stays.

    A number that is null is known no more; a name that is null stays.
    """

    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    identity_number: Annotated[Text, Field(min_length=15, max_length=18)] | None = None
    phone: Annotated[str, Field(pattern=r"^\+?[0-9]{7,15}$")] | None = None
    why: Literal["changed", "mistaken"]
    evidence: Text = Field(min_length=2, max_length=200)


class FormerOut(Schema):
    """What stood there until ``replaced_at``; numbers masked, empty where none was known."""

    what: Literal["name", "identity_number", "phone"]
    shown: str
    why: Literal["changed", "mistaken"]
    evidence: str
    replaced_by: str
    replaced_at: datetime


class AmendedOut(Schema):
    elder: ElderOut
    former: list[FormerOut]


class DeathIn(Schema):
    model_config = ConfigDict(extra="forbid")
    day: Day
    evidence: Text = Field(min_length=2, max_length=200)


class MoveIn(Schema):
    """``to``: the code of the place of registration; ``lives_there``: she lives there as well."""

    model_config = ConfigDict(extra="forbid")
    to: str = Field(pattern=r"^[0-9]{6}([0-9]{3}){0,2}$")
    day: Day
    lives_there: bool
    evidence: Text = Field(min_length=2, max_length=200)


class UndoIn(Schema):
    model_config = ConfigDict(extra="forbid")
    reason: Text = Field(min_length=2, max_length=200)


class JourneyOut(Schema):
    """A death, a move or a merge, and whether it was taken back."""

    id: int
    elder: int
    kind: str
    day: date
    reason: str
    made_by: str
    made_at: datetime
    undone_at: datetime | None


class BatchOut(Schema):
    """A list on its way into the office. ``counts``: rows read, sound and bad, errors, warnings."""

    id: int
    division: str
    kind: str
    source: str
    file: str
    state: str
    counts: dict[str, int]
    uploaded_by: str
    uploaded_at: datetime
    committed_at: datetime | None
    undone_at: datetime | None
    job_state: str | None
    job_done: int | None
    job_total: int | None


class ListIn(Schema):
    """A list to import: its file (xlsx, xls or csv) in base64, of which kind and from which day.

    ``until``: the day after the last for which it holds; none: until something else is known.
    """

    model_config = ConfigDict(extra="forbid")
    kind: Text = Field(pattern=r"^[a-z_]{1,40}$")
    source: Text = Field(min_length=1, max_length=80)
    division: Text = Field(pattern=CODE)
    from_date: Day
    until: Day | None = None
    file_name: Text = Field(min_length=5, max_length=120)
    content: Text = Field(min_length=4, pattern=r"^[A-Za-z0-9+/]+={0,2}$")


class FindingOut(Schema):
    """One thing wrong in a list; ``row`` 0: the list as a whole. ``value`` is masked."""

    row: int
    column: str
    header: str
    value: str
    code: str
    severity: str
    reason: str
    reason_en: str
