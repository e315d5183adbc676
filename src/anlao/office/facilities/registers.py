"""The registers of institutions, centres and residents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from anlao.office.facilities.models import (
    AppraisalStatus,
    BedStatus,
    Centre,
    GrantStatus,
    Institution,
    LegalStatus,
    OfferStatus,
    PremisesStatus,
    RatingStatus,
    SiteStatus,
    Stay,
    StayStatus,
)
from anlao.office.registry import queries as registry
from anlao.office.subjects import queries
from anlao.office.subjects.base import Asked, Register

_OF_THE_ELDER = ("hukou", "capability_level", "self_care", "dementia", "economic_status")
_OF_THE_INSTITUTION = ("ownership", "registered", "rating")

INSTITUTIONS = Register(
    kind="institution",
    zh="养老机构",
    en="Institutions",
    model=Institution,
    tables=(LegalStatus, OfferStatus, PremisesStatus, BedStatus, RatingStatus, GrantStatus),
    names={
        "LegalStatus": ("登记备案", "Registration and filing"),
        "OfferStatus": ("对外公布", "What the public is told"),
        "PremisesStatus": ("用房", "Premises"),
        "BedStatus": ("床位", "Beds"),
        "RatingStatus": ("等级评定", "Grade"),
        "GrantStatus": ("补助", "Grants"),
    },
    asked=(
        Asked("filing_number", "备案编号", "Number of the filing"),
        Asked("filed_until", "备案有效期至", "Filing good until", "date"),
        Asked("rated_until", "等级有效期至", "Grade good until", "date"),
        Asked("closed_on", "注销日期", "Closed on", "date"),
        Asked("address", "地址", "Address"),
        Asked("telephone", "咨询电话", "Telephone"),
        Asked(
            "point",
            "坐标（经度,纬度,坐标系，如 119.27,28.59,CGCS2000）",
            "Point (longitude,latitude,datum, such as 119.27,28.59,CGCS2000)",
            "point",
        ),
        Asked(
            "fee_from",
            "每月收费最低（床位、护理、餐费合计）",
            "Monthly fee from (all told)",
            "money",
        ),
        Asked(
            "fee_to",
            "每月收费最高（床位、护理、餐费合计）",
            "Monthly fee up to (all told)",
            "money",
        ),
        Asked("takes_unable", "接收完全失能老年人", "Admits wholly dependent elders", "bool"),
        Asked("takes_dementia", "接收认知障碍老年人", "Admits elders with dementia", "bool"),
    ),
    ends="closed_on",
    expiring=("filed_until", "rated_until"),
    prefix="J",
)

CENTRES = Register(
    kind="centre",
    zh="居家养老服务中心",
    en="Home-care centres",
    model=Centre,
    tables=(SiteStatus, AppraisalStatus),
    names={
        "SiteStatus": ("场所", "Place"),
        "AppraisalStatus": ("年度考核", "Yearly appraisal"),
    },
    asked=(
        Asked("closed_on", "停办日期", "Closed on", "date"),
        Asked("appraised_until", "考核结果有效期至", "Appraisal good until", "date"),
    ),
    ends="closed_on",
    expiring=("appraised_until",),
    prefix="Z",
)


def _of_a_stay(
    stay: Any, held: dict[str, Any], *, first: date, last: date, known_at: datetime
) -> dict[str, Any]:
    """Return what the elder's file and the institution's say of a resident, and her presence."""
    home = queries.facts_on(INSTITUTIONS, stay.institution, first, known_at=known_at)
    found = {f"institution_{name}": home[name] for name in _OF_THE_INSTITUTION if name in home}
    elder = registry.facts_on(stay.elder, first, known_at=known_at)
    found |= {name: elder[name] for name in _OF_THE_ELDER if name in elder}
    found["institution_id"] = stay.institution.file_number
    on_the_last = queries.facts_on(RESIDENTS, stay, last, known_at=known_at)
    present = _present(held | on_the_last, elder, last, known_at)
    return found if present is None else found | {"present_on_last_day": present}


def _present(
    held: dict[str, Any], elder: dict[str, Any], last: date, known_at: datetime
) -> bool | None:
    """Return whether she was there on the last day; before that day nobody can know."""
    if "present_on_last_day" in held:
        return bool(held["present_on_last_day"])
    admitted, ended = held.get("admitted_on"), [held.get("left_on"), elder.get("death_date")]
    if any(day is not None and day <= last for day in ended):
        return False
    if admitted is None or timezone.localdate(known_at) < last:
        return None
    return bool(admitted <= last)


RESIDENTS = Register(
    kind="resident",
    zh="入住老年人",
    en="Residents",
    model=Stay,
    tables=(StayStatus,),
    names={"StayStatus": ("入住", "Stay")},
    asked=(Asked("left_on", "离院日期", "Left on", "date"),),
    ends="left_on",
    is_person=True,
    is_told_at_the_end=True,
    prefix="R",
    derive=_of_a_stay,
)
