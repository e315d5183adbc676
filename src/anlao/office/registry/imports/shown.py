"""What imported lists say, in words: facts, changes, and tables of them to be given out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from anlao.office.registry.imports import kinds
from anlao.office.registry.imports.kinds import Field
from anlao.office.registry.imports.models import Batch, Change, FindingRow, StagedRow
from anlao.office.registry.operations import START_OF_TIME
from anlao.places import divisions

Row = tuple[str, ...]
NATURES = {
    "new_file": ("新建档案", "new file"),
    "death": ("死亡", "death"),
    "move": ("户籍变动", "registration moves"),
    "correction": ("更改", "correction"),
    "addition": ("补充", "addition"),
}
OUTCOMES = {
    "change": ("有变化", "changes something"),
    "same": ("没有变化", "known already"),
    "undecided": ("待您决定", "waits for your decision"),
    "left_out": ("您决定不导入", "left out by you"),
    "no_file": ("没有档案", "no file in your area"),
    "too_young": ("未到建档年龄", "too young for a file"),
    "outside": ("不在您的范围", "outside your area"),
    "contradiction": ("与已登记情况矛盾", "contradicts what is recorded"),
}
_FINDINGS_HEAD = {
    "zh": ("行", "列", "表头", "内容（已遮盖）", "程度", "原因", "应为"),
    "en": ("Row", "Column", "Header", "Value (masked)", "Severity", "Reason", "Expected"),
}
_PREVIEW_HEAD = {
    "zh": ("行", "姓名", "证件号", "结果", "变化", "原登记", "名单所说"),
    "en": ("Row", "Name", "Identity number", "Outcome", "Change", "Known", "The list says"),
}
_SEVERITIES = {"error": ("错误", "error"), "warning": ("提示", "warning")}


@cache
def _by_fact() -> Mapping[str, Field]:
    return {spec.fact: spec for spec in kinds.fields().values() if spec.fact}


def value(name: str, stored: Any, language: str) -> str:
    """Return the value of a fact in words."""
    if stored in (None, ""):
        return "未知" if language == "zh" else "not known"
    if isinstance(stored, bool):
        return ("是" if stored else "否") if language == "zh" else ("yes" if stored else "no")
    spec = _by_fact().get(name)
    if spec is not None and spec.type == "division":
        return divisions.name_path(stored) if divisions.find(stored) else str(stored)
    if spec is None or not spec.values:
        return str(stored)
    if language == "en":
        return str(stored).replace("_", " ")
    codes = list(dict.fromkeys(spec.values.values()))
    return dict(zip(codes, spec.shown_values, strict=True)).get(stored, str(stored))


def facts(values: Mapping[str, Any], language: str) -> str:
    """Return facts in words, one after the other."""
    parts = []
    for name, stored in values.items():
        spec = _by_fact().get(name)
        label = name if spec is None else spec.name.of("en" if language == "en" else "zh")
        parts.append(f"{label}: {value(name, stored, language)}")
    return ("; " if language == "en" else "；").join(parts)


def span(row: Mapping[str, Any], language: str) -> str:
    """Return from when until when something holds."""
    start, until = row["from"], row["until"]
    if start == str(START_OF_TIME) and until is None:
        return ""
    if language == "en":
        return f"{'' if start == str(START_OF_TIME) else f'from {start}'}" + (
            f" until {until}" if until else ""
        )
    begun = "" if start == str(START_OF_TIME) else f"{start} 起"
    return begun + (f" 至 {until}（不含）" if until else "")


def before(change: Change, language: str) -> list[str]:
    """Return what was known in the days of a change."""
    lines = []
    for row in change.before:
        values = {name: one for name, one in row.items() if name not in ("from", "until")}
        lines.append(f"{facts(values, language)} {span(row, language)}".strip())
    return lines or ["没有登记" if language == "zh" else "nothing known"]


def after(change: Change, language: str) -> str:
    """Return what the list says."""
    said = facts(change.after["values"], language)
    return f"{said} {span(change.after, language)}".strip()


def findings(batch: Batch, language: str) -> Iterator[Row]:
    """Yield the findings of a batch as rows of a table, its head first."""
    yield _FINDINGS_HEAD[language]
    english = language == "en"
    for one in FindingRow.objects.filter(batch=batch).order_by("row", "id").iterator(2000):
        yield (
            str(one.row or ""),
            one.column,
            one.header,
            one.value,
            _SEVERITIES[one.severity][english],
            one.reason_en if english else one.reason_zh,
            one.expected_en if english else one.expected_zh,
        )


def preview(batch: Batch, language: str) -> Iterator[Row]:
    """Yield every row of a batch with each of its changes, the head first."""
    yield _PREVIEW_HEAD[language]
    english = language == "en"
    rows = StagedRow.objects.filter(batch=batch).order_by("row").prefetch_related("changes")
    for row in rows.iterator(2000):
        begun = (str(row.row), row.name, row.identity_mask)
        outcome = OUTCOMES.get(row.outcome, ("", ""))[english]
        changes = list(row.changes.all())
        for change in changes:
            held = "\n".join(before(change, language))
            nature = NATURES[change.nature][english]
            yield (*begun, outcome, nature, held, after(change, language))
        if not changes:
            yield (*begun, outcome, "", "", "")
