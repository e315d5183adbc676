"""What an elder is entitled to in a month, by her county's rulebook, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlao.office.benefits.rulebooks import facts_for, program_for
from anlao.office.registry import queries as registry
from anlao.office.registry.models import Elder
from anlao.places import divisions
from anlao.rules.engines.program import Program
from anlao.rules.evaluation.evaluator import FactsAt
from anlao.rules.explain import Explanation, explain
from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import NONE
from anlao.rules.periods import Month
from anlao.rules.tell import Teller
from anlao.rules.wording import Words

ORDER = ("yes", "unknown", "no", "not_applicable")
RATE_ADVICE = ("请县级管理员登记", "the county's administrator can enter it")
_FROM_COUNTY = 2
"""Places are told from the county down: clerks know in which province they are."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A provision's decision for one elder and month, told in one language.

    ``sentences``: conditions, amount and clause, one line each.
    """

    provision: str
    name: str
    outcome: str
    verdict: str
    sentences: tuple[str, ...]
    clause: str


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Everything about one elder and month, what is granted first."""

    month: Month
    title: str
    document: str
    summary: str
    found: tuple[Entitlement, ...]

    @property
    def granted(self) -> list[Entitlement]:
        return [item for item in self.found if item.outcome == "yes"]

    @property
    def unknown(self) -> list[Entitlement]:
        return [item for item in self.found if item.outcome == "unknown"]

    @property
    def others(self) -> list[Entitlement]:
        return [item for item in self.found if item.outcome in ("no", "not_applicable")]


def entitlements(
    elder: Elder,
    month: Month,
    *,
    known_at: datetime,
    language: str,
    instead: Mapping[str, Any] | None = None,
) -> Entitlements:
    """Return the decisions of a month with their reasons. Raises NoRulebook.

    ``instead``: facts to suppose, for a what-if; nothing of it is stored.
    """
    program = program_for(elder.division_code)
    facts_at = _facts_at(program, elder, month, known_at, instead or {})
    book = program.rulebook
    teller = Teller(Words(book, book.subjects["elder"].facts, language), RATE_ADVICE)
    explained = explain(program, month, facts_at)
    ranked = sorted(explained, key=lambda item: ORDER.index(item.decision.outcome))
    return Entitlements(
        month,
        teller.words.of(book.title),
        book.document,
        teller.summary(explained),
        tuple(told(item, teller) for item in ranked),
    )


@dataclass(frozen=True, slots=True)
class FactLabel:
    """A fact as a form or a list shows it. ``values``: by stored code, in both languages."""

    name: str
    type: str
    zh: str
    en: str
    values: Mapping[str, tuple[str, str]]
    low: int = 0
    high: int = 0
    empty_is_none: bool = False
    none_when: tuple[str, str] | None = None

    def text(self, language: str) -> str:
        return self.en if language == "en" else self.zh

    def choices(self, language: str) -> list[tuple[str, str]]:
        """Return values as they are written and in words; none where they cannot be listed."""
        match self.type:
            case "bool":
                return [(code, self.shown(code == "true", language)) for code in ("true", "false")]
            case "enum":
                return [(code, self.shown(code, language)) for code in self.values]
            case "level":
                return [(str(level), str(level)) for level in range(self.low, self.high + 1)]
            case _:
                return []

    def is_none(self, held: Mapping[str, Any]) -> bool:
        """Return whether, as far as other facts say, the fact does not exist: it is not unknown."""
        if self.name == "assessed_on" and held.get("never_assessed"):
            return True
        by_nature = self.empty_is_none and (self.name != "hukou_since" or bool(held.get("hukou")))
        return by_nature or (
            self.none_when is not None and held.get(self.none_when[0]) == self.none_when[1]
        )

    def shown(self, value: Any, language: str, held: Mapping[str, Any] | None = None) -> str:
        """Return a stored value in words. ``held``: the facts known beside it."""
        english = language == "en"
        if value is None or value == "":
            if self.is_none(held or {}):
                return ("无", "none")[english]
            return ("未知", "unknown")[english]
        if isinstance(value, bool):
            return {True: ("是", "yes"), False: ("否", "no")}[value][english]
        if str(value) in self.values:
            return self.values[str(value)][english]
        if self.type == "division" and divisions.find(str(value)):
            return "".join(step.name for step in divisions.path(str(value))[_FROM_COUNTY:])
        return str(value)


