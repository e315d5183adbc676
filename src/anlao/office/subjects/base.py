"""What the tables of a register have in common, and what a register is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Protocol

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Func, Value

from anlao.office.organisations.models import Organisation


class Subject(models.Model):
    """Somebody or something with a file. ``division_code``: whose file it is, for row scope.

    ``ended_on`` is the current word of the dated rows, kept for lists: empty while it goes on.
    """

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    file_number = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    division_code = models.CharField(max_length=12)
    ended_on = models.DateField(null=True, blank=True)
    is_synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Known(models.Model):
    """What is known of a subject in one respect, for some days; null: not known.

    A row is never rewritten: a correction closes ``known`` and adds rows.
    """

    objects: ClassVar[models.Manager[Any]] = models.Manager()
    FACTS: ClassVar[tuple[str, ...]] = ()
    """Names of what it holds: facts as in the rulebooks, and what only the register asks."""

    subject: Any
    subject_id: Any
    division_code = models.CharField(max_length=12)
    valid = DateRangeField()
    known = DateTimeRangeField()
    source = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.CharField(max_length=200, blank=True)
    recorded_by = models.CharField(max_length=150)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.subject_id} {self.valid}"

    def facts(self) -> dict[str, Any]:
        """Return what is known, by name."""
        found = {name: getattr(self, name) for name in self.FACTS}
        return {name: value for name, value in found.items() if value not in (None, "")}


def one_a_day(name: str) -> ExclusionConstraint:
    """One row a day, as known at one time; numbers as ranges, for want of btree_gist."""
    subject = Func("subject_id", "subject_id", Value("[]"), function="int8range")
    return ExclusionConstraint(
        name=f"{name}_one_a_day",
        expressions=[
            (subject, RangeOperators.OVERLAPS),
            ("valid", RangeOperators.OVERLAPS),
            ("known", RangeOperators.OVERLAPS),
        ],
    )


def one_of(*values: str) -> models.CharField[Any, Any]:
    return models.CharField(
        max_length=24, blank=True, default="", choices=[(value, value) for value in values]
    )


def yes_no() -> models.BooleanField[Any, Any]:
    return models.BooleanField(null=True)


def level(highest: int) -> models.PositiveSmallIntegerField[Any, Any]:
    return models.PositiveSmallIntegerField(null=True, validators=[MaxValueValidator(highest)])


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that a register asks and no rulebook knows, as a form shows it.

    ``type``: text, date, money, bool, point or institution (the number of an institution's file).
    """

    name: str
    zh: str
    en: str
    type: str = "text"


class Derives(Protocol):
    """Facts that follow from other files, for a day and as known at a time."""

    def __call__(
        self, subject: Any, held: dict[str, Any], /, *, first: date, last: date, known_at: datetime
    ) -> dict[str, Any]: ...


def _nothing(
    subject: Any,  # noqa: ARG001
    held: dict[str, Any],  # noqa: ARG001
    *,
    first: date,  # noqa: ARG001
    last: date,  # noqa: ARG001
    known_at: datetime,  # noqa: ARG001
) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Register:
    """A register. ``kind``: the subject as rulebooks name it.

    ``expiring``: days by name that somebody should be reminded of. ``ends``: the day on which its
    file ends. ``names``: of its tables of dated rows, in both languages. ``is_person``: its names
    are masked in public. ``is_told_at_the_end``: what a month brings is known once it is over.
    """

    kind: str
    zh: str
    en: str
    model: type[Subject]
    tables: tuple[type[Known], ...]
    names: Mapping[str, tuple[str, str]]
    asked: tuple[Asked, ...]
    ends: str
    expiring: tuple[str, ...] = ()
    is_person: bool = False
    is_told_at_the_end: bool = False
    prefix: str = "S"
    derive: Derives = field(default=_nothing)

    @property
    def fields(self) -> tuple[str, ...]:
        """Everything that can be recorded, in order."""
        return tuple(name for table in self.tables for name in table.FACTS)

    def table_of(self, name: str) -> type[Known]:
        """Return the table that holds something. Raises KeyError."""
        for table in self.tables:
            if name in table.FACTS:
                return table
        raise KeyError(name)

    def subject_of(self, number: int) -> str:
        """Return how the audit log names a file."""
        return f"{self.kind}:{number}"
