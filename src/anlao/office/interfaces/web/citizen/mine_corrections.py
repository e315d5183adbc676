"""Something in the file is wrong: she says what is right, and reads what came of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.benefits import queries as benefits
from anlao.office.benefits.queries import FactLabel
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.citizens import cards, corrections
from anlao.office.citizens.corrections import CorrectionRefused
from anlao.office.interfaces.web.citizen.mine import Me, mine, mine_page
from anlao.office.interfaces.web.sent import text_in


@require_http_methods(["GET", "POST"])
@mine()
def corrected(request: HttpRequest, me: Me) -> HttpResponse:
    """What she asked for, the answers, and a form to ask."""
    labels, problem = _labels(me), ""
    if request.method == "POST":
        if not me.may_apply:
            return mine_page(request, "mine/not_yours.html", me, status=403)
        fact = text_in(request.POST, "fact")
        try:
            corrections.ask(
                elder=me.by.elder,
                fact=fact if fact in labels else "",
                said=text_in(request.POST, "said"),
                shows=text_in(request.POST, "shows"),
                day=me.reading.today,
                by=me.by.actor,
                at=timezone.now(),
            )
            return redirect("web:mine-corrections")
        except CorrectionRefused as refusal:
            problem = me.reading.say_refusal(refusal)
    language, holders = me.reading.language, cards.by_actor(me.by.elder)
    given = {
        "problem": problem,
        "found": [
            (
                one,
                labels[one.fact].text(language) if one.fact in labels else one.fact,
                holders.get(one.by),
            )
            for one in corrections.of(me.by.elder)
        ],
        "facts": [(name, label.text(language)) for name, label in labels.items()],
        "sent": request.POST if problem else {},
    }
    return mine_page(request, "mine/corrections.html", me, given, status=400 if problem else 200)


def _labels(me: Me) -> dict[str, FactLabel]:
    """Return the facts that her file keeps, by name."""
    try:
        known = benefits.labels(me.by.elder)
    except NoRulebook:
        return {}
    return {name: label for name, label in known.items() if corrections.kind_of(name)}
