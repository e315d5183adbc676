"""Lists from other offices: brought, mapped to our fields, checked, recorded, taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlao.office.divisions.models import Division
from anlao.office.interfaces.tasks import running
from anlao.office.interfaces.web.sent import text_in
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.jobs import queries as jobs
from anlao.office.jobs.operations import OneIsWaiting, Wanted
from anlao.office.organisations import roles
from anlao.office.registry.imports import batches, kinds, mapping
from anlao.office.registry.imports.batches import Brought, SeenBefore, WrongState
from anlao.office.registry.imports.models import Batch, StagedRow
from anlao.office.registry.imports.refusals import FileRefused, Language
from anlao.office.registry.imports.safety import Limits, Upload
from anlao.office.registry.imports.shown import NATURES, OUTCOMES

PAGE = 30
SOURCES = {
    "public_security": ("公安局", "public security"),
    "disabled_persons_federation": ("残疾人联合会", "disabled persons' federation"),
    "medical_insurance": ("医疗保障局", "medical insurance"),
    "hardship": ("社会救助", "social relief"),
    "social_security": ("人力资源和社会保障局", "social security"),
    "villages": ("村（社区）", "villages"),
}
STATES = {
    "uploaded": ("待核对", "to be checked"),
    "checked": ("待提交", "to be committed"),
    "committed": ("已提交", "committed"),
    "undone": ("已撤销", "undone"),
    "discarded": ("已放弃", "given up"),
}
_JOBS = {
    running.CHECK: ("核对名单", "Check list"),
    running.PREVIEW: ("重新生成预览", "Work out the preview anew"),
    running.COMMIT: ("提交名单", "Commit list"),
    running.UNDO: ("撤销名单", "Undo list"),
}


class UploadForm(forms.Form):
    """A file, what kind of list it is, whose, for which month."""

    file = forms.FileField(max_length=200)
    kind = forms.ChoiceField()
    source = forms.CharField(max_length=80, required=False)
    month = forms.RegexField(r"^\d{4}-(0[1-9]|1[0-2])\Z")
    lasts = forms.ChoiceField()
    area = forms.ChoiceField()

    def __init__(self, *args: Any, asking: Who, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        english = asking.language == "en"
        given: dict[str, list[tuple[str, str]]] = {
            "kind": [
                (name, kinds.kind(name).name.of("en" if english else "zh"))
                for name in kinds.kinds()
            ],
            "lasts": [
                ("on", asking.say("从该月起，直到另有登记", "From that month on")),
                ("month", asking.say("只在该月", "In that month only")),
            ],
            "area": areas_of(asking),
        }
        for name, choices in given.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]


def areas_of(asking: Who) -> list[tuple[str, str]]:
    """Return the counties and townships for which somebody may import."""
    codes = asking.where(roles.IMPORT_LISTS).divisions
    found = Division.objects.filter(code__in=codes, level__in=("county", "township"))
    return [(one.code, one.name) for one in found]


def batch_of(number: int) -> Batch:
    """Return a batch inside the area of the asking user, or raise 404."""
    found: Batch | None = Batch.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@require_GET
@needs(roles.IMPORT_LISTS)
def overview(request: HttpRequest) -> HttpResponse:
    """The lists of one's area, the latest first."""
    page = Paginator(Batch.objects.all(), PAGE).get_page(request.GET.get("page"))
    rows = [(batch, kinds.kind(batch.kind).name, STATES[batch.state]) for batch in page]
    return render(request, "web/imports.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
@needs(roles.IMPORT_LISTS)
def new(request: HttpRequest) -> HttpResponse:
    """Bring a file."""
    asking, problem, seen = who(request), "", None
    first = {"month": f"{asking.today:%Y-%m}", "lasts": "on"}
    form = UploadForm(request.POST or None, request.FILES or None, initial=first, asking=asking)
    if request.method == "POST" and form.is_valid():
        try:
            batch = batches.bring(_brought(form), by=asking.name, at=timezone.now())
        except FileRefused as refusal:
            problem = refusal.message("en" if asking.language == "en" else "zh")
        except SeenBefore as refusal:
            seen = refusal.batch
        else:
            return redirect("web:import-mapping", number=batch.pk)
    failed = bool(problem or seen or form.errors)
    given = {
        "form": form,
        "problem": problem,
        "seen": seen,
        "most": Limits().upload_bytes // 2**20,
        "has_area": bool(areas_of(asking)),
    }
    return render(request, "web/import_new.html", given, status=400 if failed else 200)


def _brought(form: UploadForm) -> Brought:
    clean = form.cleaned_data
    kind = kinds.kind(clean["kind"])
    start = date.fromisoformat(f"{clean['month']}-01")
    after = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return Brought(
        Upload(clean["file"].name, clean["file"].read()),
        kind.id,
        clean["source"].strip() or SOURCES[kind.source][0],
        start,
        after if clean["lasts"] == "month" else None,
        clean["area"],
    )


@require_http_methods(["GET", "POST"])
@needs(roles.IMPORT_LISTS)
def columns(request: HttpRequest, number: int) -> HttpResponse:
    """Which column is what, as guessed or remembered; she confirms, then the list is checked."""
    asking, batch = who(request), batch_of(number)
    if batch.state not in (Batch.State.UPLOADED, Batch.State.CHECKED):
        return redirect("web:import", number=number)
    kind = kinds.kind(batch.kind)
    book = batches.book_of(batch)
    if request.method == "POST" and text_in(request.POST, "act") == "sheet":
        wanted = text_in(request.POST, "sheet")
        if any(sheet.name == wanted for sheet in book.sheets):
            batches.choose_sheet(batch, wanted)
        return redirect("web:import-mapping", number=number)
    told = batches.mapping_of(batch)
    if request.method == "POST":
        told = _told(request, told, kind)
        wrong = [f for f in mapping.check_mapping(kind, told) if f.severity == "error"]
        if not wrong:
            batches.confirm(batch, told, by=asking.name, at=timezone.now())
            _start(request, batch, running.CHECK)
            return redirect("web:import", number=number)
    sheet = next(one for one in book.sheets if one.name == batch.sheet)
    examples = [row for row, _ in zip(sheet.rows(), range(3), strict=False)]
    found = mapping.check_mapping(kind, told)
    language: Language = "en" if asking.language == "en" else "zh"
    given = {
        "batch": batch,
        "kind": kind,
        "sheets": book.sheets,
        "left_out": book.left_out,
        "fields": [
            (spec.id, spec.name.of(language), spec.id in kind.required)
            for spec in kind.fields.values()
        ],
        "columns": [
            (column, [_example(row.cells[column.index], column.field) for row in examples])
            for column in told.columns
            if column.header or column.field
        ],
        "problems": [f.message(language) for f in found if f.severity == "error"],
        "constants": _constants(kind, told, language),
    }
    refused = request.method == "POST"
    return render(request, "web/import_mapping.html", given, status=400 if refused else 200)


def _example(cell: object, field: str) -> str:
    """Return a cell to know a column by; numbers of people and telephones do not show."""
    text = "" if cell is None else str(cell)
    digits = sum(character.isdigit() for character in text)
    return "•" * 6 if field in ("identity_number", "phone") or digits >= 10 else text[:20]


def _told(request: HttpRequest, told: mapping.Mapping, kind: kinds.Kind) -> mapping.Mapping:
    for column in told.columns:
        field = text_in(request.POST, f"column-{column.index}")
        if (column.header or column.field) and (field in kind.fields or not field):
            told = told.with_field(column.index, field)
    for field in kind.fields:
        word = text_in(request.POST, f"constant-{field}")
        if word and told.column_of(field) is None:
            told = told.with_constant(field, word)
    return told


def _constants(
    kind: kinds.Kind, told: mapping.Mapping, language: str
) -> list[tuple[str, str, list[str]]]:
    """Return the fields that a whole list may say once, with their words."""
    found = []
    for name in kind.required:
        spec = kind.fields[name]
        words = list(spec.shown_values) or (["是", "否"] if spec.type == "bool" else [])
        if words and told.column_of(name) is None:
            found.append((name, spec.name.of("en" if language == "en" else "zh"), words))
    return found


@require_GET
@needs(roles.IMPORT_LISTS)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """How far a list has come, what was found, and what to do next."""
    batch = batch_of(number)
    job = jobs.latest(f"import:{number}")
    counts = batch.counts
    asked = (StagedRow.Match.NAME_DIFFERS, StagedRow.Match.CANDIDATES)
    rows = StagedRow.objects.filter(batch=batch, match__in=asked)
    given = {
        "batch": batch,
        "kind": kinds.kind(batch.kind),
        "state": STATES[batch.state],
        "job": job,
        "runs": job is not None and not job.is_over,
        "outcomes": _counted(OUTCOMES, counts.get("outcomes", {})),
        "natures": _counted(NATURES, counts.get("natures", {})),
        "asked": rows.count(),
        "waiting": rows.filter(decision="").count(),
        "stale": rows.exclude(decision="").filter(outcome="").exists(),
        "kept": counts.get("kept", 0),
    }
    return render(request, "web/import.html", given)


def _counted(words: dict[str, tuple[str, str]], counts: dict[str, int]) -> list[Any]:
    return [(name, both, counts[name]) for name, both in words.items() if counts.get(name)]


@require_POST
@needs(roles.IMPORT_LISTS)
def act(request: HttpRequest, number: int) -> HttpResponse:
    """Commit, work out anew, or give up."""
    asking, batch = who(request), batch_of(number)
    wanted = text_in(request.POST, "act")
    try:
        if wanted == "discard":
            batches.discard(batch, by=asking.name)
            messages.success(request, asking.say("已放弃这批名单", "The list was given up"))
        elif wanted in ("commit", "preview") and batch.state == Batch.State.CHECKED:
            _start(request, batch, running.COMMIT if wanted == "commit" else running.PREVIEW)
        else:
            raise WrongState
    except WrongState:
        messages.error(
            request,
            asking.say("这批名单现在不能这样做", "This cannot be done with the list as it stands"),
        )
    return redirect("web:import", number=number)


@require_http_methods(["GET", "POST"])
@needs(roles.IMPORT_LISTS)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a committed list back, with a reason."""
    batch = batch_of(number)
    if batch.state != Batch.State.COMMITTED:
        return redirect("web:import", number=number)
    reason = text_in(request.POST, "reason")
    if request.method == "POST" and len(reason) >= 2:
        batch.undone_reason = reason
        batch.save(update_fields=["undone_reason"])
        _start(request, batch, running.UNDO)
        return redirect("web:import", number=number)
    given = {"batch": batch, "kind": kinds.kind(batch.kind), "refused": request.method == "POST"}
    return render(request, "web/import_undo.html", given, status=400 if given["refused"] else 200)


def _start(request: HttpRequest, batch: Batch, kind: str) -> None:
    """Put the work on a batch into the queue; one at a time for each batch."""
    asking = who(request)
    job = jobs.latest(f"import:{batch.pk}")
    zh, en = _JOBS[kind]
    name = kinds.kind(batch.kind).name
    wanted = Wanted(
        kind,
        f"{zh} #{batch.pk} {name.zh}",
        f"{en} #{batch.pk}: {name.en}",
        f"import:{batch.pk}",
        batch.division_code,
    )
    try:
        if job is not None and not job.is_over:
            raise OneIsWaiting
        running.start(wanted, by=asking.name)
    except OneIsWaiting:
        messages.info(
            request,
            asking.say("这批名单正在处理，请稍候", "The list is being worked on; please wait"),
        )
