"""Files in the registers, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from anlao.office.benefits.subjects import REGISTERS
from anlao.office.facilities.models import Centre, Institution, Stay
from anlao.office.registry.models import Elder
from anlao.office.registry.operations import Ground
from anlao.office.subjects import operations
from anlao.office.subjects.base import Subject
from anlao.office.workforce.models import Caregiver

BEGAN = datetime(2024, 1, 2, tzinfo=UTC)
GROUND = Ground("登记表")
VILLAGE_J = "360802001001"


def opened(kind: str, subject: Subject, /, **facts: Any) -> Any:
    """Open a file with what is known of it from the beginning."""
    register = REGISTERS[kind]
    subject.file_number = operations.next_number(register, subject.division_code)
    operations.open_file(register, subject, facts=facts, ground=GROUND, by="clerk", at=BEGAN)
    return subject


def caregiver(name: str = "何惠", place: str = VILLAGE_J, **facts: Any) -> Caregiver:
    made: Caregiver = opened("caregiver", Caregiver(name=name, division_code=place), **facts)
    return made


def institution(name: str = "青松敬老院", place: str = VILLAGE_J, **facts: Any) -> Institution:
    made: Institution = opened("institution", Institution(name=name, division_code=place), **facts)
    return made


def centre(name: str = "东门照料中心", place: str = VILLAGE_J, **facts: Any) -> Centre:
    made: Centre = opened("centre", Centre(name=name, division_code=place), **facts)
    return made


def stay(elder: Elder, home: Institution, admitted: date, **facts: Any) -> Stay:
    made: Stay = opened(
        "resident",
        Stay(name=elder.name, elder=elder, institution=home, division_code=home.division_code),
        admitted_on=admitted,
        **facts,
    )
    return made
