"""Jobs that somebody waits for, with their progress: what each kind of job does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connections, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from anlao.office.benefits import deciding, month
from anlao.office.cases import deciding as cases
from anlao.office.divisions import queries as divisions
from anlao.office.interfaces.tasks import forecasts, giving, paying
from anlao.office.jobs import operations as jobs
from anlao.office.jobs.models import Job
from anlao.office.jobs.operations import Wanted, Work
from anlao.office.jobs.progress import Progress, Refused
from anlao.office.organisations import queries as organisations
from anlao.office.organisations import roles, tokens
from anlao.office.organisations.models import User
from anlao.office.registry.imports import checking, commits, files, previews, undos
from anlao.office.registry.imports.models import Batch
from anlao.office.service_list import statistics
from anlao.office.shared import scope, sealed_files
from anlao.office.shared.scope import Scope
from anlao.office.worklists import operations as worklists
from anlao.office.worklists.kinds import KINDS, Asked

CHECK, PREVIEW, COMMIT, UNDO = "check_list", "preview_list", "commit_list", "undo_list"
DECIDE, EXPORT = "decide_everywhere", "export_list"
DECIDE_RUN, SETTLE_RUN, BANK_FILE = "decide_run", "settle_run", "make_bank_file"
FORECAST = "forecast"
EXPORT_IMPORT, MAKE_PACKAGE = "export_import", "make_package"
APPROVE = "approve_cases"


@app.task(name="run_job", lock="run_job")
def run_job(job: int) -> None:
    """Do the work of a job; one at a time, because each takes what the machine has."""
    try:
        divisions.refresh()  # a worker lives long; places may have changed since it started
        jobs.run(job, WORKS)
    finally:
        connections.close_all()


def start(wanted: Wanted, *, by: str) -> Job:
    """Ask for a job and put it into the queue. Raises OneIsWaiting."""
    with transaction.atomic():
        job = jobs.ask(wanted, by=by)
        run_job.defer(job=job.pk)
    return job


def again(job: Job, *, by: str) -> None:
    """Queue a failed or cancelled job once more. Raises CannotRetry."""
    with transaction.atomic():
        jobs.retry(job, by=by)
        run_job.defer(job=job.pk)


def _decide(job: Job, progress: Progress) -> Mapping[str, Any]:
    now = timezone.now()
    found = deciding.decide_everywhere(
        deciding.month_of(timezone.localdate(now)),
        known_at=now,
        today=timezone.localdate(now),
        by=job.who,
        progress=progress,
    )
    for decided in found.decided:
        statistics.publish(decided)
    return {"counties": len(found.decided), "refused": found.refused}


def _where(name: str, act: str = roles.IMPORT_LISTS) -> Scope:
    """Return where a user or token may do an act today: as the job begins, not as it was asked."""
    token = tokens.named(name, at=timezone.now())
    if token is not None and act in token.acts:
        return tokens.scope_for(token, act)
    user = User.objects.filter(username=name, is_active=True).first()
    grants = organisations.grants_on(user, timezone.localdate()) if user else []
    if not organisations.may(grants, act):
        raise Refused("您已没有这项权限", "you may no longer do this")
    return organisations.scope_of(grants, act)


def _batch(job: Job) -> Batch:
    number = job.asked.get("batch") or int(job.subject.partition(":")[2])
    found: Batch | None = Batch.objects.filter(pk=number).first()
    if found is None:
        raise Refused("这批名单不在您的范围", "this list is not in your area")
    return found


def _check(job: Job, progress: Progress) -> Mapping[str, Any]:
    with scope.within(_where(job.who)):
        batch = _batch(job)
        checking.check(batch, today=timezone.localdate(), progress=progress)
        previews.preview(batch, progress)
        return dict(batch.counts)


def _preview(job: Job, progress: Progress) -> Mapping[str, Any]:
    with scope.within(_where(job.who)):
        batch = _batch(job)
        previews.preview(batch, progress)
        return dict(batch.counts)


def _commit(job: Job, progress: Progress) -> Mapping[str, Any]:
    with scope.within(_where(job.who)):
        batch = _batch(job)
        now = timezone.now()
        commits.commit(batch, by=job.who, at=now, today=timezone.localdate(now), progress=progress)
        return dict(batch.counts)


def _undo(job: Job, progress: Progress) -> Mapping[str, Any]:
    with scope.within(_where(job.who)):
        batch = _batch(job)
        now = timezone.now()
        undos.undo(
            batch,
            batch.undone_reason,
            by=job.who,
            at=now,
            today=timezone.localdate(now),
            progress=progress,
        )
        return {}


def _export(job: Job, progress: Progress) -> Mapping[str, Any]:
    where = _where(job.who, roles.SEE_ELDERS)
    with scope.within(where):
        asked = Asked.of(
            job.asked["asked"],
            today=timezone.localdate(),
            language=job.asked["language"],
            decided=month.latest(where.divisions),
        )
        kind, form = KINDS[job.asked["kind"]], job.asked["form"]
        try:
            data = worklists.export(kind, asked, form=form, by=job.who, progress=progress)
        except worklists.TooLong:
            raise Refused(
                "名单太长，请先按地方或事项缩小范围", "the list is too long; narrow it first"
            ) from None
        return {"file": sealed_files.keep(data, kind="export"), "form": form, "kind": kind.id}


def _export_import(job: Job, progress: Progress) -> Mapping[str, Any]:
    with scope.within(_where(job.who)):
        batch, file = _batch(job), files.File(**job.asked["file"])
        today = timezone.localdate()
        data = files.written(batch, file, today=today, by=job.who, progress=progress)
        name = f"import-{batch.pk}-{file.what}"
        return {"file": sealed_files.keep(data, kind="export"), "form": file.form, "kind": name}


def _make_package(job: Job, progress: Progress) -> Mapping[str, Any]:
    where = _where(job.who, roles.GIVE_DATA)
    open_where = _where(job.who, roles.REVEAL) if job.asked["with_numbers"] else where
    if not (where.covers(job.division) and open_where.covers(job.division)):
        raise Refused("这个区划不在您的范围", "this place is not in your area")
    with scope.within(where):
        return giving.give(job, at=timezone.now(), progress=progress)


def _approve(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Approve each case in a transaction of its own: what was approved stays so if one stops it."""
    where, numbers = _where(job.who, roles.APPROVE), job.asked["numbers"]
    approved: list[int] = []
    refused: list[tuple[int, str, str]] = []
    for done, number in enumerate(numbers):
        progress.step(done, len(numbers), "正在审批", "approving")
        with scope.within(where):
            now = timezone.now()
            found = cases.approve_each([number], by=job.who, at=now, day=timezone.localdate(now))
        approved, refused = approved + found.approved, refused + found.refused
    first = f"：{refused[0][1]}" if refused else ""
    first_en = f": {refused[0][2]}" if refused else ""
    progress.step(
        len(numbers),
        len(numbers),
        f"批准{len(approved)}件，未批准{len(refused)}件{first}",
        f"{len(approved)} approved, {len(refused)} not{first_en}",
    )
    return {"approved": approved, "refused": refused}


