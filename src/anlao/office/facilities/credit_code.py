"""Unified social credit codes (统一社会信用代码) as GB 32100-2015 makes them.

Two characters of registering office and kind, six digits of area, nine of the body itself, one
check character: each of the seventeen, as a number below 31, times a power of three, modulo 31.
"""

from __future__ import annotations

import re

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORM = re.compile(rf"[0-9A-HJ-NP-RTUWXY]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}", re.ASCII)
_WIDE = {ord(c) + 0xFEE0: c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def normalised(text: str) -> str:
    """Return a code as it is kept. Raises ValueError where it cannot be one."""
    code = "".join(text.upper().translate(_WIDE).split()).replace("-", "")
    if not _FORM.fullmatch(code) or check_character(code[:-1]) != code[-1]:
        raise ValueError(text)
    return code


def check_character(seventeen: str) -> str:
    """Return the last character for the first seventeen."""
    total = sum(
        _ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(seventeen)
    )
    return _ALPHABET[-total % 31]
