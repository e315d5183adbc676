"""Lists of who received what on the portal: by month and by year, masked, for a time.

transfers of sent and closed runs -> one row a person, provision and month, and one a year

A year tells in how many of its months she was paid, and no sum. Where a village has too few names
in a list, they stand under the township; where what then stands there would be too few as well, the
whole township does, so that nobody reads a village off what is missing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from anlao import masking
from anlao.office.disclosure.models import PublicRecipient
from anlao.office.disclosure.terms import Lists, terms_of
from anlao.office.payments.models import Run, Transfer
from anlao.office.shared.county_settings import in_every

_OWNER = "owner"
_TOWNSHIP_DIGITS = 9
_AT_ONCE = 5000
_YEAR = 12


@dataclass(frozen=True, slots=True)
class _Received:
    """What one elder received of a provision in a period, such as "2026-03" or "2026"."""

    elder: int
    name: str
    division: str
    provision: str
    period: str
    months: int
    fen: int | None
    until: date


def publish(county: str, *, day: date, at: datetime) -> int:
    """Tell a county's lists anew, instead of what was told; return how many rows there are.

    What the county no longer names, and what has been up long enough, is gone with it.
    """
    lists = terms_of(county).lists
    with transaction.atomic(using=_OWNER):
        PublicRecipient.objects.using(_OWNER).filter(division_code__startswith=county).delete()
        monthly = _monthly(county, lists, day) if lists.items else []
        found = [one for one in (*monthly, *_yearly(monthly, lists)) if one.until >= day]
        rows = [_row(one, at) for one in _by_place(found, lists.fewest)]
        # by place and name, not as they were paid: the order of rows tells nobody who is who
        rows.sort(key=lambda row: (row.period, row.division_code, row.provision, row.name))
        PublicRecipient.objects.using(_OWNER).bulk_create(rows, batch_size=_AT_ONCE)
    return len(rows)


def publish_everywhere(*, day: date, at: datetime) -> int:
    """Do so for every county that pays, or has lists up; return how many rows there are.

    Raises TermsRefused, once the others are told, for counties whose settings cannot be used.
    """
    paying = Run.objects.using(_OWNER).values_list("division_code", flat=True).distinct()
    told = PublicRecipient.objects.using(_OWNER).values_list("county", flat=True).distinct()
    return sum(in_every(sorted({*paying, *told}), lambda county: publish(county, day=day, at=at)))


def _monthly(county: str, lists: Lists, day: date) -> list[_Received]:
    """Return what was sent in the months that are, or whose year is, up; not what came back.

    Lines follow her file when she moves; should one have stayed behind, she stands in the village
    of the later one, once and with all.
    """
    first = _later(day, -lists.months).replace(month=1)
    found = Transfer.objects.using(_OWNER).filter(
        run__division_code__startswith=county,
        run__state__in=(Run.State.SENT, Run.State.CLOSED),
        run__month__gte=first,
        state__in=(Transfer.State.SENT, Transfer.State.PAID),
        line__elder__isnull=False,
        line__provision__in=lists.items,
        line__division_code__startswith=county,
    )
    rows = found.values_list(
        "line__elder", "line__elder__name", "line__division_code", "line__provision", "run__month"
    ).annotate(sum=Sum("fen"), latest=Max("pk"))
    received: dict[tuple[int, str, date], _Received] = {}
    for elder, name, division, provision, month, fen, _ in rows.order_by("latest"):
        before = received.get((elder, provision, month))
        received[elder, provision, month] = _Received(
            elder=elder,
            name=name,
            division=division,
            provision=provision,
            period=f"{month:%Y-%m}",
            months=1,
            fen=fen + (before.fen or 0 if before else 0) if lists.amounts else None,
            until=_later(month, lists.months + 1) - timedelta(days=1),
        )
    return list(received.values())


def _yearly(monthly: Iterable[_Received], lists: Lists) -> list[_Received]:
    """Return one of each year, in the village where she was paid last."""
    months: dict[tuple[int, str, str], list[_Received]] = defaultdict(list)
    for one in monthly:
        months[one.elder, one.provision, one.period[:4]].append(one)
    found = []
    for (_, _, year), ones in months.items():
        latest = max(ones, key=lambda one: one.period)
        until = _later(date(int(year), _YEAR, 1), lists.months + 1) - timedelta(days=1)
        many = len({one.period for one in ones})
        found.append(replace(latest, period=year, months=many, fen=None, until=until))
    return found


def _by_place(found: Iterable[_Received], fewest: int) -> list[_Received]:
    """Put those of villages with too few names under their township."""
    lists: dict[tuple[str, str, str], list[_Received]] = defaultdict(list)
    for one in found:
        lists[one.provision, one.period, one.division[:_TOWNSHIP_DIGITS]].append(one)
    placed = []
    for (_, _, township), ones in lists.items():
        villages: dict[str, list[_Received]] = defaultdict(list)
        for one in ones:
            villages[one.division].append(one)
        few = {place for place, those in villages.items() if len(those) < fewest}
        if few and sum(len(villages[place]) for place in few) < fewest:
            few = set(villages)
        placed += [replace(one, division=township) if one.division in few else one for one in ones]
    return placed


def _row(one: _Received, at: datetime) -> PublicRecipient:
    return PublicRecipient(
        county=one.division[:6],
        division_code=one.division,
        period=one.period,
        provision=one.provision,
        name=masking.name(one.name),
        months=one.months,
        fen=one.fen,
        until_day=one.until,
        told_at=at,
    )


def _later(day: date, months: int) -> date:
    """Return the first day of the month that lies so many months after a day's."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


# reading


def of(county: str, day: date) -> QuerySet[PublicRecipient]:
    """Return what is up in a county on a day."""
    return PublicRecipient.objects.filter(county=county, until_day__gte=day)


def periods(county: str, day: date) -> list[str]:
    """Return the months and years that are up, the latest first, a year before its months."""
    found = set(of(county, day).values_list("period", flat=True))
    return sorted(found, key=lambda period: period.ljust(7, "~"), reverse=True)


def listed(
    county: str, day: date, *, period: str, provision: str = "", township: str = ""
) -> QuerySet[PublicRecipient]:
    """Return a list by place, item and name."""
    found = of(county, day).filter(period=period, division_code__startswith=township or county)
    if provision:
        found = found.filter(provision=provision)
    return found.order_by("division_code", "provision", "name", "number")


def any_in(county: str) -> bool:
    """Return whether a county has any list."""
    return PublicRecipient.objects.filter(county=county).exists()
