"""Registers in words, and who may see which: shared by their pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from anlao.office.benefits.queries import FactLabel
from anlao.office.benefits.subjects import REGISTERS, labels
from anlao.office.facilities.models import Institution
from anlao.office.interfaces.tasks import disclosing
from anlao.office.interfaces.web.who import Who
from anlao.office.organisations import roles
from anlao.office.shared import scope
from anlao.office.shared.scope import Scope
from anlao.office.subjects.base import Known, Register

ABOUT_ELDERS = ("resident",)
"""Registers whose files are files of elders too: for whoever may see these as well."""
_TOLD_TO_THE_PUBLIC = ("institution", "resident")
_COUNTY_DIGITS = 6


def register_of(kind: str, asking: Who, act: str = roles.SEE_FACILITIES) -> Register:
    """Return a register that the asking user may do an act in; 404 and 403 otherwise.

    What elders' files say of residents is shown inside both of her areas only.
    """
    if kind not in REGISTERS:
        raise Http404
    if kind in ABOUT_ELDERS:
        if not asking.may(roles.SEE_ELDERS):
            raise PermissionDenied
        scope.enter(_both(asking.where(act), asking.where(roles.SEE_ELDERS)))
    return REGISTERS[kind]


def registers_of(asking: Who) -> list[Register]:
    """Return the registers that the asking user may see."""
    return [
        register
        for kind, register in REGISTERS.items()
        if kind not in ABOUT_ELDERS or asking.may(roles.SEE_ELDERS)
    ]


def _both(one: Scope, other: Scope) -> Scope:
    inside = {code for code in one.divisions if other.covers(code)}
    inside |= {code for code in other.divisions if one.covers(code)}
    return Scope(tuple(sorted(inside)))


def file_of(register: Register, number: int) -> Any:
    """Return a file inside the scope; to all others there is none."""
    found = register.model.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def division_of(asking: Who) -> str:
    """Return a division by whose rulebook the asking user's registers are labelled."""
    codes = asking.where(roles.SEE_FACILITIES).divisions
    if not codes:
        raise PermissionDenied
    return codes[0]


def tell_public(register: Register, division: str) -> None:
    """Let the public directory follow what was recorded, once this request has committed."""
    if register.kind in _TOLD_TO_THE_PUBLIC:
        disclosing.tell_public.defer(county=county_of(division))


def county_of(code: str) -> str:
    return code[:_COUNTY_DIGITS]


def name_of(register: Register, asking: Who) -> str:
    return asking.say(register.zh, register.en)


def table_name(register: Register, table: type[Known], asking: Who) -> str:
    return asking.say(*register.names[table.__name__])


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in words. ``is_name``: it is Chinese whatever the language of the page."""

    name: str
    label: str
    words: str
    is_name: bool = False
    is_unknown: bool = False


def shown(
    row: Known | None, names: Iterable[str], known: Mapping[str, FactLabel], asking: Who
) -> list[Shown]:
    """Return what a row says, in words; None: nothing is known."""
    return [
        value_shown(known[name], None if row is None else getattr(row, name), asking)
        for name in names
        if name in known
    ]


def value_shown(label: FactLabel, value: Any, asking: Who) -> Shown:
    """Return one value in words."""
    text = label.text(asking.language)
    if label.type == "institution" and value:
        home = Institution.objects.filter(pk=value).first()
        outside = asking.say("（在您的范围外）", "(outside your area)")
        return Shown(label.name, text, home.name if home else outside, is_name=home is not None)
    if label.type == "money" and value is not None:
        return Shown(label.name, text, asking.say(f"{_yuan(value)}元", f"{_yuan(value)} yuan"))
    if label.type == "number" and value is not None:
        return Shown(label.name, text, f"{value.normalize():f}")
    unknown = value in (None, "")
    if unknown and label.name.endswith(("_on", "_until")):
        return Shown(label.name, text, "—")
    is_name = label.type in ("text", "division", "point") and not unknown
    words = label.shown(value, asking.language)
    return Shown(label.name, text, words, is_name=is_name, is_unknown=unknown)


def labels_of(register: Register, division: str) -> dict[str, FactLabel]:
    return labels(register, division)


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


def day_in(text: str | None, otherwise: date) -> date:
    """Return a day of an address, or another one where it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return otherwise
