"""Verification: a random sample of what was paid, and what people say that they received."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlao.office.payments.models.lines import Transfer
from anlao.office.payments.models.runs import Run


class Sample(models.Model):
    """核查抽样. How it was drawn, so that anybody can draw it again.

    ``confidence``, ``tolerated`` and ``expected``: thousandths. ``population``: paid transfers.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="samples")
    division_code = models.CharField(max_length=12)
    confidence = models.PositiveSmallIntegerField()
    tolerated = models.PositiveSmallIntegerField()
    expected = models.PositiveSmallIntegerField()
    population = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    seed = models.CharField(max_length=32)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=models.F("population")), name="sample_inside"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.size}/{self.population}"


class SampleItem(models.Model):
    """A transfer that was drawn. ``place``: in the order of the draw, from one."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="items")
    division_code = models.CharField(max_length=12)
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("sample", "transfer"), name="sampled_once"),
            models.UniqueConstraint(fields=("sample", "place"), name="sampled_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.sample_id} {self.place}"


class SampleCheck(models.Model):
    """What a call or a visit found; the latest of an item holds.

    ``received_fen``: what she says came; None where nobody could say.
    """

    class How(models.TextChoices):
        CALL = "call", "电话回访"
        VISIT = "visit", "入户核查"

    class Result(models.TextChoices):
        FULL = "full", "足额收到"
        LESS = "less", "收到但不足额"
        NOT = "not", "没有收到"
        UNREACHED = "unreached", "联系不上"
        DECEASED = "deceased", "已去世"

    item = models.ForeignKey(SampleItem, on_delete=models.PROTECT, related_name="checks")
    division_code = models.CharField(max_length=12)
    how = models.CharField(max_length=5, choices=How)
    result = models.CharField(max_length=9, choices=Result)
    received_fen = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(result__in=("unreached", "deceased"), received_fen=None)
                | Q(result="not", received_fen=0)
                | Q(result__in=("full", "less"), received_fen__gt=0),
                name="check_says_how_much",
            ),
        )

    def __str__(self) -> str:
        return f"{self.item_id} {self.result}"
