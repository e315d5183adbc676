"""Looking jobs up."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from anlao.office.jobs.models import Job
from anlao.office.shared.scope import NOTHING, Scope


def seen_by(name: str, *, everybodys: Scope = NOTHING) -> QuerySet[Job]:
    """Return the jobs that somebody asked for; with ``everybodys`` also those of these divisions.

    Jobs of no division are the office's own, seen by whoever sees everybody's.
    """
    wanted = Q(who=name)
    if not everybodys.is_empty:
        wanted |= Q(division="")
        for code in everybodys.divisions:
            wanted |= Q(division__startswith=code)
    found: QuerySet[Job] = Job.objects.filter(wanted)
    return found


def of_kind(kind: str, *, where: Scope) -> QuerySet[Job]:
    """Return the jobs of a kind about divisions of a scope, the latest first."""
    inside = Q(pk__in=())
    for code in where.divisions:
        inside |= Q(division__startswith=code)
    found: QuerySet[Job] = Job.objects.filter(inside, kind=kind).order_by("-id")
    return found


def latest(subject: str) -> Job | None:
    """Return the latest job that worked on something."""
    found: Job | None = Job.objects.filter(subject=subject).order_by("-id").first()
    return found
