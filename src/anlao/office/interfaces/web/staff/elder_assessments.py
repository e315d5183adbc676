"""An elder's assessments: all there were, asking for one, objecting, older results on paper."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.assessments import queries, requesting, reviewing, states
from anlao.office.assessments.moving import Refused
from anlao.office.assessments.states import NotNow
from anlao.office.benefits.free_assessment import free_assessment
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.assessment_forms import (
    ObjectionForm,
    OlderForm,
    RequestForm,
    words_of,
)
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files
from anlao.office.registry.models import Elder
from anlao.office.shared import scope

_FORMS: dict[str, type[forms.Form]] = {
    "request": RequestForm,
    "object": ObjectionForm,
    "older": OlderForm,
}


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def assessments(request: HttpRequest, number: int) -> HttpResponse:
    """What was assessed and when the next one is due; forms to ask and to object."""
    elder = elder_in_scope(number)
    asking = who(request)
    act = text_in(request.POST, "act") if request.method == "POST" else ""
    bound: forms.Form | None = None
    status = 200
    if request.method == "POST":
        if not asking.may(roles.REQUEST_ASSESSMENT):
            raise PermissionDenied
        status = 400
        if act in _FORMS:
            bound = _FORMS[act](request.POST)
            if bound.is_valid() and (done := _done(act, elder, bound, request)):
                return done
            words_of(bound, asking)
            scope.enter(asking.where(roles.SEE_ELDERS))
    else:
        files.note_read(elder, "read_assessments", by=asking.name, purpose="")
    return render(
        request,
        "web/elder_assessments.html",
        about(request, elder, "assessments") | _given(elder, asking, act, bound),
        status=status,
    )


def _given(elder: Elder, asking: Who, act: str, bound: forms.Form | None) -> dict[str, Any]:
    found = queries.of_elder(elder)
    published = next((one for one in found if one.state == states.PUBLISHED), None)
    now = timezone.now()
    given: dict[str, Any] = {
        "found": found,
        "older": queries.older_of(elder),
        "open": next((one for one in found if one.is_open), None),
        "published": published,
        "may_request": asking.may(roles.REQUEST_ASSESSMENT) and elder.state == "living",
        "forms": {name: bound if name == act else form() for name, form in _FORMS.items()},
        "free": free_assessment(elder, asking.today, known_at=now, language=asking.language),
    }
    if published is not None and published.assessed_on is not None:
        given["validity"] = queries.validity(published.assessed_on)
        given["last_day"] = reviewing.last_day_to_object(published)
        given["may_object"] = given["may_request"] and asking.today <= given["last_day"]
    return given


def _done(act: str, elder: Elder, form: forms.Form, request: HttpRequest) -> HttpResponse | None:
    asking, now = who(request), timezone.now()
    given = form.cleaned_data
    scope.enter(asking.where(roles.REQUEST_ASSESSMENT))
    try:
        match act:
            case "request":
                free = free_assessment(
                    elder, asking.today, known_at=now, language="zh", reason=given["reason"]
                )
                made = requesting.request(
                    elder=elder,
                    asked_by=given["asked_by"],
                    reason=given["reason"],
                    day=asking.today,
                    free=free,
                    by=asking.name,
                    at=now,
                    note_text=given["note"],
                )
            case "object":
                published = next(
                    (one for one in queries.of_elder(elder) if one.state == states.PUBLISHED), None
                )
                if published is None:
                    raise Http404
                made = reviewing.object_to(
                    number=published.pk,
                    asked_by=given["asked_by"],
                    reason=given["reason"],
                    by=asking.name,
                    at=now,
                    day=asking.today,
                )
            case _:
                reviewing.record_older(elder=elder, by=asking.name, at=now, **given)
                messages.success(request, asking.say("已登记旧标准结果", "Recorded"))
                return redirect("web:elder-assessments", number=elder.pk)
    except Refused as refusal:
        form.add_error(None, asking.say(refusal.zh, refusal.en))
        return None
    except NotNow as refusal:
        form.add_error(None, asking.say(str(refusal), "It is in another state by now."))
        return None
    messages.success(
        request, asking.say(f"已登记，编号 {made.number}", f"Recorded as {made.number}")
    )
    return redirect("web:assessment", number=made.pk)
