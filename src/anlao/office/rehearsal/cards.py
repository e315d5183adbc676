"""Access cards of one elder and her daughter, for the county to try the office on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anlao.office.citizens import cards
from anlao.office.citizens.cards import HERSELF, Holder
from anlao.office.payments.models import Line
from anlao.office.registry.models import Elder
from anlao.office.shared import scope

_CLERK = "clerk"
_HOLDERS = (HERSELF, Holder("女儿（模拟）", "女儿", may_apply=False))


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A card as its sheet says: who signs in, by what, and for which elder."""

    holder: str
    elder: int
    number: str
    code: str
    born: date


def hand_out(county: str, *, day: date, at: datetime) -> list[HandedOut]:
    """Hand out a card to an elder who is paid something, and one to her daughter."""
    with scope.within(scope.WHOLE_OFFICE):
        living = Elder.objects.filter(
            state=Elder.State.LIVING,
            birth_date__isnull=False,
            division_code__startswith=county,
            is_synthetic=True,
        )
        paid = Line.objects.filter(state=Line.State.OWED, fen__gt=0).values("elder")
        her = living.filter(pk__in=paid).order_by("pk").first() or living.order_by("pk").first()
        if her is None:
            return []
        assert her.birth_date is not None
        found = []
        for holder in _HOLDERS:
            made, code = cards.issue(
                elder=her, holder=holder, evidence="演练：身份证", day=day, by=_CLERK, at=at
            )
            name = holder.name or her.name
            found.append(HandedOut(name, her.pk, made.number, code, her.birth_date))
        return found
