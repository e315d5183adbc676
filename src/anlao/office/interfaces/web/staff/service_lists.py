"""The list of basic services: its editions, each step of one, what changed, whom to ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.benefits import listing
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.service_list import contacts, differences, floors, operations, queries
from anlao.office.service_list.models import Contact, Edition
from anlao.office.service_list.operations import ListRefused
from anlao.office.service_list.states import MOVES
from anlao.office.shared import scope, spreadsheets
from anlao.office.shared.scope import Scope
from anlao.places import divisions

ACTS = (roles.PREPARE_LIST, roles.REVIEW_LIST, roles.PUBLISH_LIST)
_COUNTY_DIGITS = 6
_YEARS = 3
_PHONE = r"^\+?[0-9][0-9\- ]{2,19}$"


def entered(request: HttpRequest) -> Who:
    """Show the pass of whoever works on lists in some way; 403 for everybody else."""
    asking = who(request)
    where = scope.joined(asking.where(act) for act in ACTS)
    if where.is_empty:
        raise PermissionDenied
    scope.enter(where)
    return asking


def edition_of(asking: Who, number: int) -> Edition:
    """Return an edition of one's own area, else 404."""
    found = queries.at_work(scope.joined(asking.where(act) for act in ACTS).divisions)
    edition = found.filter(pk=number).first() if number < 2**63 else None
    if edition is None:
        raise Http404
    return edition


class BeginForm(forms.Form):
    """For which division and year; from the rulebook, or from an earlier edition."""

    division = forms.ChoiceField()
    year = forms.IntegerField()
    source = forms.ChoiceField()

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = governments(asking.where(roles.PREPARE_LIST))
        held = queries.at_work(tuple(self.codes)).exclude(state=Edition.State.WITHDRAWN)
        _choices(self, "division", [(code, _name(code)) for code in self.codes])
        _choices(
            self,
            "source",
            [("rulebook", asking.say("规则册", "the rulebook"))]
            + [(str(one.pk), one.title) for one in held],
        )
        self.fields["year"] = forms.IntegerField(
            min_value=asking.today.year - _YEARS, max_value=asking.today.year + _YEARS
        )

    def earlier(self) -> Edition | None:
        chosen = self.cleaned_data["source"]
        return None if chosen == "rulebook" else Edition.objects.get(pk=int(chosen))


class NameForm(forms.Form):
    """What a draft is called."""

    title = forms.CharField(max_length=120, min_length=4)
    year = forms.IntegerField(min_value=2000, max_value=2100)
    document_number = forms.CharField(max_length=60, required=False)
    note = forms.CharField(max_length=400, required=False)


class ContactForm(forms.Form):
    """Whom the public asks in a county or township."""

    division = forms.ChoiceField()
    name = forms.CharField(max_length=120, min_length=2)
    phone = forms.RegexField(_PHONE, required=False)
    address = forms.CharField(max_length=200, required=False)
    hours = forms.CharField(max_length=120, required=False)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [
            place
            for code in governments(asking.where(roles.PREPARE_LIST))
            for place in (code, *(found.code for found in divisions.within(code, "township")))
        ]
        _choices(self, "division", [(code, _name(code)) for code in codes])


@require_http_methods(["GET", "POST"])
@needs()
def overview(request: HttpRequest) -> HttpResponse:
    """Every edition of one's area; begin the next."""
    asking = entered(request)
    may_begin = asking.may(roles.PREPARE_LIST)
    begins = request.method == "POST"
    if begins and not may_begin:
        raise PermissionDenied
    form = BeginForm(
        request.POST if begins else None, asking=asking, initial={"year": asking.today.year}
    )
    if begins and form.is_valid():
        try:
            made = operations.begin(
                division=form.cleaned_data["division"],
                year=form.cleaned_data["year"],
                by=asking.name,
                at=timezone.now(),
                day=asking.today,
                earlier=form.earlier(),
            )
        except ListRefused as refusal:
            form.add_error(None, asking.say_refusal(refusal))
        else:
            return redirect("web:service-list", number=made.pk)
    where = scope.joined(asking.where(act) for act in ACTS)
    given = {
        "form": form,
        "may_begin": may_begin,
        "editions": queries.at_work(where.divisions),
        "sources": [(code, listing.source(code)) for code in form.codes],
    }
    return render(request, "web/service_lists.html", given, status=400 if form.errors else 200)


@require_GET
@needs()
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """An edition with its items and what may be done with it now."""
    asking = entered(request)
    return _page(request, asking, edition_of(asking, number))


