"""This month: what the nightly decide found, and whom it is about."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from anlao.office.benefits import month
from anlao.office.benefits.models import DecidedMonth
from anlao.office.interfaces.web.who import needs, who
from anlao.office.organisations import roles
from anlao.office.shared import audit, scope
from anlao.office.shared.audit import Act

PAGE = 50
_OUTCOMES = {"yes": ("符合", "due"), "unknown": ("暂时无法判定", "cannot be told yet")}


@require_GET
@needs()
def overview(request: HttpRequest) -> HttpResponse:
    """Sums by provision, what is missing, and money by township, inside one's own area."""
    asking = who(request)
    act = next((act for act in (roles.SEE_ELDERS, roles.SEE_FIGURES) if asking.may(act)), None)
    if act is None:
        raise PermissionDenied
    decided = _decided(request, act)
    given: dict[str, Any] = {"may_list": asking.may(roles.SEE_ELDERS)}
    if decided is not None:
        given["found"] = month.overview(decided, who(request).language)
    return render(request, "web/month.html", given)


@require_GET
@needs(roles.SEE_ELDERS)
def people(request: HttpRequest, provision: str, outcome: str) -> HttpResponse:
    """The people of one provision: a work list, page by page; the look is logged."""
    decided = _decided(request, roles.SEE_ELDERS)
    language = who(request).language
    name = month.name_of(decided, provision, language) if decided else None
    if decided is None or name is None or outcome not in _OUTCOMES:
        raise Http404
    page = Paginator(month.people_of(decided, provision, outcome), PAGE).get_page(
        request.GET.get("page")
    )
    audit.record(
        Act("read_list", f"provision:{provision}", purpose=outcome, after={"page": page.number}),
        by=who(request).name,
    )
    rows = [(found, month.missing_words(decided, found.missing, language)) for found in page]
    zh, en = _OUTCOMES[outcome]
    given = {"page": page, "rows": rows, "name": name, "outcome_zh": zh, "outcome_en": en}
    return render(request, "web/month_people.html", given | {"month": decided.month})


def _decided(request: HttpRequest, act: str) -> DecidedMonth | None:
    where = who(request).where(act)
    scope.enter(where)
    return month.latest(where.divisions)
