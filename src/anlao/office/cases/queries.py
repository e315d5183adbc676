"""Cases by state and deadline, what is on public notice, and whose life is to be confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from anlao.office.benefits.holders import Holder
from anlao.office.benefits.models import Award
from anlao.office.cases import states
from anlao.office.cases.models import (
    PARTS,
    Case,
    ConfirmedAlive,
    Part,
    PauseProposal,
    Posting,
)
from anlao.office.cases.terms import Terms
from anlao.office.registry.models import Elder

_DAYS_OF_A_MONTH = 30.436875


def find(number: int) -> Case | None:
    """Return a case, if it is inside the scope of the transaction."""
    found: Case | None = Case.objects.select_related("elder").filter(pk=number).first()
    return found


def listed(state: str = "", *, with_files: bool = True) -> QuerySet[Case]:
    """Return cases of a state, or all that are undecided; what is overdue longest comes first.

    ``with_files``: those about files of the registers too.
    """
    wanted = (state,) if state else states.PENDING
    found: QuerySet[Case] = _seen(with_files).filter(state__in=wanted).select_related("elder")
    return found.order_by(F("deadline_on").asc(nulls_last=True), "pk")


def counts(*, with_files: bool = True) -> dict[str, int]:
    """Return how many cases there are in each state."""
    rows = _seen(with_files).values_list("state").annotate(many=Count("pk"))
    return {str(state): int(many) for state, many in rows}


def _seen(with_files: bool) -> QuerySet[Case]:
    found: QuerySet[Case] = Case.objects.all()
    return found if with_files else found.filter(elder__isnull=False)


def of(holder: Holder) -> list[Case]:
    return list(Case.objects.filter(subject=holder.subject).order_by("-pk"))


def parts(case: Case) -> dict[str, list[Part]]:
    """Return everything that belongs to a case, in order, by kind."""
    return {
        str(kind._meta.model_name): list(kind.objects.filter(case=case).order_by("pk"))
        for kind in PARTS
    }


@dataclass(frozen=True, slots=True)
class Posted:
    """A line of a public notice: as much of her as everybody may read."""

    name: str
    division_code: str
    kind: str
    provision: str
    posting: Posting


def on_notice(division: str = "") -> list[Posted]:
    """Return what hangs out now inside a place, by village."""
    rows = Posting.objects.filter(
        case__state=states.NOTICE, round=F("case__round"), division_code__startswith=division
    ).select_related("case__elder")
    return [
        Posted(
            row.case.holder.public_name,
            row.division_code,
            row.case.kind,
            row.case.provision,
            row,
        )
        for row in rows.order_by("division_code", "case__provision", "pk")
    ]


@dataclass(frozen=True, slots=True)
class Due:
    """An elder whose life is to be confirmed. ``latest``: None, never confirmed."""

    elder: Elder
    latest: date | None
    due_on: date
    is_overdue: bool


def life_due(terms: Terms, day: date) -> QuerySet[Elder]:
    """Return elders who receive money and whose life is to be confirmed soon or was long ago.

    It counts from the last confirmation, else from the first day of the benefit.
    """
    return _unconfirmed(day, _due_today(terms, day) + timedelta(days=terms.alive_ahead_days))


def long_overdue(terms: Terms, day: date) -> QuerySet[Elder]:
    """Return those whose days of grace are over too; none where the county has set none."""
    if terms.alive_grace_days is None:
        return Elder.objects.none()
    latest_allowed = _due_today(terms, day) - timedelta(days=terms.alive_grace_days)
    return _unconfirmed(day, latest_allowed - timedelta(days=1))


def _due_today(terms: Terms, day: date) -> date:
    """Return since when somebody counts who is due on a day."""
    return day - timedelta(days=round(terms.alive_every_months * _DAYS_OF_A_MONTH))


def _unconfirmed(day: date, through: date) -> QuerySet[Elder]:
    """Return living elders who receive money on a day and count since ``through`` or longer."""
    alive = ConfirmedAlive.objects.filter(elder=OuterRef("pk")).values("elder")
    paid = Award.objects.filter(
        elder=OuterRef("pk"), known__upper_inf=True, valid__contains=day, fen__gt=0
    ).values("elder")
    return (
        Elder.objects.filter(state=Elder.State.LIVING)
        .annotate(
            latest=Subquery(alive.annotate(day=Max("day")).values("day")),
            since=Subquery(paid.annotate(first=Min("valid__startswith")).values("first")),
        )
        .annotate(counted_from=Coalesce("latest", "since"))
        .filter(since__isnull=False, counted_from__lte=through)
        .order_by("counted_from", "pk")
    )


def received(elders: Iterable[Elder], day: date) -> dict[int, list[Case]]:
    """Return by elder the open cases of which money is received on a day: what can be suspended."""
    paid = Award.objects.filter(
        elder=OuterRef("elder"),
        provision=OuterRef("provision"),
        known__upper_inf=True,
        valid__contains=day,
        fen__gt=0,
    )
    found: dict[int, list[Case]] = {}
    cases = Case.objects.filter(elder__in=[elder.pk for elder in elders], state=states.OPEN)
    for case in cases.filter(Exists(paid)).order_by("pk"):
        found.setdefault(case.elder_id, []).append(case)
    return found


def proposals(state: str) -> QuerySet[PauseProposal]:
    """Return proposals to suspend of a state, whose confirmation was due longest ago first."""
    found: QuerySet[PauseProposal] = PauseProposal.objects.filter(state=state)
    return found.select_related("case__elder").order_by("due_on", "pk")


def as_due(elders: Iterable[Elder], terms: Terms, day: date) -> list[Due]:
    """Return when each of them is due."""
    found = []
    for elder in elders:
        latest: date | None = getattr(elder, "latest", None)
        start = latest or getattr(elder, "since", None)
        assert start is not None
        due_on = start + timedelta(days=round(terms.alive_every_months * _DAYS_OF_A_MONTH))
        found.append(Due(elder, latest, due_on, due_on < day))
    return found
