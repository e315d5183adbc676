"""Which organisation has an elder on its list."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Value

from anlao.office.organisations.models import Organisation
from anlao.office.registry.models.elders import Elder
from anlao.office.registry.models.kept import one_elder


class Assignment(models.Model):
    """Which organisation has an elder in its care or on its list, and for how long."""

    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="assignments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    valid = DateRangeField()
    purpose = models.CharField(max_length=40)
    assigned_by = models.CharField(max_length=150)

    class Meta:
        constraints = (
            ExclusionConstraint(
                name="assignment_once_a_day",
                expressions=[
                    (
                        one_elder(),
                        RangeOperators.OVERLAPS,
                    ),
                    (
                        Func(
                            "organisation_id", "organisation_id", Value("[]"), function="int8range"
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        )

    def __str__(self) -> str:
        return f"{self.elder_id} {self.organisation_id} {self.purpose}"