@require_POST
@needs()
def act(request: HttpRequest, number: int) -> HttpResponse:
    """Take an edition a step further, or its amounts from the rulebook anew."""
    asking = entered(request)
    held = edition_of(asking, number)
    name = text_in(request.POST, "act")
    wanted = roles.PREPARE_LIST if name in ("refresh", "rename") else _act_of(name)
    if not asking.where(wanted).covers(held.division_code):
        raise PermissionDenied
    now = timezone.now()
    try:
        if name == "rename":
            _rename(request, asking, held)
        elif name == "refresh":
            count = operations.refresh(edition=held, by=asking.name, at=now, day=asking.today)
            messages.success(
                request, asking.say(f"已更新{count}项金额", f"{count} amounts taken anew")
            )
        else:
            operations.move(
                edition=held,
                move=name,
                by=asking.name,
                at=now,
                day=asking.today,
                words=text_in(request.POST, "words"),
                document_number=text_in(request.POST, "document_number")[:60],
            )
            messages.success(request, asking.say("已办理", "Done"))
    except ListRefused as refusal:
        return _page(request, asking, held, refusal=asking.say_refusal(refusal))
    return redirect("web:service-list", number=held.pk)


@require_GET
@needs()
def printed(request: HttpRequest, number: int) -> HttpResponse:
    """An edition on paper."""
    asking = entered(request)
    held = edition_of(asking, number)
    return render(request, "web/service_list_print.html", {"edition": held})


@require_GET
@needs()
def difference(request: HttpRequest, number: int) -> HttpResponse:
    """What an edition has that an earlier one has not; as a table, or as a file."""
    asking = entered(request)
    held = edition_of(asking, number)
    others = queries.at_work((held.division_code,)).exclude(pk=held.pk)
    others = others.filter(division_code=held.division_code)
    wanted = number_in(request.GET, "with")
    other = others.filter(pk=wanted).first() if 0 < wanted < 2**63 else others.first()
    given: dict[str, Any] = {"edition": held, "others": others, "other": other}
    if other is not None:
        found = differences.difference(other, held)
        if request.GET.get("form") == "xlsx":
            rows = differences.rows(found, asking.language)
            return HttpResponse(
                spreadsheets.written(rows, form="xlsx"),
                content_type=spreadsheets.TYPES["xlsx"],
                headers={"Content-Disposition": f'attachment; filename="{other}-{held}.xlsx"'},
            )
        given["found"] = found
    return render(request, "web/service_list_difference.html", given)


@require_http_methods(["GET", "POST"])
@needs(roles.PREPARE_LIST)
def whom_to_ask(request: HttpRequest) -> HttpResponse:
    """Telephones that the public portal shows: of the bureau, and of each township."""
    asking = who(request)
    wanted = text_in(request.GET, "division")
    held = Contact.objects.filter(division_code=wanted).first()
    initial = {"division": wanted} | (
        {field: getattr(held, field) for field in contacts.FIELDS} if held else {}
    )
    form = ContactForm(
        request.POST if request.method == "POST" else None, asking=asking, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        contacts.record(**form.cleaned_data, by=asking.name, at=timezone.now())
        messages.success(request, asking.say("已保存", "Saved"))
        return redirect("web:service-list-contacts")
    area = governments(asking.where(roles.PREPARE_LIST))
    known = [
        one
        for one in Contact.objects.order_by("division_code")
        if one.division_code.startswith(tuple(area))
    ]
    given = {"form": form, "contacts": known}
    return render(
        request, "web/service_list_contacts.html", given, status=400 if form.errors else 200
    )


def _rename(request: HttpRequest, asking: Who, held: Edition) -> None:
    """Change what a draft is called. Raises ListRefused."""
    form = NameForm(request.POST)
    if not form.is_valid():
        raise ListRefused("请填写名称和年份 / Give a title and a year")
    operations.rename(edition=held, **form.cleaned_data, by=asking.name)
    messages.success(request, asking.say("已保存", "Saved"))


def governments(where: Scope) -> list[str]:
    """Return the counties, cities and provinces that somebody may make a list for."""
    return [code for code in where.divisions if 0 < len(code) <= _COUNTY_DIGITS]


def _page(request: HttpRequest, asking: Who, held: Edition, refusal: str = "") -> HttpResponse:
    def may(name: str) -> bool:
        return asking.where(name).covers(held.division_code)

    moves = [
        move
        for move in MOVES.values()
        if held.state in move.before and may(move.act)
        and not (move.name == "approve" and asking.name in held.hands)
    ]  # fmt: skip
    at_work = held.state in ("draft", "in_review", "reviewed")
    given = {
        "edition": held,
        "items": held.items.all(),
        "moves": moves,
        "may_change": held.is_open and may(roles.PREPARE_LIST),
        "stale": operations.stale(held, asking.today) if at_work else (),
        "compared": floors.compare(held).as_json() if at_work else held.compared,
        "at_work": at_work,
        "refusal": refusal,
        "own_hand": asking.name in held.hands and may(roles.REVIEW_LIST),
    }
    return render(request, "web/service_list.html", given, status=400 if refusal else 200)


def _act_of(name: str) -> str:
    if name not in MOVES:
        raise Http404
    return MOVES[name].act


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _name(code: str) -> str:
    found = divisions.find(code)
    return found.name if found else code
