"""Recoveries: what was paid too much, and how it comes back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlao.office.payments.models.lines import Line
from anlao.office.registry.models import Elder


class Recovery(models.Model):
    """追回: one payee's overpayment. Its balance is the sum of its steps, in fen.

    ``county``: whose money it was; ``division_code`` goes with the elder.
    """

    class State(models.TextChoices):
        OPEN = "open", "追回中"
        SETTLED = "settled", "已结清"

    subject = models.CharField(max_length=40)
    elder = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    county = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    may_offset = models.BooleanField(default=True)
    instalment_fen = models.BigIntegerField(null=True)
    instalments_from = models.DateField(null=True)
    opened_by = models.CharField(max_length=150)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "county"),
                condition=Q(state="open"),
                name="recovery_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.subject} {self.state}"


class RecoveryStep(models.Model):
    """What happened to a recovery. ``fen``: adds to what is to come back, or takes from it."""

    class Kind(models.TextChoices):
        CHARGED = "charged", "记入"
        NOTICE = "notice", "告知"
        PLAN = "plan", "分期"
        OFFSET = "offset", "抵扣"
        REPAID = "repaid", "退回"
        ASKED = "asked", "申请核销"
        WRITTEN_OFF = "written_off", "核销"
        REFUSED = "refused", "核销未准"

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="steps")
    division_code = models.CharField(max_length=12)
    kind = models.CharField(max_length=12, choices=Kind)
    fen = models.BigIntegerField(default=0)
    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("recovery",), name="step_by_recovery"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="charged", fen__gt=0)
                | Q(kind__in=("offset", "repaid", "written_off"), fen__lt=0)
                | Q(kind__in=("notice", "plan", "asked", "refused"), fen=0),
                name="step_has_its_sign",
            ),
            models.UniqueConstraint(
                fields=("line", "kind"),
                condition=Q(line__isnull=False),
                name="step_once_a_line",
            ),
        )

    def __str__(self) -> str:
        return f"{self.recovery_id} {self.kind} {self.fen}"
