"""For which roles a second factor is required, division by division."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from anlao.office.divisions.models import Division
from anlao.office.organisations.models import SecondFactorRule
from anlao.office.shared import audit
from anlao.office.shared.audit import Act


def required_in(division: Division) -> set[str]:
    """Return the roles for which a division itself requires a second factor."""
    rules = SecondFactorRule.objects.filter(division=division, ended_at=None)
    return set(rules.values_list("role", flat=True))


def require(division: Division, roles: Collection[str], *, by: str, at: datetime) -> None:
    """Require a second factor for these roles and no others, from the next page on."""
    before, after = required_in(division), set(roles)
    if before == after:
        return
    SecondFactorRule.objects.filter(
        division=division, ended_at=None, role__in=before - after
    ).update(ended_at=at, ended_by=by)
    SecondFactorRule.objects.bulk_create(
        SecondFactorRule(role=role, division=division, set_by=by, set_at=at)
        for role in sorted(after - before)
    )
    act = Act(
        "require_second_factor",
        f"division:{division.code}",
        division=division.code,
        before={"roles": sorted(before)},
        after={"roles": sorted(after)},
    )
    audit.record(act, by=by)
