"""How personal data are shown to those who need to recognise them but not to have them (脱敏).

    33112319260108002X  ->  331123********002X
    张三丰               ->  张**
    13812341234         ->  138****1234

What is not written as expected is hidden wholly: half a telephone number that turns out to be
something else would show the wrong half.
"""

from __future__ import annotations

import re
import unicodedata

HIDDEN = "*"
ACCOUNT_HIDDEN = HIDDEN * 4

_BLANKS_AND_DASHES = re.compile(r"[\s\-\u2010-\u2015\u2212\uff0d]+")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")
_IDENTITY = re.compile(r"[0-9]{14}[0-9Xx]|[0-9]{17}[0-9Xx]")
_MOBILE = re.compile(r"1[0-9]{10}")


def identity_number(text: str) -> str:
    """Return the first six and the last four of 18 or 15 characters, the birth date hidden.

    >>> identity_number("331123192601080021")
    '331123********0021'
    """
    number = _compact(text)
    if not _IDENTITY.fullmatch(number):
        return HIDDEN * len(number)
    return number[:6] + HIDDEN * (len(number) - 10) + number[-4:].upper()


def name(text: str) -> str:
    """Return the first character and an asterisk for each of the others, at least one.

    A compound surname is not kept whole: 欧阳 with one asterisk would be too few to look for.

    >>> name("张三"), name("欧阳修"), name("张")
    ('张*', '欧**', '张*')
    """
    letters = _letters(text.strip())
    if not letters:
        return ""
    return letters[0] + HIDDEN * max(1, len(letters) - 1)


def phone(text: str) -> str:
    """Return a mobile number with its middle four hidden, another number with its last four only.

    >>> phone("138 1234 1234"), phone("0578-8123456")
    ('138****1234', '*******3456')
    """
    number = _compact(text)
    if _MOBILE.fullmatch(number):
        return number[:3] + HIDDEN * 4 + number[-4:]
    if not number.isdecimal() or len(number) < 8:
        return HIDDEN * len(number)
    return HIDDEN * (len(number) - 4) + number[-4:]


def bank_account(text: str) -> str:
    """Return the last four digits after four asterisks; how long the number is, is not told.

    >>> bank_account("6228 4804 0256 4890 018")
    '****0018'
    """
    number = _compact(text)
    if not number:
        return ""
    return ACCOUNT_HIDDEN + (number[-4:] if number.isdecimal() and len(number) >= 8 else "")


def _compact(text: str) -> str:
    return _BLANKS_AND_DASHES.sub("", text).translate(_FULL_WIDTH)


def _letters(text: str) -> list[str]:
    """Return the characters, each with the marks and variation selectors that follow it."""
    letters: list[str] = []
    for character in text:
        if letters and unicodedata.category(character).startswith("M"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters
