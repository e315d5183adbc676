"""Addresses of the registers: institutions, residents, centres, caregivers."""

from __future__ import annotations

from django.urls import path

from anlao.office.interfaces.web.staff import (
    register_cases,
    register_change,
    register_files,
    register_lists,
    register_opening,
    registers,
)

urlpatterns = [
    path("registers", registers.overview, name="registers"),
    path("registers/expiring", registers.expiring, name="registers-expiring"),
    path("registers/due/<slug:provision>", registers.due, name="register-due"),
    path("registers/<slug:kind>", registers.listed, name="register"),
    path("registers/<slug:kind>/new", register_opening.new, name="register-new"),
    path("registers/<slug:kind>/import", register_lists.bring, name="register-import"),
    path("registers/<slug:kind>/import/<int:number>", register_lists.one, name="register-staged"),
    path("registers/<slug:kind>/<int:number>", register_files.one, name="register-file"),
    path(
        "registers/<slug:kind>/<int:number>/history",
        register_files.history,
        name="register-history",
    ),
    path("registers/<slug:kind>/<int:number>/due", register_files.due, name="register-file-due"),
    path(
        "registers/<slug:kind>/<int:number>/change", register_change.change, name="register-change"
    ),
    path("registers/caregiver/<int:number>/reveal", register_change.reveal, name="register-reveal"),
    path("registers/<slug:kind>/<int:number>/cases", register_cases.cases, name="register-cases"),
    path(
        "registers/<slug:kind>/<int:number>/cases/<slug:provision>",
        register_cases.apply,
        name="register-apply",
    ),
    path(
        "registers/<slug:kind>/<int:number>/payments",
        register_cases.payments,
        name="register-payments",
    ),
    path(
        "registers/<slug:kind>/<int:number>/record", register_files.record, name="register-record"
    ),
]
