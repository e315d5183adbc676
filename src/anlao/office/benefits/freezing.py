"""A decision as it was made, in a form that no later change of facts or rules can touch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from anlao.office.benefits.queries import FactLabel, entitlement, facts_of_months, labels
from anlao.office.benefits.rulebooks import digest_of, program_for
from anlao.office.registry import queries as registry
from anlao.office.registry.models import STATUSES, Elder
from anlao.rules.explain import explain
from anlao.rules.periods import Month


@dataclass(frozen=True, slots=True)
class FrozenFact:
    """A fact as it was known, and on what ground."""

    name: str
    zh: str
    en: str
    shown_zh: str
    shown_en: str
    source: str


@dataclass(frozen=True, slots=True)
class FrozenText:
    """The reasons in one language."""

    title: str
    provision: str
    verdict: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frozen:
    """Everything a decision rested on. ``fen``: hundredths of ``unit``, where there is an amount.

    ``digest_of_rules`` stands for the rulebook's files and the local rates; ``facts`` are all that
    the rulebook can ask and the office knew.
    """

    provision: str
    month: date
    known_at: datetime
    outcome: str
    fen: int | None
    unit: str
    clause: str
    rulebook: str
    document: str
    digest_of_rules: str
    facts: tuple[FrozenFact, ...]
    zh: FrozenText
    en: FrozenText

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        kept: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str, ensure_ascii=False))
        return kept


def digest(kept: Mapping[str, Any]) -> str:
    """Return what stands for a stored decision on its papers."""
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()


def freeze(elder: Elder, provision: str, day: date, *, known_at: datetime) -> Frozen:
    """Return the decision of the month of a day. Raises NoRulebook and LookupError."""
    month = Month.of(day)
    program = program_for(elder.division_code)
    facts = facts_of_months(elder, month, known_at=known_at)
    found = explain(program, month, facts, only=(provision,))
    if not found:
        raise LookupError(provision)
    decision = found[0].decision
    return Frozen(
        provision,
        month.first_day,
        known_at,
        decision.outcome,
        decision.fen,
        decision.unit,
        str(decision.provision.clause),
        program.rulebook.id,
        program.rulebook.document,
        digest_of(elder.division_code),
        tuple(_facts(elder, month.first_day, known_at)),
        _text(elder, month, provision, known_at, "zh"),
        _text(elder, month, provision, known_at, "en"),
    )


def _text(
    elder: Elder, month: Month, provision: str, known_at: datetime, language: str
) -> FrozenText:
    item = entitlement(elder, provision, month, known_at=known_at, language=language)
    if item is None:
        raise LookupError(provision)
    title = program_for(elder.division_code).rulebook.title
    return FrozenText(title.text(language), item.name, item.verdict, item.sentences)


def _facts(elder: Elder, day: date, known_at: datetime) -> Iterator[FrozenFact]:
    words = labels(elder)
    for kind in STATUSES:
        row = registry.status_on(kind, elder, day, known_at=known_at)
        if row is None:
            continue
        source = " ".join(filter(None, (row.source.name if row.source else "", row.evidence)))
        for name, value in row.facts().items():
            if name in words:
                yield _frozen(words[name], value, source)


def _frozen(label: FactLabel, value: Any, source: str) -> FrozenFact:
    shown_zh, shown_en = (label.shown(value, language) for language in ("zh", "en"))
    return FrozenFact(label.name, label.zh, label.en, shown_zh, shown_en, source)
