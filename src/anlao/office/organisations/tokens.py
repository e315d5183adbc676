"""Tokens of the JSON API: issued to an organisation, shown once, limited, and revoked."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, F, QuerySet, Value, When

from anlao.office.divisions.models import Division
from anlao.office.divisions.queries import successors
from anlao.office.organisations import roles
from anlao.office.organisations.models import Organisation, Token
from anlao.office.organisations.noting import note
from anlao.office.shared.scope import NOTHING, Scope
from anlao.office.shared.vaults import vault

ACTS = (
    roles.SEE_ELDERS,
    roles.RECORD_FACTS,
    roles.REQUEST_ASSESSMENT,
    roles.IMPORT_LISTS,
    roles.SEE_FIGURES,
    roles.SEE_AUDIT,
)
"""What a token may do; nothing that a person must answer for, such as seeing a whole number."""
LASTS_AT_MOST = timedelta(days=366)
A_MINUTE = 300
"""Requests that a token may make in a minute."""
_FIELD, _PREFIX, _BYTES = "token.secret", "anlao_", 32


class TokenRefused(ValueError):
    """Raised where a token cannot be issued as was asked; the message says why."""


def issue(
    *,
    organisation: Organisation,
    name: str,
    acts: Collection[str],
    division: Division | None,
    expires_at: datetime,
    by: str,
    at: datetime,
) -> tuple[Token, str]:
    """Make a token; return it with what its holder shows, which is kept nowhere.

    Raises TokenRefused. Like roles: whoever reads the log does nothing else.
    """
    wanted = [act for act in ACTS if act in acts]
    if not wanted or len(wanted) != len(set(acts)):
        raise TokenRefused("请至少选一项权限 / choose at least one act")
    if roles.SEE_AUDIT in wanted and len(wanted) > 1:
        raise TokenRefused("审计权限不能与其他权限同用 / the audit goes with nothing else")
    if division is None and set(wanted) - {roles.SEE_ELDERS, roles.RECORD_FACTS}:
        raise TokenRefused(
            "只限本机构名单时，只能查阅和登记 / without a division: only reading and recording"
        )
    if not at < expires_at <= at + LASTS_AT_MOST:
        raise TokenRefused("有效期须在一天到一年之间 / it lasts from a day to a year")
    secret = _PREFIX + secrets.token_urlsafe(_BYTES)
    made = Token.objects.create(
        organisation=organisation, name=name, digest=_digest(secret), acts=wanted,
        division=division, issued_by=by, issued_at=at, expires_at=expires_at,
    )  # fmt: skip
    after = {
        "name": name,
        "organisation": organisation.name,
        "acts": wanted,
        "division": division.code if division else None,
        "until": expires_at.isoformat(),
    }
    note("issue_token", made, by=by, after=after)
    return made, secret


def revoke(token: Token, *, reason: str, by: str, at: datetime) -> None:
    """End a token now; the row stays. One that was ended already stays as it is."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at, revoked_by=by):
        note("revoke_token", token, by=by, purpose=reason)


def holder_of(secret: str, *, at: datetime) -> Token | None:
    """Return the token that somebody shows, if it is good now."""
    if not secret.startswith(_PREFIX) or not secret.isascii():
        return None
    found = Token.objects.filter(
        digest=_digest(secret), revoked_at=None, expires_at__gt=at, organisation__is_active=True
    )
    return found.select_related("organisation", "division__successor").first()


def named(name: str, *, at: datetime) -> Token | None:
    """Return the token that a log or a job names, if it is good still."""
    number = re.match(r"token:(\d{1,18}) ", name)
    if number is None:
        return None
    found = Token.objects.filter(
        pk=int(number[1]), revoked_at=None, expires_at__gt=at, organisation__is_active=True
    )
    return found.select_related("organisation", "division__successor").first()


@dataclass(frozen=True, slots=True)
class Use:
    """How much of its minute a token has used. ``seconds``: until the next one begins."""

    left: int
    seconds: int

    @property
    def is_too_much(self) -> bool:
        return self.left < 0


def note_use(token: Token, *, at: datetime) -> Use:
    """Count a request. Counts stand in the database: all processes of the office share them."""
    minute = int(at.timestamp()) // 60
    counted = Case(When(minute=minute, then=F("requests") + 1), default=Value(1))
    mine: QuerySet[Token] = Token.objects.filter(pk=token.pk, revoked_at=None)
    mine.update(requests=counted, minute=minute, used_at=at)
    requests = mine.filter(minute=minute).values_list("requests", flat=True).first() or 0
    return Use(A_MINUTE - requests, 60 - int(at.timestamp()) % 60)


def scope_for(token: Token, act: str) -> Scope:
    """Return where a token may do an act; nowhere where it may not."""
    if act not in token.acts:
        return NOTHING
    if token.division is not None:
        return Scope(divisions=(token.division.code, *successors(token.division)))
    return Scope(organisations=(token.organisation_id,))


def _digest(secret: str) -> bytes:
    return vault().index(secret, field=_FIELD)
