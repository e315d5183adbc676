"""What a rulebook says of opening a benefit: how it is come by, what is to be shown, from when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from anlao.office.benefits.models import Award
from anlao.office.benefits.rulebooks import NoRulebook, program_for
from anlao.office.registry.models import Elder
from anlao.rules.engines.cells import decide
from anlao.rules.engines.program import Program
from anlao.rules.evaluation.evaluator import FactsAt
from anlao.rules.periods import Month
from anlao.rules.rulebook.model import Provision

AUTOMATIC: Final = "automatic"
PROACTIVE: Final = "proactive"
ON_REQUEST: Final = "on_request"
MONTHLY: Final = "yuan/month"
ONCE: Final = "yuan/once"


@dataclass(frozen=True, slots=True)
class Rule:
    """A provision as whoever opens it needs to know it. ``evidence``: papers, in both languages.

    ``ends``: month_of_death, month_before_death or never.
    """

    id: str
    zh: str
    en: str
    kind: str
    unit: str
    application: str
    evidence: tuple[tuple[str, str], ...]
    lead: tuple[str, ...]
    clause: str
    ends: str

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.zh


def rules_of(division: str, subject: str = "elder") -> list[Rule]:
    """Return what elders of a division can be given. Raises NoRulebook.

    ``subject``: whose else, as rulebooks name it; standards that give nobody anything are none.
    """
    return [
        _rule(provision)
        for provision in program_for(division, subject).provisions
        if provision.subject == subject and not provision.part_of and provision.kind != "standard"
    ]


def rule_of(division: str, provision: str, subject: str = "elder") -> Rule | None:
    """Return one provision; None where no rulebook has it."""
    try:
        rules = rules_of(division, subject)
    except NoRulebook:
        return None
    return next((rule for rule in rules if rule.id == provision), None)


def opens_in(
    program: Program, facts_at: Callable[[Month], FactsAt], provision: str, *, last: date, most: int
) -> date | None:
    """Return the first of the months up to that of a day in which a provision is due throughout.

    Looks back ``most`` months. None where it is not due in the last of them.
    """
    month, first = Month.of(last), None
    for shift in range(most + 1):
        earlier = month.plus(-shift)
        decided = decide(program.month(earlier), facts_at(earlier))
        if not any(one.provision.id == provision and one.outcome == "yes" for one in decided):
            break
        first = earlier.first_day
    return first


def first_of_next_month(day: date) -> date:
    return Month.of(day).plus(1).first_day


def first_of_month(day: date) -> date:
    return Month.of(day).first_day


def held(elder: Elder, provision: str) -> list[Award]:
    """Return what is known now of an elder's receiving a provision, the earliest first."""
    rows = Award.objects.filter(elder=elder, provision=provision, known__upper_inf=True)
    return list(rows.order_by("valid"))


def day_after_death(rule: Rule | None, death: date) -> date:
    """Return from which day on somebody who died receives nothing more."""
    if rule is not None and rule.ends == "month_before_death":
        return first_of_month(death)
    return first_of_next_month(death)


def _rule(provision: Provision) -> Rule:
    return Rule(
        provision.id,
        provision.label.zh,
        provision.label.en,
        provision.kind,
        provision.unit,
        provision.application,
        tuple((label.zh, label.en) for label in provision.evidence),
        provision.lead,
        str(provision.clause),
        provision.ends,
    )
