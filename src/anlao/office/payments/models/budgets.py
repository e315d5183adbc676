"""Budgets: what a fund may spend on a provision in a year. A correction is another row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Budget(models.Model):
    """年度预算. Of rows about the same year, fund and provision the latest holds."""

    division_code = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    fund = models.CharField(max_length=20)
    provision = models.CharField(max_length=60)
    fen = models.BigIntegerField()
    ground = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("division_code", "year"), name="budget_by_year"),)
        constraints = (
            models.CheckConstraint(condition=Q(fen__gte=0), name="budget_not_below_nothing"),
            models.CheckConstraint(condition=~Q(ground=""), name="budget_has_ground"),
        )

    def __str__(self) -> str:
        return f"{self.division_code} {self.year} {self.provision} {self.fund}"
