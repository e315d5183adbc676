"""Registers as lists: all of them, one of them, what ends soon, what is due in a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from anlao.office.benefits import subjects as benefits
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.register_words import (
    county_of,
    day_in,
    division_of,
    labels_of,
    name_of,
    register_of,
    registers_of,
    value_shown,
)
from anlao.office.interfaces.web.templatetags.words.divisions import place
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.shared import audit, spreadsheets
from anlao.office.shared.audit import Act
from anlao.office.subjects import queries
from anlao.office.subjects.base import Register

PAGE = 50
_STATES = {
    "open": ("在册", "open"),
    "ended": ("已结束", "ended"),
    "all": ("全部", "all"),
}
_OUTCOMES = {
    "yes": ("符合", "due"),
    "unknown": ("无法判定", "cannot be told"),
    "no": ("不符合", "not due"),
    "not_applicable": ("不适用", "does not apply"),
}


@require_GET
@needs(roles.SEE_FACILITIES)
def overview(request: HttpRequest) -> HttpResponse:
    """The registers with how many files each has, what is decided by them, what ends soon."""
    asking, now = who(request), timezone.now()
    mine = registers_of(asking)
    counts = [
        (one.kind, name_of(one, asking), queries.listed(one, day=asking.today).count())
        for one in mine
    ]
    ending = queries.expiring(mine, today=asking.today, known_at=now)
    offered = [
        one
        for one in benefits.provisions(division_of(asking), asking.language)
        if one.register in mine
    ]
    given = {"counts": counts, "ending": len(ending), "provisions": offered}
    return render(request, "web/registers.html", given)


@require_GET
@needs(roles.SEE_FACILITIES)
def listed(request: HttpRequest, kind: str) -> HttpResponse:
    """A register, narrowed by word, place and state, page by page or whole as a file."""
    asking = who(request)
    register = register_of(kind, asking)
    word, state = text_in(request.GET, "word"), request.GET.get("state", "open")
    state = state if state in _STATES else "open"
    found = queries.listed(register, word=word, state=state, day=asking.today)
    form = request.GET.get("form", "")
    after: dict[str, Any] = {"word": word, "state": state}
    if form in spreadsheets.TYPES:
        _note("export_register", register, asking, after | {"files": found.count()})
        return _file(f"{kind}-{asking.today}", _table(register, found, asking), form)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    _note("read_register", register, asking, after | {"page": page.number})
    given = {
        "register": register,
        "title": name_of(register, asking),
        "page": page,
        "word": word,
        "state": state,
        "states": [(code, asking.say(*words)) for code, words in _STATES.items()],
        "query": urlencode({"word": word, "state": state}),
        "may_record": asking.may(roles.RECORD_FACILITIES),
    }
    return render(request, "web/register.html", given)


@require_GET
@needs(roles.SEE_FACILITIES)
def expiring(request: HttpRequest) -> HttpResponse:
    """Papers that end within ninety days or have ended; also as a file."""
    asking = who(request)
    known = {one.kind: labels_of(one, division_of(asking)) for one in registers_of(asking)}
    found = [
        (one, known[one.register.kind][one.name].text(asking.language))
        for one in queries.expiring(
            registers_of(asking), today=asking.today, known_at=timezone.now()
        )
    ]
    audit.record(
        Act("read_register", "register:expiring", division_of(asking), after={"n": len(found)}),
        by=asking.name,
    )
    form = request.GET.get("form", "")
    if form in spreadsheets.TYPES:
        head = [asking.say("名称", "Name"), asking.say("地方", "Place")]
        head += [asking.say("证件", "Paper"), asking.say("有效期至", "Good until")]
        rows = [
            [one.subject.name, place(one.subject.division_code), label, str(one.day)]
            for one, label in found
        ]
        return _file(f"expiring-{asking.today}", [head, *rows], form)
    return render(request, "web/registers_expiring.html", {"found": found})


@require_GET
@needs(roles.SEE_FACILITIES)
def due(request: HttpRequest, provision: str) -> HttpResponse:
    """Who is due how much by a provision in a month, who is not, and what is missing."""
    asking = who(request)
    division = division_of(asking)
    offered = {one.id: one for one in benefits.provisions(division, asking.language)}
    if provision not in offered:
        raise Http404
    chosen = offered[provision]
    register = register_of(chosen.register.kind, asking)
    day = day_in(request.GET.get("day"), asking.today).replace(day=1)
    files = _going_on(register, county_of(division), day)
    rows = benefits.due(
        chosen,
        files,
        benefits.month_of(day),
        known_at=timezone.now(),
        language=asking.language,
    )
    after = {"provision": provision, "month": f"{day:%Y-%m}", "files": len(rows)}
    _note("read_register_dues", register, asking, after)
    form = request.GET.get("form", "")
    if form in spreadsheets.TYPES:
        return _file(f"{provision}-{day:%Y-%m}", _due_table(rows, asking), form)
    granted = [row for row in rows if row.outcome == "yes"]
    given = {
        "provision": chosen,
        "register": register,
        "title": name_of(register, asking),
        "month": day,
        "earlier": benefits.month_of(day).plus(-1).first_day,
        "later": benefits.month_of(day).plus(1).first_day,
        "rows": [(row, asking.say(*_OUTCOMES[row.outcome])) for row in rows],
        "granted": len(granted),
        "sum": sum(row.fen or 0 for row in granted) if chosen.is_money else None,
        "unknown": sum(row.outcome == "unknown" for row in rows),
    }
    return render(request, "web/register_due.html", given)


def _going_on(register: Register, county: str, first: date) -> list[Any]:
    """Return the files that had not ended before a month began."""
    found = queries.listed(register, place=county, state="all", day=first)
    return [one for one in found if one.ended_on is None or one.ended_on >= first]


def _table(register: Register, found: Any, asking: Who) -> list[list[str]]:
    """Return a register as a table: what a file is, and what is known of it today."""
    known = labels_of(register, division_of(asking))
    files = list(found)
    held = queries.facts_of(
        register, [one.pk for one in files], asking.today, known_at=timezone.now()
    )
    head = [asking.say("档案编号", "File number"), asking.say("名称", "Name")]
    head += [asking.say("地方", "Place"), *(one.text(asking.language) for one in known.values())]
    rows = [
        [
            one.file_number,
            one.name,
            place(one.division_code),
            *(
                value_shown(label, held.get(one.pk, {}).get(name), asking).words
                for name, label in known.items()
            ),
        ]
        for one in files
    ]
    return [head, *rows]


def _due_table(rows: list[benefits.DueRow], asking: Who) -> list[list[str]]:
    say = asking.say
    head = [say("档案编号", "File number"), say("名称", "Name"), say("地方", "Place")]
    head += [say("结果", "Outcome"), say("金额或数量", "Amount"), say("单位", "Unit")]
    head += [say("缺少", "Missing"), say("理由", "Reason"), say("条款", "Clause")]
    return [
        head,
        *(
            [
                row.subject.file_number,
                row.subject.name,
                place(row.subject.division_code),
                say(*_OUTCOMES[row.outcome]),
                "" if row.fen is None else f"{row.fen // 100}.{row.fen % 100:02d}",
                row.unit,
                row.missing,
                row.why,
                row.clause,
            ]
            for row in rows
        ),
    ]


def _note(act: str, register: Register, asking: Who, after: dict[str, Any]) -> None:
    told = Act(act, f"register:{register.kind}", division_of(asking), after=after)
    audit.record(told, by=asking.name)


def _file(name: str, rows: Sequence[Sequence[str]], form: str) -> HttpResponse:
    return HttpResponse(
        spreadsheets.written(rows, form=form),
        content_type=spreadsheets.TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )
