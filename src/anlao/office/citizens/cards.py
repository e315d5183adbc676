"""Handing out access cards, moving their end, ending them, and whose there are."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from anlao.office.citizens.models import Card, CardSignIn
from anlao.office.citizens.terms import terms_of
from anlao.office.registry.models import Elder
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What nobody takes for another when it is read aloud or off paper."""
_CODE, _GROUP, _DIGITS = 12, 4, 8


class CardRefused(ValueError):
    """Raised where it cannot be handed out or changed so; says why, in two languages."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a card is to be: the elder's own (no name), or an agent's."""

    name: str = ""
    relation: str = ""
    may_apply: bool = True


HERSELF = Holder()


@transaction.atomic
def issue(
    *,
    elder: Elder,
    holder: Holder,
    evidence: str,
    day: date,
    by: str,
    at: datetime,
    until: date | None = None,
) -> tuple[Card, str]:
    """Make a card; return it with its code, which is kept nowhere. Raises CardRefused.

    ``until``: the first day on which it is no longer good; None, the latest that the office's
    settings allow. A new card of her own takes the place of the one before.
    """
    _refuse_unless_living(elder)
    if elder.birth_date is None:
        raise CardRefused(
            "出生日期未登记，登录时要核对；请先登记 / Record the date of birth first: it is asked "
            "for at every sign-in"
        )
    if len(evidence) < 2:
        raise CardRefused("请写明核对了什么证件 / Say which papers were checked")
    if bool(holder.name) != bool(holder.relation):
        raise CardRefused("请写明代办人姓名和与老人的关系 / Name the agent and the relation")
    last = until or latest_end(elder, day)
    _refuse_end(elder, last, day)
    if not holder.name:
        for before in Card.objects.filter(elder=elder, holder=Card.Holder.SELF, ended_at=None):
            end(card=before, reason="换发", by=by, at=at)
    code = "".join(secrets.choice(_SIGNS) for _ in range(_CODE))
    made = Card.objects.create(
        number=_free_number(),
        digest=make_password(code),
        elder=elder,
        division_code=elder.division_code,
        holder=Card.Holder.AGENT if holder.name else Card.Holder.SELF,
        name=holder.name,
        relation=holder.relation,
        may_apply=holder.may_apply,
        evidence=evidence,
        until=last,
        issued_by=by,
        issued_at=at,
    )
    told = {"card": made.number, "holder": made.holder, "relation": made.relation,
            "may_apply": made.may_apply, "until": last.isoformat()}  # fmt: skip
    _record("issue_card", made, by=by, purpose=evidence, after=told)
    return made, grouped(code)


@transaction.atomic
def move_end(*, card: Card, until: date, day: date, reason: str, by: str) -> None:
    """Let an agent's card, good today, be good until another day. Raises CardRefused.

    ``until``: as in ``issue``; the settings count from today again, as for a new card.
    """
    if len(reason) < 2:
        raise CardRefused("请写明更改原因 / Say why it is changed")
    _refuse_unless_living(card.elder)
    _refuse_end(card.elder, until, day)
    live = Card.objects.select_for_update(of=("self",)).filter(pk=card.pk, ended_at=None)
    now = live.filter(until__gt=day, holder=Card.Holder.AGENT).first()
    if now is None:
        raise CardRefused(
            "只能更改仍有效的代办人办事码 / Only an agent's card that is still good is changed"
        )
    if now.until == until:
        raise CardRefused("日期和原来一样，没有更改 / It is that day already; nothing was changed")
    Card.objects.filter(pk=card.pk).update(until=until)
    before, after = (
        {"card": card.number, "until": last.isoformat()} for last in (now.until, until)
    )
    _record("move_card_end", card, by=by, purpose=reason, before=before, after=after)


@transaction.atomic
def end(*, card: Card, reason: str, by: str, at: datetime) -> None:
    """End a card and its sign-ins now; the rows stay. Raises CardRefused without a reason."""
    if len(reason) < 2:
        raise CardRefused("请写明停用原因 / Say why it ends")
    live = Card.objects.filter(pk=card.pk, ended_at=None)
    if live.update(ended_at=at, ended_by=by, ended_reason=reason):
        CardSignIn.objects.filter(card=card, ended_at=None).update(ended_at=at)
        _record("end_card", card, by=by, purpose=reason, after={"card": card.number})


def of(elder: Elder) -> list[Card]:
    """Return all cards that were ever handed out for an elder, the latest first."""
    return list(Card.objects.filter(elder=elder).order_by("-pk"))


def by_actor(elder: Elder) -> dict[str, Card]:
    """Return all cards of an elder by how cases and the log name their holders."""
    return {card.actor: card for card in of(elder)}


def find(elder: Elder, number: int) -> Card | None:
    """Return a card of an elder, if the scope of the transaction shows it."""
    found: Card | None = Card.objects.filter(elder=elder, pk=number).first()
    return found


def is_good(card: Card, day: date) -> bool:
    """Return whether a card opens anything on a day."""
    return card.ended_at is None and day < card.until


def latest_end(elder: Elder, day: date) -> date:
    """Return until when a card may be good that is handed out or changed on a day."""
    return _plus_months(day, terms_of(elder.division_code).valid_months)


def grouped(code: str) -> str:
    """Return a code as it is read aloud.

    >>> grouped("ABCDEFGH2345")
    'ABCD-EFGH-2345'
    """
    return "-".join(code[first : first + _GROUP] for first in range(0, len(code), _GROUP))


def _refuse_unless_living(elder: Elder) -> None:
    if elder.state != Elder.State.LIVING:
        raise CardRefused("档案不在册，不能发码 / The file is not on the register: no card")


def _refuse_end(elder: Elder, until: date, day: date) -> None:
    if until <= day:
        raise CardRefused("有效期须晚于今天 / It has to be good for a day at least")
    latest = latest_end(elder, day)
    if until > latest:
        raise CardRefused(
            f"有效期最晚到{latest}（不含当日） / The latest end is {latest} (not included)"
        )


def _free_number() -> str:
    # Numbers of other places are hidden from whoever asks; the table itself refuses a second.
    first = 10 ** (_DIGITS - 1)
    return str(first + secrets.randbelow(9 * first))


def _plus_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, 28))


def _record(
    act: str,
    card: Card,
    *,
    by: str,
    purpose: str,
    after: dict[str, object],
    before: dict[str, object] | None = None,
) -> None:
    subject = f"elder:{card.elder_id}"
    division = card.division_code
    audit.record(Act(act, subject, division, purpose, before=before, after=after), by=by)
