"""Assessments for clerks and reviewers: by state, one with its steps, its report and its notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.assessments import (
    papers,
    queries,
    requesting,
    reviewing,
    sheets,
    states,
    visiting,
)
from anlao.office.assessments.models import Assessment
from anlao.office.assessments.moving import Refused
from anlao.office.assessments.states import MOVES, NotNow
from anlao.office.benefits.free_assessment import ask_when_due
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff import sheet_words
from anlao.office.interfaces.web.staff.assessment_forms import (
    AppointForm,
    AssignForm,
    NothingForm,
    ReasonForm,
    words_of,
)
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act

PAGE = 50
_SHOWN_TO_CLERKS = ("assign", "appoint", "reschedule", "no_show", "unassign", "withdraw")
_FOLDED = ("reschedule", "no_show", "unassign", "withdraw", "return")
"""Acts that are not the next thing to do, folded on the page."""
_SHOWN_TO_REVIEWERS = ("publish", "return")


@require_GET
@needs(roles.SEE_ELDERS)
def listed(request: HttpRequest) -> HttpResponse:
    """Assessments of a state, or all that are open; the look is logged."""
    state = text_in(request.GET, "state")
    if state and state not in states.STATES:
        raise Http404
    page = Paginator(queries.listed(state), PAGE).get_page(request.GET.get("page"))
    _note_list(request, state or "open", page.number)
    counts = queries.counts()
    given = {
        "page": page,
        "state": state,
        "states": [(one, counts.get(one, 0)) for one in states.STATES],
        "open": sum(counts.get(one, 0) for one in states.OPEN),
        "may_request": who(request).may(roles.REQUEST_ASSESSMENT),
    }
    return render(request, "web/assessments.html", given)


@require_http_methods(["GET", "POST"])
@needs(roles.REQUEST_ASSESSMENT)
def due(request: HttpRequest) -> HttpResponse:
    """Whose routine re-assessment is due; one button asks for those on the page."""
    asking = who(request)
    page = Paginator(queries.due(asking.today), PAGE).get_page(request.GET.get("page"))
    if request.method == "POST":
        asked = ask_when_due(page, day=asking.today, by=asking.name, at=timezone.now())
        messages.success(
            request, asking.say(f"已登记{asked}人的常规评估", f"{asked} assessments asked for")
        )
        return redirect("web:assessments")
    _note_list(request, "due", page.number)
    rows = [
        (elder, assessed_on, queries.validity(assessed_on).next_due)
        for elder in page
        if (assessed_on := getattr(elder, "assessed_on", None)) is not None
    ]
    return render(request, "web/assessments_due.html", {"page": page, "rows": rows})


def _note_list(request: HttpRequest, what: str, page: int) -> None:
    audit.record(
        Act("read_list", f"assessments:{what}", after={"page": page}), by=who(request).name
    )


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def assessment(request: HttpRequest, number: int) -> HttpResponse:
    """One assessment with its steps, and what can be done about it now."""
    found = _found(number)
    asking = who(request)
    act = text_in(request.POST, "act") if request.method == "POST" else ""
    bound = None
    if request.method == "POST":
        if act not in MOVES or act not in _SHOWN_TO_CLERKS + _SHOWN_TO_REVIEWERS:
            return _page(request, found, {}, 400)
        bound = _form(act, found, request, asking)
        if bound.is_valid() and _done(act, found, bound, request):
            return redirect("web:assessment", number=number)
        words_of(bound, asking)
        scope.enter(asking.where(roles.SEE_ELDERS))
    else:
        files.note_read(found.elder, "read_assessments", by=asking.name, purpose=found.number)
    return _page(request, found, {act: bound} if bound else {}, 400 if bound else 200)


def _page(
    request: HttpRequest, found: Assessment, bound: dict[str, forms.Form], status: int
) -> HttpResponse:
    asking = who(request)
    acts = [
        act
        for act in _SHOWN_TO_CLERKS + _SHOWN_TO_REVIEWERS
        if found.state in MOVES[act].before and _role(act, asking)
    ]
    visit = visiting.standing(found)
    given: dict[str, Any] = {
        "found": found,
        "elder": found.elder,
        "steps": queries.steps(found),
        "visits": queries.appointments(found),
        "visit": visit,
        "forms": {act: bound.get(act) or _form(act, found, request, asking) for act in acts},
        "bodies": queries.bodies(found.division_code) if "assign" in acts else (),
        "assessors": requesting.assessors_of(found.body, asking.today) if found.body else (),
        "signatures": visiting.signatures(found),
        "folded": _FOLDED,
        "has_report": found.report_sealed is not None,
    }
    if found.state in (states.REVIEW, states.PUBLISHED) and asking.may(roles.REVIEW_ASSESSMENT):
        given["compared"] = compared = visiting.side_by_side(found)
        instrument = sheets.instrument_of(found)
        given["differences"] = [
            sheet_words.difference(
                instrument, one, asking.language, settled=compared.settled.get(one.code), sent=None
            )
            for one in compared.changed
        ]
        share, kappa = compared.agreement.exact_share, compared.agreement.weighted_kappa
        given["exact_share"] = f"{float(share):.0%}"
        given["kappa"] = "" if kappa is None else f"{float(kappa):.2f}"
    return render(request, "web/assessment.html", given, status=status)


def _role(act: str, asking: Who) -> str | None:
    """Return by which of her acts somebody may do this one, if by any."""
    return next((role for role in MOVES[act].roles if asking.may(role)), None)


def _form(act: str, found: Assessment, request: HttpRequest, asking: Who) -> forms.Form:
    data = request.POST if request.POST.get("act") == act else None
    match act:
        case "assign":
            return AssignForm(data, bodies=queries.bodies(found.division_code))
        case "appoint" | "reschedule":
            able = requesting.assessors_of(found.body, asking.today) if found.body else []
            visit = visiting.standing(found)
            initial: dict[str, Any] = {"day": asking.today, "place": found.elder.address}
            if visit is not None:
                initial = {
                    "day": visit.day,
                    "time": visit.time,
                    "place": visit.place,
                    "first": visit.first_id,
                    "second": visit.second_id,
                }
            return AppointForm(data, assessors=able, initial=initial)
        case "publish":
            return NothingForm(data)
        case _:
            return ReasonForm(data)


def _done(act: str, found: Assessment, form: forms.Form, request: HttpRequest) -> bool:
    """Do an act inside the area where she may do it; a refusal goes onto the form."""
    asking = who(request)
    role = _role(act, asking)
    if role is None:
        raise PermissionDenied
    scope.enter(asking.where(role))
    try:
        _acts(form.cleaned_data, asking.today)[act](
            number=found.pk, by=asking.name, at=timezone.now()
        )
    except Assessment.DoesNotExist:
        raise Http404 from None
    except NotNow as refusal:
        form.add_error(
            None, asking.say(str(refusal), "It is in another state by now; load the page again.")
        )
        return False
    except Refused as refusal:
        form.add_error(None, asking.say(refusal.zh, refusal.en))
        return False
    messages.success(request, asking.say("已办理", "Done"))
    return True


def _acts(given: dict[str, Any], today: date) -> dict[str, Callable[..., Assessment]]:
    def visit(act: str) -> Callable[..., Assessment]:
        def appoint(**more: Any) -> Assessment:
            return requesting.appoint(
                day=given["day"],
                at_time=given["time"],
                place=given["place"],
                first=given["first"],
                second=given["second"],
                reason=given["reason"],
                today=today,
                act=act,
                **more,
            )

        return appoint

    reason = given.get("reason", "")
    return {
        "assign": lambda **more: requesting.assign(body=given["body"], day=today, **more),
        "unassign": lambda **more: requesting.unassign(reason=reason, day=today, **more),
        "appoint": visit("appoint"),
        "reschedule": visit("reschedule"),
        "no_show": lambda **more: requesting.no_show(reason=reason, **more),
        "withdraw": lambda **more: requesting.withdraw(reason=reason, day=today, **more),
        "publish": lambda **more: reviewing.publish(day=today, **more),
        "return": lambda **more: reviewing.send_back(reason=reason, **more),
    }


@require_GET
@needs(roles.SEE_ELDERS)
def report(request: HttpRequest, number: int) -> HttpResponse:
    """The report of annex C as it was settled; the look is logged."""
    found = _found(number)
    if found.report_sealed is None:
        raise Http404
    files.note_read(found.elder, "read_report", by=who(request).name, purpose=found.number)
    given = {
        "found": found,
        "elder": found.elder,
        "report": papers.read(found),
        "signatures": visiting.signatures(found),
    }
    return render(request, "web/assessment_report.html", given)


@require_GET
@needs(roles.SEE_ELDERS)
def notice(request: HttpRequest, number: int) -> HttpResponse:
    """The letter to the elder: her level, what it means, how to object, how others verify it."""
    found = _found(number)
    if found.state not in (states.PUBLISHED, states.SUPERSEDED):
        raise Http404
    files.note_read(found.elder, "read_report", by=who(request).name, purpose=found.number)
    given = {
        "found": found,
        "elder": found.elder,
        "report": papers.read(found),
        "full": sheets.instrument_of(found).max_score,
        "last_day": reviewing.last_day_to_object(found),
        "verify_at": request.build_absolute_uri("/verify"),
    }
    return render(request, "web/assessment_notice.html", given)


def _found(number: int) -> Assessment:
    found = queries.find(number)
    if found is None:
        raise Http404
    return found
