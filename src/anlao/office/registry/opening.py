"""Opening a file for an elder who has none yet; whoever may have one is shown first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from anlao.identity_numbers import IdentityNumber
from anlao.office.registry import identity, operations
from anlao.office.registry.models import Elder
from anlao.office.registry.names import searched_initials
from anlao.office.registry.operations import Ground
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault

_FEW = 10


@dataclass(frozen=True, slots=True)
class NewElder:
    """What is told of an elder at the counter. ``village``: where her file will be."""

    name: str
    number: IdentityNumber | None
    birth_date: date
    sex: str
    village: str
    phone: str = ""


def look_alike(new: NewElder) -> list[Elder]:
    """Return files inside the scope that may be hers: the same number, or name and birth."""
    same = Q(name=new.name, birth_date=new.birth_date)
    if new.number is not None:
        same |= Q(identity_index=vault().index(new.number.number, field=identity.IDENTITY))
    found = Elder.objects.filter(same).exclude(state=Elder.State.MERGED)
    return list(found.order_by("pk")[:_FEW])


def open_file(
    new: NewElder, *, facts: Mapping[str, Any], ground: Ground, by: str, at: datetime
) -> Elder:
    """Open a file with what is known of her from the beginning. Raises NumberTaken.

    ``facts``: what is known besides birth, sex and registration, by name.
    """
    elder = Elder(
        name=new.name,
        initials=searched_initials(new.name),
        division_code=new.village,
        created_at=at,
    )
    with identity.number_is_free(), transaction.atomic():
        elder.file_number = _next_file_number(new.village)
        if new.number is not None:
            identity.set_identity_number(elder, new.number)
        if new.phone:
            identity.set_phone(elder, new.phone)
        elder.save(force_insert=True)
        audit.record(
            Act("open_file", f"elder:{elder.pk}", new.village, purpose=ground.evidence), by=by
        )
        known = {"birth_date": new.birth_date, "sex": new.sex, "hukou": new.village}
        operations.record(
            elder=elder,
            facts=known | dict(facts),
            start=operations.START_OF_TIME,
            ground=ground,
            by=by,
            at=at,
        )
    return elder


def _next_file_number(village: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('registry_file_number')")
        return f"{village[: operations.COUNTY_DIGITS]}-{cursor.fetchone()[0]:08d}"
