"""Accounts of payees: entered with evidence, never changed, ended by the next."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anlao import masking
from anlao.office.benefits.holders import Holder
from anlao.office.payments.models import Account
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault

_FIELD = "account.number"
_NUMBER = re.compile(r"[0-9]{8,32}", re.ASCII)
_BLANKS = re.compile(r"[\s\-]+")


class AccountRefused(ValueError):
    """Raised for an account that cannot be; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Told:
    """An account as somebody says it. ``number``: whole; blanks and dashes make no difference."""

    bank: str
    holder: str
    holder_is: str
    number: str
    evidence: str


def of(subject: str) -> Account | None:
    """Return the account that a payee's money goes to now."""
    found: Account | None = Account.objects.filter(subject=subject, ended_at__isnull=True).first()
    return found


def enter(holder: Holder, told: Told, *, by: str, at: datetime) -> Account:
    """Enter a payee's account in place of the one before. Raises AccountRefused."""
    number = checked(told)
    with transaction.atomic():
        holder.lock()
        before = of(holder.subject)
        if before is not None:
            before.ended_by, before.ended_at = by, at
            before.save(update_fields=["ended_by", "ended_at"])
        account = Account(
            subject=holder.subject,
            elder=holder.elder,
            division_code=holder.division,
            bank=told.bank,
            holder=told.holder,
            holder_is=told.holder_is,
            evidence=told.evidence,
            recorded_by=by,
            recorded_at=at,
            **sealed(number),
        )
        account.save(force_insert=True)
        audit.record(
            Act(
                "enter_account",
                holder.subject,
                holder.division,
                purpose=told.evidence,
                before={"number": before.number_mask} if before else None,
                after={"number": account.number_mask, "bank": told.bank},
            ),
            by=by,
        )
    return account


def checked(told: Told) -> str:
    """Return the number as digits only. Raises AccountRefused."""
    number = _BLANKS.sub("", told.number)
    if not _NUMBER.fullmatch(number):
        raise AccountRefused("账号应为8至32位数字", "an account number has 8 to 32 digits")
    if not told.bank.strip() or not told.holder.strip():
        raise AccountRefused("请填写开户银行和户名", "say the bank and the holder")
    if told.holder_is not in Account.Holder.values:
        raise AccountRefused("请说明户名是谁", "say who the holder is")
    if not told.evidence.strip():
        raise AccountRefused("请填写依据材料", "say on what paper this is based")
    return number


def sealed(number: str) -> dict[str, object]:
    """Return a number as an account keeps it."""
    row = secrets.token_hex(16)
    return {
        "seal_row": row,
        "number_cipher": vault().seal(number, field=_FIELD, row=row),
        "number_index": vault().index(number, field=_FIELD),
        "number_mask": masking.bank_account(number),
    }


def number_of(account: Account) -> str:
    """Return the whole number; the caller logs why."""
    return opened(bytes(account.number_cipher), account.seal_row)


def opened(cipher: bytes, sealed_in: str) -> str:
    """Return the whole number of an account's cipher; the caller logs why."""
    return vault().open(cipher, field=_FIELD, row=sealed_in)
