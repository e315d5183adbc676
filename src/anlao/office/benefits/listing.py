"""What a rulebook says for a list of services: items, figures in force, ages, and the floor above.

Drafts are read as well: a list may be prepared before its document is in force.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from anlao.office.benefits.rulebooks import every_rulebook
from anlao.rules.engines.cells import decide
from anlao.rules.engines.program import Program, make_program
from anlao.rules.evaluation.context import Context
from anlao.rules.language.tree import NONE, Defined, Expr, Parameter, walk
from anlao.rules.people.rates import load_rates
from anlao.rules.periods import Month
from anlao.rules.proofs import prove_floor
from anlao.rules.rulebook.model import Band, Provision, Rulebook
from anlao.rules.rulebook.tables import leaves
from anlao.rules.wording import Words

_ELDER, _STANDARD = "elder", "standard"
_YOUNGEST, _OLDEST = 45, 110
_COLUMNS = "service_list.yaml"
_MARK = re.compile(r"（[A-Z]\d+(?:[、,，][A-Z]?\d+)*）|\s?\([A-Z]\d+(?:, ?[A-Z]?\d+)*\)")
"""The number of a reading behind a sentence: for those who keep the rulebook."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A provision as an item of a list. ``provisions``: what computes it, several where the
    document joins them. ``ages``: lowest and highest age at which it can be met.
    """

    provisions: tuple[str, ...]
    name: str
    group: str
    kind: str
    who: str
    what: str
    amount: str
    application: str
    bring: tuple[str, ...]
    clause: str
    offices: tuple[str, ...]
    ages: tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Source:
    """The rulebook that a list is filled from. ``parent``: its title above; "" where none is."""

    rulebook: str
    title: str
    division: str
    is_draft: bool
    parent: str


def source(division: str) -> Source | None:
    """Return from which rulebook a division's list is filled; None where none covers it."""
    book = _book(division)
    if book is None:
        return None
    parent = _parent(book)
    return Source(
        book.id,
        book.title.zh,
        book.division,
        book.status == "draft",
        parent.title.zh if parent else "",
    )


def listed(division: str, day: date) -> list[Listed]:
    """Return the items of the division's rulebook as of a day, in the order of its document."""
    book = _book(division)
    if book is None:
        return []
    program = _program_of(book)
    month = Month.of(day)
    known = {item.id: item for item in _provisions(book)}
    columns = _columns(book)
    found = []
    for row in columns or ({"provisions": [name]} for name in known):
        parts = [known[name] for name in row["provisions"]]
        found.append(_listed(parts, row, program, month))
    return found


def amounts(division: str, day: date) -> dict[str, str]:
    """Return by provision what the rulebook pays as of a day, in words."""
    book = _book(division)
    if book is None:
        return {}
    program, month = _program_of(book), Month.of(day)
    return {item.id: _amount(item, program, month) for item in _provisions(book)}


def names(division: str, language: str) -> dict[str, tuple[str, str]]:
    """Return by provision its name and what it is, in a language."""
    book = _book(division)
    if book is None:
        return {}
    return {
        item.id: (item.label.text(language), plain(item.summary.text(language)))
        for item in _provisions(book)
    }


def above(division: str) -> list[tuple[str, str]]:
    """Return the provisions of the rulebook above: identifier and name; nothing where none is."""
    book = _book(division)
    parent = _parent(book) if book else None
    if parent is None:
        return []
    return [(item.id, item.label.zh) for item in _provisions(parent)]


def shortfalls(division: str) -> list[str]:
    """Return who gets less than the rulebook above gives, by proof; one sentence for each."""
    book = _book(division)
    parent = _parent(book) if book else None
    if book is None or parent is None:
        return []
    return list(_proved(book.id, parent.id))


def plain(text: str) -> str:
    """Return a sentence without the numbers of readings.

    >>> plain("按当地标准发放（H10）。")
    '按当地标准发放。'
    """
    return _MARK.sub("", text)


def money(words: Words, fen: int, unit: str) -> str:
    """Return an amount as one says it, without fen where there are none."""
    return words.money(fen, unit).replace(".00", "", 1)


def _listed(
    parts: list[Provision], row: Mapping[str, Any], program: Program, month: Month
) -> Listed:
    first = parts[0]
    lows, highs = zip(*(_ages(item, program, month) for item in parts), strict=True)
    offices = dict.fromkeys(office for item in parts for office in item.lead)
    bring = dict.fromkeys(label.zh for item in parts for label in item.evidence)
    clauses = dict.fromkeys(str(item.clause) for item in parts)
    paid = dict.fromkeys(filter(None, (_amount(item, program, month) for item in parts)))
    return Listed(
        tuple(item.id for item in parts),
        row.get("name") or first.label.zh,
        row.get("group") or first.target_group.zh,
        first.service_type,
        row.get("who") or first.target_group.zh,
        row.get("what") or plain(first.summary.zh),
        "；".join(paid),
        first.application,
        tuple(bring),
        "；".join(clauses),
        tuple(offices),
        (
            None if None in lows else min(low for low in lows if low is not None),
            None if None in highs else max(high for high in highs if high is not None),
        ),
    )


def _provisions(book: Rulebook) -> list[Provision]:
    """Return what elders are entitled to; parts of a combined item are paid within it."""
    return [item for item in book.of_subject(_ELDER) if item.kind != _STANDARD and not item.part_of]


