"""One case: what it rests on, what can be done now, its papers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits.provisions import first_of_next_month
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.cases import asking, deciding, papers, pausing, queries, states, verifying
from anlao.office.cases.models import Case
from anlao.office.cases.moving import Refused
from anlao.office.cases.states import NotNow
from anlao.office.interfaces.tasks import disclosing
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.case_forms import ActForm, Box, boxes
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import files
from anlao.office.registry.operations import COUNTY_DIGITS
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act
from anlao.office.shared.typeset import Paper, pdf

_WITHOUT_DAY = ("show",)
_TOLD_TO_THE_PUBLIC = ("post", "answer")
"""Acts after which a case is on notice; the database itself takes it from there."""
_ACTS: dict[str, Callable[..., Any]] = {
    "confirm": asking.confirm,
    "show": asking.show,
    "supply": asking.supply,
    "withdraw": asking.withdraw,
    "ask_more": verifying.ask_more,
    "complete": verifying.complete,
    "check": verifying.check,
    "post": verifying.post,
    "object_to_notice": verifying.object_to_notice,
    "answer": verifying.answer,
    "pass_on": verifying.pass_on,
    "approve": deciding.approve,
    "reject": deciding.reject,
    "send_back": deciding.send_back,
    "object": deciding.object_to,
    "review": deciding.review,
    "suspend": pausing.suspend,
    "resume": pausing.resume,
    "terminate": pausing.terminate,
}
_PAPERS: dict[str, Callable[[Case, str], Paper]] = {
    "application": papers.application,
    "notice": papers.notice,
    "decision": papers.decision,
}


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def case(request: HttpRequest, number: int) -> HttpResponse:
    """A case with its steps, and what can be done about it now."""
    found, asking_ = _found(number, who(request)), who(request)
    if request.method == "GET":
        _note_read(found, asking_)
        return _page(request, found, "", None, 200)
    act = text_in(request.POST, "act")
    box = next((one for one in _boxes(found, asking_) if one.act == act), None)
    if box is None or not asking_.may(box.role):
        if act in _ACTS and box is not None:
            raise PermissionDenied
        return _page(request, found, "", None, 400)
    form = ActForm(request.POST, box=box)
    if form.is_valid() and _done(found, box, form, asking_):
        messages.success(request, asking_.say("已办理", "Done"))
        return redirect("web:case", number=number)
    scope.enter(asking_.where(roles.SEE_ELDERS))
    return _page(request, found, act, form, 400)


@require_GET
@needs(roles.SEE_ELDERS)
def paper(request: HttpRequest, number: int, paper: str) -> HttpResponse:
    """A paper of a case as PDF; the look is logged."""
    found, asking_ = _found(number, who(request)), who(request)
    make = _PAPERS.get(paper)
    if make is None or (paper != "application" and not found.rulings.exists()):
        raise Http404
    made = pdf(make(found, asking_.language))
    audit.record(
        Act(
            "print_paper",
            found.subject,
            division=found.division_code,
            purpose=found.number,
            after={"paper": paper},
        ),
        by=asking_.name,
    )
    name = f"{found.number}-{paper}.pdf"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"},
    )


def _page(
    request: HttpRequest, found: Case, act: str, form: ActForm | None, status: int
) -> HttpResponse:
    asking_ = who(request)
    rule = found.holder.rule(found.provision)
    given: dict[str, Any] = {
        "found": found,
        "elder": found.elder,
        "holder": found.holder,
        "all_url": _all_of(found),
        "name": rule.name(asking_.language) if rule else found.provision,
        "rule": rule,
        "parts": queries.parts(found),
        "boxes": [
            (box, form if box.act == act else None, _values(box, form if box.act == act else None))
            for box in _boxes(found, asking_)
            if asking_.may(box.role)
        ],
        "lacking": [row.zh for row in asking.lacking(found)],
        "unchecked": verifying.unchecked(found) if found.state == states.VERIFYING else [],
        "overdue": found.deadline_on is not None and found.deadline_on < asking_.today,
    }
    if found.rulings.exists():
        given["ruling"] = deciding.latest(found)
        given["told"] = given["ruling"].frozen[asking_.language]
    if found.is_pending and rule is not None:
        given["prospect"] = _prospect(found, asking_)
    return render(request, "web/case.html", given, status=status)


def _prospect(found: Case, asking_: Who) -> dict[str, Any] | None:
    """Return what an approval today would rest on, in the reader's language."""
    now = timezone.now()
    try:
        seen = deciding.prospect(found, day=asking_.today, known_at=now)
    except (NoRulebook, LookupError):
        return None
    told = seen.frozen.en if asking_.language == "en" else seen.frozen.zh
    return {"is_due": seen.is_due, "opens_on": seen.opens_on, "told": told, "frozen": seen.frozen}


def _values(box: Box, form: ActForm | None) -> list[tuple[Any, str]]:
    return [
        (asked, form.data.get(asked.name, "") if form is not None else asked.value)
        for asked in box.fields
    ]


def _boxes(found: Case, asking_: Who) -> list[Box]:
    return boxes(
        found,
        today=asking_.today,
        next_month=first_of_next_month(asking_.today),
        papers=[(row.zh, row.en) for row in asking.lacking(found)],
    )


def _done(found: Case, box: Box, form: ActForm, asking_: Who) -> bool:
    """Do an act inside the area where she may do it; a refusal goes onto the form."""
    scope.enter(asking_.where(box.role))
    more: dict[str, Any] = {} if box.act in _WITHOUT_DAY else {"day": asking_.today}
    try:
        _ACTS[box.act](number=found.pk, by=asking_.name, at=timezone.now(), **form.given, **more)
    except Case.DoesNotExist:
        raise Http404 from None
    except NotNow as refusal:
        form.add_error(
            None, asking_.say(str(refusal), "It is in another state by now; load the page again.")
        )
        return False
    except Refused as refusal:
        form.add_error(None, asking_.say(refusal.zh, refusal.en))
        return False
    if box.act in _TOLD_TO_THE_PUBLIC:
        disclosing.tell_public.defer(county=found.division_code[:COUNTY_DIGITS])
    return True


def _found(number: int, asking_: Who) -> Case:
    found = queries.find(number)
    if found is None:
        raise Http404
    if found.elder is None and not asking_.may(roles.SEE_FACILITIES):
        raise PermissionDenied
    return found


def _all_of(found: Case) -> str:
    if found.elder is not None:
        return reverse("web:elder-cases", args=(found.elder.pk,))
    return reverse("web:register-cases", args=found.subject.split(":"))


def _note_read(found: Case, asking_: Who) -> None:
    if found.elder is not None:
        files.note_read(found.elder, "read_cases", by=asking_.name, purpose=found.number)
        return
    act = Act("read_cases", found.subject, found.division_code, purpose=found.number)
    audit.record(act, by=asking_.name)
