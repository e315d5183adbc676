"""What an elder or her agent reads: her file, what is due, what was paid, and who read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from anlao.office.benefits import queries as benefits
from anlao.office.benefits.holders import ElderHolder
from anlao.office.benefits.provisions import Rule
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.citizens import cards
from anlao.office.citizens.terms import terms_of
from anlao.office.interfaces.web.citizen.mine import Me, mine, mine_page
from anlao.office.interfaces.web.citizen.page import page_of
from anlao.office.interfaces.web.templatetags.words.registry import section_name
from anlao.office.organisations import queries as organisations
from anlao.office.payments import queries as payments
from anlao.office.registry import files

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_EARLIEST = 2000


@require_safe
@mine()
def start(request: HttpRequest, me: Me) -> HttpResponse:
    """Large tiles: what there is."""
    return mine_page(request, "mine/start.html", me)


@require_safe
@mine()
def file(request: HttpRequest, me: Me) -> HttpResponse:
    """What is recorded of her, since when, and where it comes from."""
    day, language = me.reading.today, me.reading.language
    seen = files.read(me.by.elder, day=day, known_at=timezone.now(), by=me.by.actor, purpose="")
    try:
        labels = benefits.labels(me.by.elder)
    except NoRulebook:
        labels = {}
    held: dict[str, Any] = {}
    for row in seen.rows:
        held |= row.status.facts() if row.status else {}
    sections = [
        (
            section_name(row.kind, language),
            row.status,
            [
                (
                    labels[name].text(language),
                    labels[name].shown(value, language, held),
                    labels[name].type == "division",
                )
                for name, value in row.values
                if name in labels
            ],
        )
        for row in seen.rows
    ]
    return mine_page(request, "mine/file.html", me, {"sections": sections, "file": seen})


@require_safe
@mine()
def entitled(request: HttpRequest, me: Me) -> HttpResponse:
    """What is due in a month, why, what is missing and what to bring."""
    today = me.reading.today
    month = benefits.month_of(_month(request.GET.get("month", ""), today))
    this = benefits.month_of(today)
    files.note_read(me.by.elder, "read_entitlements", by=me.by.actor, purpose="")
    given: dict[str, Any] = {
        "month": month.first_day,
        "earlier": month.plus(-1).first_day,
        "later": month.plus(1).first_day if month != this else None,
    }
    try:
        found = benefits.entitlements(
            me.by.elder, month, known_at=timezone.now(), language=me.reading.language
        )
        rules = {rule.id: rule for rule in ElderHolder(me.by.elder).rules()}
        given["found"] = found
        given["lines"] = {
            name: [(item, _papers(rules.get(item.provision), me)) for item in items]
            for name, items in (
                ("yes", found.granted), ("unknown", found.unknown), ("no", found.others)
            )
        }  # fmt: skip
    except NoRulebook:
        given["no_rulebook"] = True
    return mine_page(request, "mine/entitled.html", me, given)


@require_safe
@mine()
def paid(request: HttpRequest, me: Me) -> HttpResponse:
    """What was approved for her month by month, and whether it has come."""
    elder = me.by.elder
    files.note_read(elder, "read_payments", by=me.by.actor, purpose="")
    try:
        names = dict(benefits.provision_names(elder.division_code, me.reading.language))
    except NoRulebook:
        names = {}
    given = {"rows": payments.told_to(elder.pk), "names": names}
    return mine_page(request, "mine/paid.html", me, given)


_OWN = 20
"""Of her own and her agents' looks the latest are told."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A time that somebody read the file. ``name``: "" where the county does not tell it."""

    at: datetime
    act: str
    office: str
    name: str
    purpose: str


@require_safe
@mine()
def readers(request: HttpRequest, me: Me) -> HttpResponse:
    """Who read her file: when, from which office, what for."""
    elder = me.by.elder
    holders = cards.by_actor(elder)
    every = files.reads(elder)
    # Apart: however often a daughter looks, she pushes nobody of the staff out of sight.
    page = page_of(request.GET, Paginator(every.exclude(who__in=holders), files.READS))
    people = organisations.people_named({entry.who for entry in page})
    with_names = terms_of(elder.division_code).names_of_readers
    found = []
    for entry in page:
        if (person := people.get(entry.who)) is not None:
            office, name = person.organisation.name, person.full_name if with_names else ""
        else:
            office, name = me.reading.say("本系统或其他系统", "this or another system"), ""
        found.append(Reading(entry.at, entry.act, office, name, entry.purpose))
    own = []
    for entry in every.filter(who__in=holders)[:_OWN]:
        card = holders[entry.who]
        office = me.reading.say("本人", "herself") if card.is_own else card.relation
        own.append(Reading(entry.at, entry.act, office, card.name, entry.purpose))
    given = {"found": found, "own": own, "page": page}
    return mine_page(request, "mine/readers.html", me, given)


def _month(text: str, today: date) -> date:
    """Return the first of a month that has begun. Raises Http404 for any other."""
    if not text:
        return today
    if not _MONTH.fullmatch(text):
        raise Http404
    day = date(int(text[:4]), int(text[5:]), 1)
    if day > today or day.year < _EARLIEST:
        raise Http404
    return day


def _papers(rule: Rule | None, me: Me) -> list[str]:
    if rule is None:
        return []
    return [pair[me.reading.language == "en"] for pair in rule.evidence]
