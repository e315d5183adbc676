"""Citizens' identity numbers (公民身份号码) as GB 11643-1999 makes them, read with patience.

    "３３２５２７ １９２６-０１-０８ ００２ｘ"  ->  33252719260108002X, born 1926-01-08, female,
                                             area 332527 of 1981-2000, today 331123

Six digits of area, eight of birth, three of sequence (odd for men), one check character by ISO 7064
MOD 11-2. Numbers of fifteen (GB 11643-1989) lack the century and the check character and are
brought to eighteen. What cannot be a number is a Fault; what is only unusual is a number with
notes: the area is where the bearer was first numbered, perhaps under a code that ended decades ago,
perhaps in a place our lists do not know, and an old person must never be turned away for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from anlao import masking
from anlao.faults import Fault
from anlao.places import divisions, historic

Sex = Literal["male", "female"]
AreaStatus = Literal["current", "historic", "unknown", "synthetic"]

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"  # by the weighted sum modulo 11

# No province has 99, nor as the number of a foreign resident (9, then a province) would it be one.
SYNTHETIC_PREFIX = "99"

FIRST_NUMBERS = 1984  # 居民身份证试行条例: nobody had a number before
LAST_OF_FIFTEEN = 1999  # numbers given out since October 1999 have eighteen
CENTENARIANS = range(996, 1000)  # sequences of fifteen-digit numbers kept for those born 18xx
OLDEST_YEARS = 150  # nobody has come near it: an earlier birth is a slip of the pen

_FULL_WIDTH = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX") | {ord("x"): "X"}
_SKIPPED = re.compile(
    r"[\s\-\u2010-\u2015\u2212\ufe63\uff0d\u200b-\u200d\u2060\ufeff]+"
)  # blanks and dashes of every width, and marks that show nothing


@dataclass(frozen=True, slots=True)
class Area:
    """The first six digits: where the bearer was first numbered.

    `name` from the province down, empty where unknown; years half-open, `until_year` None while in
    force; `successors` are codes in force today. `is_plausible` says whether a person born then
    could have been numbered under the code, None where we do not know the code.
    """

    code: str
    status: AreaStatus
    name: str = ""
    from_year: int | None = None
    until_year: int | None = None
    successors: tuple[str, ...] = ()
    is_plausible: bool | None = None


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A well-made number; `notes` say what is unusual about it and stop nothing.

    `number` has eighteen characters, X upper case. It is left out of the repr, for logs.
    """

    number: str = field(repr=False)
    area: Area
    birth_date: date = field(repr=False)
    sex: Sex
    sequence: int
    was_fifteen: bool = False
    notes: tuple[Fault, ...] = ()

    @property
    def masked(self) -> str:
        return masking.identity_number(self.number)

    @property
    def is_synthetic(self) -> bool:
        return self.area.status == "synthetic"

    def __str__(self) -> str:
        return self.masked


def read(text: str, *, day: date) -> IdentityNumber | Fault:
    """Return the number a text means, or the first thing that is wrong with it.

    Full-width digits, a small x, blanks and dashes are no faults. `day` is the day on which it is
    read: a birth after it is a fault. Places are counted without blanks and dashes.

    Codes of faults: identity_number.empty, .character, .length,
    .birth_date, .birth_in_future, .birth_too_early, .check_character; of notes: .area_unknown,
    .area_implausible, .area_synthetic, .was_fifteen.
    """
    written = _SKIPPED.sub("", text).translate(_FULL_WIDTH)
    fault = _misspelt(written)
    if fault is not None:
        return fault
    number = written if len(written) == 18 else eighteen(written)
    birth = _birth(number, day=day)
    if isinstance(birth, Fault):
        return birth
    if number[17] != check_character(number[:17]):
        return _wrong_check_character()
    was_fifteen = len(written) == 15
    area = area_of(number[:6], birth_date=birth, was_fifteen=was_fifteen)
    return IdentityNumber(
        number=number,
        area=area,
        birth_date=birth,
        sex="male" if int(number[16]) % 2 else "female",
        sequence=int(number[14:17]),
        was_fifteen=was_fifteen,
        notes=tuple(_notes(area, was_fifteen=was_fifteen)),
    )


def check_character(seventeen: str) -> str:
    """Return the check character of seventeen digits (GB 11643-1999; ISO 7064 MOD 11-2).

    >>> check_character("11010519491231002")
    'X'
    """
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, seventeen, strict=True))
    return CHECK_CHARACTERS[total % 11]


def eighteen(fifteen: str) -> str:
    """Return a number of fifteen digits with its century and check character.

    The century is 19, but 18 where the sequence is one of those kept for centenarians.

    >>> eighteen("110105491231002")
    '11010519491231002X'
    """
    century = "18" if int(fifteen[12:]) in CENTENARIANS else "19"
    seventeen = fifteen[:6] + century + fifteen[6:]
    return seventeen + check_character(seventeen)


