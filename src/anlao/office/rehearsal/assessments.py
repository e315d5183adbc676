"""Assessments in every state for the county to try the office on, and visits for today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from anlao.office.assessments import local, requesting, reviewing, sheets, visiting
from anlao.office.assessments.models import Assessment
from anlao.office.benefits.free_assessment import free_assessment
from anlao.office.organisations.models import Organisation, User
from anlao.office.registry.models import Elder
from anlao.office.shared import scope

_CLERK, _APPROVER, _ASSESSORS = "clerk", "approver", ("assessor1", "assessor2")
_DAYS_AGO = 20
"""The published ones were asked for so many days ago: objections are still heard."""
_FALLEN = {"fall": 2}
_WORN = ("B.1.3", "B.2.3", "B.2.4", "B.3.4", "B.4.1", "B.4.4")
"""Where the invented people lose points, one each."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """Takes assessments along as the people of the demo would."""

    body: Organisation
    day: date
    at: datetime

    @property
    def assessors(self) -> tuple[User, User]:
        first, second = (User.objects.get(username=name) for name in _ASSESSORS)
        return first, second

    def asked(self, elder: Elder, reason: str, asked_by: str = "elder") -> int:
        free = free_assessment(elder, self.day, known_at=self.at, language="zh", reason=reason)
        return requesting.request(
            elder=elder,
            asked_by=asked_by,
            reason=reason,
            day=self.day,
            free=free,
            by=_CLERK,
            at=self.at,
        ).pk

    def assigned(self, elder: Elder, reason: str = "first") -> int:
        number = self.asked(elder, reason)
        requesting.assign(number=number, body=self.body, by=_CLERK, at=self.at, day=self.day)
        return number

    def appointed(self, elder: Elder, *, days: int = 0, hour: int = 9) -> int:
        number = self.assigned(elder)
        first, second = self.assessors
        requesting.appoint(
            number=number,
            day=self.day + timedelta(days=days),
            at_time=time(hour, 30),
            place=elder.address or "家中",
            first=first,
            second=second,
            by=_CLERK,
            at=self.at,
            today=self.day,
        )
        return number

    def scored(self, elder: Elder, first: Mapping[str, Any], second: Mapping[str, Any]) -> int:
        number = self.appointed(elder)
        for user, given in zip(self.assessors, (first, second), strict=True):
            sheet = visiting.begin(number=number, assessor=user, day=self.day, at=self.at)
            for code, value in given.items():
                sheets.save(sheet, code, value, based_on=0, by=user.username, at=self.at)
            visiting.finish(number=number, assessor=user, at=self.at)
        return number

    def signed(self, elder: Elder, given: Mapping[str, Any]) -> int:
        number = self.scored(elder, given, given)
        done = visiting.settle(number=number, chosen={}, by=_ASSESSORS[0], at=self.at, day=self.day)
        for user in self.assessors:
            visiting.sign(number=number, assessor=user, digest=done.content_hash, at=self.at)
        return number

    def published(self, elder: Elder, given: Mapping[str, Any]) -> int:
        number = self.signed(elder, given)
        reviewing.publish(number=number, by=_APPROVER, at=self.at, day=self.day)
        return number


def assess_some(county: str, *, day: date, at: datetime) -> dict[str, int]:
    """Make a dozen assessments; return the numbers of some by what they show.

    Needs the people of `rehearsal.people_a_county` and at least twelve elders over seventy.
    """
    body = Organisation.objects.get(
        kind=Organisation.Kind.ASSESSMENT_BODY, division_id=county, name__endswith="评估中心"
    )
    with transaction.atomic(), scope.within(scope.WHOLE_OFFICE):
        old = Elder.objects.filter(
            state=Elder.State.LIVING,
            division_code__startswith=county,
            birth_date__lt=day.replace(year=day.year - 70, day=1),
        )
        elders = list(old.order_by("-pk")[:12])
        now = _Stage(body, day, at)
        before = _Stage(body, day - timedelta(days=_DAYS_AGO), at - timedelta(days=_DAYS_AGO))
        whole, worn = _sheet(), _sheet(lost=1)
        made = {
            "requested": now.asked(elders[0], "first"),
            "requested_too": now.asked(elders[1], "immediate", "agent"),
            "assigned": now.assigned(elders[2], "routine"),
            "today": now.appointed(elders[3]),
            "today_too": now.appointed(elders[4], hour=14),
            "later": now.appointed(elders[5], days=2),
            "settling": now.scored(elders[6], worn, worn | {"B.1.3": 2, "A.2.14": _FALLEN}),
            "review": now.signed(elders[7], worn | {"A.4.1": ["dementia", "hypertension"]}),
            "published": before.published(elders[8], _sheet(lost=2) | {"A.2.14": _FALLEN}),
            "published_too": before.published(elders[9], whole),
            "disputed": before.published(elders[10], worn),
        }
        again: Assessment = reviewing.object_to(
            number=made["disputed"],
            asked_by="elder",
            reason="老人认为等级偏轻，夜间已不能自行如厕",
            by=_CLERK,
            at=at,
            day=day,
        )
        return made | {"objection": again.pk}


def _sheet(*, lost: int = 0) -> dict[str, Any]:
    """Return a sheet without a gap; ``lost``: points off where invented people lose them."""
    instrument = local.instrument()
    given: dict[str, Any] = {
        "A.2.9": "primary",
        "A.2.10": ["spouse"],
        "A.3.2": "child",
        "A.2.14": {},
        "A.4.1": ["hypertension"],
        "A.5.5": "slight",
        "A.5.11": "no",
    }
    for item in instrument.items:
        off = lost if item.code in _WORN else 0
        given[item.code] = max(item.max_score - off, 0)
    return given
