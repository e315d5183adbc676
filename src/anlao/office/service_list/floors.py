"""Is nothing lower than above: the rulebook by proof, the list item by item."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from anlao.office.benefits import listing
from anlao.office.service_list.models import Edition


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared, and what falls short.

    ``rulebook``: title of the rulebook above, "" where none is loaded. ``edition``: title of the
    published list above, "" likewise. ``less``: who gets less. ``absent``: items of above that are
    not here. ``by_hand``: items of the list above that no rule computes, to be read side by side.
    """

    rulebook: str
    edition: str
    less: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()

    @property
    def falls_short(self) -> bool:
        return bool(self.less or self.absent)

    @property
    def is_complete(self) -> bool:
        """Return whether both were there to compare, and no item is left to a reader."""
        return bool(self.rulebook and self.edition and not self.by_hand)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(edition: Edition) -> Compared:
    """Compare a list with the rulebook and with the published list above it."""
    division = edition.division_code
    source = listing.source(division)
    here = {name for item in edition.items.all() for name in item.provisions}
    upper = above(division)
    wanted = dict(listing.above(division))
    by_hand = []
    for item in upper.items.all() if upper else ():
        if item.provisions:
            wanted |= dict.fromkeys(item.provisions, item.name)
        else:
            by_hand.append(item.name)
    return Compared(
        source.parent if source else "",
        upper.title if upper else "",
        tuple(listing.shortfalls(division)),
        tuple(dict.fromkeys(name for known, name in wanted.items() if known not in here)),
        tuple(by_hand),
    )


def above(division: str) -> Edition | None:
    """Return the published list of the nearest government above a division."""
    codes = [division[:digits] for digits in (4, 2) if digits < len(division)]
    found = {
        edition.division_code: edition
        for edition in Edition.objects.filter(state="published", division_code__in=codes)
    }
    return next((found[code] for code in codes if code in found), None)
