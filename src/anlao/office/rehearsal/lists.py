"""A published service list and the next year's draft, by the people of the rehearsal."""

from __future__ import annotations

from datetime import date, datetime

from anlao.office.service_list import operations
from anlao.office.service_list.models import Edition
from anlao.office.shared import scope

CLERK, APPROVER = "clerk", "approver"
_WORDS = "演示：上级清单尚未装入，已按规则册核对"


def publish_a_list(county: str, *, day: date, at: datetime) -> Edition:
    """Publish this year's list of a county and begin the next; one that is there already stays."""
    with scope.within(scope.WHOLE_OFFICE):
        held = Edition.objects.filter(division_code=county, state="published").first()
        if held is not None:
            return held
        made = operations.begin(division=county, year=day.year, by=CLERK, at=at, day=day)
        for step, by in (("submit", CLERK), ("approve", APPROVER), ("publish", APPROVER)):
            words = _WORDS if step == "publish" else ""
            made = operations.move(edition=made, move=step, by=by, at=at, day=day, words=words)
        operations.begin(division=county, year=day.year + 1, by=CLERK, at=at, day=day, earlier=made)
    return made
