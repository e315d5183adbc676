"""One file of a register: what is known, what is due, its history, and recording."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.benefits import subjects as benefits
from anlao.office.benefits.queries import FactLabel
from anlao.office.benefits.rulebooks import NoRulebook
from anlao.office.benefits.values import UNKNOWN, read_value
from anlao.office.facilities.models import Institution
from anlao.office.interfaces.web.staff.register_words import (
    day_in,
    file_of,
    labels_of,
    name_of,
    register_of,
    shown,
    table_name,
    tell_public,
    value_shown,
)
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry.operations import (
    START_OF_TIME,
    Contradiction,
    Ground,
    NothingToRecord,
)
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.models import AuditEntry
from anlao.office.subjects import operations, queries
from anlao.office.subjects.base import Register

_ACTS = 50


class RecordForm(forms.Form):
    """What is to be recorded, from when until when, on what ground."""

    value = forms.CharField(max_length=100)
    start = forms.DateField()
    until = forms.DateField(required=False)
    evidence = forms.CharField(max_length=200, min_length=2)

    def __init__(self, *args: Any, label: FactLabel, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label, self.asking = label, asking

    def clean_value(self) -> Any:
        return read_told(self.label, self.cleaned_data["value"], self.asking)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, until = cleaned.get("start"), cleaned.get("until")
        if start and start < START_OF_TIME:
            self.add_error("start", self.asking.say("日期过早", "This day is too early"))
        if start and until and until <= start:
            self.add_error(
                "until", self.asking.say("应晚于起始日期", "must be after the first day")
            )
        return cleaned


def read_told(label: FactLabel, text: str, asking: Who) -> Any:
    """Return what somebody typed or chose, as it is stored. Raises ValidationError."""
    try:
        found = read_value(label, text.strip())
    except (ValueError, OverflowError):
        raise ValidationError(_expected(label, asking)) from None
    if label.type == "institution" and found and not _institutions().filter(pk=found).exists():
        raise ValidationError(_expected(label, asking))
    return found


def choices_of(label: FactLabel, asking: Who) -> list[tuple[str, str]]:
    """Return what may be chosen; nothing where it is typed."""
    if label.type == "institution":
        return [(str(one.pk), one.name) for one in _institutions()]
    return label.choices(asking.language)


def _institutions() -> Any:
    return Institution.objects.filter(ended_on__isnull=True).order_by("name")


def _expected(label: FactLabel, asking: Who) -> str:
    match label.type:
        case "date":
            return asking.say("请填日期", "Give a day")
        case "integer":
            return asking.say("请填整数", "Give a whole number")
        case "number":
            return asking.say("请填数字", "Give a number")
        case "money":
            return asking.say(
                "请填金额（元），至多两位小数", "Give yuan, with two decimals at most"
            )
        case "point":
            return asking.say(
                "请填经度,纬度,坐标系，例如 119.27,28.59,CGCS2000；"
                "坐标系是 CGCS2000、WGS84、GCJ02 或 BD09",
                "Give longitude,latitude,datum, such as 119.27,28.59,CGCS2000; the datum is"
                " CGCS2000, WGS84, GCJ02 or BD09",
            )
        case _:
            return asking.say("请从列表中选一项", "Choose one of the list")


@require_GET
@needs(roles.SEE_FACILITIES)
def one(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """What is known as of a day; the look is logged."""
    asking = who(request)
    register = register_of(kind, asking)
    file, day = file_of(register, number), day_in(request.GET.get("day"), asking.today)
    _note("read_register_file", register, file, asking)
    known = labels_of(register, file.division_code)
    sections = [
        (table_name(register, table, asking), row, shown(row, table.FACTS, known, asking))
        for table, row in queries.rows_on(register, file, day, known_at=timezone.now())
    ]
    given = about(register, file, asking, "file") | {"sections": sections, "day": day}
    return render(request, "web/register_file.html", given)


@require_GET
@needs(roles.SEE_FACILITIES)
def due(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """What the rulebook says of this file in a month, with reasons; the look is logged."""
    asking = who(request)
    register = register_of(kind, asking)
    file = file_of(register, number)
    _note("read_register_file", register, file, asking)
    month = benefits.month_of(day_in(request.GET.get("day"), asking.today))
    given = about(register, file, asking, "due") | {
        "month": month.first_day,
        "earlier": month.plus(-1).first_day,
        "later": month.plus(1).first_day,
    }
    try:
        given["found"] = benefits.entitlements(
            register, file, month, known_at=timezone.now(), language=asking.language
        )
    except NoRulebook:
        given["no_rulebook"] = True
    return render(request, "web/register_file_due.html", given)


@require_GET
@needs(roles.SEE_FACILITIES)
def history(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Every row ever recorded, and who looked or changed."""
    asking = who(request)
    register = register_of(kind, asking)
    file = file_of(register, number)
    _note("read_register_file", register, file, asking)
    known = labels_of(register, file.division_code)
    rows = [
        (
            table_name(register, type(row), asking),
            [value_shown(known[n], v, asking) for n, v in row.facts().items() if n in known],
            row,
            row.known.upper is None,
        )
        for row in queries.history(register, file)
    ]
    of_it = AuditEntry.objects.filter(subject=register.subject_of(file.pk))
    acts = list(of_it.order_by("-number")[:_ACTS])
    given = about(register, file, asking, "history") | {"rows": rows, "acts": acts}
    return render(request, "web/register_history.html", given)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACILITIES)
