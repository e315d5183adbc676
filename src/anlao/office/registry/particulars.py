"""Amending the head of a file: name, identity number and telephone; what it said before is kept.

the head says   陈秀英  330****0012         amend(NAME: 陈秀瑛)       陈秀瑛  330****0012
said before     -                                               陈秀英, until now, mistaken
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anlao.identity_numbers import IdentityNumber
from anlao.office.registry import identity
from anlao.office.registry.models import Elder, FormerParticular
from anlao.office.registry.names import searched_initials
from anlao.office.registry.operations import NothingToRecord, lock
from anlao.office.shared import audit
from anlao.office.shared.audit import Act
from anlao.office.shared.vaults import vault

What = FormerParticular.What
Why = FormerParticular.Why
Particular = str | IdentityNumber | None
_COLUMNS = {
    What.NAME: ("name", "initials"),
    What.IDENTITY_NUMBER: ("identity_cipher", "identity_index", "identity_mask"),
    What.PHONE: ("phone_cipher", "phone_index", "phone_mask"),
}


class AmendmentRefused(ValueError):
    """Raised where a file cannot be amended so; the message says why, in two languages."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the head of a file is amended, and the paper that shows it."""

    why: Why
    evidence: str


def amend(
    *, elder: Elder, changes: Mapping[What, Particular], reason: Reason, by: str, at: datetime
) -> list[FormerParticular]:
    """Replace what the head of a file says, and return what it said before.

    ``changes``: a normalised name, an IdentityNumber, the digits of a telephone; None for a number
    that is not known. What stands there already is left as it is. Raises AmendmentRefused,
    NumberTaken, and NothingToRecord where nothing is new; nothing is changed then.
    """
    with identity.number_is_free(), transaction.atomic():
        lock(elder)
        elder.refresh_from_db()  # as whoever had the lock before has left it
        if elder.state == Elder.State.MERGED:
            raise AmendmentRefused(
                "这份档案已并入另一份，请更正那份档案 / "
                "This file was merged into another; amend that one"
            )
        made = [
            _replaced(elder, what, value, reason, by, at)
            for what, value in changes.items()
            if not _stands(elder, what, value)
        ]
        if not made:
            raise NothingToRecord(tuple(What(what).label for what in changes))
        elder.save(update_fields=[name for row in made for name in _COLUMNS[What(row.what)]])
        for row in made:
            _note(elder, row)
    return made


def former(elder: Elder) -> list[FormerParticular]:
    """Return what the head of a file said before, the latest first."""
    return list(FormerParticular.objects.filter(elder=elder).order_by("-replaced_at", "-pk"))


def shown(elder: Elder, what: str) -> str:
    """Return what the head of a file says, numbers masked; empty where nothing is known."""
    return str(getattr(elder, _COLUMNS[What(what)][0 if what == What.NAME else 2]))


def _stands(elder: Elder, what: What, value: Particular) -> bool:
    if what == What.NAME:
        return elder.name == value
    index = getattr(elder, _COLUMNS[what][1])
    return (index and bytes(index)) == _index(what, value)


def _index(what: What, value: Particular) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, IdentityNumber):
        return vault().index(value.number, field=identity.IDENTITY)
    assert what == What.PHONE
    return identity.phone_index(value)


def _replaced(
    elder: Elder, what: What, value: Particular, reason: Reason, by: str, at: datetime
) -> FormerParticular:
    """Set a new value; return the row of the one before."""
    sealed = None if what == What.NAME else getattr(elder, _COLUMNS[what][0])
    row = FormerParticular.objects.create(
        elder=elder, division_code=elder.division_code, what=what, why=reason.why,
        shown=shown(elder, what), sealed=sealed, evidence=reason.evidence,
        replaced_by=by, replaced_at=at,
    )  # fmt: skip
    if value is None:
        for name in _COLUMNS[what]:
            setattr(elder, name, "" if name.endswith("_mask") else None)
    elif isinstance(value, IdentityNumber):
        _refuse_another_birth(elder, value)
        identity.set_identity_number(elder, value)
    elif what == What.PHONE:
        identity.set_phone(elder, value)
    else:
        elder.name, elder.initials = value, searched_initials(value)
    return row


def _refuse_another_birth(elder: Elder, number: IdentityNumber) -> None:
    """Raise AmendmentRefused where a number tells another birth or sex than the file does."""
    known = (elder.birth_date or number.birth_date, elder.sex or number.sex)
    if known != (number.birth_date, number.sex):
        raise AmendmentRefused(
            "身份证号与已登记的出生日期或性别不一致；如登记有误，请先在“登记与更正”中更正 / "
            "The number tells another birth or sex than the file; if the file is wrong, correct "
            "that first, on the page Record"
        )


def _note(elder: Elder, row: FormerParticular) -> None:
    told = Act(
        "amend_particular",
        f"elder:{elder.pk}",
        elder.division_code,
        purpose=row.evidence,
        before={row.what: row.shown},
        after={row.what: shown(elder, row.what), "why": str(row.why)},
    )
    audit.record(told, by=row.replaced_by)
