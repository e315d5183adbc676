"""Filling the table of divisions from the lists that we ship, and changing it as the world does.

    331123001007 甲村  until 1 July, then  331123102301 甲村     a village moved to another township

An ended code stays, so that what was recorded under it is still read with its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from anlao.office.divisions.models import Division, DivisionChange
from anlao.places import divisions

_COUNTY_DIGITS = 6
_DIGITS = {Division.Level.TOWNSHIP: 9, Division.Level.VILLAGE: 12}
_ABOVE = {Division.Level.TOWNSHIP: 6, Division.Level.VILLAGE: 9}
"""How long a code of a level is, and that of the level above it."""


class DivisionRefused(ValueError):
    """Raised where a division cannot be changed as was asked; the message says why."""


def load_all() -> int:
    """Add the divisions that are not there yet, upper levels first; return how many."""
    known = set(Division.objects.values_list("code", flat=True))
    added = 0
    for level in divisions.LEVELS:
        new = [
            Division(
                code=item.code, name=item.name, level=item.level, parent_id=item.parent or None
            )
            for item in divisions.every(level)
            if item.code not in known
        ]
        Division.objects.bulk_create(new, batch_size=2000)
        added += len(new)
    return added


def check_successor(old: Division, code: str, day: date, *, today: date) -> None:
    """Raise DivisionRefused where a division cannot be succeeded by a code from a day on.

    A village may join another one; a township goes on under a new code only, for which of its
    villages would join which is a question for each of them.
    """
    if old.level not in _DIGITS:
        raise DivisionRefused("只能变更乡镇和村 / only townships and villages are changed here")
    if old.until_date is not None:
        raise DivisionRefused(f"{old.name}（{old.code}）已终止 / has ended already")
    level = Division.Level(old.level)
    if not re.fullmatch(rf"[0-9]{{{_DIGITS[level]}}}", code) or code == old.code:
        digits = _DIGITS[level]
        raise DivisionRefused(
            f"新代码须为{digits}位，且不同于原代码 / a new code, of {digits} digits"
        )
    if code[:_COUNTY_DIGITS] != old.code[:_COUNTY_DIGITS]:
        raise DivisionRefused("只能在本县内变更 / it stays in its county here")
    if day > today:
        raise DivisionRefused("生效日期不能晚于今天 / the day may not lie ahead")
    if old.from_date is not None and day <= old.from_date:
        raise DivisionRefused("生效日期须晚于原代码的起始日期 / it would end before it began")
    if not Division.objects.filter(code=code[: _ABOVE[level]], until_date=None).exists():
        raise DivisionRefused("新代码所属乡镇不存在 / there is no such township")
    taken = Division.objects.filter(code=code).first()
    if taken is not None and level == Division.Level.TOWNSHIP:
        raise DivisionRefused(
            "已有这个乡镇：请逐村变更 / there is this township: change village by village"
        )
    if taken is not None and taken.until_date is not None:
        raise DivisionRefused(f"代码 {code} 已终止 / the code has ended")
    if taken is not None and taken.from_date is not None and day < taken.from_date:
        raise DivisionRefused("该日期时新代码尚未启用 / the other village had not begun then")


def succeed(
    old: Division,
    *,
    code: str,
    name: str,
    day: date,
    files: Sequence[int],
    reason: str,
    by: str,
    at: datetime,
    today: date,
) -> DivisionChange:
    """End a division on a day and let another stand for it: a new code, or one in force.

    The caller holds a transaction, lets files follow and writes the audit entry. Raises
    DivisionRefused.
    """
    old = Division.objects.select_for_update().get(code=old.code)
    check_successor(old, code, day, today=today)
    new, is_new = Division.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "level": old.level,
            "parent_id": code[: _ABOVE[Division.Level(old.level)]],
            "from_date": day,
        },
    )
    old.until_date, old.successor = day, new
    old.save(update_fields=["until_date", "successor"])
    return DivisionChange.objects.create(
        old=old, new=new, day=day, is_new_code=is_new, files=list(files), reason=reason,
        made_by=by, made_at=at,
    )  # fmt: skip


def take_back(
    change: DivisionChange, *, files: Sequence[int], reason: str, by: str, at: datetime
) -> DivisionChange:
    """Put the old division back in force by a counter-entry. Raises DivisionRefused."""
    old = Division.objects.select_for_update().get(code=change.old_id)
    new = Division.objects.select_for_update().get(code=change.new_id)
    if change.undoes_id is not None or DivisionChange.objects.filter(undoes=change).exists():
        raise DivisionRefused("该变更已撤销 / it was taken back already")
    if new.until_date is not None:
        raise DivisionRefused("后来又有变更，请先撤销后来的 / take back the later change first")
    if change.is_new_code and new.parts.filter(until_date=None).exists():
        raise DivisionRefused(
            "该乡镇另有村划入，请先变更 / other villages came to it: move them first"
        )
    old.until_date, old.successor = None, None
    old.save(update_fields=["until_date", "successor"])
    if change.is_new_code:
        new.until_date, new.successor = change.day, old
        new.save(update_fields=["until_date", "successor"])
    return DivisionChange.objects.create(
        old=new, new=old, day=change.day, is_new_code=False, files=list(files), reason=reason,
        undoes=change, made_by=by, made_at=at,
    )  # fmt: skip
