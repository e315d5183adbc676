"""Opening an elder's pages by card number, code and date of birth; and closing them.

A transaction that was opened so sees that elder's rows and nobody else's, and does what the card
lets its holder do: `shared/shown_card.sql`, `agents.sql`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection

from anlao.office.citizens import cards
from anlao.office.citizens.models import Card, CardSignIn
from anlao.office.citizens.terms import terms_of
from anlao.office.registry.models import Elder
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act
from anlao.office.shared.scope import Own
from anlao.office.shared.vaults import vault

_FIELD = "citizens.sign_in"
_BYTES = 32
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever shows a good card, and whose pages it opens."""

    card: Card
    elder: Elder
    sign_in: CardSignIn

    @property
    def actor(self) -> str:
        return self.card.actor


def enter(*, number: str, code: str, born: date | None, day: date, at: datetime) -> str | None:
    """Return what the browser keeps of a new sign-in; None where anything does not fit.

    Nobody is told what did not fit, and an unknown number takes as long as a known one.
    """
    wanted = _plain(code)
    own = _found("citizens_by_number", number)
    if own is None:
        make_password(wanted)
        return None
    scope.enter_own(own)
    card = Card.objects.select_for_update(of=("self",)).select_related("elder").get(number=number)
    fits = check_password(wanted, card.digest)
    fits &= born is not None and born == card.elder.birth_date
    if not _is_open(card, day) or (card.locked_until_at and at < card.locked_until_at):
        _record("card_refused", card)
        scope.leave_own()
        return None
    if not fits:
        _note_failure(card, at)
        scope.leave_own()
        return None
    card.failed_attempts, card.locked_until_at = 0, None
    card.save(update_fields=["failed_attempts", "locked_until_at"])
    token = secrets.token_urlsafe(_BYTES)
    CardSignIn.objects.create(
        card=card, elder=card.elder, division_code=card.division_code,
        digest=_digest(token), started_at=at, seen_at=at,
    )  # fmt: skip
    _record("card_sign_in", card)
    return token


def shown(token: str, *, day: date, at: datetime) -> SignedIn | None:
    """Return who shows what a browser kept, and let the transaction see her elder's rows.

    None, and nothing is seen: where it ended, was left alone, or the card or file is not good now.
    """
    own = _found("citizens_by_sign_in", _digest(token)) if token.isascii() else None
    if own is None:
        return None
    scope.enter_own(own)
    found = CardSignIn.objects.select_related("card", "elder").filter(digest=_digest(token)).first()
    if found is None or not _is_alive(found, at) or not _is_open(found.card, day):
        scope.leave_own()
        return None
    if found.card.is_own:
        scope.enter_own(replace(own, agents_until=cards.latest_end(found.elder, day)))
    if at - found.seen_at >= _SEEN_EVERY:
        found.seen_at = at
        found.save(update_fields=["seen_at"])
    return SignedIn(found.card, found.elder, found)


def leave(me: SignedIn, *, at: datetime) -> None:
    """End a sign-in."""
    CardSignIn.objects.filter(pk=me.sign_in.pk, ended_at=None).update(ended_at=at)


def _is_alive(sign_in: CardSignIn, at: datetime) -> bool:
    idle = timedelta(minutes=terms_of(sign_in.division_code).idle_minutes)
    return sign_in.ended_at is None and at - sign_in.seen_at <= idle


def _is_open(card: Card, day: date) -> bool:
    """Return whether a card is good: none is once she has died, moved away or was merged."""
    return cards.is_good(card, day) and card.elder.state == Elder.State.LIVING


def _note_failure(card: Card, at: datetime) -> None:
    terms = terms_of(card.division_code)
    card.failed_attempts += 1
    is_too_many = card.failed_attempts >= terms.tries
    if is_too_many:
        card.failed_attempts = 0
        card.locked_until_at = at + timedelta(minutes=terms.locked_minutes)
    card.save(update_fields=["failed_attempts", "locked_until_at"])
    _record("card_locked" if is_too_many else "card_sign_in_failed", card)


def _record(act: str, card: Card) -> None:
    subject = f"elder:{card.elder_id}"
    audit.record(Act(act, subject, division=card.division_code), by=card.actor)


def _found(function: str, what: str | bytes) -> Own | None:
    with connection.cursor() as cursor:
        cursor.callproc(function, [what])
        row: tuple[int, int] | None = cursor.fetchone()
        return Own(*row) if row else None


def _digest(token: str) -> bytes:
    return vault().index(token, field=_FIELD)


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())
