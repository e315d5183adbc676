"""Nobody has to ask for what is hers: cases out of what the nightly decide has found."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from anlao.office.benefits.models import DecidedMonth, Finding
from anlao.office.benefits.provisions import AUTOMATIC, PROACTIVE, rules_of
from anlao.office.cases import states
from anlao.office.cases.asking import find
from anlao.office.cases.models import Case, Step
from anlao.office.cases.moving import Refused
from anlao.office.cases.terms import terms_of

_DAYS_OF_A_MONTH = 30.436875


def found(decided: DecidedMonth, day: date) -> QuerySet[Finding]:
    """Return whom a decided month found entitled and not receiving, and for whom a case is to open.

    Nobody who has one, and nobody who said no or was refused a while ago.
    """
    terms = terms_of(decided.division_code)
    wanted = [
        rule.id
        for rule in rules_of(decided.division_code)
        if rule.application in (AUTOMATIC, PROACTIVE) and rule.kind in terms.find
    ]
    border = day - timedelta(days=round(terms.find_again_months * _DAYS_OF_A_MONTH))
    lately = Step.objects.filter(case=OuterRef("pk"), at__date__gt=border)
    cases = Case.objects.filter(elder=OuterRef("elder"), provision=OuterRef("provision")).filter(
        Q(state__in=states.LIVE) | Exists(lately)
    )
    rows: QuerySet[Finding] = Finding.objects.filter(
        decided=decided,
        kind=Finding.Kind.NOT_RECEIVING,
        provision__in=wanted,
        elder__state="living",
    )
    return rows.exclude(Exists(cases)).select_related("elder").order_by("pk")


def open_cases(decided: DecidedMonth, *, most: int, by: str, at: datetime, day: date) -> int:
    """Open cases for some of them; return how many."""
    opened = 0
    for row in found(decided, day)[:most]:
        ground = f"{decided.month:%Y-%m} 判定：符合未领"
        try:
            find(
                elder=row.elder,
                provision=row.provision,
                day=day,
                by=by,
                at=at,
                ground=ground,
                month=decided.month,
            )
        except Refused:
            continue  # somebody was faster this night
        opened += 1
    return opened
