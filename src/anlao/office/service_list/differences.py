"""What one edition has that another has not: new items, gone ones, changed fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anlao.office.service_list.filling import FIELDS
from anlao.office.service_list.models import Edition, Item

LABELS = {
    "name": ("项目", "Service"),
    "group": ("服务对象", "Group"),
    "kind": ("服务类型", "Kind"),
    "who": ("给谁", "For whom"),
    "what": ("内容", "What"),
    "amount": ("标准", "How much"),
    "how": ("怎么办", "How to apply"),
    "bring": ("带什么", "What to bring"),
    "clause": ("依据", "Clause"),
    "office": ("牵头部门", "Office in charge"),
    "phone": ("电话", "Telephone"),
    "age_from": ("起始年龄", "Age from"),
    "age_to": ("截止年龄", "Age to"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """An item that both have, with the fields that differ."""

    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    new: tuple[Item, ...]
    gone: tuple[Item, ...]
    changed: tuple[Changed, ...]
    same: int

    @property
    def is_none(self) -> bool:
        return not (self.new or self.gone or self.changed)


def difference(before: Edition, after: Edition) -> Difference:
    """Return how an edition differs from an earlier one; items are matched by what computes them,
    else by name.
    """
    old = _keyed(before)
    new = _keyed(after)
    changed = [
        Changed(new[key].name, tuple(_fields(old[key], new[key]))) for key in new if key in old
    ]
    return Difference(
        tuple(item for key, item in new.items() if key not in old),
        tuple(item for key, item in old.items() if key not in new),
        tuple(one for one in changed if one.fields),
        sum(not one.fields for one in changed),
    )


def rows(found: Difference, language: str) -> Iterator[tuple[str, ...]]:
    """Yield a difference as rows of a table, the heading first."""
    english = language == "en"
    yield (
        ("change", "service", "field", "before", "after")
        if english
        else ("变化", "项目", "字段", "原来", "现在")
    )
    for item in found.new:
        yield ("new" if english else "新增", item.name, "", "", item.amount or item.what)
    for item in found.gone:
        yield ("gone" if english else "取消", item.name, "", item.amount or item.what, "")
    for one in found.changed:
        for field in one.fields:
            label = LABELS[field.field][english]
            yield ("changed" if english else "修改", one.name, label, field.before, field.after)


def _keyed(edition: Edition) -> dict[tuple[str, ...], Item]:
    return {tuple(sorted(item.provisions)) or ("", item.name): item for item in edition.items.all()}


def _fields(old: Item, new: Item) -> Iterator[FieldChange]:
    for name in FIELDS:
        before, after = (_shown(item, name) for item in (old, new))
        if before != after:
            yield FieldChange(name, before, after)


def _shown(item: Item, name: str) -> str:
    if name == "kind":
        return str(item.get_kind_display())
    value = getattr(item, name)
    return "" if value is None else str(value)
