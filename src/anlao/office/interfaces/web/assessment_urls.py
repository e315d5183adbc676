"""Addresses of assessments: the clerks' pages, the assessors' visits, the public's question."""

from __future__ import annotations

from django.urls import path

from anlao.office.interfaces.web import verify
from anlao.office.interfaces.web.staff import assessments, elder_assessments, visits

urlpatterns = [
    path(
        "elders/<int:number>/assessments", elder_assessments.assessments, name="elder-assessments"
    ),
    path("assessments", assessments.listed, name="assessments"),
    path("assessments/due", assessments.due, name="assessments-due"),
    path("assessments/<int:number>", assessments.assessment, name="assessment"),
    path("assessments/<int:number>/report", assessments.report, name="assessment-report"),
    path("assessments/<int:number>/notice", assessments.notice, name="assessment-notice"),
    path("visits", visits.visits, name="visits"),
    path("visits/worker.js", visits.worker, name="visits-worker"),
    path("visits/<int:number>", visits.sheet, name="visit"),
    path("visits/<int:number>/answers", visits.answers, name="visit-answers"),
    path("visits/<int:number>/finish", visits.finish, name="visit-finish"),
    path("visits/<int:number>/settle", visits.settle, name="visit-settle"),
    path("visits/<int:number>/sign", visits.sign, name="visit-sign"),
    path("verify", verify.report, name="verify"),
]
