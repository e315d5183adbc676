"""Data packages: a month of a place for another system, made by a job, fetched, checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import IO, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.divisions.models import Division
from anlao.office.exchange import signing
from anlao.office.exchange.checking import PackageRefused
from anlao.office.exchange.checking import check as checked
from anlao.office.exchange.tables import TABLES
from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.web.sent import number_in
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.jobs import queries as jobs
from anlao.office.jobs.models import Job
from anlao.office.jobs.operations import OneIsWaiting, Wanted
from anlao.office.organisations import roles
from anlao.office.shared import audit, sealed_files
from anlao.office.shared.audit import Act
from anlao.places import divisions

PAGE = 20
LARGEST_UPLOAD = 200 * 2**20
"""Bytes of a file that is checked on the page; the command takes larger ones."""
_LARGEST_OPENED = 2 * 2**30
_FORMS = (("jsonl", "JSON Lines"), ("csv", "CSV"))
_TABLES = {table.name: (table.zh, table.name) for table in TABLES}


class PackageForm(forms.Form):
    """Which month of which place, written how, and for whom and why."""

    month = forms.RegexField(r"^(19|20)\d{2}-(0[1-9]|1[0-2])\Z")
    division = forms.ChoiceField()
    form = forms.ChoiceField(choices=_FORMS)
    with_numbers = forms.BooleanField(required=False)
    reason = forms.CharField(min_length=2, max_length=200)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        self.fields["division"].choices = _places(asking)  # type: ignore[attr-defined]

    def clean_month(self) -> str:
        month = str(self.cleaned_data["month"])
        if date.fromisoformat(f"{month}-01") > self.asking.today:
            raise forms.ValidationError(
                self.asking.say("这个月还没有到", "this month has not begun yet")
            )
        return month

    def clean(self) -> None:
        super().clean()
        clean = self.cleaned_data
        place = clean.get("division")
        if clean.get("with_numbers") and place and not self._may_reveal(place):
            words = self.asking.say(
                "您不能查看这里的完整证件号", "you may not see whole numbers there"
            )
            self.add_error("with_numbers", words)

    def _may_reveal(self, place: str) -> bool:
        return self.asking.where(roles.REVEAL).covers(place)


class CheckForm(forms.Form):
    """A file that came, and the public key of whoever should have signed it."""

    file = forms.FileField(max_length=200)
    key = forms.CharField(max_length=100)

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(
                self.asking.say(
                    "文件太大，请用命令 anlao exchange check 查验",
                    "too large for this page; check it by the command anlao exchange check",
                )
            )
        return file


@require_http_methods(["GET", "POST"])
@needs(roles.GIVE_DATA)
def packages(request: HttpRequest) -> HttpResponse:
    """The packages of one's area, and a form that lets a job make one."""
    asking = who(request)
    first = {"month": f"{asking.today:%Y-%m}", "form": "jsonl"}
    form = PackageForm(request.POST or None, initial=first, asking=asking)
    if request.method == "POST" and form.is_valid():
        _queue(request, form.cleaned_data)
        return redirect("web:packages")
    found = jobs.of_kind(running.MAKE_PACKAGE, where=asking.where(roles.GIVE_DATA))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    given = {
        "form": form,
        "page": page,
        "open": [job for job in page if not job.is_over and job.who == asking.name],
        "rows": [_row(job, asking) for job in page],
        "public": _public(),
    }
    return render(request, "web/packages.html", given, status=400 if form.errors else 200)


def _queue(request: HttpRequest, clean: Mapping[str, Any]) -> None:
    asking = who(request)
    code, month = clean["division"], clean["month"]
    wanted = Wanted(
        running.MAKE_PACKAGE,
        f"数据包：{_name(code)} {month}",
        f"Data package: {code} {month}",
        f"package:{code}:{month}",
        code,
        {name: clean[name] for name in ("month", "form", "with_numbers", "reason")},
    )
    try:
        running.start(wanted, by=asking.name)
    except OneIsWaiting:
        messages.info(
            request, asking.say("这个数据包正在制作", "This package is being made already")
        )
    else:
        messages.success(
            request,
            asking.say("已开始制作，完成后可在这里下载", "It is being made and will wait here"),
        )


def _row(job: Job, asking: Who) -> Mapping[str, Any]:
    """Return what the list says of a package, and whether its file may be fetched by her."""
    name = job.result.get("package")
    kept = name is not None and sealed_files.is_kept(name)
    return {
        "job": job,
        "place": _name(job.division),
        "form": dict(_FORMS)[job.asked["form"]],
        "tables": _words(job.result.get("rows", {})),
        "is_gone": name is not None and not kept,
        "is_kept": kept,
        "is_hers": kept and _may_fetch(job, asking),
    }


