"""The directory of institutions: counted by the owner's login, then narrowed by whoever reads it.

registers as known now -> those that are filed and open -> one public row each

Free beds are the beds of the filing less the residents. Where either is not known, or there are
more residents than beds, nobody knows how many are free: None, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from anlao.office.disclosure.models import PublicInstitution
from anlao.office.facilities.models import (
    BedStatus,
    Institution,
    LegalStatus,
    OfferStatus,
    RatingStatus,
    Stay,
    StayStatus,
)
from anlao.office.registry.models import Elder

_OWNER = "owner"
_TABLES = (LegalStatus, OfferStatus, BedStatus, RatingStatus)
_TOLD = (
    "kind", "ownership", "address", "telephone", "point", "fee_from", "fee_to", "beds",
    "nursing_beds", "takes_unable", "takes_dementia",
)  # fmt: skip


def publish(county: str, *, day: date, at: datetime) -> int:
    """Tell what is known now of a county's institutions, instead of what was told; return how many.

    All of it at once: whoever reads meanwhile reads the old rows.
    """
    with transaction.atomic(using=_OWNER):
        told = PublicInstitution.objects.using(_OWNER).filter(division_code__startswith=county)
        homes = list(Institution.objects.using(_OWNER).filter(division_code__startswith=county))
        facts = _facts(homes, day)
        living = _residents(homes, day)
        rows = [
            _row(home, facts[home.pk], living[home.pk], at)
            for home in homes
            if _is_open(home, facts[home.pk], day)
        ]
        told.delete()
        PublicInstitution.objects.using(_OWNER).bulk_create(rows)
    return len(rows)


def _facts(homes: Sequence[Institution], day: date) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {home.pk: {} for home in homes}
    for table in _TABLES:
        rows = table.objects.using(_OWNER).filter(
            subject__in=list(found), valid__contains=day, known__upper_inf=True
        )
        for row in rows:
            found[row.subject_id].update(row.facts())
    return found


def _residents(homes: Sequence[Institution], day: date) -> dict[int, int | None]:
    """Return how many live in each; None where no resident was ever recorded, or one is in doubt.

    A register without a single stay is one that nobody keeps, more likely than an empty house.
    """
    found: dict[int, int | None] = {home.pk: None for home in homes}
    stays = Stay.objects.using(_OWNER).filter(institution__in=list(found))
    rows = StayStatus.objects.using(_OWNER).filter(
        subject__in=stays, valid__contains=day, known__upper_inf=True
    )
    known = {row.subject_id: row for row in rows}
    in_doubt: set[int] = set()
    for stay in stays.select_related("elder"):
        row, home = known.get(stay.pk), stay.institution_id
        count = found[home] or 0
        found[home] = count
        left = row.left_on if row is not None else None
        if stay.elder.state != Elder.State.LIVING or (left is not None and left <= day):
            continue
        if row is None or row.admitted_on is None:
            in_doubt.add(home)
        elif row.admitted_on <= day:
            found[home] = count + 1
    return {home: None if home in in_doubt else count for home, count in found.items()}


def _is_open(home: Institution, facts: dict[str, Any], day: date) -> bool:
    closed, until = facts.get("closed_on") or home.ended_on, facts.get("filed_until")
    return (
        facts.get("filed") is True
        and (closed is None or closed > day)
        and (until is None or until >= day)
    )


def _row(
    home: Institution, facts: dict[str, Any], residents: int | None, at: datetime
) -> PublicInstitution:
    beds = facts.get("beds")
    vacant = None if beds is None or residents is None else beds - residents
    return PublicInstitution(
        number=home.pk,
        division_code=home.division_code,
        name=home.name,
        grade=facts.get("rating"),
        vacant=vacant if vacant is not None and vacant >= 0 else None,
        counted_at=at,
        **{name: facts[name] for name in _TOLD if name in facts},
    )


# reading


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; None and empty: it does not matter. ``fee``: fen a month at most."""

    township: str = ""
    grade: int | None = None
    fee: int | None = None
    free: bool = False
    unable: bool = False
    dementia: bool = False
    order: str = "name"


@dataclass(frozen=True, slots=True)
class Found:
    """``unknown``: how many fit as far as is known, while something asked for is not known."""

    rows: tuple[PublicInstitution, ...]
    unknown: int


ORDERS = ("name", "fee", "free", "grade")
_LAST = 1 << 62


def find(division: str, wanted: Wanted) -> Found:
    """Return the institutions of a division that fit, in the order asked for."""
    fits: list[PublicInstitution] = []
    unknown = 0
    inside = wanted.township or division
    for row in PublicInstitution.objects.filter(division_code__startswith=inside):
        answers = _answers(row, wanted)
        if all(answers):
            fits.append(row)
        elif False not in answers:
            unknown += 1
    return Found(tuple(sorted(fits, key=lambda row: _rank(row, wanted.order))), unknown)


def _answers(row: PublicInstitution, wanted: Wanted) -> list[bool | None]:
    """Return for each thing that was asked for whether it is so; None where nobody knows."""
    found: list[bool | None] = []
    if wanted.grade is not None:
        found.append(None if row.grade is None else row.grade >= wanted.grade)
    if wanted.fee is not None:
        found.append(None if row.least_fee is None else row.least_fee <= wanted.fee)
    if wanted.free:
        found.append(None if row.vacant is None else row.vacant > 0)
    if wanted.unable:
        found.append(row.takes_unable)
    if wanted.dementia:
        found.append(row.takes_dementia)
    return found


def _rank(row: PublicInstitution, order: str) -> tuple[int, str, int]:
    """Return where a row stands; what is not known comes last."""
    match order:
        case "fee":
            place = _LAST if row.least_fee is None else row.least_fee
        case "free":
            place = _LAST if row.vacant is None else -row.vacant
        case "grade":
            place = _LAST if row.grade is None else -row.grade
        case _:
            place = 0
    return place, row.name, row.number


def one(division: str, number: int) -> PublicInstitution | None:
    """Return an institution of a division."""
    return PublicInstitution.objects.filter(division_code__startswith=division, pk=number).first()


def any_in(division: str) -> bool:
    """Return whether a division has any institution to tell of."""
    return PublicInstitution.objects.filter(division_code__startswith=division).exists()
