"""Acts of the audit log in words: those of every room, and of the log itself."""

from __future__ import annotations

from anlao.office.interfaces.web.templatetags.words import (
    assessments,
    benefits,
    cases,
    citizens,
    divisions,
    exchange,
    imports,
    jobs,
    journeys,
    messages,
    organisations,
    payments,
    registers,
    registry,
    service_list,
    worklists,
)
from anlao.office.interfaces.web.templatetags.words.library import Words, picked, register

_OF_THE_LOG: Words = {
    "verify_audit": ("校验日志链", "verified the chain"),
    "read_audit": ("查阅审计日志", "read the audit log"),
}
BY_ROOM: tuple[Words, ...] = (
    organisations.ACTS,
    divisions.ACTS,
    citizens.ACTS,
    registry.ACTS,
    imports.ACTS,
    journeys.ACTS,
    registers.ACTS,
    benefits.ACTS,
    worklists.ACTS,
    exchange.ACTS,
    jobs.ACTS,
    service_list.ACTS,
    assessments.ACTS,
    cases.ACTS,
    messages.ACTS,
    payments.ACTS,
    _OF_THE_LOG,
)
"""In the order in which the page of the log offers them."""
ACTS: Words = {act: said for words in BY_ROOM for act, said in words.items()}


@register.filter
def act_name(act: str, language: str) -> str:
    """Return an act in words."""
    return picked(ACTS, act, language)
