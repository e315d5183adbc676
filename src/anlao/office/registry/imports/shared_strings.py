"""Strings that a workbook keeps once and shows in many cells: readers copy them into each.

One string of a million characters in a million cells packs into a few kilobytes and would fill
any memory; so the copies are counted before a reader makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from anlao.office.registry.imports.refusals import ExpandsTooFar, place

_STRING_END = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]{0,200})?>\s{0,9}(\d{1,9})\s{0,9}<")
# Either would let the count below go astray: no list that is this large needs them.
_DISGUISES = (b"<![CDATA[", b"<!--")


def check_copies(strings: bytes, sheets: Sequence[bytes], limit_bytes: int) -> None:
    """Raises ExpandsTooFar where the cells would copy more than ``limit_bytes`` of strings."""
    lengths = [len(part) for part in _STRING_END.split(strings)]
    # A cell with a value ends two elements, so there are no more cells than this.
    at_most = sum(sheet.count(b"</") for sheet in sheets) // 2
    if max(lengths) * at_most <= limit_bytes:
        return
    disguised = any(mark in part for part in (strings, *sheets) for mark in _DISGUISES)
    if disguised or _copied(lengths, sheets) > limit_bytes:
        raise ExpandsTooFar(place("xl/sharedStrings.xml"))


def _copied(lengths: Sequence[int], sheets: Iterable[bytes]) -> int:
    """Return the bytes of all copies; numbers count as strings too, which only overstates."""
    count = len(lengths)
    total = 0
    for sheet in sheets:
        for found in _VALUE.finditer(sheet):
            index = int(found[1])
            if index < count:
                total += lengths[index]
    return total
