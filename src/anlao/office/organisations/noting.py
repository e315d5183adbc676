"""What is done to an account or a token is an affair of the place of its organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlao.office.organisations.models import Token, User
from anlao.office.shared import audit
from anlao.office.shared.audit import Act


def note(
    act: str,
    whose: User | Token,
    *,
    by: str,
    purpose: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Log an act on an account or a token, within the transaction of the act."""
    subject = f"user:{whose.username}" if isinstance(whose, User) else f"token:{whose.pk}"
    place = whose.organisation.division_id
    audit.record(Act(act, subject, place, purpose, before=before, after=after), by=by)
