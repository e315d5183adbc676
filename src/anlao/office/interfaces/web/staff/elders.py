"""Finding an elder, her file, what she is entitled to, and recording what has changed."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.benefits import queries as benefits
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.record_form import RecordForm
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files, operations, queries, search
from anlao.office.registry.models import STATUSES, Elder
from anlao.office.registry.queries import Entry
from anlao.office.shared import scope

REFUSALS = (operations.NothingToRecord, operations.SpanRefused, operations.Contradiction)
PURPOSES = (
    ("benefit", "办理待遇", "Working on a benefit"),
    ("check", "核对信息", "Checking what is recorded"),
    ("visit", "探访关爱", "A visit"),
    ("assessment", "能力评估", "An assessment"),
    ("audit", "审计监督", "Audit"),
)


@require_GET
@needs()
def home(request: HttpRequest) -> HttpResponse:
    """Search first: no list of everybody, only whom one looks for."""
    asking = who(request)
    if not asking.may(roles.SEE_ELDERS):
        return render(request, "web/welcome.html")
    where = asking.where(roles.SEE_ELDERS)
    scope.enter(where)
    text, purpose = text_in(request.GET, "q"), _purpose(request)
    found = None
    if text:
        found = search.find(text, scope=where, today=asking.today, by=asking.name, purpose=purpose)
    given = {"q": text, "found": found, "purposes": PURPOSES, "purpose": purpose}
    return render(request, "web/home.html", given | {"places": search.places(where)})


@require_GET
@needs(roles.SEE_ELDERS)
def file(request: HttpRequest, number: int) -> HttpResponse:
    """An elder's file, as of a day and as known on a day."""
    elder = _elder(number)
    day, known_at = _as_of(request)
    seen = files.read(
        elder, day=day, known_at=known_at, by=who(request).name, purpose=_purpose(request)
    )
    given = _about(request, elder, "file")
    labels = benefits.labels(elder)
    language = _language(request)
    given["sections"] = [
        (
            row.title,
            row.status,
            [
                (labels[name].text(language), labels[name].shown(value, language), value)
                for name, value in row.values
                if name in labels
            ],
        )
        for row in seen.rows
    ]
    return render(request, "web/elder.html", given | {"file": seen})


@require_GET
@needs(roles.SEE_ELDERS)
def history(request: HttpRequest, number: int) -> HttpResponse:
    """Every row ever recorded, corrections too, and who read the file."""
    elder = _elder(number)
    seen = files.read_history(elder, by=who(request).name, purpose=_purpose(request))
    given = _about(request, elder, "history")
    labels, language = benefits.labels(elder), _language(request)
    given["rows"] = [
        (entry.title, _words(entry, labels, language), entry.row, entry.is_known_still)
        for entry in seen.entries
    ]
    return render(request, "web/elder_history.html", given | {"history": seen})


@require_GET
@needs(roles.SEE_ELDERS)
def entitlements(request: HttpRequest, number: int) -> HttpResponse:
    """This month's decisions with their reasons."""
    elder = _elder(number)
    asking = who(request)
    assert asking.user is not None
    day, known_at = _as_of(request)
    files.note_read(elder, "read_entitlements", by=asking.name, purpose=_purpose(request))
    given = _about(request, elder, "entitlements")
    try:
        given["found"] = benefits.entitlements(
            elder, benefits.month_of(day), known_at=known_at, language=asking.user.language
        )
    except NoRulebook as refusal:
        given["refusal"] = str(refusal)
    return render(request, "web/elder_entitlements.html", given)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def record(request: HttpRequest, number: int) -> HttpResponse:
    """Record a fact from a day on, or correct one; what was known before stays readable."""
    elder = _elder(number)
    asking = who(request)
    form = RecordForm(request.POST or None, labels=_recordable(elder), language=_language(request))
    if request.method == "POST" and form.is_valid():
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
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记 / Recorded")
            return redirect("web:elder", number=elder.pk)
    given = _about(request, elder, "record") | {"form": form}
    return render(request, "web/elder_record.html", given, status=400 if form.errors else 200)


@require_POST
@needs(roles.REVEAL)
def reveal(request: HttpRequest, number: int) -> HttpResponse:
    """Show the whole identity number and telephone once, for a stated reason."""
    elder = _elder(number)
    reason = text_in(request.POST, "reason")
    if len(reason) < 4:
        messages.error(
            request, "请写明查看理由（至少4个字） / Give a reason of four characters or more"
        )
        return redirect("web:elder", number=elder.pk)
    shown = files.reveal(elder, reason=reason, by=who(request).name)
    return render(
        request, "web/elder_reveal.html", _about(request, elder, "file") | {"shown": shown}
    )


def _words(entry: Entry, labels: dict[str, benefits.FactLabel], language: str) -> str:
    found = [
        f"{labels[name].text(language)}：{labels[name].shown(value, language)}"
        for name, value in entry.row.facts().items()
        if name in labels
    ]
    return "；".join(found) or "—"


def _recordable(elder: Elder) -> list[benefits.FactLabel]:
    """Return the facts that statuses hold, in the order of the rulebook."""
    held = {name for kind in STATUSES for name in kind.FACTS}
    return [label for name, label in benefits.labels(elder).items() if name in held]


def _language(request: HttpRequest) -> str:
    user = who(request).user
    return "en" if user is not None and user.language == "en" else "zh"


def _elder(number: int) -> Elder:
    """Return an elder inside the scope; to all others there is no such file."""
    elder = queries.elder(number)
    if elder is None:
        raise Http404
    return elder


def _purpose(request: HttpRequest) -> str:
    """Return why somebody reads; it is asked once, at the search, and kept for the session."""
    known = {identifier for identifier, _, _ in PURPOSES}
    wanted = request.GET.get("purpose", "")
    if wanted in known:
        request.session["purpose"] = wanted
    return str(request.session.get("purpose", PURPOSES[0][0]))


def _as_of(request: HttpRequest) -> tuple[date, datetime]:
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


def _about(request: HttpRequest, elder: Elder, here: str) -> dict[str, Any]:
    day, _ = _as_of(request)
    known = request.GET.get("known", "")
    asking = who(request)
    if not asking.may(roles.SEE_ELDERS):
        raise PermissionDenied
    return {
        "elder": elder,
        "here": here,
        "day": day,
        "known": known,
        "may_record": asking.may(roles.RECORD_FACTS),
        "may_reveal": asking.may(roles.REVEAL),
    }
