"""What was decided for a run, what is owed by it, and the transfers that bring it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import ExpressionWrapper, F, Q

from anlao.office.payments.models.accounts import Account
from anlao.office.payments.models.runs import BankFile, Run
from anlao.office.registry.models import Elder

_COUNTS = ExpressionWrapper(~Q(state="left_out"), output_field=models.BooleanField())
_NOT_BACK = ExpressionWrapper(~Q(state="returned"), output_field=models.BooleanField())
_MONTH_OR_ONCE = r"^([0-9]{4}-(0[1-9]|1[0-2])|once)$"


class OfRun(models.Model):
    """A row of a run. ``subject``: whose benefit it is, such as "elder:12" or "resident:5".

    ``payee``: to whose account it goes: her own, or the institution's that a resident lives in.
    """

    # Each kind of row has an index of its own that begins with the run.
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=40)
    payee = models.CharField(max_length=40)
    elder = models.ForeignKey(Elder, null=True, on_delete=models.PROTECT, related_name="+")
    division_code = models.CharField(max_length=12)
    provision = models.CharField(max_length=60)

    class Meta:
        abstract = True


class Due(OfRun):
    """判定留存: the decision that a run rested on, for one month. ``fen``: of yes, else null.

    ``is_open``: whether she held the benefit in that month; without it nothing is owed.
    """

    month = models.DateField()
    outcome = models.CharField(max_length=16)
    fen = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=20)
    reason = models.CharField(max_length=120)
    missing = ArrayField(models.CharField(max_length=60), default=list)
    is_open = models.BooleanField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("run", "subject", "provision", "month"), name="due_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.provision} {self.month:%Y-%m} {self.outcome}"


class Line(OfRun):
    """发放明细: what is owed for a provision and period beyond what the line before it said.

    ``period``: the month governed, or "once". ``due_fen``: what is due for it in all;
    ``before_fen``: what ``follows`` said was due; ``fen``: the difference, below nothing where too
    much was paid. ``offset_fen``: kept back for a recovery. ``previous_fen``: what was due for the
    month before, where it is known. ``held_for``: why it waits; ``cleared``: what of that somebody
    has looked into.
    """

    class State(models.TextChoices):
        LISTED = "listed", "在册"
        HELD = "held", "暂缓"
        LEFT_OUT = "left_out", "未列入"
        OWED = "owed", "应付"
        CHARGED = "charged", "应追回"

    month = models.DateField()
    period = models.CharField(max_length=7)
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    before_fen = models.BigIntegerField()
    due_fen = models.BigIntegerField()
    fen = models.BigIntegerField()
    offset_fen = models.BigIntegerField(default=0)
    previous_fen = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State)
    # What indexes ask of the state. It changes seldom, so that a line goes on without new entries
    # in any of them.
    counts = models.GeneratedField(
        expression=_COUNTS, output_field=models.BooleanField(), db_persist=True
    )
    held_for = ArrayField(models.CharField(max_length=20), default=list)
    cleared = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(period__regex=_MONTH_OR_ONCE), name="line_period"),
            models.CheckConstraint(
                condition=Q(fen=F("due_fen") - F("before_fen")) & ~Q(fen=0),
                name="line_is_a_difference",
            ),
            models.CheckConstraint(
                condition=Q(due_fen__gte=0, before_fen__gte=0, offset_fen__gte=0)
                & (Q(offset_fen=0) | Q(offset_fen__lte=F("fen"))),
                name="line_never_negative",
            ),
            models.CheckConstraint(
                condition=~Q(state="owed") | Q(fen__gt=0), name="line_owed_is_more"
            ),
            models.CheckConstraint(
                condition=~Q(state="charged") | Q(fen__lt=0), name="line_charged_is_less"
            ),
            # Nobody is paid twice for a provision and month: each line follows the one before it,
            # and none is followed by two.
            models.UniqueConstraint(
                fields=("subject", "provision", "period", "follows"),
                condition=Q(counts=True),
                nulls_distinct=False,
                name="line_follows_once",
            ),
        )
        indexes = (
            models.Index(fields=("run", "provision"), name="line_by_run"),
            models.Index(fields=("month", "run"), condition=Q(counts=True), name="line_by_month"),
            models.Index(fields=("payee",), condition=Q(elder__isnull=True), name="line_by_payee"),
            models.Index(
                fields=("follows",), condition=Q(follows__isnull=False), name="line_by_follows"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} {self.provision} {self.period} {self.fen}"


class Transfer(models.Model):
    """支付指令: a line's money on its way to an account. ``run``: the run that sends it.

    ``reference``: by which the bank answers. A returned one is made good by another, never edited.
    """

    class State(models.TextChoices):
        READY = "ready", "待送"
        SENT = "sent", "已送"
        PAID = "paid", "到账"
        RETURNED = "returned", "退票"

    # Line, run and account are asked for once for all that a statement makes, as what they bring
    # is (transfers.sql), and none of the three is ever removed.
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, related_name="transfers", db_constraint=False
    )
    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    division_code = models.CharField(max_length=12)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reference = models.CharField(max_length=20)
    fen = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.READY)
    is_good = models.GeneratedField(
        expression=_NOT_BACK, output_field=models.BooleanField(), db_persist=True
    )
    file = models.ForeignKey(
        BankFile, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    bank_code = models.CharField(max_length=20, blank=True)
    bank_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(fen__gt=0), name="transfer_is_money"),
            # Not unique on the field: Django would add an index for searches by beginnings.
            models.UniqueConstraint(fields=("reference",), name="transfer_reference"),
            models.UniqueConstraint(
                fields=("line",), condition=Q(is_good=True), name="transfer_one_at_a_time"
            ),
        )
        indexes = (models.Index(fields=("run",), name="transfer_by_run"),)

    def __str__(self) -> str:
        return f"{self.reference} {self.fen} {self.state}"
