"""Jobs of a run: deciding it, making an approved one so, writing the bank's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.interfaces.tasks import disclosing
from anlao.office.jobs.models import Job
from anlao.office.jobs.progress import Progress, Refused
from anlao.office.payments import deciding, queries, reissuing, settling
from anlao.office.payments.bank import files
from anlao.office.payments.models import Run
from anlao.office.payments.refusals import RunRefused
from anlao.office.shared.county_settings import TermsRefused


def decide(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Decide a run, or gather what it sends anew, inside the scope of the transaction."""
    run, now = _run(job), timezone.now()
    try:
        if run.kind == Run.Kind.REISSUE:
            reissuing.prepare(run, by=job.who, at=now)
        else:
            deciding.decide(
                run.pk, by=job.who, at=now, today=timezone.localdate(now), progress=progress
            )
    except (RunRefused, deciding.NotNow, TermsRefused) as refusal:
        raise Refused(refusal.zh, refusal.en) from None
    except NoRulebook as refusal:
        raise Refused(str(refusal), str(refusal)) from None
    return {"run": run.pk}


def settle(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Make an approved run what it says."""
    run = _run(job)
    try:
        settling.settle(run, at=timezone.now(), progress=progress)
    except RunRefused as refusal:
        raise Refused(refusal.zh, refusal.en) from None
    return {"run": run.pk}


def make_file(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Write the bank's file of a run."""
    run = _run(job)
    try:
        file = files.make(
            run, job.asked["layout"], by=job.who, at=timezone.now(), progress=progress
        )
    except RunRefused as refusal:
        raise Refused(refusal.zh, refusal.en) from None
    disclosing.list_recipients.defer(county=run.division_code)
    return {"run": run.pk, "count": file.count if file else 0}


def _run(job: Job) -> Run:
    found = queries.find(int(job.subject.partition(":")[2]))
    if found is None or found.division_code != job.division:
        raise Refused("这个批次不在您的范围", "this run is not in your area")
    return found