def area_of(code: str, *, birth_date: date, was_fifteen: bool = False) -> Area:
    """Return what we know of a six-digit area, for a person born on a day."""
    if code.startswith(SYNTHETIC_PREFIX):
        return Area(code=code, status="synthetic")
    past = historic.find(code)
    listed = divisions.find(code)
    if past is None and listed is None:
        return Area(code=code, status="unknown")
    if past is None or past.until_year is None:
        from_year = past.from_year if past else None
        return Area(
            code=code,
            status="current",
            name=divisions.name_path(code) if listed else _old_name(past),
            from_year=from_year,
            is_plausible=not was_fifteen or from_year is None or from_year <= LAST_OF_FIFTEEN,
        )
    return Area(
        code=code,
        status="historic",
        name=_old_name(past),
        from_year=past.from_year,
        until_year=past.until_year,
        successors=historic.present_codes(code),
        is_plausible=max(birth_date.year, FIRST_NUMBERS) <= past.until_year
        and (not was_fifteen or past.from_year <= LAST_OF_FIFTEEN),
    )


def _old_name(code: historic.HistoricCode | None) -> str:
    if code is None:
        return ""
    names = [code.province, code.prefecture, code.name]
    above = [name for name in names[:-1] if name not in ("", "直辖", code.name)]
    return "".join([*above, code.name])


def _misspelt(written: str) -> Fault | None:
    if not written:
        return Fault(
            "identity_number.empty",
            "未填写身份证号。请按证件填写18位号码。",
            "There is no identity number. Enter the eighteen characters on the card.",
        )
    for place, character in enumerate(written, start=1):
        if character not in "0123456789X":
            return _wrong_character(character, place)
    if len(written) not in (15, 18):
        return Fault(
            "identity_number.length",
            f"身份证号应为18位（旧证15位），现为{len(written)}位。请核对是否漏填或多填。",
            f"An identity number has 18 characters (old cards: 15); this one has {len(written)}. "
            "See whether some were left out or entered twice.",
        )
    place = written.find("X") + 1
    if place and place != 18:
        return _wrong_character("X", place)
    return None


def _wrong_character(character: str, place: int) -> Fault:
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    return Fault(
        "identity_number.character",
        f"身份证号第{place}位是“{shown}”。只能填数字，X只能在第18位。请按证件更正。",
        f"Character {place} of the identity number is “{shown}”. Only digits may stand there, "
        "and X as the eighteenth. Correct it by the card.",
    )


def _birth(number: str, *, day: date) -> date | Fault:
    digits = number[6:14]
    written = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        birth = date.fromisoformat(written)
    except ValueError:
        return Fault(
            "identity_number.birth_date",
            f"身份证号中的出生日期{written}不存在。请按证件核对第7至14位（旧证第7至12位）。",
            f"The identity number gives {written} as birth date, and there is no such day. Compare "
            "characters 7 to 14 (7 to 12 of an old card) with the card.",
        )
    if birth > day:
        return Fault(
            "identity_number.birth_in_future",
            f"身份证号中的出生日期{written}晚于{day}。请按证件核对第7至14位。",
            f"The identity number gives {written} as birth date, which is after {day}. Compare "
            "characters 7 to 14 with the card.",
        )
    if day.year - birth.year > OLDEST_YEARS:
        return Fault(
            "identity_number.birth_too_early",
            f"身份证号中的出生日期{written}距今超过{OLDEST_YEARS}年。请按证件核对第7至10位"
            "（旧证第7至8位；旧证顺序码996至999表示19世纪出生）。",
            f"The identity number gives {written} as birth date, more than {OLDEST_YEARS} years "
            "ago. Compare characters 7 to 10 (7 and 8 of an old card, where sequences 996 to 999 "
            "mean a birth before 1900) with the card.",
        )
    return birth


def _wrong_check_character() -> Fault:
    # What would fit is not told: people would enter that instead of looking for the slip.
    return Fault(
        "identity_number.check_character",
        "身份证号第18位（校验码）与前17位不符，可能有一位填错或相邻两位颠倒。请按证件逐位核对。",
        "The eighteenth character does not fit the seventeen before it: one may be wrong, or two "
        "may have changed places. Compare each with the card.",
    )


def _notes(area: Area, *, was_fifteen: bool) -> Iterator[Fault]:
    if was_fifteen:
        yield Fault(
            "identity_number.was_fifteen",
            "原为15位号码，已升为18位。请尽可能按现行证件核对。",
            "The number had fifteen digits and was brought to eighteen. Compare it with the "
            "present card where there is one.",
        )
    if area.status == "synthetic":
        yield Fault(
            "identity_number.area_synthetic",
            f"地址码{area.code}以{SYNTHETIC_PREFIX}开头，是测试数据，不是真实人员。",
            f"Area {area.code} begins with {SYNTHETIC_PREFIX}: a test record and no person.",
        )
    if area.status == "unknown":
        yield Fault(
            "identity_number.area_unknown",
            f"地址码{area.code}不在本系统的区划代码表中（仅含五地）。号码可用，请按证件核对前6位。",
            f"Area {area.code} is not in our lists, which hold five places only. The number may be "
            "used; compare its first six digits with the card.",
        )
    if area.is_plausible is False:
        until = area.until_year if area.until_year is not None else "…"
        yield Fault(
            "identity_number.area_implausible",
            f"地址码{area.code}（{area.name}）的启用年份为{area.from_year}–{until}，与出生年份或号码位数"
            "不相合。号码可用，请按证件核对。",
            f"Area {area.code} ({area.name}) was in force {area.from_year}–{until}, which does not "
            "go with the year of birth or the length of the number. The number may be used; "
            "compare it with the card.",
        )
