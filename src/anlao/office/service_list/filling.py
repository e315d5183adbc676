"""Items of a new list: from the rulebook, or from an earlier edition; amounts always from there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from anlao.office.benefits import listing
from anlao.office.benefits.listing import Listed
from anlao.office.service_list.models import Edition, Item

FIELDS = (
    "name", "group", "kind", "who", "what", "amount", "how", "bring", "clause", "office", "phone",
    "age_from", "age_to",
)  # fmt: skip
"""What a person may write of an item, and what two editions are compared by."""
KINDS = {kind.label: kind.value for kind in Item.Kind}
_HOW = {
    "automatic": "不需要申请：符合条件的，由部门核对后办理；没有办理的，可向牵头部门询问。",
    "on_request": "需要申请：由本人或家属提出，办理地点和材料可先打电话询问。",
    "proactive": "由部门主动上门或主动联系；没有联系到的，可打电话说明情况。",
}


def from_rulebook(found: list[Listed]) -> list[Item]:
    """Return items in the words of a rulebook, not saved yet."""
    return [
        Item(
            provisions=list(one.provisions),
            name=one.name,
            group=one.group,
            kind=KINDS.get(one.kind, Item.Kind.MATERIAL),
            who=one.who,
            what=one.what,
            amount=one.amount,
            how=_HOW[one.application],
            bring="、".join(one.bring),
            clause=one.clause,
            office="、".join(one.offices),
            age_from=one.ages[0],
            age_to=one.ages[1],
        )
        for one in found
    ]


def from_edition(earlier: Edition, division: str, day: date) -> list[Item]:
    """Return the items of an earlier edition, with the amounts of today."""
    paid = listing.amounts(division, day)
    items = []
    for old in earlier.items.all():
        new = Item(provisions=old.provisions, **{name: getattr(old, name) for name in FIELDS})
        if new.provisions:
            new.amount = amount_of(new, paid)
        items.append(new)
    return items


def amount_of(item: Item, paid: Mapping[str, str]) -> str:
    """Return what the rulebook pays for an item, by what it pays for each provision."""
    told = dict.fromkeys(filter(None, (paid.get(name, "") for name in item.provisions)))
    return "；".join(told)
