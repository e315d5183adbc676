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
    path("", mine_pages.start, name="mine"),
    path("/sign-in", mine.sign_in, name="mine-sign-in"),
    path("/sign-out", mine.sign_out, name="mine-sign-out"),
    path("/file", mine_pages.file, name="mine-file"),
    path("/benefits", mine_pages.entitled, name="mine-benefits"),
    path("/payments", mine_pages.paid, name="mine-payments"),
    path("/applications", mine_acts.applications, name="mine-applications"),
    path("/agents", mine_agents.agents, name="mine-agents"),
    path("/messages", mine_messages.told, name="mine-messages"),
    path("/corrections", mine_corrections.corrected, name="mine-corrections"),
    path("/readers", mine_pages.readers, name="mine-readers"),
]
