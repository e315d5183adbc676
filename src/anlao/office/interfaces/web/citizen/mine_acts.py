"""What an elder or her agent does: applies, takes back, objects; and who of them did it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.benefits.holders import ElderHolder
from anlao.office.benefits.provisions import ON_REQUEST, Rule
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.cases import asking, deciding, queries, states
from anlao.office.cases.asking import Asker
from anlao.office.cases.models import Case
from anlao.office.cases.moving import Refused
from anlao.office.cases.states import NotNow
from anlao.office.citizens import cards
from anlao.office.citizens.models import Card
from anlao.office.interfaces.web.citizen.mine import Me, mine, mine_page
from anlao.office.interfaces.web.sent import text_in
from anlao.office.registry import files

_WITHDRAWABLE = states.MOVES["withdraw"].before


@require_http_methods(["GET", "POST"])
@mine()
def applications(request: HttpRequest, me: Me) -> HttpResponse:
    """Her applications with what they wait for, and what can be applied for."""
    problem = ""
    if request.method == "POST":
        if not me.may_apply:
            return mine_page(request, "mine/not_yours.html", me, status=403)
        problem = _done(request, me)
        if not problem:
            return redirect("web:mine-applications")
    holder = ElderHolder(me.by.elder)
    files.note_read(me.by.elder, "read_cases", by=me.by.actor, purpose="")
    found = queries.of(holder)
    rules, holders = _rules(holder), cards.by_actor(me.by.elder)
    live = {case.provision for case in found if case.state in states.LIVE}
    given: dict[str, Any] = {
        "rows": [_row(case, rules, holders, me) for case in found],
        "offers": [
            (rule.id, rule.name(me.reading.language))
            for rule in rules.values()
            if rule.application == ON_REQUEST and rule.id not in live
            and holder.running(rule.id) is None
        ],
        "problem": problem,
    }  # fmt: skip
    return mine_page(request, "mine/applications.html", me, given, status=400 if problem else 200)


def _row(case: Case, rules: dict[str, Rule], holders: dict[str, Card], me: Me) -> dict[str, Any]:
    parts = queries.parts(case)
    rule = rules.get(case.provision)
    english = me.reading.language == "en"
    return {
        "case": case,
        "name": rule.name(me.reading.language) if rule else case.provision,
        "lacking": [row.en if english else row.zh for row in asking.lacking(case)]
        if case.state in (states.ASKED, states.RETURNED)
        else [],
        "steps": [(step, holders.get(step.by)) for step in parts["step"]],
        "objections": [(one, holders.get(one.by)) for one in parts["objection"]],
        "may_withdraw": me.may_apply and case.state in _WITHDRAWABLE,
        "may_object": me.may_apply and case.state == states.REJECTED,
    }


def _done(request: HttpRequest, me: Me) -> str:
    """Do what was sent; return why not, in her words."""
    act = text_in(request.POST, "act")
    doing: dict[str, Any] = {
        "by": me.by.actor, "at": timezone.now(), "day": me.reading.today
    }  # fmt: skip
    try:
        if act == "apply":
            card = me.by.card
            asker = Asker() if card.is_own else Asker("agent", card.name, card.relation)
            ground = "" if card.is_own else f"代办授权 {card.number}"
            asking.apply(
                holder=ElderHolder(me.by.elder), provision=text_in(request.POST, "provision"),
                way_in="portal", asker=asker, ground=ground, **doing,
            )  # fmt: skip
            return ""
        case = _case(request, me)
        if act == "withdraw":
            asking.withdraw(number=case.pk, reason="网上撤回", **doing)
        elif act == "object":
            deciding.object_to(
                number=case.pk, who=me.by.card.name or me.by.elder.name,
                text=text_in(request.POST, "text")[:400], **doing,
            )  # fmt: skip
        else:
            raise Http404
    except Refused as refusal:
        return me.reading.say(refusal.zh, refusal.en)
    except NotNow:
        return me.reading.say(
            "这件申请现在不能这样办，请看它现在的状态。",
            "That cannot be done now; please look at where the application stands.",
        )
    return ""


def _case(request: HttpRequest, me: Me) -> Case:
    number = text_in(request.POST, "case")
    found = queries.find(int(number)) if number.isascii() and number.isdigit() else None
    if found is None or found.elder_id != me.by.elder.pk:
        raise Http404
    return found


def _rules(holder: ElderHolder) -> dict[str, Rule]:
    try:
        return {rule.id: rule for rule in holder.rules()}
    except NoRulebook:
        return {}
