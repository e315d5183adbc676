"""What somebody unknown is entitled to, by the answers she gives: nothing of it is stored.

facts told so far -> decisions -> the question that would settle most of what is still open
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anlao.office.benefits.listing import money, plain
from anlao.office.benefits.models import DecidedMonth
from anlao.office.benefits.queries import (
    FactLabel,
    in_words_of_the_engine,
    label_of,
)
from anlao.office.benefits.rulebooks import program_for
from anlao.rules.engines.program import Program
from anlao.rules.explain import Explanation, Missing, explain
from anlao.rules.periods import Month
from anlao.rules.tell import Teller
from anlao.rules.wording import Words

FIRST = ("birth_date", "hukou")
_NEVER = frozenset({"death_date", "hukou_since", "person_id", "residence"})
"""Who asks is alive, and registered already where she says; where she lives is no matter here."""
_ASKED_OF_PEOPLE = ("bool", "enum", "level", "date", "division")
_MONEY, _SERVICE = 3.0, 1.0
_NOT_DUE = "not_due"
_TAKEN_FOR_GRANTED = ("deceased", "not_registered_yet")


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is missing for a decision. ``kind``: fact, rate or discretion."""

    kind: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A provision for whoever asks. ``outcome``: yes, later (entitled, paid in another month),
    maybe, or no. ``why``: the conditions that hold, or for no the one that does not.
    """

    provision: str
    name: str
    what: str
    outcome: str
    amount: str
    why: tuple[str, ...]
    lacking: tuple[Lacking, ...]
    bring: tuple[str, ...]
    application: str
    clause: str


@dataclass(frozen=True, slots=True)
class Found:
    """Everything as of a month, and what to ask next (None: nothing more would settle anything)."""

    month: Month
    title: str
    document: str
    answers: tuple[Answer, ...]
    question: FactLabel | None

    def of(self, outcome: str) -> list[Answer]:
        return [answer for answer in self.answers if answer.outcome == outcome]


def ask(
    division: str,
    told: Mapping[str, Any],
    *,
    day: date,
    language: str,
    passed: Collection[str] = (),
) -> Found:
    """Return what is due by what was told, and the next question. Raises NoRulebook.

    ``told``: values by fact, as they are stored. ``passed``: facts that were asked for and that she
    does not know; they stay unknown and are not asked for again.
    """
    program = program_for(division)
    specs = program.rulebook.subjects["elder"].facts
    facts = in_words_of_the_engine(told, specs)
    month = Month.of(day)
    explained = explain(program, month, lambda _: facts)
    teller = Teller(Words(program.rulebook, specs, language))
    answers = [_answer(item, teller) for item in explained if not item.decision.provision.part_of]
    name = _next(program, explained, {*told, *passed}, _shares(program.rulebook.id))
    return Found(
        month,
        teller.words.of(program.rulebook.title),
        program.rulebook.document,
        tuple(answers),
        label_of(specs[name]) if name else None,
    )


def question_labels(division: str) -> dict[str, FactLabel]:
    """Return what may be asked in a division: facts by name. Raises NoRulebook."""
    specs = program_for(division).rulebook.subjects["elder"].facts
    return {
        name: label_of(spec)
        for name, spec in specs.items()
        if spec.type in _ASKED_OF_PEOPLE and name not in _NEVER
    }


def _next(
    program: Program,
    explained: list[Explanation],
    asked: Collection[str],
    shares: Mapping[str, float],
) -> str | None:
    """Return the fact that settles most.

    Money counts more than services, what many have more than what few have, and what lacks little
    more than what lacks much; where she did not know one fact, the others settle less.
    """
    worth: dict[str, float] = {}
    for item in explained:
        decision = item.decision
        if decision.outcome != "unknown":
            continue
        base = _MONEY if decision.provision.kind == "cash" else _SERVICE
        open_ = [name for name in decision.missing if _may_ask(program, name)]
        given_up = sum(name in asked for name in open_)
        share = shares.get(decision.provision.id, 0.0)
        for name in open_:
            if name not in asked:
                gain = base * (1 + share) / len(open_) / 2**given_up
                worth[name] = worth.get(name, 0.0) + gain
    for name in FIRST:
        if name not in asked and (name in worth or (name == FIRST[0] and not asked)):
            return name
    order = list(program.rulebook.subjects["elder"].facts)
    return min(worth, key=lambda name: (-worth[name], order.index(name)), default=None)


def _may_ask(program: Program, name: str) -> bool:
    spec = program.rulebook.subjects["elder"].facts.get(name)
    return spec is not None and spec.type in _ASKED_OF_PEOPLE and name not in _NEVER


def _shares(rulebook: str) -> dict[str, float]:
    """Return which share of all elders has each provision, as far as a month was decided."""
    decided = (
        DecidedMonth.objects.filter(rulebook=rulebook, is_latest=True).order_by("-month").first()
    )
    if decided is None or not decided.elders:
        return {}
    return {line["provision"]: line["yes"] / decided.elders for line in decided.totals}


# in plain words


def _answer(item: Explanation, teller: Teller) -> Answer:
    decision, words = item.decision, teller.words
    provision = decision.provision
    paid = decision.fen is not None and decision.unit.startswith("yuan")
    outcome = _outcome(item)
    return Answer(
        provision.id,
        words.of(provision.label),
        plain(words.of(provision.summary)),
        outcome,
        money(words, decision.fen, decision.unit) if paid and decision.fen is not None else "",
        _why(item, outcome, teller),
        tuple(_lacking(one, words) for one in item.missing if one.name not in _NEVER),
        tuple(words.of(label) for label in provision.evidence),
        provision.application,
        str(provision.clause),
    )


def _outcome(item: Explanation) -> str:
    if item.decision.reason != _NOT_DUE:
        return {"yes": "yes", "unknown": "maybe"}.get(item.decision.outcome, "no")
    held = [step.held for step in item.steps if step.reason != _NOT_DUE]
    if all(held):
        return "later"
    return "no" if False in held else "maybe"


def _why(item: Explanation, outcome: str, teller: Teller) -> tuple[str, ...]:
    if outcome == "no":
        unmet = item.unmet[:1]
        return tuple(teller.label(step) for step in unmet) or (plain(teller.verdict(item)),)
    held = [step for step in item.steps if step.held and step.reason not in _TAKEN_FOR_GRANTED]
    return tuple(dict.fromkeys(teller.label(step) for step in held))


def _lacking(missing: Missing, words: Words) -> Lacking:
    kind, colon, rest = missing.name.partition(":")
    if not colon:
        return Lacking("fact", missing.name, words.fact(missing.name))
    return Lacking(kind, rest, words.parameter(rest) if kind == "rate" else rest)
