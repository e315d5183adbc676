"""Deciding a run: facts frozen at one instant, decisions kept, lines made of the differences.

    decisions x benefits held --COPY--> Due      Due - what earlier lines said --SQL--> Line

The month of the run is decided for every elder and file of a register that holds a benefit. Months
before it are decided again only for those of whom something was recorded since the last approved
run, who were left out of it, or for everybody where the rules themselves have changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import connections, transaction
from django.db.models import Min

from anlao.office.benefits import due
from anlao.office.jobs.progress import UNSEEN, Progress
from anlao.office.payments import holding, lines
from anlao.office.payments.calendar import months_between, plus
from anlao.office.payments.holding import EVERYBODY, Held, Touched
from anlao.office.payments.models import Run
from anlao.office.payments.terms import Terms, terms_of
from anlao.office.registry.models import Elder
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act

OWNER = "owner"
_DECIDES = (Run.State.OPEN, Run.State.PREVIEWED, Run.State.REVIEWED)


class NotNow(Exception):
    """Raised for a run that takes no such act in its state."""

    def __init__(self, run: Run) -> None:
        self.zh = f"批次{run.get_state_display()}，不能重新判定"
        self.en = f"a run that is {run.state} is not decided again"
        super().__init__(self.zh)


def decide(number: int, *, by: str, at: datetime, today: date, progress: Progress = UNSEEN) -> None:
    """Decide a run with what is known now, in one transaction. Raises NotNow and NoRulebook.

    Whatever was decided in it before goes, signatures lose their ground with it.
    """
    began = time.monotonic()
    with transaction.atomic(using=OWNER):
        run: Run = Run.objects.using(OWNER).select_for_update().get(pk=number)
        if run.state not in _DECIDES or run.kind == Run.Kind.REISSUE:
            raise NotNow(run)
        _begin_anew(run, at)
        terms = terms_of(run.division_code)
        _keep_decisions(run, terms, today, progress)
        progress.step(1, 1, "正在生成明细", "making the lines")
        lines.make(run, terms)
        run.seconds = round(time.monotonic() - began, 2)
        run.state = Run.State.PREVIEWED
        run.save(using=OWNER)
    after = {"month": f"{run.month:%Y-%m}", "lines": run.lines, "fen": run.fen}
    audit.record(Act("decide_run", f"run:{run.pk}", run.division_code, after=after), by=by)


def _begin_anew(run: Run, at: datetime) -> None:
    run.state, run.known_at, run.digest = Run.State.OPEN, at, ""
    run.rulebook = due.rulebook_of(run.division_code)
    run.rules_digest = due.rules_digest(run.division_code)
    run.save(using=OWNER)
    with connections[OWNER].cursor() as cursor:
        cursor.execute("DELETE FROM payments_line WHERE run_id = %s", [run.pk])
        cursor.execute("DELETE FROM payments_due WHERE run_id = %s", [run.pk])


def _keep_decisions(run: Run, terms: Terms, today: date, progress: Progress) -> None:
    earlier = _earlier_months(run, terms)
    whose = holding.touched(run) if earlier else EVERYBODY
    months = [run.month, *(() if whose.is_nobody else earlier)]
    for done, month in enumerate(months):
        progress.step(done, len(months), f"正在判定 {month:%Y-%m}", f"deciding {month:%Y-%m}")
        only = EVERYBODY if month == run.month else whose
        _of_elders(run, month, terms, only, today)
        _of_files(run, month, terms, only)


def _of_elders(run: Run, month: date, terms: Terms, only: Touched, today: date) -> None:
    held = holding.elders(run, month, terms, only.elders)
    if not held:
        return
    whom = {
        provision: [int(subject.partition(":")[2]) for subject in subjects]
        for provision, subjects in held.items()
    }
    asked = due.Asked(run.division_code, month, _known(run), today, whom)
    # All of them are read first: one connection cannot copy both ways at once.
    rows = list(due.rows(asked))
    _copy(run, month, [*rows, *_of_no_file(rows, held)], held, terms)


def _of_no_file(rows: Sequence[due.Row], held: Held) -> list[due.Row]:
    """Return what is due where a file has gone into another and holds the benefit no more: nothing.

    What it was paid meanwhile comes back.
    """
    decided = {(row.provision, row.subject) for row in rows}
    ended = {
        (provision, subject)
        for provision, subjects in held.items()
        for subject, is_open in subjects.items()
        if not is_open
    }
    gone = {int(subject.partition(":")[2]): subject for _, subject in ended - decided}
    merged = Elder.objects.using(OWNER).filter(pk__in=list(gone), state=Elder.State.MERGED)
    places = dict(merged.values_list("pk", "division_code"))
    return [
        due.Row(subject, number, "", places[number], provision, "no", None, "", "file_merged", ())
        for provision, subject in sorted(ended - decided)
        if (number := int(subject.partition(":")[2])) in places
    ]


def _of_files(run: Run, month: date, terms: Terms, only: Touched) -> None:
    held = holding.files(run, month, terms, only.files)
    if not held:
        return
    whom = {provision: list(subjects) for provision, subjects in held.items()}
    # Nothing of it depends on how far whoever decides can see.
    with scope.within(scope.WHOLE_OFFICE):
        rows = list(due.file_rows(run.division_code, month, _known(run), whom))
    _copy(run, month, rows, held, terms)


def _known(run: Run) -> datetime:
    assert run.known_at is not None
    return run.known_at


def _earlier_months(run: Run, terms: Terms) -> list[date]:
    """Return the months before the run's that may be decided again, the earliest first."""
    runs = Run.objects.using(OWNER).filter(division_code=run.division_code)
    begun = runs.exclude(state=Run.State.CANCELLED).aggregate(first=Min("month"))["first"]
    begin = terms.pays_from or begun
    return months_between(max(begin, plus(run.month, -terms.look_back_months)), run.month)


def _copy(run: Run, month: date, rows: Iterable[due.Row], held: Held, terms: Terms) -> None:
    with (
        connections[OWNER].cursor() as cursor,
        cursor.copy(
            "COPY payments_due (run_id, subject, payee, elder_id, division_code, provision, month,"
            " outcome, fen, unit, reason, missing, is_open) FROM STDIN"
        ) as copy,
    ):
        for row in rows:
            copy.write_row(
                (
                    run.pk,
                    row.subject,
                    _payee(row, terms),
                    row.elder,
                    row.place,
                    row.provision,
                    month,
                    row.outcome,
                    row.fen,
                    row.unit,
                    row.reason,
                    list(row.missing),
                    held[row.provision][row.subject],
                )
            )


def _payee(row: due.Row, terms: Terms) -> str:
    """Return whose account the money of a decision goes to."""
    return row.home if row.home and terms.resident_paid_to == "institution" else row.subject
