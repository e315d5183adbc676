"""The ledger: entries whose postings add up to nothing, each marked with the one before it."""

from __future__ import annotations

from django.db import models

from anlao.office.payments.models.recoveries import Recovery
from anlao.office.payments.models.runs import Run


class Entry(models.Model):
    """记账凭证. ``number`` counts within a county; ``mark``: keyed digest of it and the one before.

    ``kind``: such as owed, sent, paid, returned, charged, repaid, written_off.
    """

    division_code = models.CharField(max_length=12)
    number = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    month = models.DateField()
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="+")
    recovery = models.ForeignKey(Recovery, null=True, on_delete=models.PROTECT, related_name="+")
    memo = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()
    mark = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("division_code", "number"), name="entry_numbered"),
        )

    def __str__(self) -> str:
        return f"{self.division_code} {self.number} {self.kind}"


class Posting(models.Model):
    """分录. ``fen``: debit above nothing, credit below.

    ``fund``: who bears an expense, or gave the money; "" for what the bureau holds or owes.
    """

    class Account(models.TextChoices):
        EXPENSE = "expense", "待遇支出"
        PAYABLE = "payable", "应付待遇"
        RETURNED = "returned", "退票待付"
        TRANSIT = "transit", "在途资金"
        BANK = "bank", "银行存款"
        RECEIVABLE = "receivable", "应收追回款"
        WRITTEN_OFF = "written_off", "核销损失"
        FUNDING = "funding", "拨入资金"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings")
    division_code = models.CharField(max_length=12)
    account = models.CharField(max_length=12, choices=Account)
    fund = models.CharField(max_length=20, blank=True)
    provision = models.CharField(max_length=60, blank=True)
    fen = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("account", "fund"), name="posting_by_account"),)
        constraints = (models.CheckConstraint(condition=~models.Q(fen=0), name="posting_is_money"),)

    def __str__(self) -> str:
        return f"{self.account} {self.fund} {self.fen}"
