"""Granting and revoking roles, delegating them, and what happens at sign-in."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.utils import timezone

from anlao.office.divisions.models import Division
from anlao.office.organisations.models import Grant, Organisation, User
from anlao.office.organisations.noting import note
from anlao.office.organisations.queries import grants_on
from anlao.office.organisations.roles import ROLES, conflicts
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

ATTEMPTS = 5
LOCKED_FOR = timedelta(minutes=15)
DELEGATED_AT_MOST = timedelta(days=60)


@dataclass(eq=False, slots=True)
class RolesConflict(Exception):
    """Raised where a role would join others that it must be kept apart from."""

    role: str
    others: tuple[str, ...]

    def __str__(self) -> str:
        names = "、".join(ROLES[other].zh for other in self.others)
        return f"“{ROLES[self.role].zh}”与已有角色“{names}”不相容，不能授予同一人"


class SpanRefused(ValueError):
    """Raised where a grant would end before it starts, or be delegated for too long."""


class OwnStandIn(ValueError):
    """Raised where somebody would stand in for herself."""


def grant(
    *,
    user: User,
    role: str,
    division: Division | None = None,
    organisation: Organisation | None = None,
    start: date,
    until: date | None = None,
    reason: str,
    by: str,
    at: datetime,
    on_behalf_of: User | None = None,
) -> Grant:
    """Give a role. Raises RolesConflict and SpanRefused.

    Roles that overlap in time count as held together, whatever divisions they are for.
    """
    if until is not None and until <= start:
        raise SpanRefused("授权的终止日期必须晚于起始日期")
    with connection.cursor() as cursor:  # two grants to one person never pass each other
        cursor.execute("SELECT 1 FROM organisations_user WHERE id = %s FOR UPDATE", [user.pk])
    span = DateRange(start, until)
    held = user.grants.filter(revoked_at=None, valid__overlap=span).values_list("role", flat=True)
    if others := conflicts(role, frozenset(held)):
        raise RolesConflict(role, tuple(others))
    made = Grant.objects.create(
        user=user,
        role=role,
        division=division,
        organisation=organisation,
        valid=span,
        granted_by=by,
        granted_at=at,
        reason=reason,
        on_behalf_of=on_behalf_of,
    )
    after = {
        "role": role,
        "division": division.code if division else None,
        "organisation": organisation.pk if organisation else None,
        "from": start.isoformat(),
        "until": until.isoformat() if until else None,
        "on_behalf_of": on_behalf_of.username if on_behalf_of else None,
    }
    note("grant", user, by=by, purpose=reason, after=after)
    return made


def revoke(*, held: Grant, reason: str, by: str, at: datetime) -> None:
    """End a grant now, and what was lent of it; the row stays.

    One that was ended already stays as it is.
    """
    still = Grant.objects.filter(pk=held.pk, revoked_at=None)
    if not still.update(revoked_at=at, revoked_by=by):
        return
    held.revoked_at, held.revoked_by = at, by
    before = {"role": held.role}
    note("revoke", held.user, by=by, purpose=reason, before=before)
    for lent in _lent_of(held):
        revoke(held=lent, reason=reason, by=by, at=at)


def _lent_of(held: Grant) -> QuerySet[Grant]:
    """Return what was lent of a grant, unless its holder has the same one besides."""
    same = Grant.objects.filter(
        role=held.role,
        division=held.division_id,
        organisation=held.organisation_id,
        revoked_at=None,
    )
    if held.on_behalf_of_id is not None or same.filter(user=held.user, on_behalf_of=None).exists():
        return Grant.objects.none()
    return same.filter(on_behalf_of=held.user)


def delegable(user: User, day: date) -> list[Grant]:
    """Return the grants that somebody may lend on a day: those that are her own."""
    return [held for held in grants_on(user, day) if held.on_behalf_of_id is None]


def delegate(
    *,
    away: User,
    to: User,
    start: date,
    until: date,
    reason: str,
    by: str,
    at: datetime,
    only: Collection[int] | None = None,
) -> list[Grant]:
    """Let somebody stand in for a user who is away, with her grants, for a limited time.

    ``only``: numbers of the grants to lend (None: all). Never for longer than she holds them
    herself; all or none. Raises OwnStandIn, RolesConflict, SpanRefused.
    """
    if away.pk == to.pk:
        raise OwnStandIn("不能由本人代理本人")
    if until - start > DELEGATED_AT_MOST:
        raise SpanRefused(f"代理最长{DELEGATED_AT_MOST.days}天")
    with transaction.atomic():
        return [
            grant(
                user=to,
                role=held.role,
                division=held.division,
                organisation=held.organisation,
                start=start,
                until=until if held.valid.upper is None else min(until, held.valid.upper),
                reason=reason,
                by=by,
                at=at,
                on_behalf_of=away,
            )
            for held in delegable(away, start)
            if only is None or held.pk in only
        ]


def note_failure(user: User, *, at: datetime) -> None:
    """Count a wrong password; too many lock the account for a while."""
    user.failed_attempts += 1
    if user.failed_attempts >= ATTEMPTS:
        user.locked_until_at = at + LOCKED_FOR
        user.failed_attempts = 0
    user.save(update_fields=["failed_attempts", "locked_until_at"])
    act = "account_locked" if user.locked_until_at == at + LOCKED_FOR else "sign_in_failed"
    note(act, user, by=user.username)


def note_success(user: User) -> None:
    """Forget earlier wrong passwords."""
    user.failed_attempts, user.locked_until_at = 0, None
    user.save(update_fields=["failed_attempts", "locked_until_at"])
    note("sign_in", user, by=user.username)


def change_password(user: User, password: str) -> None:
    """Set a password that its owner chose herself."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    note("change_password", user, by=user.username)


