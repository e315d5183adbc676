"""Security keys and passkeys (WebAuthn), bound to the name under which the office is opened.

The browser's answers are what others wrote: whatever is wrong with one makes it no answer.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from anlao.office.organisations import factors
from anlao.office.organisations.factors import FactorRefused
from anlao.office.organisations.models import Authenticator, User

_LONGEST_ANSWER = 20_000
_WRONG = (ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError, struct.error)
"""What the library raises for answers that are none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser is asked (JSON), and what we need to check its answer."""

    options: str
    state: dict[str, Any]


def possible_at(origin: str) -> bool:
    """Return whether browsers offer keys there: under a name, by TLS or on the machine itself."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return parts.scheme == "https" or host == "localhost"
    return False


def ask_to_add(user: User, origin: str) -> Asked:
    """Ask for a key that somebody does not have here yet."""
    options, state = _server(origin).register_begin(
        PublicKeyCredentialUserEntity(
            id=f"anlao {user.pk}".encode(), name=user.username, display_name=user.full_name
        ),
        [credential for credential, _ in _held(user)],
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Asked(json.dumps(dict(options.public_key)), _plain(state))


def add(user: User, origin: str, state: Any, answer: str, *, name: str, at: datetime) -> None:
    """Keep the key that answers. Raises FactorRefused."""
    try:
        found = _server(origin).register_complete(state, _read(answer))
        assert found.credential_data is not None
        credential = bytes(found.credential_data)
    except _WRONG:
        raise FactorRefused("安全密钥没有登记成功 / the key was not registered") from None
    factors.add_key(user, credential, found.counter, name=name, at=at)


def ask(user: User, origin: str) -> Asked | None:
    """Ask for any of somebody's keys; None where she has none."""
    held = [credential for credential, _ in _held(user)]
    if not held or not possible_at(origin):
        return None
    options, state = _server(origin).authenticate_begin(
        held, user_verification=UserVerificationRequirement.PREFERRED
    )
    return Asked(json.dumps(dict(options.public_key)), _plain(state))


def check(user: User, origin: str, state: Any, answer: str, *, at: datetime) -> bool:
    """Return whether one of somebody's keys signed what was asked, and is no copy."""
    held = _held(user)
    try:
        given = _read(answer)
        found = _server(origin).authenticate_complete(
            state, [credential for credential, _ in held], given
        )
        counter = AuthenticationResponse.from_dict(given).response.authenticator_data.counter
    except _WRONG:
        return False
    key = next(row for credential, row in held if credential == found)
    return factors.note_key_used(key, counter, at=at)


def _held(user: User) -> list[tuple[AttestedCredentialData, Authenticator]]:
    rows = factors.of(user).filter(kind=Authenticator.Kind.KEY)
    return [(AttestedCredentialData(bytes(row.credential or b"")), row) for row in rows]


def _server(origin: str) -> Fido2Server:
    host = urlsplit(origin).hostname or ""
    place = PublicKeyCredentialRpEntity(id=host, name="anlao")
    return Fido2Server(place, verify_origin=lambda said: said == origin)


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > _LONGEST_ANSWER:
        raise ValueError("too long")
    found = json.loads(answer)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    """Return the state as a session keeps it."""
    return {name: None if value is None else str(value) for name, value in state.items()}
