"""Lists of cases: by state and deadline, to approve together, on notice, life to be confirmed."""

from __future__ import annotations

from itertools import product

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits.holders import KINDS
from anlao.office.benefits.provisions import rule_of
from anlao.office.cases import deciding, papers, pausing, queries, states
from anlao.office.cases.models import Case, ConfirmedAlive, PauseProposal
from anlao.office.cases.moving import Refused
from anlao.office.cases.terms import Terms, terms_of
from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.staff.elders import elder_in_scope
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.jobs.operations import OneIsWaiting, Wanted
from anlao.office.organisations import roles
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act
from anlao.office.shared.typeset import pdf

PAGE, AT_ONCE = 50, 10
"""Rows of a page; more than ``AT_ONCE`` are approved by a job."""


@require_GET
@needs(roles.SEE_ELDERS)
def listed(request: HttpRequest) -> HttpResponse:
    """Cases of a state, or all that wait for somebody, what is overdue longest first."""
    asking = who(request)
    state = text_in(request.GET, "state")
    if state and state not in states.STATES:
        raise Http404
    with_files = asking.may(roles.SEE_FACILITIES)
    found = queries.listed(state, with_files=with_files)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    note_list(request, state or "pending", page.number)
    counts = queries.counts(with_files=with_files)
    given = {
        "page": page,
        "rows": [(one, case_name(one, asking), _is_late(one, asking)) for one in page],
        "state": state,
        "states": [(one, counts.get(one, 0)) for one in states.STATES],
        "pending": sum(counts.get(one, 0) for one in states.PENDING),
        "may_approve": asking.may(roles.APPROVE),
        "proposed": queries.proposals(PauseProposal.OPEN).count(),
    }
    return render(request, "web/cases.html", given)


@require_http_methods(["GET", "POST"])
@needs(roles.APPROVE)
def approve(request: HttpRequest) -> HttpResponse:
    """Cases to approve with what each would rest on; those ticked are approved one by one."""
    asking, now = who(request), timezone.now()
    if request.method == "POST":
        return _approved(request, asking)
    page = Paginator(queries.listed(states.APPROVAL), PAGE).get_page(request.GET.get("page"))
    note_list(request, "approval", page.number)
    rows = []
    for one in page:
        seen = deciding.glance(one, day=asking.today, known_at=now, language=asking.language)
        rows.append((one, case_name(one, asking), seen, _is_late(one, asking)))
    return render(request, "web/cases_approve.html", {"page": page, "rows": rows})


def _approved(request: HttpRequest, asking: Who) -> HttpResponse:
    numbers = [int(text) for text in request.POST.getlist("case") if text.isdecimal()][:PAGE]
    if not numbers:
        messages.error(request, asking.say("请先勾选", "Tick some first"))
        return redirect("web:cases-approve")
    if len(numbers) > AT_ONCE:
        wanted = Wanted(
            running.APPROVE,
            f"批量审批{len(numbers)}件",
            f"Approve {len(numbers)} cases",
            subject=f"cases:{asking.name}",
            asked={"numbers": numbers},
        )
        try:
            running.start(wanted, by=asking.name)
        except OneIsWaiting:
            messages.error(
                request, asking.say("上一批还在审批", "The batch before is still at work")
            )
            return redirect("web:cases-approve")
        return redirect("web:jobs")
    found = deciding.approve_each(numbers, by=asking.name, at=timezone.now(), day=asking.today)
    for number, zh, en in found.refused:
        messages.error(request, asking.say(f"{number}：{zh}", f"{number}: {en}"))
    if done := len(found.approved):
        messages.success(request, asking.say(f"已批准{done}件", f"{done} approved"))
    return redirect("web:cases-approve")


@require_GET
@needs(roles.SEE_ELDERS)
def notice(request: HttpRequest) -> HttpResponse:
    """What hangs out now, with masked names, to print and hang up."""
    asking = who(request)
    rows = queries.on_notice()
    note_list(request, "notice", 1)
    lines = []
    for row in rows:
        rule = rule_of(row.division_code, row.provision, row.kind)
        lines.append((row, rule.name(asking.language) if rule else row.provision))
    return render(request, "web/cases_notice.html", {"rows": lines})


class AliveForm(forms.Form):
    """A confirmation of life."""

    elder = forms.IntegerField()
    day = forms.DateField()
    how = forms.ChoiceField(choices=[(how, how) for how in ConfirmedAlive.HOWS])
    evidence = forms.CharField(min_length=2, max_length=200)


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_ELDERS)
def alive(request: HttpRequest) -> HttpResponse:
    """Whose life is to be confirmed, who waits longest first; a clerk records it."""
    asking = who(request)
    terms = terms_for(asking)
    if request.method == "POST":
        if not asking.may(roles.TAKE_CASE):
            raise PermissionDenied
        scope.enter(asking.where(roles.TAKE_CASE))
    form = AliveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _confirmed(form, asking):
        messages.success(request, asking.say("已登记认证", "Confirmed"))
        return redirect("web:cases-alive")
    page = Paginator(queries.life_due(terms, asking.today), PAGE).get_page(request.GET.get("page"))
    note_list(request, "alive", page.number)
    given = {
        "page": page,
        "rows": queries.as_due(page, terms, asking.today),
        "form": form,
        "hows": ConfirmedAlive.HOWS,
        "today": asking.today,
        "months": terms.alive_every_months,
        "may_take": asking.may(roles.TAKE_CASE),
    }
    return render(request, "web/cases_alive.html", given, status=400 if form.errors else 200)


def _confirmed(form: AliveForm, asking: Who) -> bool:
    clean = form.cleaned_data
    try:
        pausing.confirm_alive(
            elder=elder_in_scope(clean["elder"]),
            on=clean["day"],
            how=clean["how"],
            evidence=clean["evidence"],
            by=asking.name,
            at=timezone.now(),
            day=asking.today,
        )
    except Refused as refusal:
        form.add_error(None, asking.say(refusal.zh, refusal.en))
        return False
    return True


@require_GET
@needs(roles.TAKE_CASE)
def blank_form(request: HttpRequest, provision: str) -> HttpResponse:
    """An empty application form of a provision, for those who fill it in by hand."""
    asking = who(request)
    for division, kind in product(asking.where(roles.TAKE_CASE).divisions, KINDS):
        rule = rule_of(division, provision, kind)
        if rule is not None:
            made = pdf(papers.blank(division, rule, asking.language, kind))
            return HttpResponse(
                made,
                content_type="application/pdf",
                headers={"Content-Disposition": f'inline; filename="{provision}.pdf"'},
            )
    raise Http404


def terms_for(asking: Who) -> Terms:
    """Return the settings of the first county she sees."""
    divisions = asking.where(roles.SEE_ELDERS).divisions
    return terms_of(divisions[0] if divisions else "")


def case_name(case: Case, asking: Who) -> str:
    """Return what a case is about, in her language."""
    rule = rule_of(case.division_code, case.provision, case.kind)
    return rule.name(asking.language) if rule else case.provision


def _is_late(case: Case, asking: Who) -> bool:
    return case.deadline_on is not None and case.deadline_on < asking.today


def note_list(request: HttpRequest, what: str, page: int) -> None:
    """Log that a page of a list was read."""
    audit.record(Act("read_list", f"cases:{what}", after={"page": page}), by=who(request).name)