def reset_password(user: User, password: str, *, by: str) -> None:
    """Give a first password, to be changed at the next sign-in; the account is unlocked."""
    user.set_password(password)
    user.must_change_password = True
    user.failed_attempts, user.locked_until_at = 0, None
    user.save()
    note("reset_password", user, by=by)


class AccountRefused(ValueError):
    """Raised where an account cannot be made as it was asked for; the message says why."""


def add_user(*, username: str, full_name: str, organisation: Organisation, by: str) -> str:
    """Make a user without any grant; return her first password. Raises AccountRefused."""
    if User.objects.filter(username=username).exists():
        raise AccountRefused(f"用户名 {username} 已被使用 / the user name is taken")
    password = secrets.token_urlsafe(9)
    user = User(username=username, full_name=full_name, organisation=organisation)
    user.set_password(password)
    user.save()
    after = {"full_name": full_name, "organisation": organisation.name}
    note("add_user", user, by=by, after=after)
    return password


def add_organisation(*, kind: str, name: str, division: Division, by: str) -> Organisation:
    """Make an organisation. Raises AccountRefused where it is there already."""
    if Organisation.objects.filter(name=name, division=division).exists():
        raise AccountRefused(f"{name} 已存在 / is there already")
    made = Organisation.objects.create(kind=kind, name=name, division=division)
    after = {"kind": kind, "name": name, "division": division.code}
    act = Act("add_organisation", f"organisation:{made.pk}", division.code, after=after)
    audit.record(act, by=by)
    return made


def first_administrator(
    *, division: str, bureau: str, username: str, full_name: str, at: datetime, by: str
) -> str:
    """Make the bureau and its first administrator; return her first password.

    Raises AccountRefused for a division that is not listed and a user name that is taken.
    """
    place = Division.objects.filter(code=division).first()
    if place is None:
        raise AccountRefused(f"没有区划 {division} / there is no division of this code")
    organisation = Organisation.objects.filter(name=bureau, division=place).first()
    if organisation is None:
        organisation = add_organisation(
            kind=Organisation.Kind.BUREAU, name=bureau, division=place, by=by
        )
    password = add_user(username=username, full_name=full_name, organisation=organisation, by=by)
    grant(
        user=User.objects.get(username=username),
        role="administrator",
        division=place,
        start=timezone.localdate(at),
        reason="首个系统管理员 first administrator",
        by=by,
        at=at,
    )
    return password
