"""What the portal has for a place: one row for each tile of its first page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anlao.office.disclosure import institutions, recipients
from anlao.office.service_list import queries
from anlao.office.service_list.queries import Place

_COUNTY_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Section:
    """``is_there``: whether a place has it; one that has not shows no tile."""

    url: str
    zh: str
    en: str
    about_zh: str
    about_en: str
    is_there: Callable[[Place], bool]


SECTIONS = (
    Section(
        "web:public-list",
        "服务清单",
        "List of services",
        "本地有哪些养老服务和补贴，给谁、给多少、怎么办。",
        "Services and money for elders here: for whom, how much, how to apply.",
        lambda place: place.has_list,
    ),
    Section(
        "web:public-entitled",
        "我能享受什么",
        "What am I entitled to",
        "回答几个问题，看看能得到什么、带什么、去哪里办。",
        "A few questions, then what is due, what to bring and where to go.",
        lambda place: place.decides,
    ),
    Section(
        "web:public-institutions",
        "养老机构",
        "Care homes",
        "本地养老机构的收费、等级、空余床位和电话。",
        "Care homes here: fees, grade, free beds and telephone.",
        lambda place: institutions.any_in(place.code),
    ),
    Section(
        "web:public-notices",
        "公示",
        "Public notices",
        "正在公示的待遇申请，怎样提出异议。",
        "Applications on public notice, and how to object.",
        lambda place: place.decides and len(place.code) == _COUNTY_DIGITS,
    ),
    Section(
        "web:public-recipients",
        "发放公示",
        "Who received what",
        "各月、各年领取待遇的名单，姓名的一部分用 * 代替。",
        "Lists of who received a benefit, by month and year, with part of each name hidden.",
        lambda place: recipients.any_in(place.code),
    ),
    Section(
        "web:public-statistics",
        "统计",
        "Statistics",
        "本地老年人的年龄分布，领取各项待遇的人数和金额。",
        "Ages of the elders here; people and money by service.",
        lambda place: queries.figures(place.code) is not None,
    ),
)


def of(place: Place) -> list[Section]:
    """Return the sections that a place has."""
    return [section for section in SECTIONS if section.is_there(place)]
