"""Institutions, centres, caregivers and residents to try the registers on; all are made up."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from anlao.office.benefits.subjects import REGISTERS
from anlao.office.facilities.models import Centre, Institution, Stay
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.shared import scope
from anlao.office.subjects import operations
from anlao.office.subjects.base import Subject
from anlao.office.workforce.models import Caregiver

BY = "rehearsal"
_GROUND = Ground("演示 rehearsal")
_HOMES = (
    ("演示社会福利院", "welfare_home", "public", 120, 80, 3),
    ("演示敬老院", "township_home", "public", 60, 20, 0),
    ("演示颐养院", "private_home", "private", 90, 60, 2),
)
_OFFERS: tuple[dict[str, Any], ...] = (
    {
        "address": "演示路1号",
        "telephone": "000-0000001",
        "point": "119.276000,28.592000,cgcs2000",
        "fee_from": 180000,
        "fee_to": 420000,
        "takes_unable": True,
        "takes_dementia": True,
    },
    {
        "address": "演示路2号",
        "point": "119.181000,28.531000,cgcs2000",
        "fee_from": 120000,
        "takes_unable": False,
        "takes_dementia": False,
    },
    {"address": "演示路3号", "telephone": "000-0000003", "takes_unable": True},
)
"""What the public is told of each; some of it is not known."""
_STAFF = (
    ("演示护理员甲", "college", "senior", 900, 40),
    ("演示护理员乙", "secondary", "intermediate", 700, 400),
    ("演示护理员丙", "below", "none", 300, -10),
    ("演示护理员丁", "bachelor", "technician", 1500, 80),
    ("演示护理员戊", "secondary", "beginner", 200, 900),
)
"""Name, education, grade, days in service, days until the first-aid certificate ends."""
_RESIDENTS = 12


def fill_registers(county: str, townships: list[str], *, day: date, at: datetime) -> None:
    """Open some files of every register of a county."""
    with transaction.atomic(), scope.within(scope.WHOLE_OFFICE):
        homes = [_home(townships[n % len(townships)], n, day, at) for n in range(len(_HOMES))]
        for number, code in enumerate(townships[:4]):
            _centre(code, number, day, at)
        for number in range(len(_STAFF)):
            _caregiver(homes[number % len(homes)], number, day, at)
        living = Elder.objects.filter(division_code__startswith=county, state="living")
        for number, elder in enumerate(living.order_by("pk")[:_RESIDENTS]):
            _stay(elder, homes[number % len(homes)], day - timedelta(days=30 * number + 10), at)


def _home(place: str, number: int, day: date, at: datetime) -> Institution:
    name, kind, ownership, beds, nursing, rating = _HOMES[number]
    home = Institution(name=name, division_code=place)
    facts = {
        "kind": kind,
        "ownership": ownership,
        "profit": "nonprofit",
        "registered": True,
        "filed": True,
        "filed_until": day + timedelta(days=50 + 300 * number),
        "new_build": number == 0,
        "upgraded": number == 1,
        "build_kind": "new",
        "beds": beds,
        "nursing_beds": nursing,
        "rating": rating,
        "rating_award_paid_level": 0,
    } | _OFFERS[number]
    _open("institution", home, facts, at)
    return home


def _centre(place: str, number: int, day: date, at: datetime) -> None:
    facts = {
        "level": "township",
        "operating": True,
        "in_institution": False,
        "floor_area": 800 + 150 * number,
        "score": 70 + 8 * number,
        "star": 2 + number % 3,
        "qualified": True,
        "appraised_until": date(day.year, 12, 31),
    }
    centre = Centre(name=f"演示居家养老服务中心{number + 1}", division_code=place)
    _open("centre", centre, facts, at)


def _caregiver(home: Institution, number: int, day: date, at: datetime) -> None:
    name, education, grade, served, left = _STAFF[number]
    since = day - timedelta(days=served)
    facts: dict[str, Any] = {
        "education": education,
        "care_major": number % 2 == 0,
        "skill_level": grade,
        "first_aid": True,
        "first_aid_until": day + timedelta(days=left),
        "employer_id": home.pk,
        "service_since": since,
        "public_staff": False,
        "entry_subsidy_paid": False,
    }
    if grade != "none":
        facts["certified_on"] = since
    _open("caregiver", Caregiver(name=name, division_code=home.division_code), facts, at)


def _stay(elder: Elder, home: Institution, admitted: date, at: datetime) -> None:
    stay = Stay(elder=elder, institution=home, name=elder.name, division_code=home.division_code)
    _open("resident", stay, {"admitted_on": admitted}, at)


def _open(kind: str, subject: Subject, facts: dict[str, Any], at: datetime) -> None:
    register = REGISTERS[kind]
    subject.file_number = operations.next_number(register, subject.division_code)
    subject.is_synthetic = True
    operations.open_file(register, subject, facts=facts, ground=_GROUND, by=BY, at=at)
