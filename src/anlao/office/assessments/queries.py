"""What is to be done: lists by state, visits of an assessor, whose next assessment is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery

from anlao.office.assessments import schedule
from anlao.office.assessments.local import OLDER, in_force
from anlao.office.assessments.models import Appointment, Assessment, OlderResult, Step
from anlao.office.assessments.states import OPEN, PUBLISHED, SCORING, SETTLING, SIGNING, SUPERSEDED
from anlao.office.organisations.models import Organisation, User
from anlao.office.registry.models import CapabilityStatus, Elder
from anlao.rules.periods import add_months

_ONE_DAY = timedelta(days=1)
AT_WORK = ("appointed", SCORING, SETTLING, SIGNING)


def find(number: int) -> Assessment | None:
    """Return an assessment inside the scope of the transaction."""
    found: Assessment | None = (
        Assessment.objects.filter(pk=number).select_related("elder", "body", "disputes").first()
    )
    return found


def listed(state: str = "", *, body: int | None = None) -> QuerySet[Assessment]:
    """Return assessments, the latest first; ``state`` "" gives all that are open."""
    rows: QuerySet[Assessment] = Assessment.objects.select_related("elder", "body")
    rows = rows.filter(state=state) if state else rows.filter(state__in=OPEN)
    if body is not None:
        rows = rows.filter(body_id=body)
    return rows.order_by("-asked_on", "-pk")


def counts() -> dict[str, int]:
    """Return how many assessments are in each state."""
    rows = Assessment.objects.values_list("state").annotate(found=Count("pk"))
    return dict(rows.order_by("state"))


def of_elder(elder: Elder) -> list[Assessment]:
    """Return an elder's assessments, the latest first."""
    return list(Assessment.objects.filter(elder=elder).select_related("body").order_by("-pk"))


def older_of(elder: Elder) -> list[OlderResult]:
    return list(OlderResult.objects.filter(elder=elder).order_by("-assessed_on"))


def steps(assessment: Assessment) -> list[Step]:
    return list(Step.objects.filter(assessment=assessment).order_by("pk"))


def appointments(assessment: Assessment) -> list[Appointment]:
    found = Appointment.objects.filter(assessment=assessment).select_related("first", "second")
    return list(found.order_by("-pk"))


def visits(user: User) -> list[Appointment]:
    """Return the visits that an assessor has before her or has not finished, the next first."""
    rows = Appointment.objects.filter(ended="", assessment__state__in=AT_WORK).filter(
        Q(first=user) | Q(second=user)
    )
    rows = rows.select_related("assessment__elder", "first", "second")
    return list(rows.order_by("day", "time", "pk"))


def unappointed(bodies: Iterable[int]) -> list[Assessment]:
    """Return what bodies have been assigned and not agreed a visit for."""
    rows = Assessment.objects.filter(state="assigned", body_id__in=list(bodies))
    return list(rows.select_related("elder").order_by("asked_on", "pk"))


def bodies(division: str) -> list[Organisation]:
    """Return the assessment bodies of a county, those of places above it too."""
    county = division[:6]
    rows = Organisation.objects.filter(
        kind=Organisation.Kind.ASSESSMENT_BODY, is_active=True
    ).order_by("name")
    return [
        one
        for one in rows
        if one.division_id.startswith(county) or county.startswith(one.division_id)
    ]


def latest_free_on(elder: Elder, *, assessed_on: date | None) -> date | None:
    """Return the day of the latest assessment that used a free one; None: all are left.

    ``assessed_on``: the latest assessment by the elder's file. One that this office made says
    itself whether it used the quota; of any other nobody knows, and it counts as used.
    """
    done = Assessment.objects.filter(elder=elder, state__in=(PUBLISHED, SUPERSEDED))
    made = {row.assessed_on: row for row in done}
    days = [day for day, row in made.items() if row.uses_quota and day is not None]
    if assessed_on is not None and assessed_on not in made:
        days.append(assessed_on)
    days += OlderResult.objects.filter(elder=elder).values_list("assessed_on", flat=True)
    return max(days, default=None)


def due(day: date) -> QuerySet[Elder]:
    """Return living elders whose routine re-assessment is due and not asked for yet.

    Each has ``assessed_on``, the latest known assessment, the longest waiting first. Somebody
    never assessed, or of whom it is not known, is on no such list: nobody is summoned unasked.
    """
    held = CapabilityStatus.objects.filter(known__upper_inf=True, valid__contains=day)
    older = Exists(
        OlderResult.objects.filter(elder=OuterRef("elder"), assessed_on=OuterRef("assessed_on"))
    )
    new, old = months_before(day), months_before(day, OLDER)
    passed = held.filter(assessed_on__lte=max(new, old)).filter(
        Q(older, assessed_on__lte=old) | Q(~older, assessed_on__lte=new)
    )
    waiting = Assessment.objects.filter(elder=OuterRef("pk"), state__in=OPEN)
    latest = held.filter(elder=OuterRef("pk")).values("assessed_on")[:1]
    rows: QuerySet[Elder] = Elder.objects.filter(
        state=Elder.State.LIVING, pk__in=passed.values("elder")
    )
    rows = rows.exclude(Exists(waiting))
    return rows.annotate(assessed_on=Subquery(latest, output_field=DateField())).order_by(
        F("assessed_on").asc(), "pk"
    )


def months_before(day: date, name: str | None = None) -> date:
    """Return the last day on which an assessment was made whose next one is due by now."""
    months = (in_force(name) if name else in_force()).whole("reassess_after_months")
    found = add_months(day, -months)
    while add_months(found + _ONE_DAY, months) <= day:  # the ends of short months
        found += _ONE_DAY
    return found


@dataclass(frozen=True, slots=True)
class Validity:
    """Until when (not included) a result holds, and when the next routine one is due."""

    until: date
    next_due: date


def validity(assessed_on: date, name: str | None = None) -> Validity:
    """Return both days of a result by an instrument's settings."""
    settings = in_force(name) if name else in_force()
    due_on = schedule.next_due(
        assessed_on=assessed_on, changed_on=None, settings=settings, registered_on=assessed_on
    ).on
    return Validity(schedule.valid_until(assessed_on=assessed_on, settings=settings), due_on)
