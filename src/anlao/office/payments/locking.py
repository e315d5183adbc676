"""A run held for an act, and the act written into the log."""

from __future__ import annotations

from typing import Any

from anlao.office.payments.models import Run
from anlao.office.shared import audit
from anlao.office.shared.audit import Act


def lock(run: Run) -> Run:
    """Return a run held until the end of the transaction."""
    found: Run = Run.objects.select_for_update().get(pk=run.pk)
    return found


def note(act: str, run: Run, by: str, *, purpose: str = "", **more: Any) -> None:
    after = {"month": f"{run.month:%Y-%m}", "lines": run.lines, "fen": run.fen, **more}
    audit.record(Act(act, f"run:{run.pk}", run.division_code, purpose=purpose, after=after), by=by)
