"""The door to whoever reads identity numbers: it is passed in, so that it is written once."""

from __future__ import annotations

from datetime import date
from typing import Protocol, TypeGuard


class Identity(Protocol):
    """A sound identity number. ``number``: eighteen characters; ``sex``: male or female."""

    @property
    def number(self) -> str: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def sex(self) -> str: ...


class IdentityFault(Protocol):
    """Why a text is no identity number."""

    @property
    def code(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


class ReadsIdentity(Protocol):
    """Reads a text as an identity number (GB 11643); never raises."""

    def __call__(self, text: str, /) -> Identity | IdentityFault: ...


class ReadsDivision(Protocol):
    """Returns the division code (6, 9 or 12 digits) of a place's name, None for a stranger."""

    def __call__(self, text: str, /) -> str | None: ...


def is_fault(reading: Identity | IdentityFault) -> TypeGuard[IdentityFault]:
    return hasattr(reading, "code")
