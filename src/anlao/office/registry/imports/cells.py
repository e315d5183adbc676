"""One cell -> the value of its field, or a fault: why it cannot be and what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from anlao.office.registry.imports import days
from anlao.office.registry.imports.identities import (
    Identity,
    ReadsDivision,
    ReadsIdentity,
    is_fault,
)
from anlao.office.registry.imports.kinds import Field, tidy
from anlao.office.registry.imports.refusals import NOTHING, Text
from anlao.office.registry.imports.sheets import Cell, LostDigits

Value = str | int | bool | date | Decimal | Identity
_TRUE = frozenset({"是", "有", "true", "1", "y", "yes", "享受", "√", "✓", "对"})
_FALSE = frozenset({"否", "无", "没有", "false", "0", "n", "no", "未享受", "不享受", "×", "非"})
_DIVISION = re.compile(r"(?:\d{6}|\d{9}|\d{12})\Z", re.ASCII)
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U000323afA-Za-z·.\-〇\ue000-\uf8ff ]{1,50}\Z")
_DIGITS = re.compile(r"[0-9A-Za-z+()\-]{3,40}\Z")
_UNKNOWN_WORDS = frozenset(
    {"", "/", "\\", "-", "--", "—", "——", "不详", "未知", "不明", "n/a", "null"}
)
_LONGEST_TEXT = 500
_LARGEST_MONEY = Decimal(10) ** 9
_AS_TEXT = re.compile(r"""(?:=\s*"([^"]*)"|'(.*))\Z""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell cannot be."""

    code: str
    reason: Text
    expected: Text = NOTHING


LOST_DIGITS = Fault(
    "cell-lost-digits",
    Text(
        "超过 15 位的数字已被表格软件改写，末几位已丢失",
        "the spreadsheet kept only 15 digits of this number; the last ones are lost",
    ),
    Text(
        "文本格式的完整号码（请向来源单位重新索取）",
        "the whole number as text, from the source anew",
    ),
)


@dataclass(frozen=True, slots=True)
class Readers:
    """What is read elsewhere and passed in. Without ``division`` only codes are understood."""

    identity: ReadsIdentity
    division: ReadsDivision | None = None


def read_cell(spec: Field, cell: Cell, readers: Readers) -> Value | Fault | None:
    """Return the value of a cell, a Fault, or None: unknown, which is never *no*."""
    if cell is None:
        return None
    if isinstance(cell, LostDigits):
        return LOST_DIGITS
    if isinstance(cell, str):
        cell = _plain(cell)
        if tidy(cell) in _UNKNOWN_WORDS and tidy(cell) not in spec.values:
            return None
    return _READERS[spec.type](spec, cell, readers)


def _plain(text: str) -> str:
    """Return what was meant by ="0123" and '0123, which keep a number from being reckoned."""
    found = _AS_TEXT.match(text)
    return (found[1] if found[1] is not None else found[2]).strip() if found else text


def _identity(_: Field, cell: Cell, readers: Readers) -> Value | Fault:
    reading = readers.identity(str(cell))
    if is_fault(reading):
        return Fault(
            f"identity-{reading.code}",
            Text(reading.zh, reading.en),
            Text("18 位公民身份号码", "an identity number of 18 characters"),
        )
    # TypeGuard narrows only one way: what is no fault is an identity.
    return reading  # type: ignore[return-value]


def _name(_: Field, cell: Cell, __: Readers) -> Value | Fault:
    text = " ".join(str(cell).replace("•", "·").replace("．", "·").split())
    # 王  某 is set wide for the look of it; a space between Latin words is part of the name.
    text = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", text)
    if _NAME.match(text):
        return text
    return Fault("name-strange", Text("不像姓名", "is no name"), Text("姓名", "a name"))


def _text(_: Field, cell: Cell, __: Readers) -> Value | Fault:
    text = str(cell)
    if len(text) <= _LONGEST_TEXT:
        return text
    expected = Text(f"不超过 {_LONGEST_TEXT} 字", f"at most {_LONGEST_TEXT} characters")
    return Fault("text-too-long", Text("文字太长", "the text is too long"), expected)


def _digits(_: Field, cell: Cell, __: Readers) -> Value | Fault:
    text = tidy(str(cell)).upper()
    if _DIGITS.match(text):
        return text
    return Fault("number-strange", Text("不像号码", "is no number"), Text("号码", "digits"))


def _listed(spec: Field, cell: Cell, _: Readers) -> Value | Fault:
    value = spec.values.get(tidy(str(cell)))
    if value is not None:
        return value
    shown = spec.shown_values
    return Fault(
        "value-not-listed",
        Text(f"不是“{spec.name.zh}”可填的内容", f"is no value of {spec.name.en}"),
        Text("、".join(shown), ", ".join(shown)),
    )


def _bool(_: Field, cell: Cell, __: Readers) -> Value | Fault:
    if isinstance(cell, bool):
        return cell
    word = tidy(str(cell))
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return Fault(
        "yes-no-strange",
        Text("看不出是或否", "is neither yes nor no"),
        Text("是 或 否", "是 or 否"),
    )


def _day(spec: Field, cell: Cell, _: Readers) -> Value | Fault:
    day = days.read_day(cell, spec.forms)
    if day is not None:
        return day
    return Fault("date-strange", Text("不是有效的日期", "is no day"), days.EXPECTED)


def _division(_: Field, cell: Cell, readers: Readers) -> Value | Fault:
    text = tidy(str(cell))
    if _DIVISION.match(text):
        return text
    code = readers.division(str(cell)) if readers.division else None
    if code is not None:
        return code
    return Fault(
        "division-unknown",
        Text("不认识的行政区划", "is no division known here"),
        Text(
            "6、9 或 12 位区划代码，或规范名称", "a division code of 6, 9 or 12 digits, or its name"
        ),
    )


def _money(_: Field, cell: Cell, __: Readers) -> Value | Fault:
    text = tidy(str(cell)).removesuffix("元").removeprefix("¥").replace(",", "")
    try:
        amount = Decimal(text)
        if amount.is_finite() and 0 <= amount < _LARGEST_MONEY:
            cents = amount.quantize(Decimal("0.01"))
            if cents == amount:
                return cents
    except InvalidOperation:
        pass
    return Fault(
        "money-strange",
        Text("不是有效的金额", "is no amount of money"),
        Text("金额（元），最多两位小数", "yuan, with two decimals at most"),
    )


_READERS: dict[str, Callable[[Field, Cell, Readers], Value | Fault]] = {
    "identity": _identity,
    "name": _name,
    "text": _text,
    "digits": _digits,
    "enum": _listed,
    "level": _listed,
    "bool": _bool,
    "date": _day,
    "division": _division,
    "money": _money,
}
