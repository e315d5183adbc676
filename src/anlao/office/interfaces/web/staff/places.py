"""Places that change: a village moves to another township, a place gets another code."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.divisions.models import Division, DivisionChange
from anlao.office.divisions.operations import DivisionRefused, check_successor
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry import successions

_COUNTY_DIGITS = 6
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class _Place(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Division) -> str:
        above = obj.parent.name if obj.parent and obj.level == Division.Level.VILLAGE else ""
        return f"{above}{obj.name} {obj.code}"


class ChangeForm(forms.Form):
    """Which place, under which code it goes on, from which day, and on what ground."""

    old = _Place(Division.objects.none())
    code = forms.RegexField(r"^([0-9]{9}|[0-9]{12})$")
    name = forms.CharField(max_length=80, required=False)
    start = forms.DateField(widget=_DAY)
    reason = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        old = self.fields["old"]
        assert isinstance(old, forms.ModelChoiceField)
        old.queryset = _places(asking)

    def clean(self) -> None:
        super().clean()
        clean = self.cleaned_data
        if not all(name in clean for name in ("old", "code", "start")):
            return
        try:
            check_successor(clean["old"], clean["code"], clean["start"], today=self.asking.today)
        except DivisionRefused as refusal:
            self.add_error("code", self.asking.say_refusal(refusal))


@require_http_methods(["GET", "POST"])
@needs(roles.CHANGE_PLACES)
def places(request: HttpRequest) -> HttpResponse:
    """Changes so far; a new one is shown with what it moves before it is made."""
    asking = who(request)
    act = request.POST.get("act", "")
    if act == "take-back":
        return _taken_back(request, asking)
    form = ChangeForm(request.POST if act else None, asking=asking, initial={"start": asking.today})
    given: dict[str, Any] = {"form": form}
    if act and form.is_valid():
        clean = form.cleaned_data
        name = clean["name"] or _name_of(clean["code"]) or clean["old"].name
        if act == "change" and _changed(request, form, name):
            return redirect("web:places")
        given["preview"] = clean | {
            "name": name,
            "files": _files(clean["old"], clean["start"]),
            "villages": len(successions.villages_of(clean["old"])),
            "exists": bool(_name_of(clean["code"])),
            "above": Division.objects.get(code=clean["code"][:-3]),
        }
    given["changes"] = _changes(asking)
    return render(request, "web/places.html", given, status=400 if form.errors else 200)


def _changed(request: HttpRequest, form: ChangeForm, name: str) -> bool:
    clean, asking = form.cleaned_data, form.asking
    try:
        change = successions.supersede(
            clean["old"],
            code=clean["code"],
            name=name,
            day=clean["start"],
            reason=clean["reason"],
            by=asking.name,
            at=timezone.now(),
        )
    except DivisionRefused as refusal:
        form.add_error("code", asking.say_refusal(refusal))
        return False
    count = len(change.files) + sum(len(one.files) for one in successions.went_with(change))
    messages.success(
        request, asking.say(f"已变更，{count}份档案随之转移", f"Changed; {count} files followed")
    )
    return True


def _taken_back(request: HttpRequest, asking: Who) -> HttpResponse:
    reason = text_in(request.POST, "reason")
    change = _changes_of(asking).filter(pk=number_in(request.POST, "change")).first()
    if change is None or len(reason) < 2:
        messages.error(request, asking.say("请写明撤销理由", "Say why it is taken back"))
        return redirect("web:places")
    try:
        back = successions.take_back(change, reason=reason, by=asking.name, at=timezone.now())
    except DivisionRefused as refusal:
        messages.error(request, asking.say_refusal(refusal))
    else:
        count = len(back.files)
        messages.success(
            request, asking.say(f"已撤销，{count}份档案转回", f"Taken back; {count} files returned")
        )
    return redirect("web:places")


def _county(asking: Who) -> str:
    """Return the county of a clerk who has the whole of it; files go all over it."""
    codes = asking.where(roles.CHANGE_PLACES).divisions
    counties = [code for code in codes if len(code) == _COUNTY_DIGITS]
    if not counties:
        raise PermissionDenied
    return counties[0]


def _places(asking: Who) -> QuerySet[Division]:
    return Division.objects.filter(
        code__startswith=_county(asking),
        level__in=(Division.Level.TOWNSHIP, Division.Level.VILLAGE),
        until_date=None,
    ).select_related("parent")


def _files(place: Division, day: date) -> int:
    """Return how many files a change would move, those of its villages too."""
    codes = [place.code, *(village.code for village in successions.villages_of(place))]
    return len({number for code in codes for number in successions.files_of(code, day)})


def _name_of(code: str) -> str:
    found = Division.objects.filter(code=code, until_date=None).first()
    return found.name if found else ""


def _changes_of(asking: Who) -> QuerySet[DivisionChange]:
    found = DivisionChange.objects.filter(old__code__startswith=_county(asking))
    return found.select_related("old", "new", "undone_by").order_by("-pk")


def _changes(asking: Who) -> list[tuple[DivisionChange, bool]]:
    """Return the changes of the county, and whether each may be taken back."""
    return [
        (one, one.undoes_id is None and not hasattr(one, "undone_by"))
        for one in _changes_of(asking)
    ]
