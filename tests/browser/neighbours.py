"""A county beside the first one, where nobody has been paid yet and one elder turned eighty."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

COUNTY = "330624"
CAST = (
    ("maker", "县经办 蓝青", "county_clerk"),
    ("checker", "县复核 雷鸣", "county_clerk"),
    ("signer", "县审批 钟毅", "county_approver"),
    ("payer", "出纳 刘畅", "finance"),
)
NAME = "洪满八"
_AGE = 80


def settle(today: date, at: datetime) -> dict[str, Any]:
    """Give the county its people, and a file to somebody who turned eighty three months ago.

    Returns her number and the four months since.
    """
    from anlao.office.divisions.models import Division
    from anlao.office.organisations import operations
    from anlao.office.organisations.models import Organisation, User
    from anlao.office.payments.calendar import plus
    from anlao.office.registry.opening import NewElder, open_file
    from anlao.office.registry.operations import Ground
    from anlao.office.shared import scope
    from anlao.places import divisions

    place = Division.objects.get(code=COUNTY)
    bureau = Organisation.objects.create(
        name=f"{place.name}民政局", division=place, kind=Organisation.Kind.BUREAU
    )
    for username, full_name, role in CAST:
        user = User(username=username, full_name=full_name, organisation=bureau)
        user.save()
        operations.grant(
            user=user, role=role, division=place, organisation=None,
            start=date(2026, 1, 1), reason="测试", by="rehearsal", at=at,
        )  # fmt: skip
    village = divisions.within(COUNTY, "village")[0].code
    months = [plus(today.replace(day=1), -back) for back in (3, 2, 1, 0)]
    born = date(months[0].year - _AGE, months[0].month, 5)
    with scope.within(scope.WHOLE_OFFICE):
        her = open_file(
            NewElder(NAME, None, born, "female", village),
            facts={"residence": village},
            ground=Ground("户口簿"),
            by="maker",
            at=at,
        )
    return {"pk": her.pk, "months": [f"{month:%Y-%m}" for month in months]}


def found(today: date, at: datetime) -> None:
    """Open cases for whom the decided month found entitled, as every night does."""
    from anlao.office.benefits.models import DecidedMonth
    from anlao.office.cases import finding
    from anlao.office.shared import scope

    decided = DecidedMonth.objects.get(division_code=COUNTY, is_latest=True)
    with scope.within(scope.WHOLE_OFFICE):
        finding.open_cases(decided, most=10, by="nightly", at=at, day=today)
