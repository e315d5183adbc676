"""A decision as it was made, in a form that no later change of facts or rules can touch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Protocol

from anlao.office.benefits.queries import Entitlement, FactLabel
from anlao.office.benefits.rulebooks import digest_of
from anlao.rules.engines.program import Program
from anlao.rules.evaluation.evaluator import FactsAt
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


class Basis(Protocol):
    """Somebody or something that a decision is about, as far as freezing it asks."""

    @property
    def division(self) -> str: ...
    def program(self) -> Program: ...
    def facts_at(self, month: Month, known_at: datetime) -> FactsAt: ...
    def known_facts(self, day: date, known_at: datetime) -> Iterator[FrozenFact]: ...
    def entitlement(
        self, provision: str, month: Month, *, known_at: datetime, language: str
    ) -> Entitlement | None: ...


def freeze(basis: Basis, provision: str, day: date, *, known_at: datetime) -> Frozen:
    """Return the decision of the month of a day. Raises NoRulebook and LookupError."""
    month = Month.of(day)
    program = basis.program()
    found = explain(program, month, basis.facts_at(month, known_at), only=(provision,))
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
        digest_of(basis.division),
        tuple(basis.known_facts(month.first_day, known_at)),
        _text(basis, month, provision, known_at, "zh"),
        _text(basis, month, provision, known_at, "en"),
    )


def frozen_fact(label: FactLabel, value: Any, source: str) -> FrozenFact:
    """Return a fact as it is kept, in both languages."""
    shown_zh, shown_en = (label.shown(value, language) for language in ("zh", "en"))
    return FrozenFact(label.name, label.zh, label.en, shown_zh, shown_en, source)


def _text(
    basis: Basis, month: Month, provision: str, known_at: datetime, language: str
) -> FrozenText:
    item = basis.entitlement(provision, month, known_at=known_at, language=language)
    if item is None:
        raise LookupError(provision)
    title = basis.program().rulebook.title
    return FrozenText(title.text(language), item.name, item.verdict, item.sentences)
