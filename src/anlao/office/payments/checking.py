"""Whether the books of every county fit: asked every night, and by whoever asks the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlao.office.payments import ledger
from anlao.office.payments.ledger import Fault
from anlao.office.payments.models import Entry
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act
from anlao.office.shared.models import AuditEntry

VERIFY = "verify_ledger"


@dataclass(frozen=True, slots=True)
class Latest:
    """When a county's books were checked last, and how much did not fit."""

    at: datetime
    by: str
    faults: int


def check_all() -> list[tuple[str, list[Fault]]]:
    """Return what does not fit, county by county; a county without entries is not among them."""
    with scope.within(scope.WHOLE_OFFICE):
        counties = Entry.objects.order_by().values_list("division_code", flat=True).distinct()
        return [(county, list(ledger.verify(county))) for county in sorted(counties)]


def check_and_note(*, by: str) -> int:
    """Check all books and write down what came of it; return how many faults there are."""
    found = check_all()
    for county, faults in found:
        note(county, faults, by=by)
    return sum(len(faults) for _, faults in found)


def note(county: str, faults: list[Fault], *, by: str) -> None:
    """Write down that a county's books were checked."""
    after = {"faults": len(faults), "first": faults[0].zh if faults else ""}
    audit.record(Act(VERIFY, f"county:{county}", county, after=after), by=by)


def latest(county: str) -> Latest | None:
    """Return when a county's books were checked last."""
    entry = (
        AuditEntry.objects.filter(act=VERIFY, subject=f"county:{county}")
        .order_by("-number")
        .first()
    )
    return Latest(entry.at, entry.who, int((entry.after or {})["faults"])) if entry else None