def _may_fetch(job: Job, asking: Who) -> bool:
    """Return whether she asked for it, and still may: also for whole numbers, if it has them."""
    acts = [roles.GIVE_DATA, *([roles.REVEAL] if job.asked["with_numbers"] else [])]
    inside = all(asking.where(act).covers(job.division) for act in acts)
    return bool(job.who == asking.name and inside)


@require_GET
@needs(roles.GIVE_DATA)
def file(request: HttpRequest, number: int) -> HttpResponse:
    """The file of a package, for whoever asked for it; every fetch is logged with the reason."""
    asking = who(request)
    job = _made(number, asking)
    if not _may_fetch(job, asking):
        raise Http404
    if (data := _taken_out(request, job)) is None:
        return redirect("web:packages")
    after = {"month": job.asked["month"], "sha256": job.result["digest"]}
    act = Act(
        "fetch_package", f"job:{job.pk}", job.division, purpose=job.asked["reason"], after=after
    )
    audit.record(act, by=asking.name)
    name = f"anlao-{job.division}-{job.asked['month']}.zip"
    return HttpResponse(
        data,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_http_methods(["GET", "POST"])
@needs(roles.GIVE_DATA)
def check(request: HttpRequest) -> HttpResponse:
    """Whether a file that came, or one that is kept here, is whole and signed; the answer is
    logged.
    """
    asking = who(request)
    kept = number_in(request.POST, "package")
    sent = request.method == "POST" and not kept
    form = CheckForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        asking=asking,
    )
    given: dict[str, Any] = {"form": form, "most": LARGEST_UPLOAD // 2**20}
    if kept:
        job = _made(kept, asking)
        if (data := _taken_out(request, job)) is None:
            return redirect("web:packages")
        act = Act("check_package", f"job:{job.pk}", job.division)
        given |= _checked(BytesIO(data), _public(), act, asking)
    elif sent and form.is_valid():
        clean = form.cleaned_data
        given |= _checked(clean["file"].file, clean["key"].strip(), Act("check_package"), asking)
    failed = bool(form.errors or given.get("problem"))
    return render(request, "web/package_check.html", given, status=400 if failed else 200)


def _checked(source: IO[bytes], key: str, act: Act, asking: Who) -> Mapping[str, Any]:
    """Return what a check says, for the page; log it."""
    try:
        found = checked(source, public=key, most=_LARGEST_OPENED)
    except PackageRefused as refusal:
        _note(act, {"whole": False, "why": str(refusal)}, asking)
        return {"problem": asking.say(refusal.zh, refusal.en)}
    said = {"division": found.division, "month": found.month, "sha256": found.digest}
    _note(act, {"whole": True, **said}, asking)
    return {
        "found": found,
        "place": _name(found.division),
        "tables": _words(found.rows),
        "own": key == _public(),
    }


def _note(act: Act, after: Mapping[str, Any], asking: Who) -> None:
    audit.record(Act(act.name, act.subject, act.division, after=after), by=asking.name)


def _taken_out(request: HttpRequest, job: Job) -> bytes | None:
    """Return a package as it was made; None where it is no longer kept, which the page says."""
    try:
        return sealed_files.take_out(job.result["package"])
    except FileNotFoundError:
        words = who(request).say(
            "文件已过保留期，请重新制作。", "The file was kept for a week; have it made anew."
        )
        messages.error(request, words)
        return None


def _made(number: int, asking: Who) -> Job:
    """Return a package that was made inside her area, or raise 404."""
    found = jobs.of_kind(running.MAKE_PACKAGE, where=asking.where(roles.GIVE_DATA))
    job: Job | None = found.filter(pk=number, state=Job.State.DONE).first()
    if job is None:
        raise Http404
    return job


def _places(asking: Who) -> list[tuple[str, str]]:
    """Return the places of her area that a package may be about; no single villages of it."""
    levels = (Division.Level.COUNTY, Division.Level.TOWNSHIP)
    inside = Q(pk__in=())
    for code in asking.where(roles.GIVE_DATA).divisions:
        inside |= Q(code=code) | Q(code__startswith=code, level__in=levels)
    found = Division.objects.filter(inside, until_date=None).order_by("code")
    return [(one.code, one.name) for one in found]


def _words(rows: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Return the tables of a package in both languages, with their rows; unknown ones last."""
    names = [*(name for name in _TABLES if name in rows), *sorted(rows.keys() - _TABLES.keys())]
    return [(*_TABLES.get(name, (name, name)), rows[name]) for name in names]


def _name(code: str) -> str:
    found = divisions.find(code)
    return code if found is None else found.name


def _public() -> str:
    return signing.public_text(signing.key_of(settings.DATA))
