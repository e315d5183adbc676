"""What a file of a register asks for and is paid: applications, account, what was owed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits import subjects as benefits
from anlao.office.benefits.holders import FileHolder, subject_names
from anlao.office.benefits.provisions import Rule, rules_of
from anlao.office.benefits.queries import Entitlement
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.cases import queries as cases_of
from anlao.office.interfaces.web.staff.account_form import AccountForm, entered
from anlao.office.interfaces.web.staff.apply_form import (
    ApplyForm,
    applied,
    choices,
    named,
    offers,
)
from anlao.office.interfaces.web.staff.register_files import about
from anlao.office.interfaces.web.staff.register_words import file_of, register_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.payments import accounts, queries
from anlao.office.payments.models import Recovery
from anlao.office.shared import audit
from anlao.office.shared.audit import Act


@require_GET
@needs(roles.SEE_FACILITIES)
def cases(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Its applications, and every provision with its decision of this month."""
    asking = who(request)
    holder = _holder(kind, number, asking)
    _note("read_cases", holder, asking)
    found = cases_of.of(holder)

    def url_of(provision: str) -> str:
        return reverse("web:register-apply", args=(kind, number, provision))

    given: dict[str, Any] = {
        "found": named(found, holder, asking),
        "offers": offers(holder, _told(holder, asking), found, asking, url_of),
        "may_take": asking.may(roles.TAKE_CASE) and holder.is_there(asking.today),
    }
    page = about(holder.register, holder.file, asking, "cases") | given
    return render(request, "web/register_cases.html", page)


@require_http_methods(["GET", "POST"])
@needs(roles.TAKE_CASE)
def apply(request: HttpRequest, kind: str, number: int, provision: str) -> HttpResponse:
    """Ask for a provision; the decision of this month and the papers to be shown stand beside."""
    asking = who(request)
    if not asking.may(roles.SEE_FACILITIES):
        raise PermissionDenied
    holder = _holder(kind, number, asking, roles.TAKE_CASE)
    rule = holder.rule(provision)
    if rule is None:
        raise Http404
    form = ApplyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = applied(form, holder, provision, asking)
        if made is not None:
            done = asking.say(f"已登记，编号 {made.number}", f"Recorded as {made.number}")
            messages.success(request, done)
            return redirect("web:case", number=made.pk)
    _note("read_entitlements", holder, asking)
    given = choices(holder) | {
        "form": form,
        "rule": rule,
        "name": rule.name(asking.language),
        "item": _told(holder, asking).get(provision),
        "evidence": [pair[asking.language == "en"] for pair in rule.evidence],
    }
    page = about(holder.register, holder.file, asking, "cases") | given
    status = 400 if form.errors else 200
    return render(request, "web/register_apply.html", page, status=status)


@require_http_methods(["GET", "POST"])
@needs(roles.SEE_FACILITIES)
def payments(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """What it was owed and paid, and what its residents brought it; clerks enter its account."""
    asking = who(request)
    holder = _holder(kind, number, asking)
    sent = request.method == "POST"
    may = asking.may(roles.ENTER_ACCOUNTS) and holder.is_there(asking.today)
    if sent and not may:
        raise PermissionDenied
    form = AccountForm(
        request.POST if sent else None,
        asking=asking,
        holder=holder,
        initial={"holder": holder.name},
    )
    if sent and form.is_valid() and entered(form, holder, asking):
        messages.success(request, asking.say("已登记", "Recorded"))
        return redirect("web:register-payments", kind=kind, number=number)
    _note("read_payments", holder, asking)
    rows = queries.of_file(holder.subject)
    given = {
        "form": form if may else None,
        "account": accounts.of(holder.subject),
        "rows": rows,
        "whose": subject_names([row.line.subject for row in rows]),
        "names": {rule.id: rule.name(asking.language) for rule in _every_rule(holder)},
        "recoveries": Recovery.objects.filter(subject=holder.subject).order_by("-pk"),
    }
    page = about(holder.register, holder.file, asking, "payments") | given
    status = 400 if form.errors else 200
    return render(request, "web/register_payments.html", page, status=status)


def _holder(kind: str, number: int, asking: Who, act: str = roles.SEE_FACILITIES) -> FileHolder:
    register = register_of(kind, asking, act)
    return FileHolder(register, file_of(register, number))


def _told(holder: FileHolder, asking: Who) -> dict[str, Entitlement]:
    try:
        found = benefits.entitlements(
            holder.register,
            holder.file,
            benefits.month_of(asking.today),
            known_at=timezone.now(),
            language=asking.language,
        )
    except NoRulebook:
        return {}
    return {item.provision: item for item in found.found}


def _every_rule(holder: FileHolder) -> list[Rule]:
    """Return the rules about a file, and those about its residents where it is a home."""
    from_residents = "resident" if holder.kind == "institution" else ""
    try:
        return holder.rules() + (
            rules_of(holder.division, from_residents) if from_residents else []
        )
    except NoRulebook:
        return []


def _note(act: str, holder: FileHolder, asking: Who) -> None:
    audit.record(Act(act, holder.subject, holder.division), by=asking.name)
