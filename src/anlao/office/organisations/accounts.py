"""Closing an account and opening it again; nothing of it is ever deleted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from anlao.office.organisations import sessions
from anlao.office.organisations.models import Grant, User
from anlao.office.organisations.noting import note
from anlao.office.organisations.operations import AccountRefused, revoke

_ADMINISTRATOR = "administrator"


def deactivate(user: User, *, reason: str, by: str, at: datetime) -> None:
    """Close an account: no sign-in, its sessions end, its grants and what it delegated end now.

    Raises AccountRefused for one's own account, one that is closed, and the last administrator.
    """
    with transaction.atomic():
        found = User.objects.select_for_update().get(pk=user.pk)
        if found.username == by:
            raise AccountRefused("不能停用自己的账户 / nobody closes her own account")
        if not found.is_active:
            raise AccountRefused("该账户已停用 / the account is closed already")
        if _is_last_administrator(found, at):
            raise AccountRefused(
                "这是最后一个系统管理员，请先授权另一人 / "
                "this is the last administrator: grant the role to somebody else first"
            )
        for held in Grant.objects.filter(revoked_at=None).filter(user=found):
            revoke(held=held, reason=reason, by=by, at=at)
        for lent in Grant.objects.filter(revoked_at=None, on_behalf_of=found):
            revoke(held=lent, reason=reason, by=by, at=at)
        sessions.end(found, by=by, at=at, reason=reason)
        found.is_active, found.deactivated_at = False, at
        found.save(update_fields=["is_active", "deactivated_at"])
        note("deactivate_user", found, by=by, purpose=reason)


def reactivate(user: User, *, reason: str, by: str) -> None:
    """Open a closed account again, without any grant: roles are given anew.

    Raises AccountRefused for an account that is open.
    """
    with transaction.atomic():
        found = User.objects.select_for_update().get(pk=user.pk)
        if found.is_active:
            raise AccountRefused("该账户未停用 / the account is open")
        found.is_active, found.deactivated_at = True, None
        found.failed_attempts, found.locked_until_at = 0, None
        found.save(
            update_fields=["is_active", "deactivated_at", "failed_attempts", "locked_until_at"]
        )
        note("reactivate_user", found, by=by, purpose=reason)


def _is_last_administrator(user: User, at: datetime) -> bool:
    held = Grant.objects.filter(
        role=_ADMINISTRATOR,
        revoked_at=None,
        valid__contains=timezone.localdate(at),
        user__is_active=True,
    )
    return held.filter(user=user).exists() and not held.exclude(user=user).exists()
