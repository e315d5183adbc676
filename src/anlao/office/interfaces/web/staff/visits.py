"""An assessor's visits: the list, the score sheet for the tablet, settling and signing.

The sheet is opened and scored without a network too (see `static/web/visit`): opening changes
nothing, and each answer comes back later with the version that it rests on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.assessments import answers as answering
from anlao.office.assessments import local, papers, queries, sheets, states, visiting
from anlao.office.assessments.models import Appointment, Assessment, Sheet
from anlao.office.assessments.moving import Refused
from anlao.office.assessments.states import NotNow
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff import sheet_words
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.organisations.models import User
from anlao.office.registry import files
from anlao.office.shared import audit
from anlao.office.shared.audit import Act

_ANSWERS_AT_ONCE = 200


@require_GET
@needs(roles.ASSESS)
def visits(request: HttpRequest) -> HttpResponse:
    """Today's visits first, then those to come, and what the body has no visit for yet."""
    asking = who(request)
    found = queries.visits(_user(asking))
    audit.record(Act("read_list", "assessments:visits"), by=asking.name)
    mine = Sheet.objects.filter(assessor=asking.user, finished_at__isnull=False)
    finished = set(mine.values_list("assessment", flat=True))
    rows = [(visit, visit.assessment, visit.assessment_id in finished) for visit in found]
    scoring = [
        visit.assessment_id
        for visit, assessment, done in rows
        if not done and visit.day <= asking.today and assessment.state in ("appointed", "scoring")
    ]
    given = {
        "today": [row for row in rows if row[0].day <= asking.today],
        "later": [row for row in rows if row[0].day > asking.today],
        "unappointed": queries.unappointed(asking.where(roles.ASSESS).organisations),
        "tablet": {"user": asking.name, "visits": scoring, "english": asking.language == "en"},
    }
    return render(request, "web/visits.html", given)


@require_GET
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The service worker of the visits; it may work for their pages and no others."""
    path = finders.find("web/visit/worker.js")
    assert isinstance(path, str)
    response = HttpResponse(Path(path).read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/visits"
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
@needs(roles.ASSESS)
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The assessor's own score sheet, or where the assessment has got to."""
    asking = who(request)
    assessment, visit = _mine(request, number)
    if assessment.state == states.SETTLING:
        return redirect("web:visit-settle", number=number)
    if assessment.state == states.SIGNING:
        return redirect("web:visit-sign", number=number)
    if assessment.state not in ("appointed", states.SCORING):
        return redirect("web:assessment", number=number)
    own = Sheet.objects.filter(assessment=assessment, assessor=asking.user).first()
    if own is not None:
        own.assessment = assessment
    waits = own is not None and own.finished_at is not None
    files.note_read(assessment.elder, "read_sheet", by=asking.name, purpose=assessment.number)
    instrument = local.instrument(assessment.instrument or local.PRESENT)
    held = sheets.given(own) if own is not None else {}
    given: dict[str, Any] = {
        "found": assessment,
        "elder": assessment.elder,
        "visit": visit,
        "early": asking.today < visit.day,
        "waits": waits,
        "groups": instrument.groups,
        "sections": sheet_words.sections(instrument),
        "tablet": {
            "user": asking.name,
            "visit": number,
            "english": asking.language == "en",
            "answers": {
                code: {"value": one.value, "version": one.version} for code, one in held.items()
            },
            "form": sheet_words.form(instrument, asking.language),
        },
    }
    return render(request, "web/visit.html", given)


@require_POST
@needs(roles.ASSESS)
def answers(request: HttpRequest, number: int) -> HttpResponse:
    """Take answers from a tablet: each saved, in conflict with a later one, or refused."""
    asking, now = who(request), timezone.now()
    assessment, _ = _mine(request, number)
    many = _sent(request)
    if many is None:
        return JsonResponse({"zh": "无法读取", "en": "cannot be read"}, status=400)
    try:
        own = visiting.begin(number=number, assessor=_user(asking), day=asking.today, at=now)
    except Refused as refusal:
        return JsonResponse({"zh": refusal.zh, "en": refusal.en}, status=409)
    except NotNow as refusal:
        return JsonResponse({"zh": str(refusal), "en": "scoring is over"}, status=409)
    try:
        told = sheets.sent(
            sheets.lock(own.assessment, own.assessor_id), many, by=asking.name, at=now
        )
    except sheets.SheetFinished:
        told_why = {"zh": "评分表已提交，不能再改", "en": "the sheet is finished"}
        return JsonResponse(told_why, status=409)
    audit.record(
        Act(
            "score_items",
            f"elder:{assessment.elder_id}",
            division=assessment.division_code,
            purpose=assessment.number,
            after={"codes": [one["code"] for one in told["saved"]]},
        ),
        by=asking.name,
    )
    return JsonResponse(told)


