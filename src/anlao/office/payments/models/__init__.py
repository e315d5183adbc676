"""Runs and lines, transfers and bank files, accounts, recoveries, ledger, budgets, samples."""

from __future__ import annotations

from anlao.office.payments.models.accounts import Account
from anlao.office.payments.models.budgets import Budget
from anlao.office.payments.models.ledger import Entry, Posting
from anlao.office.payments.models.lines import Due, Line, Transfer
from anlao.office.payments.models.recoveries import Recovery, RecoveryStep
from anlao.office.payments.models.runs import Answer, BankFile, Confirmation, Run, Signature
from anlao.office.payments.models.samples import Sample, SampleCheck, SampleItem

__all__ = (
    "Account",
    "Answer",
    "BankFile",
    "Budget",
    "Confirmation",
    "Due",
    "Entry",
    "Line",
    "Posting",
    "Recovery",
    "RecoveryStep",
    "Run",
    "Sample",
    "SampleCheck",
    "SampleItem",
    "Signature",
    "Transfer",
)
