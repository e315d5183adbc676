"""Lists for the registers: brought, every bad cell named, previewed, committed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from anlao.office.benefits.queries import FactLabel
from anlao.office.facilities.models import Institution
from anlao.office.interfaces.web.staff.register_files import contradiction, read_told
from anlao.office.interfaces.web.staff.register_kinds import KINDS, home_by
from anlao.office.interfaces.web.staff.register_opening import checked_place
from anlao.office.interfaces.web.staff.register_words import (
    division_of,
    labels_of,
    name_of,
    register_of,
    tell_public,
    value_shown,
)
from anlao.office.interfaces.web.who import Who, needs, who
from anlao.office.organisations import roles
from anlao.office.registry.imports import safety, sheets
from anlao.office.registry.imports.days import read_day
from anlao.office.registry.imports.kinds import tidy_header
from anlao.office.registry.imports.refusals import FileRefused
from anlao.office.registry.imports.safety import Limits, Upload
from anlao.office.registry.operations import Contradiction, Ground, NothingToRecord
from anlao.office.subjects import lists, operations
from anlao.office.subjects.base import Register
from anlao.office.subjects.lists import Row, Settled
from anlao.office.subjects.models import StagedList

_LARGEST = 5 * 2**20
_SHOWN = 200
_DAYS = ("dashes", "slashes", "dots", "compact", "chinese", "serial")
_HEADERS = {
    "name": ("姓名", "名称", "机构名称", "护理员姓名", "name"),
    "place": ("所在地", "地址", "乡镇村", "所在乡镇", "区划代码", "place"),
    "number": (
        "身份证号",
        "公民身份号码",
        "统一社会信用代码",
        "档案编号",
        "identity number",
        "credit code",
        "file number",
    ),
    "home": ("养老机构", "入住机构", "所在养老机构", "institution"),
}
_YES_NO = {"是": "true", "否": "false", "有": "true", "无": "false", "yes": "true", "no": "false"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a cell, and where it stands."""

    line: int
    column: str
    header: str
    said: str


class BringForm(forms.Form):
    """A list as xlsx or csv."""

    file = forms.FileField(max_length=200)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACILITIES)