def record(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Choose what to record; then say its value, from which day, and on what ground."""
    asking = who(request)
    register = register_of(kind, asking, roles.RECORD_FACILITIES)
    file, name = file_of(register, number), request.GET.get("fact", "")
    known = labels_of(register, file.division_code)
    given = about(register, file, asking, "record")
    if name not in known:
        if request.method == "POST":
            raise Http404
        sections = [
            (
                table_name(register, table, asking),
                [known[fact] for fact in table.FACTS if fact in known],
            )
            for table in register.tables
        ]
        return render(request, "web/register_choose.html", given | {"sections": sections})
    label = known[name]
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and UNKNOWN in data:
        data["value"] = UNKNOWN
    form = RecordForm(data, label=label, asking=asking, initial={"start": asking.today})
    if data is not None and form.is_valid() and _recorded(register, file, name, form):
        messages.success(request, asking.say("已登记", "Recorded"))
        return redirect("web:register-file", kind=kind, number=file.pk)
    now = queries.facts_on(register, file, asking.today, known_at=timezone.now())
    given |= {
        "form": form,
        "label": label,
        "choices": choices_of(label, asking),
        "now": value_shown(label, now.get(name), asking),
    }
    status = 400 if form.errors else 200
    return render(request, "web/register_record.html", given, status=status)


def _recorded(register: Register, file: Any, name: str, form: RecordForm) -> bool:
    clean, asking = form.cleaned_data, form.asking
    try:
        operations.record(
            register,
            file,
            {name: clean["value"]},
            start=clean["start"],
            until=clean["until"],
            ground=Ground(clean["evidence"]),
            by=asking.name,
            at=timezone.now(),
        )
    except NothingToRecord:
        form.add_error(None, asking.say("没有变化：已按此登记", "This is recorded already"))
    except Contradiction:
        form.add_error(None, contradiction(asking))
    else:
        tell_public(register, file.division_code)
        return True
    return False


def contradiction(asking: Who) -> str:
    return asking.say(
        "与同一时期已登记的相关情况矛盾，或超出允许的范围",
        "This contradicts what is recorded for the same days, or is out of range",
    )


def about(register: Register, file: Any, asking: Who, here: str) -> dict[str, Any]:
    """Return what every page of a file shows."""
    ended = file.ended_on is not None and file.ended_on <= asking.today
    return {
        "register": register,
        "title": name_of(register, asking),
        "file": file,
        "here": here,
        "ended": ended,
        "may_record": asking.may(roles.RECORD_FACILITIES),
        "may_reveal": asking.may(roles.REVEAL),
    }


def _note(act: str, register: Register, file: Any, asking: Who) -> None:
    told = Act(act, register.subject_of(file.pk), file.division_code)
    audit.record(told, by=asking.name)
