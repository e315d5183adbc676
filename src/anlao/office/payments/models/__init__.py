"""Runs and their lines, transfers and bank files, accounts, recoveries, and the ledger."""

from __future__ import annotations

from anlao.office.payments.models.accounts import Account
from anlao.office.payments.models.ledger import Entry, Posting
from anlao.office.payments.models.lines import Due, Line, Transfer
from anlao.office.payments.models.recoveries import Recovery, RecoveryStep
from anlao.office.payments.models.runs import Answer, BankFile, Confirmation, Run, Signature

__all__ = (
    "Account",
    "Answer",
    "BankFile",
    "Confirmation",
    "Due",
    "Entry",
    "Line",
    "Posting",
    "Recovery",
    "RecoveryStep",
    "Run",
    "Signature",
    "Transfer",
)
