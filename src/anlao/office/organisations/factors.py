"""The second factor of a sign-in: an app that shows codes, a security key, recovery codes.

Codes are TOTP (RFC 6238): six digits, SHA-1, thirty seconds, as every app understands. One step
before and after the present one is taken, none twice. A user's row is locked while a code is
checked, so two sign-ins never take the same code.
"""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from collections.abc import Iterable
from datetime import datetime

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.db.models import QuerySet

from anlao.office.organisations.models import (
    Authenticator,
    Grant,
    RecoveryCode,
    SecondFactorRule,
    User,
)
from anlao.office.organisations.noting import note
from anlao.office.shared.vaults import vault

RECOMMENDED = ("administrator", "county_approver", "finance")
"""Roles for which the page recommends it: whoever grants, approves or pays."""
CODES = 10
_STEP, _DIGITS, _SECRET_BYTES = 30, 6, 20
_SECRET, _RECOVERY = "authenticator.secret", "recovery_code.code"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of recovery codes: none that are read as another."""
_CODE_LENGTH = 12


class FactorRefused(ValueError):
    """Raised where a second factor cannot be added or removed; the message says why."""


def of(user: User) -> QuerySet[Authenticator]:
    """Return the second factors of somebody, the oldest first."""
    return Authenticator.objects.filter(user=user, removed_at=None).order_by("pk")


def codes_left(user: User) -> int:
    """Return how many recovery codes are still good."""
    return _good_codes(user).count()


def is_required(user: User, grants: Iterable[Grant]) -> bool:
    """Return whether somebody must have a second factor, for a role that she holds today."""
    roles = {grant.role for grant in grants}
    rules = list(SecondFactorRule.objects.filter(role__in=roles, ended_at=None))
    return any(user.organisation.division_id.startswith(rule.division_id) for rule in rules)


def missing(user: User, grants: Iterable[Grant]) -> bool:
    """Return whether somebody must set up a second factor before anything else."""
    return is_required(user, grants) and not of(user).exists()


# an app that shows codes


def new_secret() -> bytes:
    """Return a secret for an app, not yet anybody's."""
    return secrets.token_bytes(_SECRET_BYTES)


def sealed(secret: bytes, user: User) -> bytes:
    """Return a secret as it is kept, bound to its user."""
    return vault().seal(secret.hex(), field=_SECRET, row=str(user.pk))


def unsealed(kept: bytes | memoryview, user: User) -> bytes:
    return bytes.fromhex(vault().open(bytes(kept), field=_SECRET, row=str(user.pk)))


def spelt(secret: bytes) -> str:
    """Return a secret as somebody types it into an app, in groups of four."""
    text = b32encode(secret).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address_of(secret: bytes, user: User) -> str:
    """Return the address that an app reads from a picture."""
    return _totp(secret).get_provisioning_uri(user.username, "anlao")


def add_app(user: User, secret: bytes, code: str, *, name: str, at: datetime) -> Authenticator:
    """Keep an app whose code shows that it has the secret. Raises FactorRefused."""
    step = _step(secret, code, at)
    if step is None:
        raise FactorRefused("动态码不对 / the code is wrong")
    made = Authenticator.objects.create(
        user=user,
        kind=Authenticator.Kind.APP,
        name=name,
        secret=sealed(secret, user),
        counter=step,
        added_at=at,
    )
    note("add_second_factor", user, by=user.username, after={"kind": "app", "name": name})
    return made


def add_key(user: User, credential: bytes, counter: int, *, name: str, at: datetime) -> None:
    """Keep a security key that has just registered."""
    Authenticator.objects.create(
        user=user,
        kind=Authenticator.Kind.KEY,
        name=name,
        credential=credential,
        counter=counter,
        added_at=at,
    )
    note("add_second_factor", user, by=user.username, after={"kind": "key", "name": name})


def check_code(user: User, code: str, *, at: datetime) -> bool:
    """Return whether a code is good now: of an app, not taken before, or a recovery code."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        return _is_of_an_app(user, code, at) or _is_recovery(user, code, at)


def note_key_used(key: Authenticator, counter: int, *, at: datetime) -> bool:
    """Take the signature count of a key; False where it went back, as that of a copy would.

    Keys that do not count always say 0.
    """
    if key.counter and counter <= key.counter:
        note("second_factor_copied", key.user, by=key.user.username, after={"name": key.name})
        return False
    return bool(
        Authenticator.objects.filter(pk=key.pk, removed_at=None).update(
            counter=max(counter, key.counter), used_at=at
        )
    )


def _is_of_an_app(user: User, code: str, at: datetime) -> bool:
    for app in of(user).filter(kind=Authenticator.Kind.APP):
        assert app.secret is not None
        step = _step(unsealed(app.secret, user), code, at)
        if step is not None and step > app.counter:
            app.counter, app.used_at = step, at
            app.save(update_fields=["counter", "used_at"])
            return True
    return False


def _step(secret: bytes, code: str, at: datetime) -> int | None:
    """Return the time step whose code this is, near an instant."""
    typed = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", typed):
        return None
    now = int(at.timestamp()) // _STEP
    totp = _totp(secret)
    for step in (now, now - 1, now + 1):
        if bytes_eq(totp.generate(step * _STEP), typed.encode()):
            return step
    return None


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, SHA1(), _STEP)  # noqa: S303 - what apps understand


# recovery codes


def new_codes(user: User, *, at: datetime) -> list[str]:
    """Make recovery codes, to be shown once; earlier ones are no longer good."""
    _good_codes(user).update(retired_at=at)
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=_digest(user, code), made_at=at) for code in codes
    )
    note("make_recovery_codes", user, by=user.username, after={"count": CODES})
    return ["-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4)) for code in codes]


def _is_recovery(user: User, code: str, at: datetime) -> bool:
    typed = re.sub(r"[^a-z0-9]", "", code.lower())
    if len(typed) != _CODE_LENGTH or not of(user).exists():
        return False
    found = _good_codes(user).filter(digest=_digest(user, typed)).first()
    if found is None:
        return False
    found.used_at = at
    found.save(update_fields=["used_at"])
    note("use_recovery_code", user, by=user.username, after={"left": codes_left(user)})
    return True


def _good_codes(user: User) -> QuerySet[RecoveryCode]:
    return RecoveryCode.objects.filter(user=user, used_at=None, retired_at=None)


def _digest(user: User, code: str) -> bytes:
    return vault().index(f"{user.pk} {code}", field=_RECOVERY)


# taking away


def remove(user: User, number: int, grants: Iterable[Grant], *, at: datetime) -> None:
    """Take away one's own factor. Raises FactorRefused for the last one where one is required."""
    found = of(user).filter(pk=number).first()
    if found is None:
        raise FactorRefused("没有这个验证方式 / there is no such factor")
    is_last = not of(user).exclude(pk=number).exists()
    if is_last and is_required(user, grants):
        raise FactorRefused(
            "您的角色须有第二重验证，请先添加另一个 / your role needs one: add another first"
        )
    found.removed_at, found.removed_by = at, user.username
    found.save(update_fields=["removed_at", "removed_by"])
    if is_last:
        _good_codes(user).update(retired_at=at)
    note("remove_second_factor", user, by=user.username, after={"name": found.name})


def reset(user: User, *, reason: str, by: str, at: datetime) -> int:
    """Take away all factors of somebody who lost hers; return how many there were."""
    with transaction.atomic():
        count = of(user).update(removed_at=at, removed_by=by)
        _good_codes(user).update(retired_at=at)
        note("reset_second_factor", user, by=by, purpose=reason, after={"was": count})
    return count
