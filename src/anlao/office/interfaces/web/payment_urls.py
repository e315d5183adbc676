"""Addresses of money: runs, recoveries, the ledger, budget, forecasts, an elder's account."""

from __future__ import annotations

from django.urls import path

from anlao.office.interfaces.web.staff import (
    bank_papers,
    budget,
    elder_payments,
    forecasts,
    ledger,
    recoveries,
    run_lines,
    runs,
    townships,
    verification,
)

urlpatterns = [
    path("elders/<int:number>/payments", elder_payments.payments, name="elder-payments"),
    path("payments", runs.listed, name="runs"),
    path("payments/ledger", ledger.balances, name="ledger"),
    path("payments/budget", budget.year, name="budget"),
    path("payments/budget/file", budget.file, name="budget-file"),
    path("figures/forecast", forecasts.listed, name="forecasts"),
    path("figures/forecast/<int:number>", forecasts.one, name="forecast"),
    path("figures/forecast/<int:number>/file", forecasts.file, name="forecast-file"),
    path("payments/recoveries", recoveries.listed, name="recoveries"),
    path("payments/recoveries/<int:number>", recoveries.one, name="recovery"),
    path("payments/<int:number>", runs.one, name="run"),
    path("payments/<int:number>/act", runs.act, name="run-act"),
    path("payments/<int:number>/lines", run_lines.listed, name="run-lines"),
    path("payments/<int:number>/lines/<int:line>", run_lines.one, name="run-line"),
    path("payments/<int:number>/stopped", run_lines.stopped, name="run-stopped"),
    path("payments/<int:number>/undecided", run_lines.undecided, name="run-undecided"),
    path("payments/<int:number>/townships/<slug:code>", townships.one, name="run-township"),
    path(
        "payments/<int:number>/townships/<slug:code>/scans/<int:scan>",
        townships.scan,
        name="run-scan",
    ),
    path("payments/<int:number>/samples", verification.samples, name="run-samples"),
    path("payments/<int:number>/samples/<int:sample>", verification.sample, name="run-sample"),
    path("payments/<int:number>/files/<int:file>", bank_papers.file, name="run-file"),
    path("payments/<int:number>/answer", bank_papers.answer, name="run-answer"),
]
