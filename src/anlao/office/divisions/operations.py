"""Filling the table of divisions from the lists that we ship."""

from __future__ import annotations

from anlao.office.divisions.models import Division
from anlao.places import divisions


def load_all() -> int:
    """Add the divisions that are not there yet, upper levels first; return how many."""
    known = set(Division.objects.values_list("code", flat=True))
    added = 0
    for level in divisions.LEVELS:
        new = [
            Division(
                code=item.code, name=item.name, level=item.level, parent_id=item.parent or None
            )
            for item in divisions.every(level)
            if item.code not in known
        ]
        Division.objects.bulk_create(new, batch_size=2000)
        added += len(new)
    return added
