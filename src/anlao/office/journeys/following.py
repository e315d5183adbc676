"""Deaths that came by a list or were recorded as a fact: what is open ends as by a journey."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import DateField, Exists, Func, OuterRef, Q, QuerySet

from anlao.office.assessments.models import Assessment
from anlao.office.assessments.states import OPEN
from anlao.office.benefits.models import Award
from anlao.office.cases.models import Case
from anlao.office.cases.states import LIVE
from anlao.office.journeys import operations
from anlao.office.journeys.models import Journey
from anlao.office.journeys.operations import Signed
from anlao.office.registry.models import Assignment, Elder
from anlao.office.registry.operations import Ground

REASON = "死亡已登记，自动终止未结事项"
TAKEN_BACK = "死亡登记已撤销或更正"
_AT_ONCE = 200


def left_open() -> QuerySet[Elder]:
    """Return elders who have died and of whom something goes on: a list, a request, a benefit."""
    lists = Assignment.objects.filter(elder=OuterRef("pk"), valid__isempty=False).filter(
        Q(valid__upper_inf=True)
        | Q(valid__endswith__gt=OuterRef("death_date") + 1)  # the day itself still counts
    )
    requests = Assessment.objects.filter(elder=OuterRef("pk"), state__in=OPEN)
    cases = Case.objects.filter(elder=OuterRef("pk"), state__in=LIVE)
    month_after = Func(
        OuterRef("death_date"),
        template="(date_trunc('month', %(expressions)s) + interval '1 month')::date",
        output_field=DateField(),
    )
    awards = Award.objects.filter(elder=OuterRef("pk"), known__upper_inf=True).filter(
        Q(valid__upper_inf=True) | Q(valid__endswith__gt=month_after)
    )
    dead: QuerySet[Elder] = Elder.objects.filter(
        state=Elder.State.DECEASED, death_date__isnull=False
    )
    return dead.filter(Exists(lists) | Exists(requests) | Exists(cases) | Exists(awards)).order_by(
        "pk"
    )


def alive_again() -> QuerySet[Journey]:
    """Return what was ended here for deaths that have been taken back since."""
    made: QuerySet[Journey] = Journey.objects.filter(
        kind=Journey.Kind.DEATH,
        reason=REASON,
        undone_at=None,
        elder__state=Elder.State.LIVING,
    )
    return made.select_related("elder", "other").order_by("pk")


def follow(*, by: str, at: datetime) -> tuple[int, int]:
    """End what is open of some who have died, and open what was ended for some who have not.

    Returns how many of each, at most a few hundred: call it until there are none. One that
    somebody else is changing waits for the next night.
    """
    ended = opened = 0
    for elder in left_open()[:_AT_ONCE]:
        operations.close_after_death(elder=elder, signed=Signed(by, at, Ground(REASON)))
        ended += 1
    for journey in alive_again()[:_AT_ONCE]:
        with transaction.atomic():
            operations.undo(journey=journey, reason=TAKEN_BACK, by=by, at=at)
        opened += 1
    return ended, opened