def labels(elder: Elder) -> dict[str, FactLabel]:
    """Return the facts that the elder's rulebook knows, in its order."""
    return {name: label_of(spec) for name, spec in facts_for(elder.division_code).items()}


def label_of(spec: FactSpec) -> FactLabel:
    """Return a fact as a form shows it."""
    return FactLabel(
        spec.name,
        spec.type,
        spec.label.zh,
        spec.label.en,
        {code: (label.zh, label.en) for code, label in spec.values.items()},
        spec.low,
        spec.high,
        spec.empty_is_none,
        spec.none_when,
    )


def month_of(day: date) -> Month:
    """Return the month of a day, for those who know no engine."""
    return Month.of(day)


def facts_in_words(
    division: str, names: Sequence[str], language: str, subject: str = "elder"
) -> str:
    """Return facts that are missing, in the words of a division's rulebook."""
    book = program_for(division).rulebook
    words = Words(book, book.subjects[subject].facts, language)
    return ("、" if language == "zh" else ", ").join(words.missing(name) for name in names)


def provision_names(division: str, language: str) -> list[tuple[str, str]]:
    """Return every provision of a division's rulebook: identifier and name. Raises NoRulebook."""
    program = program_for(division)
    book = program.rulebook
    words = Words(book, book.subjects["elder"].facts, language)
    return [(provision.id, words.of(provision.label)) for provision in program.provisions]


def entitlement(
    elder: Elder, provision: str, month: Month, *, known_at: datetime, language: str
) -> Entitlement | None:
    """Return the decision on one provision. Raises NoRulebook.

    None where the rulebook has no such.
    """
    program = program_for(elder.division_code)
    book = program.rulebook
    teller = Teller(Words(book, book.subjects["elder"].facts, language), RATE_ADVICE)
    facts_at = _facts_at(program, elder, month, known_at, {})
    found = explain(program, month, facts_at, only=(provision,))
    return told(found[0], teller) if found else None


def facts_of_months(
    elder: Elder, month: Month, *, known_at: datetime, held: registry.HeldOn | None = None
) -> FactsAt:
    """Return what is known of an elder around a month, as the engine asks for it.

    ``held``: what was read before, for whoever asks about many months.
    """
    return _facts_at(program_for(elder.division_code), elder, month, known_at, {}, held)


def told(item: Explanation, teller: Teller) -> Entitlement:
    """Return an explained decision in words."""
    decision = item.decision
    lines = [line.strip() for line in teller.paragraph(item)[1:-1]]
    return Entitlement(
        decision.provision.id,
        teller.words.of(decision.provision.label),
        decision.outcome,
        teller.verdict(item),
        tuple(lines),
        str(decision.provision.clause),
    )


def _facts_at(
    program: Program,
    elder: Elder,
    month: Month,
    known_at: datetime,
    instead: Mapping[str, Any],
    held_on: registry.HeldOn | None = None,
) -> FactsAt:
    specs = program.rulebook.subjects["elder"].facts
    known: dict[int, dict[str, Any]] = {}

    def facts_at(shift: int) -> dict[str, Any]:
        if shift not in known:
            day = month.plus(shift).first_day
            held = held_on(day) if held_on else registry.facts_on(elder, day, known_at=known_at)
            known[shift] = in_words_of_the_engine(held, specs)
            if shift:  # a day is what is known of it now, whenever it is looked at
                now = facts_at(0)
                days = [name for name, spec in specs.items() if spec.type == "date"]
                known[shift].update({name: now[name] for name in days if name in now})
            known[shift] |= instead
        return known[shift]

    return facts_at


def in_words_of_the_engine(
    held: Mapping[str, Any], specs: Mapping[str, FactSpec]
) -> dict[str, Any]:
    """Return facts as the engine takes them: what does not exist is NONE, the unknown is absent."""
    facts = {name: value for name, value in held.items() if name in specs}
    for name, spec in specs.items():
        if name in facts:
            continue
        exists_not = spec.empty_is_none and (name != "hukou_since" or "hukou" in facts)
        if exists_not or (spec.none_when and facts.get(spec.none_when[0]) == spec.none_when[1]):
            facts[name] = NONE
    if held.get("never_assessed"):
        facts["assessed_on"] = NONE
    return facts