def _decide_run(job: Job, progress: Progress) -> Mapping[str, Any]:
    with scope.within(_where(job.who, roles.MAKE_RUNS)):
        return paying.decide(job, progress)


def _settle_run(job: Job, progress: Progress) -> Mapping[str, Any]:
    with scope.within(_where(job.who, roles.APPROVE)):
        return paying.settle(job, progress)


def _bank_file(job: Job, progress: Progress) -> Mapping[str, Any]:
    with scope.within(_where(job.who, roles.PAY)):
        return paying.make_file(job, progress)


def _forecast(job: Job, progress: Progress) -> Mapping[str, Any]:
    where = _where(job.who, roles.SEE_FIGURES)
    if not where.covers(job.division):
        raise Refused("这个区划不在您的范围", "this place is not in your area")
    with scope.within(where):
        return forecasts.forecast(job, progress)


WORKS: Mapping[str, Work] = {
    DECIDE_RUN: _decide_run,
    SETTLE_RUN: _settle_run,
    BANK_FILE: _bank_file,
    FORECAST: _forecast,
    DECIDE: _decide,
    EXPORT: _export,
    EXPORT_IMPORT: _export_import,
    MAKE_PACKAGE: _make_package,
    CHECK: _check,
    PREVIEW: _preview,
    COMMIT: _commit,
    UNDO: _undo,
    APPROVE: _approve,
}
