"""What the nightly decide found: decisions of a county and month, as far as they matter."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from anlao.office.registry.models import Elder


class DecidedMonth(models.Model):
    """A month decided for everybody with a file in a division, the dead included.

    Decisions of the latest one stand in Decision; earlier ones keep their totals only.
    """

    division_code = models.CharField(max_length=12)
    month = models.DateField()
    rulebook = models.CharField(max_length=40)
    known_at = models.DateTimeField()
    seconds = models.FloatField()
    elders = models.PositiveIntegerField()
    totals = models.JSONField()
    is_latest = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("division_code", "month"),
                condition=models.Q(is_latest=True),
                name="decided_month_latest_once",
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="decided_month_begins_a_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.division_code} {self.month:%Y-%m}"


class Decision(models.Model):
    """A provision that an elder has (yes), or that cannot be told (unknown) for want of facts.

    ``fen``: hundredths of the unit. ``missing``: the facts that could still change it.
    """

    decided = models.ForeignKey(DecidedMonth, on_delete=models.CASCADE)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    provision = models.CharField(max_length=60)
    outcome = models.CharField(max_length=7, choices=[("yes", "yes"), ("unknown", "unknown")])
    fen = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=120)
    missing = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        indexes = (
            models.Index(fields=("decided", "provision", "outcome"), name="decision_by_provision"),
            models.Index(fields=("elder",), name="decision_by_elder"),
        )

    def __str__(self) -> str:
        return f"{self.elder_id} {self.provision} {self.outcome}"