def _sent(request: HttpRequest) -> list[dict[str, Any]] | None:
    """Return what a tablet sent; None where it is not what a tablet sends."""
    try:
        read = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    many = read.get("answers") if isinstance(read, dict) else None
    if not isinstance(many, list) or len(many) > _ANSWERS_AT_ONCE:
        return None
    if not all(isinstance(one, dict) for one in many):
        return None
    return many


@require_POST
@needs(roles.ASSESS)
def finish(request: HttpRequest, number: int) -> HttpResponse:
    """Hand in one's own sheet; a gap refuses it."""
    asking = who(request)
    _mine(request, number)

    def act() -> Assessment:
        return visiting.finish(number=number, assessor=_user(asking), at=timezone.now())

    done = _done(request, act)
    return redirect("web:visit", number=number) if done is None else redirect("web:visits")


@require_http_methods(["GET", "POST"])
@needs(roles.ASSESS)
def settle(request: HttpRequest, number: int) -> HttpResponse:
    """Both sheets side by side; a value and a reason for everything on which they differ."""
    asking = who(request)
    assessment, _ = _mine(request, number)
    if assessment.state != states.SETTLING:
        return redirect("web:visit", number=number)
    compared = visiting.side_by_side(assessment)
    refused = ""
    if request.method == "POST":
        asked = [*compared.apart, *compared.alike]
        chosen = {one.code: _chosen(request, one.code) for one in asked}
        try:
            visiting.settle(
                number=number,
                chosen=chosen,
                by=asking.name,
                at=timezone.now(),
                day=asking.today,
            )
        except (Refused, answering.AnswerRefused) as refusal:
            refused = asking.say(refusal.zh, refusal.en)
        else:
            return redirect("web:visit-sign", number=number)
    else:
        files.note_read(assessment.elder, "read_sheet", by=asking.name, purpose=assessment.number)
    instrument = sheets.instrument_of(assessment)
    rows, others = (
        [
            sheet_words.difference(
                instrument,
                one,
                asking.language,
                settled=compared.settled.get(one.code),
                sent=request.POST if request.method == "POST" else None,
            )
            for one in some
        ]
        for some in (compared.apart, compared.alike)
    )
    given = {
        "found": assessment,
        "elder": assessment.elder,
        "compared": compared,
        "rows": rows,
        "others": others,
        "refused": refused,
        "returned": next(
            (step for step in reversed(queries.steps(assessment)) if step.act == "return"), None
        ),
    }
    return render(request, "web/visit_settle.html", given, status=400 if refused else 200)


def _chosen(request: HttpRequest, code: str) -> tuple[Any, str]:
    try:
        value = json.loads(request.POST.get(f"value:{code}", ""))
    except (ValueError, RecursionError):
        value = None
    return value, text_in(request.POST, f"reason:{code}")


@require_http_methods(["GET", "POST"])
@needs(roles.ASSESS)
def sign(request: HttpRequest, number: int) -> HttpResponse:
    """The settled report, to be read and signed, or opened again."""
    asking, now = who(request), timezone.now()
    assessment, _ = _mine(request, number)
    if assessment.state != states.SIGNING:
        return redirect("web:visit", number=number)
    if request.method == "POST":
        reason = text_in(request.POST, "reason")

        def act() -> Assessment:
            if "reopen" in request.POST:
                if not reason:
                    raise Refused("请写明重新协商的理由", "Say why it is opened again")
                return visiting.reopen(number=number, reason=reason, by=asking.name, at=now)
            digest = text_in(request.POST, "digest")
            return visiting.sign(number=number, assessor=_user(asking), digest=digest, at=now)

        done = _done(request, act)
        if done is not None and done.state == states.REVIEW:
            return redirect("web:visits")
        return redirect("web:visit", number=number)
    files.note_read(assessment.elder, "read_report", by=asking.name, purpose=assessment.number)
    signed = visiting.signatures(assessment)
    agreed = assessment.sheets.select_related("assessment").get(assessor=None)
    given = {
        "found": assessment,
        "elder": assessment.elder,
        "report": papers.read(assessment),
        "doubts": sheets.outcome(agreed).doubts,
        "signatures": signed,
        "signed": any(one.assessor_id == _user(asking).pk for one in signed),
    }
    return render(request, "web/visit_sign.html", given)


def _done(request: HttpRequest, act: Callable[[], Assessment]) -> Assessment | None:
    """Do an act; a refusal is shown on the next page."""
    asking = who(request)
    try:
        done = act()
    except Refused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
        return None
    except NotNow as refusal:
        messages.error(request, asking.say(str(refusal), "It is in another state by now."))
        return None
    messages.success(request, asking.say("已提交", "Done"))
    return done


def _mine(request: HttpRequest, number: int) -> tuple[Assessment, Appointment]:
    """Return an assessment with the visit by which it is hers; to all others there is none."""
    asking = who(request)
    found = queries.find(number)
    visit = visiting.standing(found) if found is not None else None
    if found is None or visit is None or _user(asking) not in visit.assessors:
        raise Http404
    return found, visit


def _user(asking: Who) -> User:
    assert asking.user is not None
    return asking.user
