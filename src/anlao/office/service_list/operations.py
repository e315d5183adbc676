"""Preparing a list and taking it from the draft to the archive; each step is logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from anlao.office.benefits import listing
from anlao.office.service_list import filling, floors
from anlao.office.service_list.filling import FIELDS
from anlao.office.service_list.models import Edition, Item
from anlao.office.service_list.states import MOVES, Move
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.places import divisions

CONFIRMED_AT_LEAST = 6
"""Characters of a reviewer's words where nothing could be compared."""


@dataclass(eq=False, slots=True)
class ListRefused(ValueError):
    """Raised where a list may not be made, changed or moved; told as "中文 / English"."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(eq=False, slots=True)
class FallsShort(ListRefused):
    """Raised where a list would give less than the one above it."""

    compared: floors.Compared


def begin(
    *, division: str, year: int, by: str, at: datetime, day: date, earlier: Edition | None = None
) -> Edition:
    """Make a draft: filled from the rulebook, or from an earlier edition of the division.

    Amounts always come from the rulebook as of the day. Raises ListRefused.
    """
    found = listing.listed(division, day)
    if earlier is None and not found:
        raise ListRefused(
            "没有可用的规则册，请从以前的版本编制 / No rulebook covers it; begin from an edition"
        )
    place = divisions.find(division)
    title = f"{place.name if place else division}基本养老服务清单（{year}年版）"
    with transaction.atomic():
        made = _made(division, year, title, by=by, at=at)
        items = (
            filling.from_rulebook(found)
            if earlier is None
            else filling.from_edition(earlier, division, day)
        )
        for number, item in enumerate(items, 1):
            item.edition, item.place, item.changed_by, item.changed_at = made, number, by, at
        Item.objects.bulk_create(items)
        after = {
            "year": year,
            "items": len(items),
            "from": f"edition:{earlier.pk}" if earlier else _rulebook(division),
        }
        audit.record(Act("make_list", f"service_list:{made.pk}", division, after=after), by=by)
    return made


def change(*, item: Item, to: Mapping[str, Any], by: str, at: datetime, day: date) -> list[str]:
    """Write fields of an item; return those that changed. Raises ListRefused.

    The amount of an item that the rulebook computes is not written by hand.
    """
    edition = _locked(item.edition_id)
    _must_be_draft(edition)
    new = {name: value for name, value in to.items() if name in FIELDS}
    if item.provisions:
        new["amount"] = filling.amount_of(item, listing.amounts(edition.division_code, day))
    before = {name: getattr(item, name) for name in new if getattr(item, name) != new[name]}
    if not before:
        return []
    for name in before:
        setattr(item, name, new[name])
    item.changed_by, item.changed_at = by, at
    item.save()
    _record(
        "change_list_item",
        edition,
        by,
        before={"item": item.pk} | before,
        after={name: new[name] for name in before},
    )
    return list(before)


def add(*, edition: Edition, fields: Mapping[str, Any], by: str, at: datetime) -> Item:
    """Add an item that no rule computes, at the end. Raises ListRefused."""
    held = _locked(edition.pk)
    _must_be_draft(held)
    last = held.items.aggregate(last=Max("place"))["last"] or 0
    item = Item(edition=held, place=last + 1, changed_by=by, changed_at=at)
    for name in FIELDS:
        setattr(item, name, fields[name])
    item.save()
    _record("add_list_item", held, by, after={"item": item.pk, "name": item.name})
    return item


def remove(*, item: Item, reason: str, by: str, at: datetime) -> None:
    """Take an item off a draft. Raises ListRefused."""
    edition = _locked(item.edition_id)
    _must_be_draft(edition)
    before = {"item": item.pk, "name": item.name, "provisions": item.provisions}
    item.changed_by, item.changed_at = by, at
    item.save(update_fields=["changed_by", "changed_at"])
    item.delete()
    _record("remove_list_item", edition, by, purpose=reason, before=before)


def refresh(*, edition: Edition, by: str, at: datetime, day: date) -> int:
    """Take the amounts of a draft from the rulebook as of a day; return how many changed."""
    held = _locked(edition.pk)
    _must_be_draft(held)
    computed = [item for item in held.items.all() if item.provisions]
    return sum(bool(change(item=item, to={}, by=by, at=at, day=day)) for item in computed)


def stale(edition: Edition, day: date) -> list[Item]:
    """Return the items whose amount is no longer what the rulebook says."""
    paid = listing.amounts(edition.division_code, day)
    return [
        item
        for item in edition.items.all()
        if item.provisions and item.amount != filling.amount_of(item, paid)
    ]


def move(
    *, edition: Edition, move: str, by: str, at: datetime, day: date, words: str = "",
    document_number: str = "",
) -> Edition:  # fmt: skip
    """Take an edition a step further. Raises ListRefused and FallsShort.

    ``words``: why it is returned; or the reviewer's own where nothing could be compared.
    """
    step, held = MOVES[move], _locked(edition.pk)
    if held.state not in step.before:
        raise ListRefused(
            f"现在是“{held.get_state_display()}”，不能{step.zh} / "
            f"It is {held.state.replace('_', ' ')} now"
        )
    before = {"state": held.state}
    after: dict[str, Any] = {}
    match step.name:
        case "submit":
            _must_be_whole(held, day)
        case "return":
            if len(words) < 2:
                raise ListRefused("请写明退回理由 / Say why it is returned")
            held.returned_because = words
        case "approve":
            if by in held.hands:
                raise ListRefused(
                    "编制过本清单的人不能审核 / Whoever worked on a list does not review it"
                )
            held.reviewed_by, held.reviewed_at = by, at
            held.returned_because = ""
        case "publish":
            after = _publish(held, words, document_number, by=by, at=at, day=day)
    held.state = step.after
    held.save()
    _record(_act(step), held, by, purpose=words, before=before, after={"state": step.after} | after)
    return held


def _publish(
    held: Edition, words: str, document_number: str, *, by: str, at: datetime, day: date
) -> dict[str, Any]:
    _must_be_whole(held, day)
    compared = floors.compare(held)
    if compared.falls_short:
        raise FallsShort("低于上级清单，不能公布 / It gives less than the list above", compared)
    if not compared.is_complete and len(words) < CONFIRMED_AT_LEAST:
        raise ListRefused(
            "上级清单没有（全部）装入，请写明已如何核对 / "
            "The list above is not loaded; say in words how it was compared"
        )
    earlier = Edition.objects.select_for_update().filter(
        division_code=held.division_code, state=Edition.State.PUBLISHED
    )
    for old in earlier:
        old.state, old.archived_at = Edition.State.ARCHIVED, at
        old.save(update_fields=["state", "archived_at"])
        _record("archive_list", old, by, before={"state": "published"}, after={"state": "archived"})
    held.confirmed = "" if compared.is_complete else words
    held.compared = compared.as_json()
    held.published_by, held.published_at = by, at
    if document_number:
        held.document_number = document_number
    return {"compared": held.compared, "document_number": held.document_number}


def rename(
    *, edition: Edition, title: str, year: int, document_number: str, note: str, by: str
) -> None:
    """Change what a draft is called. Raises ListRefused."""
    held = _locked(edition.pk)
    _must_be_draft(held)
    new = {"title": title, "year": year, "document_number": document_number, "note": note}
    before = {name: getattr(held, name) for name in new if getattr(held, name) != new[name]}
    if not before:
        return
    for name in before:
        setattr(held, name, new[name])
    if by not in held.hands:
        held.hands = [*held.hands, by]
    held.save()
    _record("change_list", held, by, before=before, after={name: new[name] for name in before})


# parts


def _made(division: str, year: int, title: str, *, by: str, at: datetime) -> Edition:
    try:
        with transaction.atomic():
            return Edition.objects.create(
                division_code=division, year=year, title=title, hands=[by], made_by=by, made_at=at
            )
    except IntegrityError:  # the one that is at work already may have begun just now
        raise ListRefused("已有一版正在编制 / Another edition is being prepared already") from None


def _rulebook(division: str) -> str:
    source = listing.source(division)
    return f"rulebook:{source.rulebook}" if source else ""


def _locked(number: int) -> Edition:
    found: Edition = Edition.objects.select_for_update().get(pk=number)
    return found


def _must_be_draft(edition: Edition) -> None:
    if not edition.is_open:
        raise ListRefused("只有草稿可以修改 / Only a draft is changed")


def _must_be_whole(edition: Edition, day: date) -> None:
    if not edition.items.exists():
        raise ListRefused("清单里还没有项目 / There is no item on the list")
    if old := stale(edition, day):
        names = "、".join(item.name for item in old)
        raise ListRefused(
            f"这些项目的金额与规则册不一致，请退回并更新金额：{names} / "
            f"Amounts differ from the rulebook; take them anew: {names}"
        )


def _act(step: Move) -> str:
    return f"{step.name}_list"


def _record(act: str, edition: Edition, by: str, **more: Any) -> None:
    audit.record(Act(act, f"service_list:{edition.pk}", edition.division_code, **more), by=by)
