"""How the tests take an assessment from the request to wherever they need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from tests.office.assessments.builders import FULL
from tests.office.county import County, everywhere

from anlao.office.assessments import requesting, reviewing, sheets, visiting
from anlao.office.assessments.models import Assessment, Sheet
from anlao.office.assessments.requesting import FreeAnswer
from anlao.office.organisations.models import User
from anlao.office.registry.models import Elder

NOTHING_ELSE: dict[str, Any] = {"A.2.14": {}, "A.4.1": [], "A.5.11": "no"}
WHOLE: dict[str, Any] = {**FULL, **NOTHING_ELSE}
"""A sheet without a gap: full marks, no events, no diagnoses, no coma."""


@dataclass
class Flow:
    """Takes one assessment along; everything happens now, and as whoever may do it.

    Each step sees the whole office: what people see is the business of other tests.
    """

    county: County
    elder: Elder
    number: int = 0
    at: datetime = field(default_factory=timezone.now)

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    @property
    def first(self) -> User:
        return self.county.cast["assessor"]

    @property
    def second(self) -> User:
        return self.county.cast["assessor2"]

    def now(self) -> Assessment:
        with everywhere():
            found: Assessment = Assessment.objects.select_related("elder", "body").get(
                pk=self.number
            )
        return found

    def request(self, free: FreeAnswer | None = None, **more: Any) -> Flow:
        with everywhere():
            made = requesting.request(
                elder=self.elder,
                asked_by=more.pop("asked_by", "elder"),
                reason=more.pop("reason", "first"),
                day=self.today,
                free=free or FreeAnswer(),
                by="county_clerk",
                at=self.at,
                **more,
            )
        self.number = made.pk
        return self

    def assign(self, day: date | None = None) -> Flow:
        with everywhere():
            requesting.assign(
                number=self.number,
                body=self.first.organisation,
                by="county_clerk",
                at=self.at,
                day=day or self.today,
            )
        return self

    def appoint(
        self,
        *,
        first: User | None = None,
        second: User | None = None,
        days: int = 0,
        act: str = "appoint",
    ) -> Flow:
        with everywhere():
            requesting.appoint(
                number=self.number,
                day=self.today + timedelta(days=days),
                at_time=time(9, 30),
                place="家中",
                first=first or self.first,
                second=second or self.second,
                by="county_clerk",
                at=self.at,
                today=self.today,
                act=act,
            )
        return self

    def begin(self, user: User | None = None) -> Sheet:
        with everywhere():
            return visiting.begin(
                number=self.number, assessor=user or self.first, day=self.today, at=self.at
            )

    def fill(self, user: User, given: Mapping[str, Any] = WHOLE) -> Flow:
        sheet = self.begin(user)
        with everywhere():
            held = sheets.given(sheet)
            for code, value in given.items():
                version = held[code].version if code in held else 0
                sheets.save(sheet, code, value, based_on=version, by=user.username, at=self.at)
        return self

    def finish(self, user: User) -> Flow:
        with everywhere():
            visiting.finish(number=self.number, assessor=user, at=self.at)
        return self

    def scored(
        self, given: Mapping[str, Any] = WHOLE, second: Mapping[str, Any] | None = None
    ) -> Flow:
        """Both assessors score and finish."""
        self.fill(self.first, given).fill(self.second, given if second is None else second)
        return self.finish(self.first).finish(self.second)

    def settle(self, **chosen: tuple[Any, str]) -> Flow:
        with everywhere():
            visiting.settle(
                number=self.number,
                chosen={code.replace("_", "."): one for code, one in chosen.items()},
                by=self.first.username,
                at=self.at,
                day=self.today,
            )
        return self

    def sign(self, user: User, digest: str | None = None) -> Flow:
        with everywhere():
            visiting.sign(
                number=self.number,
                assessor=user,
                digest=self.now().content_hash if digest is None else digest,
                at=self.at,
            )
        return self

    def reviewed(self, given: Mapping[str, Any] = WHOLE) -> Flow:
        """Everything up to the bureau's review."""
        self.request().assign().appoint().scored(given).settle()
        return self.sign(self.first).sign(self.second)

    def publish(self, by: str = "approver") -> Flow:
        with everywhere():
            reviewing.publish(number=self.number, by=by, at=self.at, day=self.today)
        return self

    def published(self, given: Mapping[str, Any] = WHOLE) -> Flow:
        return self.reviewed(given).publish()
