"""Identity numbers and telephones as they are kept: sealed, found by index, shown masked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError

from anlao import identity_numbers, masking
from anlao.faults import Fault
from anlao.identity_numbers import IdentityNumber
from anlao.office.registry.models import Elder
from anlao.office.shared.vaults import vault

IDENTITY, PHONE = "elder.identity_number", "elder.phone"


@dataclass(eq=False, slots=True)
class NumberTaken(Exception):
    """Raised where another file has the identity number; that file may lie outside one's area."""

    def __str__(self) -> str:
        return (
            "这个身份证号已有档案。请先查找；如不在您的范围内，请联系上一级经办人 / "
            "This number has a file. Search for it; if it is outside your area, ask the office "
            "above yours"
        )


@contextmanager
def number_is_free() -> Iterator[None]:
    """Let files be written, of which the database lets only one have a number.

    Raises NumberTaken.
    """
    try:
        yield
    except IntegrityError as refusal:
        if "elder_identity_once" in str(refusal):
            raise NumberTaken from None
        raise


def set_identity_number(elder: Elder, number: IdentityNumber) -> None:
    """Keep a number with a file; the caller saves. It is bound to the file's own number."""
    elder.identity_cipher = seal_number(number.number, elder)
    elder.identity_index = vault().index(number.number, field=IDENTITY)
    elder.identity_mask = number.masked


def seal_number(number: str, elder: Elder) -> bytes:
    """Return an identity number sealed for a file: it opens nowhere else."""
    return vault().seal(number, field=IDENTITY, row=elder.file_number)


def set_phone(elder: Elder, phone: str) -> None:
    """Keep a telephone number with a file; the caller saves."""
    elder.phone_cipher = vault().seal(phone, field=PHONE, row=elder.file_number)
    elder.phone_index = vault().index(phone, field=PHONE)
    elder.phone_mask = masking.phone(phone)


def identity_number_of(elder: Elder) -> str:
    """Return the whole number; the caller logs why. Empty where none is known."""
    sealed = elder.identity_cipher
    return vault().open(bytes(sealed), field=IDENTITY, row=elder.file_number) if sealed else ""


def phone_of(elder: Elder) -> str:
    """Return the whole telephone number; the caller logs why. Empty where none is known."""
    sealed = elder.phone_cipher
    return vault().open(bytes(sealed), field=PHONE, row=elder.file_number) if sealed else ""


def identity_index(text: str, *, day: date) -> bytes:
    """Return under what a number is found; an impossible number is found under itself: nowhere."""
    found = identity_numbers.read(text, day=day)
    number = text if isinstance(found, Fault) else found.number
    return vault().index(number, field=IDENTITY)


def phone_index(text: str) -> bytes:
    return vault().index(text, field=PHONE)
