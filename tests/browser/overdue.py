"""Elders whom nobody has confirmed alive for long, two of them proposed to be suspended."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

_AGO = 15  # months: past the twelve and the days of grace


def propose(county: str, avoid: list[int], today: date, *, at: datetime) -> None:
    """Let three receive a benefit for long; one proposal is the clerk's, one the approver's.

    ``avoid``: elders of whom other tests tell.
    """
    from anlao.office.registry.models import Elder
    from anlao.office.shared import scope

    with scope.within(scope.WHOLE_OFFICE):
        living = Elder.objects.filter(state="living", division_code__startswith=county)
        _propose(list(living.exclude(pk__in=avoid).order_by("pk")[100:200]), today, at)


def _propose(living: list[Any], today: date, at: datetime) -> None:
    from anlao.office.benefits.models import Award
    from anlao.office.cases import asking, proposing
    from anlao.office.payments.calendar import plus
    from anlao.office.registry import details
    from anlao.office.registry.operations import Ground

    month = today.replace(day=1)
    receiving = Award.objects.filter(known__upper_inf=True).values_list("elder_id", flat=True)
    waiting = [elder for elder in living if elder.pk not in set(receiving)]
    for elder, by in zip(waiting, ("clerk", "approver", ""), strict=False):
        details.add(
            elder=elder,
            kind=Award,
            values={"provision": "old-age-allowance", "fen": 6000},
            start=plus(month, -_AGO),
            ground=Ground("沿用原发放名单"),
            by="clerk",
            at=at,
        )
        asking.adopt(elder=elder, provision="old-age-allowance", day=today, by="clerk", at=at)
        if by:
            proposing.propose(
                elder=elder.pk,
                kind="life_unconfirmed",
                from_day=plus(month, 1),
                reason="两次上门未见本人，电话无人接听，邻居说已随女儿外出",
                by=by,
                at=at,
                day=today,
            )
