"""Bank accounts that benefits are paid into."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlao.office.registry.models import Elder


class Account(models.Model):
    """收款账户: where a payee's money goes. A new account ends the one before it.

    ``subject``: the payee, such as "elder:12". The number stands here encrypted;
    ``number_index`` finds the same number elsewhere, ``number_mask`` shows it.
    """

    class Holder(models.TextChoices):
        SELF = "self", "本人"
        AGENT = "agent", "代领人"
        ORGANISATION = "organisation", "单位"

    subject = models.CharField(max_length=40)
    elder = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    bank = models.CharField(max_length=80)
    holder = models.CharField(max_length=80)
    holder_is = models.CharField(max_length=12, choices=Holder)
    number_cipher = models.BinaryField()
    number_index = models.BinaryField()
    number_mask = models.CharField(max_length=32)
    seal_row = models.CharField(max_length=36)
    evidence = models.CharField(max_length=200)
    recorded_by = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    ended_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("subject",), condition=Q(ended_at__isnull=True), name="account_one_now"
            ),
        )
        indexes = (models.Index(fields=("number_index",), name="account_by_number"),)

    def __str__(self) -> str:
        return f"{self.subject} {self.number_mask}"
