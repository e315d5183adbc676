"""What each register's lists and forms ask to know which file is meant, and how one is opened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q

from anlao.identity_numbers import IdentityNumber
from anlao.office.facilities.models import Centre, Institution, Stay
from anlao.office.interfaces.web.staff.register_opening import (
    checked_credit_code,
    elder_by,
    new_caregiver,
    new_centre,
    new_institution,
    new_stay,
)
from anlao.office.interfaces.web.staff.told import identity_number_told
from anlao.office.interfaces.web.who import Who
from anlao.office.registry.models import Elder
from anlao.office.subjects.base import Subject
from anlao.office.subjects.lists import Row
from anlao.office.workforce import registers as workforce
from anlao.office.workforce.models import Caregiver


class ListKind(ABC):
    """A register's lists. ``needed``: columns that every list has; ``asked``: all it may have
    besides facts; ``may_have``: what the last of these is called.
    """

    needed: ClassVar[tuple[str, ...]] = ("name", "place")
    asked: ClassVar[tuple[str, ...]] = ("name", "place", "number")
    may_have: ClassVar[tuple[str, str]] = ("", "")

    @abstractmethod
    def number(self, text: str, asking: Who) -> str:
        """Return a number as it is kept, once it is checked. Raises ValidationError."""

    @abstractmethod
    def file(self, row: Row, asking: Who) -> int | None:
        """Return the file that a row is about, if there is one in the recorder's area."""

    @abstractmethod
    def subject(self, row: Row, asking: Who) -> Subject:
        """Return the file that a row opens, not saved yet."""

    def completed(self, row: Row, asking: Who) -> Row:  # noqa: ARG002 - for kinds that ask
        """Return a row with what follows from its other cells. Raises ValidationError."""
        return row


class CaregiverList(ListKind):
    may_have = ("身份证号", "identity number")

    def number(self, text: str, asking: Who) -> str:
        read = identity_number_told(text, asking)
        return "" if read is None else read.number

    def file(self, row: Row, asking: Who) -> int | None:
        files = Caregiver.objects.all()
        if row.number:
            read = identity_number_told(row.number, asking)
            assert isinstance(read, IdentityNumber)
            return _first(files.filter(identity_index=workforce.index_of(read)))
        return _first(files.filter(name=row.name, division_code=row.place))

    def subject(self, row: Row, asking: Who) -> Subject:
        return new_caregiver(row.name, row.place, identity_number_told(row.number, asking))


class InstitutionList(ListKind):
    may_have = ("统一社会信用代码", "credit code")

    def number(self, text: str, asking: Who) -> str:
        return checked_credit_code(text, asking)

    def file(self, row: Row, asking: Who) -> int | None:  # noqa: ARG002 - as every kind is asked
        files = Institution.objects.all()
        if row.number:
            return _first(files.filter(credit_code=row.number))
        return _first(files.filter(name=row.name, division_code=row.place))

    def subject(self, row: Row, asking: Who) -> Subject:  # noqa: ARG002
        return new_institution(row.name, row.place, row.number)


class CentreList(ListKind):
    may_have = ("档案编号", "file number")

    def number(self, text: str, asking: Who) -> str:
        if not Centre.objects.filter(file_number=text).exists():
            raise ValidationError(
                asking.say("您的范围内没有这份档案", "There is no such file in your area")
            )
        return text

    def file(self, row: Row, asking: Who) -> int | None:  # noqa: ARG002
        if row.number:
            return _first(Centre.objects.filter(file_number=row.number))
        return _first(Centre.objects.filter(name=row.name, division_code=row.place))

    def subject(self, row: Row, asking: Who) -> Subject:  # noqa: ARG002
        return new_centre(row.name, row.place)


class ResidentList(ListKind):
    """Residents are told by the elder's number and the institution; her name is her file's."""

    needed = ("number", "home")
    asked = ("number", "home", "name")
    may_have = ("姓名（核对用）", "name, to be compared")

    def number(self, text: str, asking: Who) -> str:
        return elder_by(text, asking).file_number

    def file(self, row: Row, asking: Who) -> int | None:  # noqa: ARG002
        stays = Stay.objects.filter(elder__file_number=row.number, institution=row.home)
        return _first(stays.filter(ended_on__isnull=True))

    def subject(self, row: Row, asking: Who) -> Subject:  # noqa: ARG002
        home = Institution.objects.get(pk=row.home)
        return new_stay(Elder.objects.get(file_number=row.number), home)

    def completed(self, row: Row, asking: Who) -> Row:
        elder = Elder.objects.get(file_number=row.number)
        if row.name and row.name != elder.name:
            raise ValidationError(
                asking.say(
                    "姓名与这个号码的档案不符", "This is not the name in the file of this number"
                )
            )
        home = Institution.objects.get(pk=row.home)
        return Row(row.line, elder.name, home.division_code, row.number, row.facts, home=row.home)


def home_by(text: str, asking: Who) -> Institution:
    """Return the open institution of a name, credit code or file number. Raises ValidationError."""
    named = Q(name=text) | Q(credit_code=text) | Q(file_number=text)
    found: list[Institution] = list(Institution.objects.filter(named, ended_on__isnull=True)[:2])
    if len(found) != 1:
        raise ValidationError(
            asking.say(
                "没有找到这家机构，或有几家同名；请填机构名称、统一社会信用代码或档案编号",
                "No such institution, or several; give its name, credit code or file number",
            )
        )
    return found[0]


KINDS: Mapping[str, ListKind] = {
    "institution": InstitutionList(),
    "resident": ResidentList(),
    "centre": CentreList(),
    "caregiver": CaregiverList(),
}


def _first(files: Any) -> int | None:
    found: int | None = files.values_list("pk", flat=True).first()
    return found
