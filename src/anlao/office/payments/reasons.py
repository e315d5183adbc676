"""Why something is not due, in words: the reasons that the engine gives with a decision."""

from __future__ import annotations

from typing import Final

REASONS: Final = {
    "deceased": ("已去世", "deceased"),
    "not_registered_yet": ("本月第一天户籍还没有迁入", "not registered here by the first"),
    "outside_division": ("登记地不在本地", "registered elsewhere"),
    "not_in_force": ("没有施行中的规定或标准", "nothing is in force"),
    "not_due": ("不是发放月份", "not due in that month"),
    "amount_zero": ("算下来金额为零", "comes to zero"),
    "file_merged": ("档案已并入另一份", "the file was merged into another"),
    "not_met": ("没有满足规定的条件", "a condition does not hold"),
    "lower_than": ("另一项金额更高", "another one is higher"),
}


def in_words(reason: str) -> tuple[str, str]:
    """Return a reason in Chinese and English; "" where it has no words: the month's decision tells.

    A condition's own name follows a colon.
    """
    return REASONS.get(reason.partition(":")[0], ("", ""))
