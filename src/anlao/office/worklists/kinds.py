"""What lists there are: whom each finds, and how a line of it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from anlao.office.assessments import queries as assessments
from anlao.office.benefits import month as months
from anlao.office.benefits.models import DecidedMonth, Finding
from anlao.office.registry.models import Elder

AGES = (80, 90, 100)
"""Birthdays that offices look ahead to unless they ask for others."""
OLDEST = 120
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is narrowed to. ``decided``: the latest decided month of the area, if any."""

    today: date
    language: str
    decided: DecidedMonth | None = None
    place: str = ""
    provision: str = ""
    fact: str = ""
    ages: tuple[int, ...] = AGES
    ahead: int = 1

    @classmethod
    def of(cls, saved: Mapping[str, Any], **here: Any) -> Asked:
        """Return what was kept, for the day, language and month that it is asked for now."""
        return cls(**{**saved, "ages": tuple(saved["ages"])}, **here)

    def saved(self) -> dict[str, Any]:
        """Return what is kept of it: neither the day nor the month."""
        return {
            "place": self.place,
            "provision": self.provision,
            "fact": self.fact,
            "ages": list(self.ages),
            "ahead": self.ahead,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One elder of a list. ``what``: why she is on it; ``fen``: the money that hangs on it."""

    elder: Elder
    what: str
    fen: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """``find``: the rows of a list inside the scope; ``line``: a row as it reads.

    ``asks``: by what it can be narrowed.
    """

    id: str
    zh: str
    en: str
    find: Callable[[Asked], QuerySet[Any]]
    line: Callable[[Any, Asked], Line]
    asks: Sequence[str] = field(default=("place",))
    about_zh: str = ""
    about_en: str = ""


def _turning(asked: Asked) -> QuerySet[Elder]:
    year, month = _ahead(asked)
    births = Q(pk__in=())
    for age in asked.ages:
        first = date(year - age, month, 1)
        after = date(year - age + (month == _MONTHS_A_YEAR), month % _MONTHS_A_YEAR + 1, 1)
        births |= Q(birth_date__gte=first, birth_date__lt=after)
    found = Elder.objects.filter(births, state=Elder.State.LIVING)
    return found.filter(division_code__startswith=asked.place).order_by("birth_date", "pk")


def _turning_line(elder: Elder, asked: Asked) -> Line:
    year, _ = _ahead(asked)
    assert elder.birth_date is not None
    age = year - elder.birth_date.year
    return Line(elder, f"turns {age}" if asked.language == "en" else f"将满{age}周岁")


def _due(asked: Asked) -> QuerySet[Elder]:
    found = assessments.due(asked.today)
    return found.filter(division_code__startswith=asked.place)


def _due_line(elder: Any, asked: Asked) -> Line:
    words = ("assessed last on {}", "上次评估：{}")[asked.language != "en"]
    return Line(elder, words.format(elder.assessed_on))


def _ahead(asked: Asked) -> tuple[int, int]:
    """Return the year and month looked ahead to."""
    count = asked.today.year * _MONTHS_A_YEAR + asked.today.month - 1 + asked.ahead
    return count // _MONTHS_A_YEAR, count % _MONTHS_A_YEAR + 1


def _findings(kind: Finding.Kind) -> Callable[[Asked], QuerySet[Finding]]:
    def find(asked: Asked) -> QuerySet[Finding]:
        found = Finding.objects.filter(decided=asked.decided, kind=kind)
        found = found.filter(division_code__startswith=asked.place)
        if asked.provision:
            found = found.filter(provision=asked.provision)
        if asked.fact:
            found = found.filter(missing__contains=[asked.fact])
        return found.select_related("elder").order_by("-fen", "division_code", "elder_id", "pk")

    return find


def _finding_line(found: Finding, asked: Asked) -> Line:
    assert asked.decided is not None
    english = asked.language == "en"
    name = months.name_of(asked.decided, found.provision, asked.language) or found.provision
    note = ""
    if found.missing:
        words = months.missing_words(asked.decided, found.missing, asked.language)
        note = f"missing: {words}" if english else f"缺：{words}"
    elif found.kind == Finding.Kind.OTHER_AMOUNT and found.received_fen is not None:
        received = f"{found.received_fen // 100:,}.{found.received_fen % 100:02d}"
        note = f"receives {received} yuan" if english else f"实领{received}元"
    return Line(found.elder, name, found.fen, note)


_K = Finding.Kind
_ASKS = ("place", "provision")
KINDS: Mapping[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind(
            "turning",
            "即将到龄",
            "Birthdays ahead",
            _turning,
            _turning_line,
            ("place", "ages", "ahead"),
            "下月满80、90、100周岁的老年人，可以提前告知待遇。",
            "Elders who turn 80, 90 or 100 next month: tell them what is due to them.",
        ),
        Kind(
            "assessments_due",
            "评估到期",
            "Assessments due",
            _due,
            _due_line,
            about_zh="能力评估已到复评时间、还没有提出申请的老年人。",
            about_en="Elders whose re-assessment is due and not asked for yet.",
        ),
        Kind(
            _K.NOT_RECEIVING,
            "符合条件但未领取",
            "Entitled, not receiving",
            _findings(_K.NOT_RECEIVING),
            _finding_line,
            _ASKS,
            "本月判定符合，但没有在领登记：应主动告知或发放。",
            "Decided as due this month, and not on any list of payment.",
        ),
        Kind(
            _K.NOT_ENTITLED,
            "领取但不符合条件",
            "Receiving, not entitled",
            _findings(_K.NOT_ENTITLED),
            _finding_line,
            _ASKS,
            "登记为在领，但本月判定不符合：应核实后停发。",
            "On a list of payment, and not due this month: check, then stop.",
        ),
        Kind(
            _K.UNCERTAIN,
            "领取但无法判定",
            "Receiving, undecided",
            _findings(_K.UNCERTAIN),
            _finding_line,
            (*_ASKS, "fact"),
            "登记为在领，但缺少情况，无法判定是否符合。",
            "On a list of payment; whether it is due cannot be told for want of facts.",
        ),
        Kind(
            _K.OTHER_AMOUNT,
            "领取金额不符",
            "Receiving another amount",
            _findings(_K.OTHER_AMOUNT),
            _finding_line,
            _ASKS,
            "在领金额与本月判定金额不同。",
            "The amount received is not the amount due this month.",
        ),
        Kind(
            _K.UNDECIDED,
            "缺情况无法判定",
            "Undecided for want of facts",
            _findings(_K.UNDECIDED),
            _finding_line,
            (*_ASKS, "fact"),
            "补齐所缺情况即可判定；金额为本县该项待遇最常见的数额。",
            "Record the missing facts; the money is what most in the county get for it.",
        ),
    )
}
