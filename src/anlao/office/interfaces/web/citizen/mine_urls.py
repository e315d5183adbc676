"""Addresses of the pages of a signed-in elder or agent, below /mine."""

from __future__ import annotations

from django.urls import path

from anlao.office.interfaces.web.citizen import (
    mine,
    mine_acts,
    mine_agents,
    mine_corrections,
    mine_messages,
    mine_pages,
)

urlpatterns = [
    path("mine", mine_pages.start, name="mine"),
    path("mine/sign-in", mine.sign_in, name="mine-sign-in"),
    path("mine/sign-out", mine.sign_out, name="mine-sign-out"),
    path("mine/file", mine_pages.file, name="mine-file"),
    path("mine/benefits", mine_pages.entitled, name="mine-benefits"),
    path("mine/payments", mine_pages.paid, name="mine-payments"),
    path("mine/applications", mine_acts.applications, name="mine-applications"),
    path("mine/agents", mine_agents.agents, name="mine-agents"),
    path("mine/messages", mine_messages.told, name="mine-messages"),
    path("mine/corrections", mine_corrections.corrected, name="mine-corrections"),
    path("mine/readers", mine_pages.readers, name="mine-readers"),
]
