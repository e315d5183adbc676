"""Tags and filters of every template, by room: its words in two languages and its audit acts.

A word of payments stands in `payments`, an act of theirs in its ``ACTS``. What belongs to no room:
`language`, `figures`, `days`, `lookups`; `acts` joins the acts of all. Templates need no load.
"""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words import (
    acts,
    assessments,
    benefits,
    cases,
    citizens,
    days,
    divisions,
    exchange,
    figures,
    imports,
    jobs,
    journeys,
    language,
    lookups,
    messages,
    organisations,
    payments,
    registers,
    registry,
    service_list,
    worklists,
)
from anlao.office.interfaces.web.templatetags.words.library import register

__all__ = [
    "acts",
    "assessments",
    "benefits",
    "cases",
    "citizens",
    "days",
    "divisions",
    "exchange",
    "figures",
    "imports",
    "jobs",
    "journeys",
    "language",
    "lookups",
    "messages",
    "organisations",
    "payments",
    "register",
    "registers",
    "registry",
    "service_list",
    "worklists",
]
