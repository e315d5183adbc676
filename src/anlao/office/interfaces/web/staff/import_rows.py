"""The rows of a brought list: what is wrong, whom they are about, what they change."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.web.sent import number_in, text_in
from anlao.office.interfaces.web.staff.imports import batch_of
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.jobs.operations import OneIsWaiting, Wanted
from anlao.office.jobs.progress import Refused
from anlao.office.organisations import roles
from anlao.office.registry.imports import batches, files, kinds, previews, shown
from anlao.office.registry.imports.batches import DecisionRefused, WrongState
from anlao.office.registry.imports.files import File
from anlao.office.registry.imports.models import Batch, Change, FindingRow, StagedRow
from anlao.office.registry.models import Elder
from anlao.office.shared import spreadsheets

PAGE = 50


@require_GET
@needs(roles.IMPORT_LISTS)
def findings(request: HttpRequest, number: int) -> HttpResponse:
    """Every bad cell with row, column, value and reason; as a file on demand."""
    asking, batch = who(request), batch_of(number)
    form = request.GET.get("form", "")
    if form in spreadsheets.TYPES:
        return _file(request, number, File(files.FINDINGS, form, _language(request)))
    found = FindingRow.objects.filter(batch=batch).order_by("severity", "row", "id")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    batches.note("read_list", batch, asking.name, after={"page": page.number, "of": "findings"})
    return render(request, "web/import_findings.html", {"batch": batch, "page": page})


@require_GET
@needs(roles.IMPORT_LISTS)
def marked_copy(request: HttpRequest, number: int) -> HttpResponse:
    """The list as it came, with what is wrong beside each row; only for whoever brought it."""
    return _file(request, number, File(files.MARKED))


@require_http_methods(["GET", "POST"])
@needs(roles.IMPORT_LISTS)
def matches(request: HttpRequest, number: int) -> HttpResponse:
    """Rows that may be about somebody: this elder, a new file, or leave the row out."""
    asking, batch = who(request), batch_of(number)
    if request.method == "POST":
        row = number_in(request.POST, "row")
        word, _, elder = text_in(request.POST, "decision").partition(":")
        try:
            if word not in StagedRow.Decision.values:
                raise DecisionRefused("请选择一项", "choose one")
            chosen = int(elder) if elder.isdigit() and len(elder) < 19 else None
            if chosen is not None and not Elder.objects.filter(pk=chosen).exists():
                raise DecisionRefused("没有这份档案", "there is no such file")
            batches.decide(batch, row, word, chosen, by=asking.name)
        except (DecisionRefused, StagedRow.DoesNotExist, WrongState) as refusal:
            zh, en = "这一行现在不能决定", "this row cannot be decided on now"
            if isinstance(refusal, DecisionRefused):
                zh, en = refusal.zh, refusal.en
            messages.error(request, asking.say(zh, en))
        else:
            messages.success(request, asking.say(f"第 {row} 行已决定", f"Row {row} is decided"))
        page_asked = number_in(request.POST, "page") or 1
        return redirect(f"{reverse('web:import-matches', args=[number])}?page={page_asked}")
    asked = (StagedRow.Match.NAME_DIFFERS, StagedRow.Match.CANDIDATES)
    rows = StagedRow.objects.filter(batch=batch, match__in=asked).order_by("decision", "row")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    batches.note("read_list", batch, asking.name, after={"page": page.number, "of": "matches"})
    lines = [(row, _candidates(row), batches.may_open(batch, row)) for row in page]
    given = {
        "batch": batch,
        "page": page,
        "lines": lines,
        "open": batch.state == "checked",
        "waiting": rows.filter(decision="").count(),
    }
    return render(request, "web/import_matches.html", given)


def _candidates(row: StagedRow) -> list[Elder]:
    if row.match == StagedRow.Match.NAME_DIFFERS:
        return list(
            Elder.objects.filter(identity_index=bytes(row.identity_index)).exclude(state="merged")
        )
    same = Elder.objects.filter(name=row.name, birth_date=row.birth_date).exclude(state="merged")
    return sorted(same[:10], key=lambda her: (her.division_code != row.place, her.pk))


@require_GET
@needs(roles.IMPORT_LISTS)
def preview(request: HttpRequest, number: int) -> HttpResponse:
    """Every change, before and after, narrowed by kind of change or by what comes of a row."""
    asking, batch = who(request), batch_of(number)
    language = _language(request)
    if (form := request.GET.get("form", "")) in spreadsheets.TYPES:
        return _file(request, number, File(files.PREVIEW, form, language))
    only = request.GET.get("only", "")
    rows: Any = StagedRow.objects.filter(batch=batch)
    gone: list[Elder] = []
    if only in shown.NATURES:
        rows = rows.filter(
            pk__in=Change.objects.filter(batch=batch, nature=only).values("staged_id")
        )
    elif only in shown.OUTCOMES:
        rows = rows.filter(outcome=only)
    elif only == "kept":
        kept = Change.objects.filter(batch=batch).exclude(kept_reason="")
        rows = rows.filter(pk__in=kept.values("staged_id"))
    elif only == "no_longer":
        rows = rows.none()
        gone = list(previews.no_longer_named(batch)[:500])
    page = Paginator(rows.order_by("row").prefetch_related("changes"), PAGE).get_page(
        request.GET.get("page")
    )
    batches.note(
        "read_list", batch, asking.name, after={"page": page.number, "of": "preview", "only": only}
    )
    english = language == "en"
    lines = [
        (
            row,
            shown.OUTCOMES.get(row.outcome, ("", ""))[english],
            [
                (
                    shown.NATURES[change.nature][english],
                    shown.before(change, language),
                    shown.after(change, language),
                    change.kept_reason,
                )
                for change in row.changes.all()
            ],
        )
        for row in page
    ]
    counts = batch.counts
    filters = [
        (name, both[english], group.get(name, 0))
        for words, group in (
            (shown.NATURES, counts.get("natures", {})),
            (shown.OUTCOMES, counts.get("outcomes", {})),
        )
        for name, both in words.items()
        if group.get(name)
    ]
    given = {
        "batch": batch,
        "kind": kinds.kind(batch.kind),
        "page": page,
        "lines": lines,
        "only": only,
        "filters": filters,
        "gone": gone,
        "no_longer": counts.get("no_longer", 0),
    }
    return render(request, "web/import_preview.html", given)


def _file(request: HttpRequest, number: int, file: File) -> HttpResponse:
    """Give a file out at once, or let a job write it where it is long."""
    asking, batch = who(request), batch_of(number)
    if files.is_long(batch, file.what) and not _is_others(batch, file, asking):
        return _queued(request, batch, file)
    try:
        data = files.written(batch, file, today=asking.today, by=asking.name)
    except Refused as refusal:
        messages.error(request, asking.say(refusal.zh, refusal.en))
        return redirect("web:import-findings", number=number)
    return HttpResponse(
        data,
        content_type=spreadsheets.TYPES[file.form],
        headers={
            "Content-Disposition": f'attachment; filename="import-{number}-{file.what}.{file.form}"'
        },
    )


def _is_others(batch: Batch, file: File, asking: Who) -> bool:
    """Return whether a file is refused anyway: no job is asked for that."""
    return file.what == files.MARKED and batch.uploaded_by != asking.name


def _queued(request: HttpRequest, batch: Batch, file: File) -> HttpResponse:
    asking = who(request)
    zh, en = files.NAMES[file.what]
    wanted = Wanted(
        running.EXPORT_IMPORT,
        f"导出批次 #{batch.pk}：{zh}",
        f"Export batch #{batch.pk}: {en}",
        f"export:import:{batch.pk}:{file.what}:{file.form}:{asking.name}"[:120],
        batch.division_code,
        {"batch": batch.pk, "file": asdict(file)},
    )
    try:
        running.start(wanted, by=asking.name)
    except OneIsWaiting:
        messages.info(request, asking.say("这份文件正在导出", "This is being exported already"))
    else:
        messages.success(
            request,
            asking.say(
                "名单较长，正在后台导出，完成后可在这里下载。",
                "The list is long; it is written in the background and waits here when it is done.",
            ),
        )
    return redirect("web:jobs")


def _language(request: HttpRequest) -> str:
    return "en" if who(request).language == "en" else "zh"
