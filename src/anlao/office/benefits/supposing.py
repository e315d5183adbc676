"""What if: the decisions of a month beside those that would be, were some facts otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlao.office.benefits.queries import Entitlement, entitlements
from anlao.office.registry.models import Elder
from anlao.rules.periods import Month


@dataclass(frozen=True, slots=True)
class Changed:
    """A provision that is decided otherwise: as it is, and as it would be."""

    now: Entitlement
    then: Entitlement


def changes(
    elder: Elder, month: Month, instead: Mapping[str, Any], *, known_at: datetime, language: str
) -> list[Changed]:
    """Return what would be decided otherwise, were these facts true; nothing is stored.

    ``instead``: values by fact, None: not known. Raises NoRulebook.
    """
    now, then = (
        {
            item.provision: item
            for item in entitlements(
                elder, month, known_at=known_at, language=language, instead=facts
            ).found
        }
        for facts in ({}, instead)
    )
    return [
        Changed(now[name], item)
        for name, item in then.items()
        if (item.outcome, item.verdict) != (now[name].outcome, now[name].verdict)
    ]
