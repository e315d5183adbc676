"""What of the divisions differs from the lists that we ship."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from django.db.models import Max, Q

from anlao.office.divisions.models import Division, DivisionChange
from anlao.places import divisions

_seen: int | None = None
"""The latest change that this process has taken over into its lists."""


def refresh() -> None:
    """Let names and lists of divisions follow what was changed, by whichever process."""
    global _seen
    latest = DivisionChange.objects.aggregate(latest=Max("pk"))["latest"]
    if latest != _seen:
        changed = Division.objects.filter(Q(from_date__isnull=False) | Q(until_date__isnull=False))
        divisions.revise(
            divisions.Division(
                row.code, row.name, cast(divisions.Level, row.level), row.parent_id, row.until_date
            )
            for row in changed
        )
        _seen = latest


def successors(division: Division) -> Iterator[str]:
    """Yield the codes that stand for a division that ended, one after the other."""
    here = division.successor
    while here is not None:
        yield here.code
        here = here.successor
