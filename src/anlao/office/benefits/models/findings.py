"""What the nightly decide found out by itself: where receiving and being entitled differ."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from anlao.office.benefits.models.decisions import DecidedMonth
from anlao.office.registry.models import Elder


class Finding(models.Model):
    """One elder and provision to look at. ``fen``: money of the month that hangs on it.

    Of an undecided provision that is what the most in the county get for it. ``fact``: the single
    fact that would settle it, if one does.
    """

    class Kind(models.TextChoices):
        NOT_RECEIVING = "not_receiving", "符合未领"
        NOT_ENTITLED = "not_entitled", "领取但不符合"
        UNCERTAIN = "uncertain", "领取但无法判定"
        OTHER_AMOUNT = "other_amount", "金额不符"
        UNDECIDED = "undecided", "无法判定"

    decided = models.ForeignKey(DecidedMonth, on_delete=models.CASCADE)
    elder = models.ForeignKey(Elder, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    kind = models.CharField(max_length=14, choices=Kind)
    provision = models.CharField(max_length=60)
    fen = models.BigIntegerField(null=True)
    received_fen = models.BigIntegerField(null=True)
    missing = ArrayField(models.CharField(max_length=60), default=list)
    fact = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("decided", "kind", "provision"), name="finding_by_provision"),
            models.Index(fields=("elder",), name="finding_by_elder"),
        )

    def __str__(self) -> str:
        return f"{self.elder_id} {self.kind} {self.provision}"
