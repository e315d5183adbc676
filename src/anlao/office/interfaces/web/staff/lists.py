"""Whom to look at next: lists found anew each night, narrowed, saved, given out as files."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from anlao.office.benefits import month
from anlao.office.benefits import queries as benefits
from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.jobs.operations import OneIsWaiting, Wanted
from anlao.office.organisations import roles
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.worklists import operations, queries
from anlao.office.worklists.kinds import AGES, KINDS, OLDEST, Asked, Kind
from anlao.places import divisions

PAGE = 50
_FARTHEST = 12
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@require_GET
@needs(roles.SEE_ELDERS)
def overview(request: HttpRequest) -> HttpResponse:
    """Every list with how many are on it, and the facts that would settle most."""
    asking = who(request)
    asked = _asked(request.GET, asking)
    given: dict[str, Any] = {
        "overviews": queries.overviews(asked),
        "saved": [
            (one, f"{_address(one.kind)}?{_query(one.asked)}") for one in operations.of(asking.name)
        ],
        "decided": asked.decided,
        "unmatched": queries.unmatched_deaths() if asking.may(roles.IMPORT_LISTS) else [],
    }
    if asked.decided is not None:
        given["settling"] = queries.settling(asked.decided, asking.language)
    return render(request, "web/lists.html", given)


@require_GET
@needs(roles.SEE_ELDERS)
def one(request: HttpRequest, kind: str) -> HttpResponse:
    """A list, page by page, or whole as a file; either look is logged."""
    asking, chosen = who(request), _kind(kind)
    asked = _asked(request.GET, asking)
    form = request.GET.get("form", "")
    if form in _TYPES:
        if chosen.find(asked).count() > operations.SHORT:
            return _queued(request, chosen, asked, form)
        try:
            file = operations.export(chosen, asked, form=form, by=asking.name)
        except operations.TooLong:
            messages.error(
                request,
                asking.say(
                    "名单太长，请先按地方或事项缩小范围再导出。",
                    "The list is too long for a file; narrow it by place or provision first.",
                ),
            )
            return redirect(f"{_address(kind)}?{_query(asked.saved())}")
        return HttpResponse(
            file,
            content_type=_TYPES[form],
            headers={"Content-Disposition": f'attachment; filename="{kind}-{asked.today}.{form}"'},
        )
    page = Paginator(chosen.find(asked), PAGE).get_page(request.GET.get("page"))
    after = {"list": kind, "page": page.number, **asked.saved()}
    audit.record(Act("read_list", f"list:{kind}", asked.place, after=after), by=asking.name)
    given = {
        "kind": chosen,
        "title": asking.say(chosen.zh, chosen.en),
        "about_list": asking.say(chosen.about_zh, chosen.about_en),
        "page": page,
        "lines": [chosen.line(row, asked) for row in page],
        "asked": asked,
        "query": _query(asked.saved()),
        "places": _places(asking),
        "provisions": _provisions(chosen, asked),
        "ages": ", ".join(str(age) for age in asked.ages),
    }
    return render(request, "web/list.html", given)


@require_POST
@needs(roles.SEE_ELDERS)
def save(request: HttpRequest, kind: str) -> HttpResponse:
    """Save what a list asks for under a name, or forget one."""
    asking, chosen = who(request), _kind(kind)
    asked = _asked(request.POST, asking)
    name = text_in(request.POST, "name")[:60]
    if "forget" in request.POST:
        operations.forget(owner=asking.name, number=number_in(request.POST, "forget"))
        messages.success(request, asking.say("已删除", "Forgotten"))
        return redirect("web:lists")
    if len(name) < 2:
        messages.error(request, asking.say("请给名单取个名字", "Give the list a name"))
    else:
        operations.save(owner=asking.name, name=name, kind=chosen, asked=asked, at=timezone.now())
        messages.success(request, asking.say("已保存", "Saved"))
    return redirect(f"{_address(kind)}?{_query(asked.saved())}")


def _queued(request: HttpRequest, kind: Kind, asked: Asked, form: str) -> HttpResponse:
    """Let a job write a long list; its file waits on the page of jobs."""
    asking = who(request)
    told = {"kind": kind.id, "form": form, "language": asked.language, "asked": asked.saved()}
    wanted = Wanted(
        running.EXPORT,
        f"导出：{kind.zh}",
        f"Export: {kind.en}",
        f"list:{kind.id}:{asking.name}"[:120],
        asked=told,
    )
    try:
        running.start(wanted, by=asking.name)
    except OneIsWaiting:
        messages.info(
            request, asking.say("这份清单正在导出", "This list is being exported already")
        )
    else:
        messages.success(
            request,
            asking.say(
                "清单较长，正在后台导出，完成后可在这里下载。",
                "The list is long; it is written in the background and waits here when it is done.",
            ),
        )
    return redirect("web:jobs")


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _asked(sent: QueryDict, asking: Who) -> Asked:
    """Return what a list is narrowed to; what makes no sense is left out."""
    where = asking.where(roles.SEE_ELDERS)
    place = sent.get("place", "")
    ages = tuple(
        int(text)
        for text in sent.get("ages", "").replace("，", ",").replace("、", ",").split(",")
        if text.strip().isdigit() and len(text.strip()) <= 3 and 0 < int(text) <= OLDEST
    )
    return Asked(
        today=asking.today,
        language=asking.language,
        decided=month.latest(where.divisions),
        place=place if place.isdigit() and where.covers(place) else "",
        provision=text_in(sent, "provision"),
        fact=text_in(sent, "fact"),
        ages=ages or AGES,
        ahead=min(number_in(sent, "ahead"), _FARTHEST) if number_in(sent, "ahead") > 0 else 1,
    )


def _query(asked: dict[str, Any]) -> str:
    shown = {name: value for name, value in asked.items() if value and name != "ages"}
    return urlencode(shown | {"ages": ",".join(str(age) for age in asked["ages"])})


def _address(kind: str) -> str:
    return reverse("web:list", args=(kind,))


def _places(asking: Who) -> list[tuple[str, str]]:
    """Return the townships of one's area, or its villages where it is one township."""
    found = []
    for code in asking.where(roles.SEE_ELDERS).divisions:
        within = divisions.within(code, "township") or divisions.within(code, "village")
        found += [(place.code, place.name) for place in within if place.code != code]
    return found


def _provisions(kind: Kind, asked: Asked) -> list[tuple[str, str]]:
    if asked.decided is None or "provision" not in kind.asks:
        return []
    return benefits.provision_names(asked.decided.division_code, asked.language)
