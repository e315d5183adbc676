"""Names of people: written in one way, and found by what somebody types.

    " 单  雄信 "          ->  单雄信            shanxiongxin, sxx; also danxiongxin, dxx …
    "买买提•吐尔逊"        ->  买买提·吐尔逊      maimaitituerxun, mmttex
    "𬭎三"               ->  𬭎三              hongsan, hs

A name is kept as it is on the card, rare characters included: nothing is replaced by a look-alike.
Unicode NFC alone is applied, so that one name is one text whatever keyboard wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

import pypinyin

from anlao.faults import Fault
from anlao.office.registry.surnames import COMPOUND_SURNAMES, SURNAME_READINGS

SHORTEST = 2  # characters; one alone is a surname whose rest was forgotten
LONGEST = 50
READINGS_OF_A_CHARACTER = 3  # rarer ones find nobody and cost room
SPELLINGS = 16  # of one name; the likeliest are kept
ROOM = 160  # characters of all initials of a name: of nine characters all, of the longest three

MIDDLE_DOT = "·"
# Katakana, bullets, operators and their half-width form: all stand for the dot between the parts of
# a name. The Greek dot U+0387 becomes U+00B7 under NFC.
_DOTS = re.compile(r"\s*[\u00b7\u30fb\uff65\u2022\u2027\u2219\u22c5\u2024\u25cf\u16eb]+\s*")
_BLANKS = re.compile(r"[\s\u200b\u2060\ufeff]+")
_IN_SPELT_NAMES = MIDDLE_DOT + " -'’"
# Planes 2 and 3 hold Han characters only, many of them younger than the Unicode tables of Python.
_HAN_PLANES = range(0x20000, 0x40000)


def normalise(text: str) -> str | Fault:
    """Return a name as it is kept, or what is wrong with it.

    The middle dot of minority names is always U+00B7. Blanks go, but one stays between words where
    the name has letters of an alphabet. Codes of faults: name.empty, .digit, .character,
    .private_character, .dot, .too_short, .too_long.
    """
    name = unicodedata.normalize("NFC", text)
    name = _DOTS.sub(MIDDLE_DOT, _BLANKS.sub(" ", name)).strip(" ")
    if not any(_is_of_an_alphabet(character) for character in name):
        name = name.replace(" ", "")
    if not name:
        return Fault("name.empty", "未填写姓名。请按证件填写。", "There is no name. Enter it.")
    return _misspelt(name) or name


def surname(name: str) -> str:
    """Return the surname of a normalised name, of one character or two; empty where there is none.

    A name with a middle dot or of an alphabet has no surname in front.

    >>> surname("欧阳修"), surname("欧阳"), surname("张三"), surname("买买提·吐尔逊")
    ('欧阳', '欧', '张', '')
    """
    if MIDDLE_DOT in name or not name or any(_is_of_an_alphabet(letter) for letter in name):
        return ""
    if len(name) > 2 and name[:2] in COMPOUND_SURNAMES:
        return name[:2]
    return name[0]


def full_pinyin(name: str) -> tuple[str, ...]:
    """Return how a normalised name may be spelt, the likeliest first, at most SPELLINGS.

    Lower case, no tones or blanks, v for ü. A character without a known reading stands for itself.

    >>> full_pinyin("单三")[0], full_pinyin("吕布")[0]
    ('shansan', 'lvbu')
    """
    return _likeliest(_readings(name))


def pinyin_initials(name: str) -> tuple[str, ...]:
    """Return the initials a normalised name may have, the likeliest first, at most SPELLINGS.

    >>> pinyin_initials("曾三")
    ('zs', 'cs')
    """
    return _likeliest(
        tuple(dict.fromkeys(reading[0] for reading in readings)) for readings in _readings(name)
    )


def searched_initials(name: str) -> str:
    """Return the initials of a normalised name as a file keeps them: a blank before each.

    The likeliest first, every one whole, at most ROOM characters: what has no room is left out, and
    the likeliest always has.

    >>> searched_initials("曾三")
    ' zs cs'
    """
    kept = ""
    for initials in pinyin_initials(name):
        if len(kept) + 1 + len(initials) > ROOM:
            break
        kept += f" {initials}"
    return kept


def as_spelt(text: str) -> str:
    """Return what somebody typed in search of a name, in the form of full_pinyin.

    Case, tones, blanks and apostrophes make no difference; Han characters stay.

    >>> as_spelt("Lǚ  Bù"), as_spelt("Xi'an")
    ('lvbu', 'xian')
    """
    apart = unicodedata.normalize("NFD", text.casefold()).replace("u\u0308", "v")
    return "".join(character for character in apart if _is_letter(character))


def _misspelt(name: str) -> Fault | None:
    spelt = any(_is_of_an_alphabet(character) for character in name)
    for place, character in enumerate(name, start=1):
        fault = _wrong(character, place, allowed=_IN_SPELT_NAMES if spelt else MIDDLE_DOT)
        if fault is not None:
            return fault
    if name.startswith(MIDDLE_DOT) or name.endswith(MIDDLE_DOT):
        return Fault(
            "name.dot",
            "姓名不能以间隔号“·”开头或结尾。请补全姓名或删去间隔号。",
            "A name does not begin or end with a middle dot. Complete it or take the dot away.",
        )
    if sum(not _is_mark(character) for character in name) < SHORTEST:
        return Fault(
            "name.too_short",
            "姓名只有一个字。请按证件填写全名。",
            "The name has one character only. Enter the whole name as on the card.",
        )
    if len(name) > LONGEST:
        return Fault(
            "name.too_long",
            f"姓名有{len(name)}个字符，最多{LONGEST}个。请核对是否填入了其他内容。",
            f"The name has {len(name)} characters, and {LONGEST} is the most. See whether "
            "something else was entered with it.",
        )
    return None


def _wrong(character: str, place: int, *, allowed: str) -> Fault | None:
    if _is_letter(character) or character in allowed:
        return None
    if _is_mark(character) and place > 1:  # it belongs to the letter before
        return None
    category = unicodedata.category(character)
    shown = character if character.isprintable() else f"U+{ord(character):04X}"
    if category[0] == "N":
        return Fault(
            "name.digit",
            f"姓名第{place}个字符“{shown}”是数字。请按证件更正。",
            f"Character {place} of the name, “{shown}”, is a digit. Correct it by the card.",
        )
    if category == "Co":
        return Fault(
            "name.private_character",
            f"姓名第{place}个字符（U+{ord(character):04X}）是旧系统的自造字，其他系统无法显示。"
            "请用支持GB 18030-2022的输入法重新输入该生僻字。",
            f"Character {place} of the name (U+{ord(character):04X}) is an older system's own "
            "and shows nowhere else. Enter the rare character anew, as in GB 18030-2022.",
        )
    return Fault(
        "name.character",
        f"姓名第{place}个字符“{shown}”不能用于姓名。请按证件更正。",
        f"Character {place} of the name, “{shown}”, is not used in names. Correct it by the card.",
    )


def _is_letter(character: str) -> bool:
    return (
        unicodedata.category(character)[0] == "L"
        or character == "〇"
        or ord(character) in _HAN_PLANES
    )


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


def _is_of_an_alphabet(character: str) -> bool:
    # Han characters and syllables of Yi have no case; letters of names on passports do.
    return character.isalpha() and character.lower() != character.upper()


def _readings(name: str) -> list[tuple[str, ...]]:
    """Return, for each character that is read, its readings, the likeliest first; none empty."""
    front = surname(name)
    read: list[tuple[str, ...]] = []
    if len(front) == 2:
        read = [(reading,) for reading in COMPOUND_SURNAMES[front]]
    elif front in SURNAME_READINGS:
        # Who does not know the surname's own reading types the common one.
        common = _readings_of(front)[: READINGS_OF_A_CHARACTER - 1]
        read = [tuple(dict.fromkeys((*SURNAME_READINGS[front], *common)))]
    return read + [
        _readings_of(unit)[:READINGS_OF_A_CHARACTER] for unit in _units(name[len(read) :])
    ]


def _units(name: str) -> Iterator[str]:
    """Return what is read at once: a Han character, or a word of an alphabet."""
    word = ""
    for character in [*name, " "]:
        if _is_of_an_alphabet(character) or (word and _is_mark(character)):
            word += character
            continue
        if word:
            yield word.lower()
            word = ""
        if _is_letter(character):
            yield character


@lru_cache(maxsize=10_000)
def _readings_of(unit: str) -> tuple[str, ...]:
    found = pypinyin.pinyin(
        unit,
        style=pypinyin.Style.NORMAL,
        heteronym=True,
        errors=lambda unread: unread,
    )
    return tuple(dict.fromkeys(found[0]))


def _likeliest(choices: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the texts made of one choice each, those of early choices first, at most SPELLINGS.

    The cost of a text is how far down its choices stood, added up: dropping the dear beginnings on
    the way loses none of the cheapest texts.
    """
    texts = {"": 0}
    for options in choices:
        longer: dict[str, int] = {}
        for text, cost in texts.items():
            for place, option in enumerate(options):
                spelt = text + option
                longer[spelt] = min(cost + place, longer.get(spelt, cost + place))
        texts = dict(sorted(longer.items(), key=lambda entry: entry[1])[:SPELLINGS])
    return tuple(text for text in texts if text)