def _columns(book: Rulebook) -> list[dict[str, Any]]:
    """Return the document's own order and words, where a file beside the rulebook has them."""
    path = book.folder / _COLUMNS
    if not path.is_file():
        return []
    rows: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["items"]
    return rows


# money in words


def _amount(item: Provision, program: Program, month: Month) -> str:
    if item.amount is None or not item.unit.startswith("yuan"):
        return ""
    words = Words(program.rulebook, program.rulebook.subjects[_ELDER].facts, "zh")
    context, ages = program.context(month), _ages(item, program, month)
    told = [
        _figure(name, words, context, ages)
        for name in _parameters(item.amount, program.rulebook)
        if _is_money(name, program.rulebook)
    ]
    return "；".join(dict.fromkeys(filter(None, told)))


def _figure(name: str, words: Words, context: Context, ages: tuple[int | None, int | None]) -> str:
    """Return a figure with its cells, but for those of ages that the provision is not for."""
    spec = words.rulebook.parameters[name]
    version = context.version(name, context.month.first_day)
    if version is None:
        return f"{spec.label.zh}由地方另行规定，尚未录入" if spec.open else ""
    lines = []
    for keys, value in leaves(version.table):
        if value is None or any(_is_outside(key, ages) for key in keys):
            continue
        where = "、".join(_key(key, words) for key in keys)
        paid = money(words, int(value * 100), spec.unit)
        lines.append(f"{where}：{paid}" if where else paid)
    floor = "不低于：" if context.uses_floor(name) else ""
    return floor + "；".join(lines) if lines else ""


def _is_outside(key: Any, ages: tuple[int | None, int | None]) -> bool:
    if not isinstance(key, Band):
        return False
    low, high = ages
    return (key.high is not None and low is not None and key.high <= low) or (
        key.low is not None and high is not None and key.low > high
    )


def _key(key: Any, words: Words) -> str:
    text = str(getattr(key, "key", key))
    if isinstance(key, Band):
        if text.endswith("+"):
            return f"{text.removesuffix('+')}岁及以上"
        return f"{text.replace('-', '至')}岁"
    for spec in words.facts.values():
        if text in spec.values:
            return spec.values[text].zh
    return text


def _is_money(name: str, book: Rulebook) -> bool:
    spec = book.parameters[name]
    return spec.unit.startswith("yuan") and not spec.setting


def _parameters(expr: Expr, book: Rulebook) -> Iterator[str]:
    """Yield the figures that an amount looks at, those inside definitions too."""
    pending, seen = [expr], set[str]()
    while pending:
        for part in walk(pending.pop(0)):
            if isinstance(part, Parameter):
                yield part.name
            elif isinstance(part, Defined) and part.name not in seen:
                seen.add(part.name)
                pending.append(book.definitions[part.name].value)


# ages, as the engine decides them


def _ages(item: Provision, program: Program, month: Month) -> tuple[int | None, int | None]:
    """Return the lowest and highest whole age at which a provision may be met; None: no limit."""
    met = _ages_met(program.rulebook.id, month).get(item.id, ())
    if not met:
        return None, None
    return (
        met[0] if met[0] > _YOUNGEST else None,
        met[-1] if met[-1] < _OLDEST else None,
    )


@lru_cache(maxsize=16)
def _ages_met(rulebook: str, month: Month) -> dict[str, tuple[int, ...]]:
    program = _program(rulebook)
    tables = program.month(month)
    found: dict[str, set[int]] = {}
    for age in range(_YOUNGEST, _OLDEST + 1):
        # the first and the last whose whole age it is: nominal ages tell them apart
        for born in (date(month.year - age, 1, 1), date(month.year - age - 1, 12, 30)):
            for decision in decide(tables, partial(_at_home, program.rulebook.division, born)):
                if decision.outcome in ("yes", "unknown") or decision.reason == "not_due":
                    found.setdefault(decision.provision.id, set()).add(age)
    return {name: tuple(sorted(ages)) for name, ages in found.items()}


def _at_home(division: str, born: date, _: int) -> dict[str, Any]:
    """Return what is known of somebody registered here of whom only the birthday is told."""
    return {"birth_date": born, "death_date": NONE, "hukou": division, "hukou_since": NONE}


# rulebooks, drafts included


def _book(division: str) -> Rulebook | None:
    covering = [
        book for book in every_rulebook() if book.division and division.startswith(book.division)
    ]
    return max(covering, key=lambda book: len(book.division), default=None)


def _parent(book: Rulebook) -> Rulebook | None:
    parent = book.parent
    return parent if parent is not None and parent.division else None


def _program_of(book: Rulebook) -> Program:
    return _program(book.id)


@lru_cache(maxsize=32)
def _program(name: str) -> Program:
    book = next(book for book in every_rulebook() if book.id == name)
    rates = Path(settings.DATA.rates) / f"{name}.yaml"
    known = load_rates(rates, book).rates if rates.exists() else None
    return make_program(book, rates=known, simulate=True)


@lru_cache(maxsize=32)
def _proved(child: str, parent: str) -> tuple[str, ...]:
    books = {book.id: book for book in every_rulebook()}
    return tuple(example.text("zh") for example in prove_floor(books[child], books[parent]))
