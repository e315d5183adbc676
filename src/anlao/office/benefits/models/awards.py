"""Awards: benefits that an elder is receiving, as the payers' lists say."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Cast

from anlao.office.registry.models import Detail
from anlao.office.registry.models.kept import one_elder


def _one_provision() -> Func:
    """Return a provision as a range of one number: the embedded server has no btree_gist."""
    number = Cast(
        Func("provision", Value(0), function="hashtextextended"), models.BigIntegerField()
    )
    return Func(number, number, Value("[]"), function="int8range")


class Award(Detail):
    """在领待遇: a provision that an elder receives from a day on. ``fen``: a month's, if money.

    ``case_number``: the approved case that opened it; null for what a list or a clerk says.
    """

    ONE_OF = ("provision",)
    FIELDS = ("provision", "fen")
    provision = models.CharField(max_length=60)
    fen = models.BigIntegerField(null=True, blank=True)
    case_number = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            ExclusionConstraint(
                name="award_once_a_day",
                expressions=[
                    (one_elder(), RangeOperators.OVERLAPS),
                    (_one_provision(), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                    ("known", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(fen__isnull=True) | Q(fen__gte=0), name="award_never_negative"
            ),
        )
