"""Lists to read: the public's, and those that are worked on."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from anlao.office.benefits.rulebooks import divisions_in_force
from anlao.office.organisations.models import Organisation
from anlao.office.service_list.models import Contact, Edition, Item, PublicFigures
from anlao.places import divisions

_COUNTY, _TOWNSHIP = 6, 9
_BUREAU, _OF_A_PROVINCE = "民政局", "民政厅"
_PROVINCES = ("省", "自治区")


@dataclass(frozen=True, slots=True)
class Place:
    """A government with something for the public. ``decides``: a rulebook in force covers it."""

    code: str
    name: str
    has_list: bool
    decides: bool


@dataclass(frozen=True, slots=True)
class Help:
    """Whom to ask. ``phone``: "" where none is recorded; ``name`` is there always."""

    name: str
    phone: str = ""
    address: str = ""
    hours: str = ""


def published(division: str) -> Edition | None:
    """Return the list that is in force in a division."""
    found: Edition | None = Edition.objects.filter(
        division_code=division, state=Edition.State.PUBLISHED
    ).first()
    return found


def narrowed(edition: Edition, *, age: int | None, group: str, kind: str) -> list[Item]:
    """Return the items of a list for an age, a group of people and a kind of service."""
    items = edition.items.all()
    if age is not None:
        items = items.filter(
            Q(age_from__isnull=True) | Q(age_from__lte=age),
            Q(age_to__isnull=True) | Q(age_to__gte=age),
        )
    if group:
        items = items.filter(group=group)
    if kind:
        items = items.filter(kind=kind)
    return list(items)


def groups(edition: Edition) -> list[str]:
    """Return the groups of people that a list names, in its order."""
    return list(dict.fromkeys(edition.items.values_list("group", flat=True)))


def at_work(divisions: tuple[str, ...]) -> QuerySet[Edition]:
    """Return every edition of an area, latest first; the pass of the transaction allows it."""
    inside = Q(pk__in=())
    for code in divisions:
        inside |= Q(division_code__startswith=code)
    return Edition.objects.filter(inside)


def places() -> list[Place]:
    """Return the governments with a published list or a rulebook in force, by code."""
    lists = set(
        Edition.objects.filter(state=Edition.State.PUBLISHED).values_list(
            "division_code", flat=True
        )
    )
    decides = set(divisions_in_force())
    return [_place(code, code in lists, decides) for code in sorted(lists | decides)]


def place(code: str) -> Place | None:
    """Return a government that has something for the public."""
    if divisions.find(code) is None or len(code) > _COUNTY:
        return None
    has_list = published(code) is not None
    found = _place(code, has_list, set(divisions_in_force()))
    return found if found.has_list or found.decides else None


def _place(code: str, has_list: bool, decides: set[str]) -> Place:
    found = divisions.find(code)
    name = divisions.name_path(code) if found else code
    return Place(code, name, has_list, any(code.startswith(known) for known in decides))


def own_counties() -> list[str]:
    """Return the counties whose bureau works in this office."""
    codes = Organisation.objects.filter(kind=Organisation.Kind.BUREAU, is_active=True).values_list(
        "division_id", flat=True
    )
    return sorted({code for code in codes if len(code) == _COUNTY})


def help_for(division: str) -> Help:
    """Return whom to ask in a division: the township's office, else the county's bureau.

    Where nothing is recorded, the bureau is named without a number.
    """
    for code in (division[:_TOWNSHIP], division[:_COUNTY], division[:4], division[:2]):
        contact = Contact.objects.filter(division_code=code).first()
        if contact is not None:
            return Help(contact.name, contact.phone, contact.address, contact.hours)
    return Help(_bureau(division[:_COUNTY]))


def township_help(division: str) -> Help | None:
    """Return a township's own office, where it is recorded."""
    contact = Contact.objects.filter(division_code=division[:_TOWNSHIP]).first()
    if contact is None or len(division) < _TOWNSHIP:
        return None
    return Help(contact.name, contact.phone, contact.address, contact.hours)


def _bureau(division: str) -> str:
    bureau = Organisation.objects.filter(
        kind=Organisation.Kind.BUREAU, division=division, is_active=True
    ).first()
    if bureau is not None:
        return str(bureau.name)
    found = divisions.find(division)
    name = found.name if found else ""
    return f"{name}{_OF_A_PROVINCE if name.endswith(_PROVINCES) else _BUREAU}"


def figures(division: str) -> PublicFigures | None:
    """Return what the latest decided month tells the public of a division."""
    found: PublicFigures | None = PublicFigures.objects.filter(division_code=division).first()
    return found
