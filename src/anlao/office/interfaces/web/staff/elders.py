"""Finding an elder, her file, what she is entitled to, and recording what has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.benefits import deciding
from anlao.office.benefits import queries as benefits
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.citizens import corrections
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.record_form import RecordForm
from anlao.office.interfaces.web.templatetags.words.registry import PURPOSES, section_name
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files, operations, photographs, queries, search
from anlao.office.registry.models import STATUSES, Elder, Status
from anlao.office.registry.queries import Entry
from anlao.office.shared import scope
from anlao.places import divisions

_COUNTY_DIGITS = 6
_USUAL_PURPOSE = next(iter(PURPOSES))


@require_GET
@needs()
def home(request: HttpRequest) -> HttpResponse:
    """Search first: no list of everybody, only whom one looks for."""
    asking = who(request)
    if not asking.may(roles.SEE_ELDERS):
        return render(request, "web/welcome.html")
    where = asking.where(roles.SEE_ELDERS)
    scope.enter(where)
    text, purpose = text_in(request.GET, "q"), purpose_of(request)
    found = None
    if text:
        found = search.find(text, scope=where, today=asking.today, by=asking.name, purpose=purpose)
    given: dict[str, Any] = {"q": text, "found": found, "purposes": PURPOSES, "purpose": purpose}
    given["may_record"] = asking.may(roles.RECORD_FACTS)
    if given["may_record"]:
        given["corrections"] = corrections.waiting().count()
    return render(request, "web/home.html", given | {"places": search.places(where)})


@require_GET
@needs(roles.SEE_ELDERS)
def file(request: HttpRequest, number: int) -> HttpResponse:
    """An elder's file, as of a day and as known on a day."""
    elder = elder_in_scope(number)
    day, known_at = as_of(request)
    seen = files.read(
        elder, day=day, known_at=known_at, by=who(request).name, purpose=purpose_of(request)
    )
    given = about(request, elder, "file") | {"sections": _sections(elder, seen, who(request))}
    given["photograph"] = photographs.of(elder)
    return render(request, "web/elder.html", given)


@require_GET
@needs(roles.SEE_ELDERS)
def history(request: HttpRequest, number: int) -> HttpResponse:
    """Every row ever recorded, corrections too, and who read the file."""
    elder = elder_in_scope(number)
    seen = files.read_history(elder, by=who(request).name, purpose=purpose_of(request))
    given = about(request, elder, "history")
    labels, language = benefits.labels(elder), who(request).language
    given["rows"] = [
        (
            section_name(entry.kind, language),
            _words(entry, labels, language),
            entry.row,
            entry.is_known_still,
        )
        for entry in seen.entries
    ]
    return render(request, "web/elder_history.html", given | {"history": seen})


@require_GET
@needs(roles.SEE_ELDERS)
def entitlements(request: HttpRequest, number: int) -> HttpResponse:
    """A month's decisions with their reasons."""
    elder = elder_in_scope(number)
    asking = who(request)
    day, known_at = as_of(request)
    files.note_read(elder, "read_entitlements", by=asking.name, purpose=purpose_of(request))
    given = about(request, elder, "entitlements")
    month = deciding.month_of(day)
    given |= {
        "month": month.first_day,
        "earlier": month.plus(-1).first_day,
        "later": month.plus(1).first_day,
        "is_this_month": month == deciding.month_of(asking.today),
    }
    try:
        given["found"] = benefits.entitlements(
            elder, month, known_at=known_at, language=asking.language
        )
    except NoRulebook:
        given["no_rulebook"] = True
    return render(request, "web/elder_entitlements.html", given)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def record(request: HttpRequest, number: int) -> HttpResponse:
    """Choose a fact, then record it from a day on, or correct it; what was known stays readable."""
    elder = elder_in_scope(number)
    asking = who(request)
    given = about(request, elder, "record")
    now = files.read(
        elder,
        day=asking.today,
        known_at=timezone.now(),
        by=asking.name,
        purpose=purpose_of(request),
    )
    label = _recordable(elder).get(request.GET.get("fact", ""))
    if label is None:
        given["sections"] = _sections(elder, now, asking)
        refused = request.method == "POST"
        return render(request, "web/elder_choose.html", given, status=400 if refused else 200)
    held = _held(now)
    form = RecordForm(
        request.POST if request.method == "POST" else None,
        label=label,
        asking=asking,
        initial={"start": asking.today},
    )
    if request.method == "POST" and form.is_valid() and _recorded(elder, form, asking):
        messages.success(
            request,
            asking.say(f"已登记：{label.zh}", f"Recorded: {label.en}"),
        )
        if asking.where(roles.SEE_ELDERS).covers(elder.division_code):
            return redirect("web:elder", number=elder.pk)
        messages.info(
            request, asking.say("档案已随户籍转出您的范围", "The file moved out of your area")
        )
        return redirect("web:home")
    given |= {
        "form": form,
        "label": label,
        "now": label.shown(held.get(label.name), asking.language, held),
        "choices": label.choices(asking.language),
        "villages": villages_of(elder) if label.type == "division" else (),
    }
    return render(request, "web/elder_record.html", given, status=400 if form.errors else 200)


