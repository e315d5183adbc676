"""Transfers written as a bank wants them: csv, xlsx or text of fixed width."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from anlao.office.payments.terms import Column, Layout
from anlao.office.shared import spreadsheets


class DoesNotFit(ValueError):
    """Raised where a value is too long for its column, or cannot be written in the encoding."""


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer, as it is written. ``number``: the whole account number."""

    place: int
    reference: str
    holder: str
    bank: str
    number: str
    fen: int
    purpose: str


_VALUES: Mapping[str, Callable[[Order], str]] = {
    "place": lambda order: str(order.place),
    "reference": lambda order: order.reference,
    "holder": lambda order: order.holder,
    "bank": lambda order: order.bank,
    "number": lambda order: order.number,
    "yuan": lambda order: f"{order.fen // 100}.{order.fen % 100:02d}",
    "fen": lambda order: str(order.fen),
    "purpose": lambda order: order.purpose,
}


def written(orders: Sequence[Order], layout: Layout) -> bytes:
    """Return a bank's file. Raises DoesNotFit; a value is never cut."""
    if layout.form == "fixed":
        text = "".join(f"{_fixed(order, layout)}\r\n" for order in orders)
        return _encoded(text, layout)
    rows = _table(orders, layout)
    if layout.form == "xlsx":
        return spreadsheets.written(rows, form="xlsx")
    return spreadsheets.written(rows, form="csv")


def suffix(layout: Layout) -> str:
    """Return how a file's name ends."""
    return {"fixed": "txt"}.get(layout.form, layout.form)


def _table(orders: Iterable[Order], layout: Layout) -> Iterable[Sequence[str]]:
    if layout.heads:
        yield [column.name for column in layout.columns]
    for order in orders:
        yield [_value(order, column) for column in layout.columns]


def _value(order: Order, column: Column) -> str:
    return column.fixed if column.what == "fixed" else _VALUES[column.what](order)


def _fixed(order: Order, layout: Layout) -> str:
    return "".join(_padded(_value(order, column), column, layout) for column in layout.columns)


def _padded(text: str, column: Column, layout: Layout) -> str:
    """Return a text of a column's width in bytes, as banks count: a Chinese character takes two."""
    clean = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    room = column.width - len(_encoded(clean, layout))
    if room < 0:
        raise DoesNotFit(f"{column.name}“{clean}”超过{column.width}个字节")
    return " " * room + clean if column.align == "right" else clean + " " * room


def _encoded(text: str, layout: Layout) -> bytes:
    try:
        return text.encode(layout.encoding)
    except UnicodeEncodeError as error:
        letter = text[error.start]
        raise DoesNotFit(f"“{letter}”不能用{layout.encoding}写出") from None
