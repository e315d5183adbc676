"""Runs: a month's money of a county on its way from the rules to the bank and back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Run(models.Model):
    """发放批次. ``month``: its first day. ``known_at``: with what was known then it decided.

    ``digest``: of all its lines as they were decided; signatures are under it. ``rules_digest``: of
    rulebook and local rates. ``parent``: the run that a child run belongs to.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular", "月度发放"
        TOP_UP = "top_up", "补发"
        REISSUE = "reissue", "退票重发"
        CORRECTION = "correction", "更正"

    class State(models.TextChoices):
        OPEN = "open", "已开立"
        PREVIEWED = "previewed", "待复核"
        REVIEWED = "reviewed", "待审批"
        APPROVED = "approved", "已审批"
        SENT = "sent", "已送银行"
        CLOSED = "closed", "已关账"
        CANCELLED = "cancelled", "已作废"

    division_code = models.CharField(max_length=12)
    month = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    known_at = models.DateTimeField(null=True)
    rulebook = models.CharField(max_length=40, blank=True)
    rules_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    lines = models.PositiveIntegerField(default=0)
    fen = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
    note = models.CharField(max_length=200, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(month__day=1), name="run_begins_a_month"),
            models.CheckConstraint(
                condition=Q(kind="regular") ^ Q(parent__isnull=False), name="run_child_has_parent"
            ),
            models.UniqueConstraint(
                fields=("division_code", "month"),
                condition=Q(kind="regular") & ~Q(state="cancelled"),
                name="run_regular_once_a_month",
            ),
            # Two runs that are decided side by side would both owe the same months.
            models.UniqueConstraint(
                fields=("division_code",),
                condition=Q(state__in=("open", "previewed", "reviewed")),
                name="run_one_undecided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.division_code} {self.month:%Y-%m} {self.kind} {self.state}"


class Signature(models.Model):
    """One pair of eyes on a run, on exactly the lines of ``digest``."""

    class Part(models.TextChoices):
        REVIEW = "review", "复核"
        APPROVAL = "approval", "审批"

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="signatures")
    division_code = models.CharField(max_length=12)
    part = models.CharField(max_length=8, choices=Part)
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("run", "by", "digest"), name="signature_once_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.part} {self.by}"


class Confirmation(models.Model):
    """盖章确认表: a township's list of a run, stamped and sent back.

    ``digest``: of the township's lines as they stood on the list; ``stored``: the scan, sealed.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="confirmations")
    division_code = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    stored = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("run", "division_code", "digest"), name="confirmation_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.run_id} {self.division_code}"


class BankFile(models.Model):
    """代发文件: what the bank was told, kept sealed as it was sent. ``sha256``: of the file."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="files")
    division_code = models.CharField(max_length=12)
    layout = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    stored = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    fen = models.BigIntegerField()
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Answer(models.Model):
    """回盘文件: what the bank said of a run. The same file is read once."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="answers")
    division_code = models.CharField(max_length=12)
    name = models.CharField(max_length=200)
    stored = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    paid = models.PositiveIntegerField()
    paid_fen = models.BigIntegerField()
    returned = models.PositiveIntegerField()
    returned_fen = models.BigIntegerField()
    read_by = models.CharField(max_length=150)
    read_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "sha256"), name="answer_read_once"),)

    def __str__(self) -> str:
        return self.name