def _recorded(elder: Elder, form: RecordForm, asking: Who) -> bool:
    try:
        operations.record(
            elder=elder,
            facts=form.facts(),
            start=form.cleaned_data["start"],
            until=form.cleaned_data["until"],
            ground=operations.Ground(form.cleaned_data["evidence"]),
            by=asking.name,
            at=timezone.now(),
        )
    except operations.NothingToRecord:
        form.add_error(
            None,
            asking.say(
                "没有变化：这段时间已按此登记。", "Nothing changes: this is recorded already."
            ),
        )
        return False
    except (operations.SpanRefused, operations.Contradiction) as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


@require_POST
@needs(roles.REVEAL)
def reveal(request: HttpRequest, number: int) -> HttpResponse:
    """Show the whole identity number and telephone once, for a stated reason."""
    elder = elder_in_scope(number)
    reason = text_in(request.POST, "reason")
    if len(reason) < 4:
        messages.error(
            request,
            who(request).say(
                "请写明查看理由（至少4个字）", "Give a reason of four characters or more"
            ),
        )
        return redirect("web:elder", number=elder.pk)
    shown = files.reveal(elder, reason=reason, by=who(request).name)
    return render(
        request, "web/elder_reveal.html", about(request, elder, "reveal") | {"shown": shown}
    )


def _held(file: files.File) -> dict[str, Any]:
    """Return everything that a file says, by fact."""
    held: dict[str, Any] = {}
    for row in file.rows:
        if row.status is not None:
            held |= row.status.facts()
            if getattr(row.status, "never_assessed", False):
                held["never_assessed"] = True
    return held


@dataclass(frozen=True, slots=True)
class _Shown:
    """A fact as the file shows it."""

    name: str
    label: str
    words: str
    is_place: bool
    is_unknown: bool = False


def _sections(
    elder: Elder, file: files.File, asking: Who
) -> list[tuple[str, Status | None, list[_Shown]]]:
    """Return the sections of a file: name, the row behind it, and its facts in words."""
    labels, held, language = benefits.labels(elder), _held(file), asking.language
    return [
        (
            section_name(row.kind, language),
            row.status,
            [
                _Shown(
                    name,
                    labels[name].text(language),
                    labels[name].shown(value, language, held),
                    labels[name].type == "division",
                    value in (None, "") and not labels[name].is_none(held),
                )
                for name, value in row.values
                if name in labels
            ],
        )
        for row in file.rows
    ]


def _words(entry: Entry, labels: dict[str, benefits.FactLabel], language: str) -> list[_Shown]:
    """Return the facts of a row, in words."""
    found = [(labels[name], value) for name, value in entry.row.facts().items() if name in labels]
    return [
        _Shown(
            label.name,
            label.text(language),
            label.shown(value, language),
            label.type == "division",
        )
        for label, value in found
    ]


def _recordable(elder: Elder) -> dict[str, benefits.FactLabel]:
    """Return the facts that statuses hold, by name."""
    held = {name for kind in STATUSES for name in kind.FACTS}
    return {name: label for name, label in benefits.labels(elder).items() if name in held}


def villages_of(elder: Elder) -> list[str]:
    """Return the names of the villages of the elder's county."""
    county = elder.division_code[:_COUNTY_DIGITS]
    return [
        "".join(step.name for step in divisions.path(village.code)[3:])
        for village in divisions.within(county, "village")
    ]


def elder_in_scope(number: int) -> Elder:
    """Return an elder inside the scope; to all others there is no such file."""
    elder = queries.elder(number)
    if elder is None:
        raise Http404
    return elder


def purpose_of(request: HttpRequest) -> str:
    """Return why somebody reads; it is asked once, at the search, and kept for the session."""
    wanted = request.GET.get("purpose", "")
    if wanted in PURPOSES:
        request.session["purpose"] = wanted
    return str(request.session.get("purpose", _USUAL_PURPOSE))


def as_of(request: HttpRequest) -> tuple[date, datetime]:
    """Return the day looked at, and the end of the day by whose knowledge it is looked at."""
    today = who(request).today
    day, known = _day(request.GET.get("day")) or today, _day(request.GET.get("known"))
    if known is None or known >= today:
        return day, timezone.now()
    return day, timezone.make_aware(datetime.combine(known, time.max))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def about(request: HttpRequest, elder: Elder, here: str) -> dict[str, Any]:
    day, _ = as_of(request)
    known = _day(request.GET.get("known"))
    asking = who(request)
    if not asking.may(roles.SEE_ELDERS):
        raise PermissionDenied
    chosen = {"day": day.isoformat()} if "day" in request.GET else {}
    chosen |= {"known": known.isoformat()} if known else {}
    return {
        "elder": elder,
        "here": here,
        "day": day,
        "known": known,
        "as_of": f"?{urlencode(chosen)}" if chosen else "",
        "is_now": day == asking.today and known is None,
        "may_record": asking.may(roles.RECORD_FACTS),
        "may_reveal": asking.may(roles.REVEAL),
        "may_hand_out": asking.may(roles.TAKE_CASE),
    }
