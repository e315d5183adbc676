"""Public notices on the portal: masked names by village, from a first day through a last.

case on notice, no objection open -> a row; the last day is over, or the case moves -> none

The database itself takes a row away in the moment in which its case leaves the notice, is objected
to, or its elder changes (`notices.sql`). What an item is called can tell how poor she is, so the
county names the items that are told (`terms.yaml`); all others are one and the same.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from anlao import masking
from anlao.office.cases import states
from anlao.office.cases.models import Case, Objection, Posting
from anlao.office.cases.terms import terms_of
from anlao.office.disclosure.models import PublicNotice
from anlao.office.registry.models import Elder
from anlao.office.shared import scope

_OWNER = "owner"


def publish(county: str, *, day: date, at: datetime) -> int:
    """Tell what is on notice in a county, instead of what was told; return how many.

    Cases are held meanwhile: one that moves on waits, and then takes its row away.
    """
    online = terms_of(county).notice_online
    with transaction.atomic(using=_OWNER):
        rows = [_row(posting, online.items, at) for posting in _on_notice(county, day)]
        told = PublicNotice.objects.using(_OWNER).filter(division_code__startswith=county)
        told.delete()
        if online.shown:
            PublicNotice.objects.using(_OWNER).bulk_create(rows)
    return len(rows) if online.shown else 0


def _on_notice(county: str, day: date) -> list[Posting]:
    cases = Case.objects.using(_OWNER).filter(
        Q(elder__isnull=True) | Q(elder__state=Elder.State.LIVING),
        state=states.NOTICE,
        division_code__startswith=county,
    )
    held = [case.pk for case in cases.order_by("pk").select_for_update(of=("self",))]
    objected = Objection.objects.using(_OWNER).filter(case__in=held, answered_at=None)
    found = Posting.objects.using(_OWNER).filter(
        case__in=held, round=F("case__round"), last_day__gte=day
    )
    return list(
        found.exclude(case__in=objected.values("case")).select_related("case__elder").order_by("pk")
    )


def _row(posting: Posting, items: tuple[str, ...], at: datetime) -> PublicNotice:
    case = posting.case
    return PublicNotice(
        number=case.pk,
        division_code=case.division_code,
        name=_public_name(case),
        provision=case.provision if case.provision in items else "",
        first_day=posting.first_day,
        last_day=posting.last_day,
        place=posting.place,
        told_at=at,
    )


def _public_name(case: Case) -> str:
    if case.elder is not None:
        return masking.name(case.elder.name)
    with scope.within(scope.WHOLE_OFFICE):  # a file of a register, read by the office itself
        return case.holder.public_name


def on(county: str, day: date, township: str = "") -> QuerySet[PublicNotice]:
    """Return what is on notice in a county on a day, by village."""
    found = PublicNotice.objects.filter(
        division_code__startswith=township or county, first_day__lte=day, last_day__gte=day
    )
    return found.order_by("division_code", "first_day", "number")
