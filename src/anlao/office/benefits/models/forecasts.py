"""Forecasts: what the months to come cost, by township, as far as the registry knows."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Forecast(models.Model):
    """支出预测. ``begins``: its first month. ``changes``: figures that were set otherwise.

    ``mortality``: yearly deaths per thousand by age band, as somebody entered them (empty: nobody
    dies); ``source``: where she has them from. ``result``: counts and sums, nobody's name.
    """

    division_code = models.CharField(max_length=12)
    begins = models.DateField()
    months = models.PositiveSmallIntegerField()
    known_at = models.DateTimeField()
    rulebook = models.CharField(max_length=40)
    changes = ArrayField(models.CharField(max_length=200), default=list)
    mortality = models.JSONField(default=dict)
    source = models.CharField(max_length=200, blank=True)
    elders = models.PositiveIntegerField()
    seconds = models.FloatField()
    result = models.JSONField()
    by = models.CharField(max_length=150)

    class Meta:
        indexes = (models.Index(fields=("division_code",), name="forecast_by_division"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(begins__day=1), name="forecast_begins_a_month"
            ),
            models.CheckConstraint(
                condition=models.Q(mortality={}) | ~models.Q(source=""),
                name="forecast_mortality_has_source",
            ),
        )

    def __str__(self) -> str:
        return f"{self.division_code} {self.begins:%Y-%m} {self.months}"
