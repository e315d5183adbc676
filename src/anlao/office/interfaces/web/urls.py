"""Addresses of the pages."""

from __future__ import annotations

from django.urls import include, path

from anlao.office.interfaces.web.staff import (
    access,
    account,
    audit,
    benefits,
    delegation,
    elders,
    factor_rules,
    family,
    figures,
    jobs,
    journeys,
    lists,
    month,
    newcomers,
    opening,
    people,
    places,
    second_factor,
    second_step,
    tokens,
)

app_name = "web"
urlpatterns = [
    path("", elders.home, name="home"),
    path("sign-in", access.sign_in, name="sign-in"),
    path("sign-in/second", second_step.second_step, name="sign-in-second"),
    path("sign-out", access.sign_out, name="sign-out"),
    path("password", access.password, name="password"),
    path("account", account.account, name="account"),
    path("account/second-factor", second_factor.second_factor, name="second-factor"),
    path("account/delegation", delegation.delegation, name="delegation"),
    path("language", access.language, name="language"),
    path("elders/new", opening.new, name="elder-new"),
    path("elders/<int:number>", elders.file, name="elder"),
    path("elders/<int:number>/history", elders.history, name="elder-history"),
    path("elders/<int:number>/entitlements", elders.entitlements, name="elder-entitlements"),
    path("elders/<int:number>/year", benefits.year, name="elder-year"),
    path("elders/<int:number>/what-if", benefits.what_if, name="elder-what-if"),
    path("elders/<int:number>/awards", benefits.awards, name="elder-awards"),
    path("elders/<int:number>/record", elders.record, name="elder-record"),
    path("elders/<int:number>/reveal", elders.reveal, name="elder-reveal"),
    path("elders/<int:number>/family", family.family, name="elder-family"),
    path("elders/<int:number>/family/<slug:kind>", family.add, name="elder-family-add"),
    path(
        "elders/<int:number>/family/<slug:kind>/change", family.change, name="elder-family-change"
    ),
    path("elders/<int:number>/journeys", journeys.journeys, name="elder-journeys"),
    path("elders/<int:number>/journeys/death", journeys.death, name="elder-journey-death"),
    path("elders/<int:number>/journeys/move", journeys.move, name="elder-journey-move"),
    path("elders/<int:number>/journeys/merge", journeys.merge, name="elder-journey-merge"),
    path(
        "elders/<int:number>/journeys/<int:journey>/undo",
        journeys.undo,
        name="elder-journey-undo",
    ),
    path("", include("anlao.office.interfaces.web.assessment_urls")),
    path("lists", lists.overview, name="lists"),
    path("lists/<slug:kind>", lists.one, name="list"),
    path("lists/<slug:kind>/save", lists.save, name="list-save"),
    path("figures", figures.overview, name="figures"),
    path("month", month.overview, name="month"),
    path("month/<slug:provision>/<slug:outcome>", month.people, name="month-people"),
    path("audit", audit.entries, name="audit"),
    path("jobs", jobs.jobs, name="jobs"),
    path("people", people.users, name="people"),
    path("people/new", newcomers.new, name="newcomers"),
    path("people/second-factor", factor_rules.rules, name="factor-rules"),
    path("people/tokens", tokens.api_tokens, name="tokens"),
    path("places", places.places, name="places"),
    path("people/<int:number>", people.user, name="person"),
]
