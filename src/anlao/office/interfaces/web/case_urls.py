"""Addresses of applications and benefits."""

from __future__ import annotations

from django.urls import path

from anlao.office.interfaces.web.staff import case_lists, case_pauses, cases, elder_cases

urlpatterns = [
    path("elders/<int:number>/cases", elder_cases.cases, name="elder-cases"),
    path("elders/<int:number>/cases/<slug:provision>", elder_cases.apply, name="elder-apply"),
    path("cases", case_lists.listed, name="cases"),
    path("cases/approve", case_lists.approve, name="cases-approve"),
    path("cases/notice", case_lists.notice, name="cases-notice"),
    path("cases/alive", case_lists.alive, name="cases-alive"),
    path("cases/alive/overdue", case_pauses.overdue, name="cases-overdue"),
    path("cases/alive/proposals", case_pauses.proposals, name="cases-proposals"),
    path("cases/form/<slug:provision>", case_lists.blank_form, name="cases-form"),
    path("cases/<int:number>", cases.case, name="case"),
    path("cases/<int:number>/papers/<slug:paper>", cases.paper, name="case-paper"),
]
