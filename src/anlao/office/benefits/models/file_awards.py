"""Awards of files in the registers: what an institution, resident or caregiver receives."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast, Concat


def _one_of_a_file() -> Func:
    """Return file and provision as a range of one number, for want of btree_gist."""
    both = Concat(F("subject"), Value("|"), F("provision"))
    number = Cast(Func(both, Value(0), function="hashtextextended"), models.BigIntegerField())
    return Func(number, number, Value("[]"), function="int8range")


class FileAward(models.Model):
    """在领补助: a provision that a file receives from a day on. ``subject``: "institution:3".

    Kept like every row about an elder: a change closes ``known`` and adds rows. ``fen``: a
    month's, if it is paid by the month. ``case_number``: the approved case that opened it.
    """

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    subject = models.CharField(max_length=40)
    division_code = models.CharField(max_length=12)
    provision = models.CharField(max_length=60)
    fen = models.BigIntegerField(null=True)
    case_number = models.BigIntegerField()
    valid = DateRangeField()
    known = DateTimeRangeField()
    evidence = models.CharField(max_length=200)
    recorded_by = models.CharField(max_length=150)

    class Meta:
        constraints = (
            ExclusionConstraint(
                name="file_award_once_a_day",
                expressions=[
                    (_one_of_a_file(), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                    ("known", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(fen__isnull=True) | Q(fen__gte=0), name="file_award_never_negative"
            ),
        )
        indexes = (models.Index(fields=("subject", "provision"), name="file_award_by_subject"),)

    def __str__(self) -> str:
        return f"{self.subject} {self.provision} {self.valid}"
