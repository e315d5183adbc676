"""A death, a move, two files of one person: told, looked at with all it touches, then done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.benefits import deciding, supposing
from anlao.office.benefits import queries as benefits
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.benefits.values import place_code
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.staff.elders import about, elder_in_scope, purpose_of, villages_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.journeys import assignments, merging, operations
from anlao.office.journeys.models import Journey
from anlao.office.journeys.operations import Signed
from anlao.office.organisations import roles
from anlao.office.registry import details, files, queries, search
from anlao.office.registry.identity import NumberTaken
from anlao.office.registry.models import Elder, Relation
from anlao.office.registry.operations import COUNTY_DIGITS, Ground, NothingToRecord

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
KINDS = {
    "death": ("登记去世", "Record a death"),
    "move": ("户籍迁移", "Registration moved"),
    "merge": ("重复档案并档", "Merge a second file"),
}
_REFUSALS_EN = {
    operations.DayRefused: "This day cannot be: it has not come yet, or lies before her birth.",
    NothingToRecord: "This is recorded already.",
}


class DeathForm(forms.Form):
    """When she died, and on what paper."""

    day = forms.DateField(widget=_DAY)
    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking


class MoveForm(DeathForm):
    """To where her registration moved, and whether she lives there."""

    place = forms.CharField(max_length=60)
    lives_there = forms.BooleanField(required=False)

    def clean_place(self) -> str:
        try:
            return place_code(self.cleaned_data["place"].strip())
        except ValueError:
            raise ValidationError(
                self.asking.say(
                    "没有找到这个地方，或有几处同名；请填名称或区划代码",
                    "No such place, or several; give its name or a division code",
                )
            ) from None


@require_GET
@needs(roles.SEE_ELDERS)
def journeys(request: HttpRequest, number: int) -> HttpResponse:
    """What was done so far, with what can be taken back, and what can be done."""
    elder, asking = elder_in_scope(number), who(request)
    files.note_read(elder, "read_history", by=asking.name, purpose=purpose_of(request))
    made = [(journey, asking.say(*KINDS[journey.kind])) for journey in operations.of(elder)]
    kinds = [(kind, asking.say(*words)) for kind, words in KINDS.items()]
    given = about(request, elder, "journeys") | {"made": made, "kinds": kinds}
    return render(request, "web/elder_journeys.html", given)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def death(request: HttpRequest, number: int) -> HttpResponse:
    """Record a death, after a look at what it ends."""
    elder, asking = elder_in_scope(number), who(request)
    form = DeathForm(_sent(request), asking=asking)
    given: dict[str, Any] = {"fields": _fields(form)}
    if form.is_valid():
        day = form.cleaned_data["day"]
        if "confirm" in request.POST:
            done = _done(
                request, form, lambda signed: operations.die(elder=elder, day=day, signed=signed)
            )
            if done:
                return redirect("web:elder-journeys", number=elder.pk)
        else:
            given |= _touched(elder, {"death_date": day}, day, asking)
            given["lists"] = assignments.open_on(elder, day)
            given["relatives"] = _relatives(elder, asking)
    return _page(request, elder, "death", form, given)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def move(request: HttpRequest, number: int) -> HttpResponse:
    """Record a move of the registration, after a look at what it changes."""
    elder, asking = elder_in_scope(number), who(request)
    form = MoveForm(_sent(request), asking=asking)
    given: dict[str, Any] = {"fields": _fields(form), "villages": villages_of(elder)}
    if form.is_valid():
        clean = form.cleaned_data
        day, place = clean["day"], clean["place"]
        if "confirm" in request.POST:
            done = _done(
                request,
                form,
                lambda signed: operations.move(
                    elder=elder, to=place, day=day, lives_there=clean["lives_there"], signed=signed
                ),
            )
            if done:
                return _after_move(elder, request)
        else:
            leaves = place[:COUNTY_DIGITS] != elder.division_code[:COUNTY_DIGITS]
            facts = {"hukou": place, "hukou_since": day}
            given |= _touched(elder, facts, day, asking)
            given |= {"leaves": leaves, "place": place}
            given["lists"] = assignments.open_on(elder, day) if leaves else []
    return _page(request, elder, "move", form, given)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACTS)
def merge(request: HttpRequest, number: int) -> HttpResponse:
    """Find the second file, look at where the two differ, make them one."""
    elder, asking = elder_in_scope(number), who(request)
    words = text_in(request.GET, "q") or elder.name
    other = queries.elder(number_in(request.GET, "other"))
    given: dict[str, Any] = {"q": words}
    if other is None:
        found = search.find(
            words,
            scope=asking.where(roles.SEE_ELDERS),
            today=asking.today,
            by=asking.name,
            purpose=purpose_of(request),
        )
        given["found"] = [one for one in found.elders if one.pk != elder.pk]
        return _merge_page(request, elder, given, 200)
    files.note_read(other, "read_file", by=asking.name, purpose=purpose_of(request))
    now, labels = timezone.now(), benefits.labels(elder)
    given["other"] = other
    given["differences"] = [
        (
            one.name,
            labels[one.name].text(asking.language),
            labels[one.name].shown(one.kept, asking.language),
            labels[one.name].shown(one.other, asking.language),
            one.kept in (None, ""),
            labels[one.name].type == "division",
        )
        for one in merging.differences(elder, other, day=asking.today, known_at=now)
        if one.name in labels
    ]
    if request.method == "POST":
        reason = text_in(request.POST, "reason")
        if len(reason) < 2:
            given["problem"] = asking.say("请写明理由", "Say why")
            return _merge_page(request, elder, given, 400)
        try:
            operations.merge(
                keep=elder,
                other=other,
                take=frozenset(request.POST.getlist("take")),
                day=asking.today,
                signed=Signed(asking.name, now, Ground(reason)),
            )
        except merging.MergeRefused as refusal:
            given["problem"] = asking.say(refusal.zh, refusal.en)
            return _merge_page(request, elder, given, 400)
        messages.success(request, asking.say("已并档", "The files are one"))
        return redirect("web:elder-journeys", number=elder.pk)
    return _merge_page(request, elder, given, 200)


@require_POST
@needs(roles.RECORD_FACTS)
def undo(request: HttpRequest, number: int, journey: int) -> HttpResponse:
    """Put everything back that a journey changed, for a stated reason."""
    elder, asking = elder_in_scope(number), who(request)
    made = Journey.objects.filter(elder=elder, pk=journey).select_related("elder", "other").first()
    if made is None:
        raise Http404
    reason = text_in(request.POST, "reason")
    if len(reason) < 2:
        messages.error(request, asking.say("请写明撤销理由", "Say why it is taken back"))
        return redirect("web:elder-journeys", number=elder.pk)
    try:
        operations.undo(journey=made, reason=reason, by=asking.name, at=timezone.now())
    except operations.UndoneAlready as refusal:
        messages.error(request, asking.say(str(refusal), "This was taken back before."))
    except operations.ChangedSince as refusal:
        messages.error(
            request,
            asking.say(
                str(refusal),
                "Something was recorded on top of this since; correct that first.",
            ),
        )
    except NumberTaken as refusal:
        messages.error(request, asking.say_refusal(refusal))
    else:
        messages.success(request, asking.say("已撤销，恢复原状", "Taken back"))
        return _after_move(elder, request)
    return redirect("web:elder-journeys", number=elder.pk)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _fields(form: DeathForm) -> list[str]:
    return [name for name in form.fields if name != "evidence"]


def _done(request: HttpRequest, form: DeathForm, act: Callable[[Signed], Journey]) -> bool:
    asking = form.asking
    signed = Signed(asking.name, timezone.now(), Ground(form.cleaned_data["evidence"]))
    try:
        act(signed)
    except (operations.DayRefused, NothingToRecord) as refusal:
        form.add_error(None, asking.say(f"{refusal}。", _REFUSALS_EN[type(refusal)]))
        return False
    messages.success(request, asking.say("已登记", "Recorded"))
    return True


def _after_move(elder: Elder, request: HttpRequest) -> HttpResponse:
    if queries.elder(elder.pk) is not None:
        return redirect("web:elder-journeys", number=elder.pk)
    asking = who(request)
    messages.info(
        request, asking.say("档案已随户籍转出您的范围", "The file moved out of your area")
    )
    return redirect("web:home")


def _touched(elder: Elder, facts: dict[str, Any], day: date, asking: Who) -> dict[str, Any]:
    """Return what this month's decisions would become."""
    try:
        changed = supposing.changes(
            elder,
            deciding.month_of(asking.today),
            facts,
            known_at=timezone.now(),
            language=asking.language,
        )
    except NoRulebook:
        changed = []
    matter = [one for one in changed if {one.now.outcome, one.then.outcome} & {"yes", "unknown"}]
    return {"preview": True, "changed": matter, "chosen_day": day}


def _relatives(elder: Elder, asking: Who) -> list[Relation]:
    """Return relatives with files of their own: their living conditions change too."""
    held = details.detail_on(Relation, elder, asking.today, known_at=timezone.now())
    return [row for row in held if isinstance(row, Relation) and row.other_id is not None]


def _page(
    request: HttpRequest, elder: Elder, kind: str, form: DeathForm, given: dict[str, Any]
) -> HttpResponse:
    asking = form.asking
    given |= {"form": form, "kind": kind, "title": asking.say(*KINDS[kind])}
    return render(
        request,
        "web/elder_journey.html",
        about(request, elder, "journeys") | given,
        status=400 if form.errors else 200,
    )


def _merge_page(
    request: HttpRequest, elder: Elder, given: dict[str, Any], status: int
) -> HttpResponse:
    given["title"] = who(request).say(*KINDS["merge"])
    return render(
        request, "web/elder_merge.html", about(request, elder, "journeys") | given, status=status
    )