def bring(request: HttpRequest, kind: str) -> HttpResponse:
    """Bring a list; where a cell is bad nothing is staged and every bad cell is named."""
    asking = who(request)
    register = _importable(kind, asking)
    form = BringForm(request.POST or None, request.FILES or None)
    given: dict[str, Any] = {"register": register, "title": name_of(register, asking)}
    known = labels_of(register, division_of(asking))
    given["needed"] = [asking.say(*_said(name)) for name in KINDS[kind].needed]
    given["may_have"] = asking.say(*KINDS[kind].may_have)
    given["columns"] = [label.text(asking.language) for label in known.values()]
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            rows, found = _Reading(register, asking, known).read(Upload(sent.name, sent.read()))
        except FileRefused as refusal:
            form.add_error("file", refusal.message("en" if asking.language == "en" else "zh"))
        else:
            if rows and not found:
                staged = lists.stage(
                    kind,
                    rows,
                    division=asking.where(roles.RECORD_FACILITIES).divisions[0],
                    file_name=sent.name,
                    by=asking.name,
                    at=timezone.now(),
                )
                return redirect("web:register-staged", kind=kind, number=staged.pk)
            given |= {"findings": found[:_SHOWN], "wrong": len(found), "sound": len(rows)}
            if not found:
                form.add_error("file", asking.say("名单里没有一行", "The list has no row"))
    status = 400 if form.errors or given.get("findings") else 200
    if request.method == "POST" and not form.is_valid():
        status = 400
    return render(request, "web/register_import.html", given | {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs(roles.RECORD_FACILITIES)
def one(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Look at what a list would record; commit it as one, or give it up."""
    asking = who(request)
    register = _importable(kind, asking)
    staged = StagedList.objects.filter(pk=number, kind=kind, brought_by=asking.name).first()
    if staged is None:
        raise Http404
    if request.method == "POST":
        return _settled(request, register, staged, asking)
    known = labels_of(register, division_of(asking))
    rows = [] if staged.rows is None else lists.rows_of(staged)
    preview = [
        (row, [value_shown(known[n], v, asking) for n, v in row.facts.items() if n in known])
        for row in rows[:_SHOWN]
    ]
    given = {
        "register": register,
        "title": name_of(register, asking),
        "staged": staged,
        "preview": preview,
        "new": sum(row.file is None for row in rows),
        "changed": sum(row.file is not None for row in rows),
        "today": asking.today,
    }
    return render(request, "web/register_staged.html", given)


def _said(name: str) -> tuple[str, str]:
    """Return what a column is called that every list has."""
    return {
        "name": ("姓名或名称", "name"),
        "place": ("所在地", "place"),
        "number": ("老年人的身份证号或档案编号", "the elder’s identity or file number"),
        "home": ("养老机构", "institution"),
    }[name]


def _settled(
    request: HttpRequest, register: Register, staged: StagedList, asking: Who
) -> HttpResponse:
    try:
        if request.POST.get("act") == "discard":
            lists.discard(staged, by=asking.name)
            messages.success(request, asking.say("已放弃", "Given up"))
            return redirect("web:register", kind=register.kind)
        start = date.fromisoformat(request.POST.get("start", ""))
        writer = _Writer(register, asking, start, f"名单 {staged.file_name}")
        lists.commit(staged, writer.write, by=asking.name)
    except Settled as refusal:
        messages.error(request, asking.say_refusal(refusal))
    except ValueError:
        messages.error(request, asking.say("请填日期", "Give a day"))
        return redirect("web:register-staged", kind=register.kind, number=staged.pk)
    except (Contradiction, IntegrityError):
        messages.error(
            request,
            asking.say("没有提交：", "Nothing was committed: ")
            + f"{writer.line}. {contradiction(asking)}",
        )
        return redirect("web:register-staged", kind=register.kind, number=staged.pk)
    else:
        tell_public(register, staged.division_code)
        messages.success(
            request, asking.say(f"已提交{staged.count}行", f"Committed {staged.count} rows")
        )
    return redirect("web:register", kind=register.kind)


def _importable(kind: str, asking: Who) -> Register:
    return register_of(kind, asking, roles.RECORD_FACILITIES)


@dataclass(slots=True)
class _Writer:
    """Records the rows of a list: new files, and changes of those that are there."""

    register: Register
    asking: Who
    start: date
    evidence: str
    line: int = 0

    def write(self, row: Row) -> None:
        self.line = row.line
        if row.file is None:
            self._open(row)
            return
        held = self.register.model.objects.get(pk=row.file)
        try:
            operations.record(
                self.register,
                held,
                row.facts,
                start=self.start,
                ground=Ground(self.evidence),
                by=self.asking.name,
                at=timezone.now(),
            )
        except NothingToRecord:
            return

    def _open(self, row: Row) -> None:
        subject = KINDS[self.register.kind].subject(row, self.asking)
        operations.open_file(
            self.register,
            subject,
            facts=row.facts,
            ground=Ground(self.evidence),
            by=self.asking.name,
            at=timezone.now(),
        )


class _Reading:
    """Reads a list for a register: headers in either language, cells as forms take them."""

    def __init__(self, register: Register, asking: Who, known: dict[str, FactLabel]) -> None:
        self.register, self.asking, self.known = register, asking, known
        self.kind = KINDS[register.kind]
        self.headers = {tidy_header(word): key for key in self.kind.asked for word in _HEADERS[key]}
        for name, label in known.items():
            for word in (name, label.zh, label.en):
                self.headers[tidy_header(word)] = name
        self.found: list[Finding] = []
        self.seen: dict[str, int] = {}

    def read(self, upload: Upload) -> tuple[list[Row], list[Finding]]:
        """Return sound rows and what is wrong. Raises FileRefused."""
        checked = safety.check(upload, Limits(upload_bytes=_LARGEST))
        sheet = sheets.read_book(checked, lambda text: tidy_header(text) in self.headers).sheets[0]
        say = self.asking.say
        columns = [self.headers.get(tidy_header(header), "") for header in sheet.headers]
        for place, (header, name) in enumerate(zip(sheet.headers, columns, strict=True)):
            where = sheet.place(sheet.header_row, place)
            if not name and header:
                self._say(where, header, say("不认识这一列", "This column is not known"))
            elif name and name in columns[:place]:
                self._say(where, header, say("这一列有两处", "This column is there twice"))
        for needed in self.kind.needed:
            if needed not in columns:
                words = say(_HEADERS[needed][0], needed)
                first = sheet.place(sheet.header_row, 0)
                self._say(first, words, say("缺少这一列", "This column is missing"))
        rows = []
        for count, row in enumerate(sheet.rows()):
            if count >= lists.MOST:
                where = sheet.place(row.number, 0)
                self._say(where, "", say(f"超过{lists.MOST}行", f"More than {lists.MOST} rows"))
                break
            read = self._row(sheet, row, columns)
            if read is not None:
                rows.append(read)
        return rows, self.found

    def _row(self, sheet: sheets.Sheet, row: sheets.Row, columns: list[str]) -> Row | None:
        before = len(self.found)
        values: dict[str, Any] = {}
        for place, (name, cell) in enumerate(zip(columns, row.cells, strict=True)):
            if not name or cell is None or not str(cell).strip():
                continue
            try:
                values[name] = self._value(name, cell)
            except ValidationError as refusal:
                said = " ".join(refusal.messages)
                self._say(sheet.place(row.number, place), sheet.headers[place], said)
        for needed in self.kind.needed:
            if needed in columns and needed not in values and len(self.found) == before:
                where = sheet.place(row.number, columns.index(needed))
                said = self.asking.say("不能为空", "This cannot be empty")
                self._say(where, sheet.headers[columns.index(needed)], said)
        if len(self.found) > before or not set(self.kind.needed) <= set(values):
            return None
        return self._checked(sheet, row, values)

    def _checked(self, sheet: sheets.Sheet, row: sheets.Row, values: dict[str, Any]) -> Row | None:
        name, place = values.pop("name", ""), values.pop("place", "")
        number, home = values.pop("number", ""), values.pop("home", None)
        key = number or f"{name} {place}"
        if key in self.seen:
            said = self.asking.say(f"与第{self.seen[key]}行重复", f"As in row {self.seen[key]}")
            self._say(sheet.place(row.number, 0), "", said)
            return None
        self.seen[key] = row.number
        told = Row(row.number, name, place, number, values, home=home)
        try:
            read = self.kind.completed(told, self.asking)
        except ValidationError as refusal:
            self._say(sheet.place(row.number, 0), "", " ".join(refusal.messages))
            return None
        return replace(read, file=self.kind.file(read, self.asking))

    def _value(self, name: str, cell: Any) -> Any:
        text = str(cell).strip()
        match name:
            case "name":
                if not 2 <= len(text) <= 80:
                    raise ValidationError(self.asking.say("名称过短或过长", "Too short or long"))
                return text
            case "place":
                return checked_place(text, self.asking)
            case "number":
                return self._number(cell, text)
            case "home":
                return home_by(text, self.asking).pk
        label = self.known[name]
        if label.type == "date":
            found = read_day(cell, _DAYS)
            if found is None:
                raise ValidationError(self.asking.say("请填日期", "Give a day"))
            return found
        return read_told(label, self._code(label, text), self.asking)

    def _number(self, cell: Any, text: str) -> str:
        if isinstance(cell, sheets.LostDigits):
            raise ValidationError(
                self.asking.say(
                    "末位数字已丢失，请把该列设为文本", "Digits were lost; make it text"
                )
            )
        return self.kind.number(text, self.asking)

    def _code(self, label: FactLabel, text: str) -> str:
        """Return a value as a form sends it; lists write words."""
        if label.type == "bool":
            return _YES_NO.get(text.lower(), text)
        for code, words in label.values.items():
            if text in words:
                return code
        if label.type == "institution":
            home = Institution.objects.filter(name=text, ended_on__isnull=True).first()
            return text if home is None else str(home.pk)
        return text

    def _say(self, where: sheets.Place, header: str, said: str) -> None:
        self.found.append(Finding(where.row, where.column, header, said))
