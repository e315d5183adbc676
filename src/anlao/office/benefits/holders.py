"""Who can hold a benefit: an elder, or a file of the registers. Cases ask nothing else of them.

"elder:12" | "institution:3" | "resident:5" | "centre:1" | "caregiver:9"
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from anlao import masking
from anlao.office.benefits import file_awards, provisions, queries, subjects
from anlao.office.benefits.freezing import Frozen, FrozenFact, freeze, frozen_fact
from anlao.office.benefits.models import Award, FileAward
from anlao.office.benefits.provisions import Rule
from anlao.office.benefits.queries import Entitlement, told
from anlao.office.benefits.rulebooks import program_for
from anlao.office.registry import details
from anlao.office.registry import queries as registry
from anlao.office.registry.models import STATUSES, Elder
from anlao.office.registry.operations import Ground, lock
from anlao.office.subjects import queries as files
from anlao.office.subjects.base import Register
from anlao.rules.engines.program import Program
from anlao.rules.evaluation.evaluator import FactsAt
from anlao.rules.explain import explain
from anlao.rules.periods import Month
from anlao.rules.tell import Teller

ELDER: Final = "elder"
KINDS: Final = (ELDER, *subjects.REGISTERS)


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something about an award, when, and why."""

    by: str
    at: datetime
    reason: str = ""


class Holder(ABC):
    """Somebody or something that can hold a benefit.

    ``subject``: how cases, awards and lines name it. ``shown``: a number that a paper may show.
    ``is_told_at_the_end``: what a month brings is known once it is over.
    """

    kind: str
    subject: str
    division: str
    name: str
    shown: str
    elder: Elder | None = None
    is_told_at_the_end = False

    @property
    @abstractmethod
    def public_name(self) -> str:
        """Return as much of the name as everybody may read."""

    @abstractmethod
    def is_there(self, day: date) -> bool:
        """Return whether the file goes on: nobody who has died or left, nothing that has closed."""

    def rules(self) -> list[Rule]:
        """Return what can be given to it. Raises NoRulebook."""
        return provisions.rules_of(self.division, self.kind)

    def rule(self, provision: str) -> Rule | None:
        """Return a provision; None where no rulebook gives it to such a holder."""
        return provisions.rule_of(self.division, provision, self.kind)

    # what the rules say

    def program(self) -> Program:
        """Return the rules about it. Raises NoRulebook."""
        return program_for(self.division, self.kind)

    @abstractmethod
    def facts_at(self, month: Month, known_at: datetime) -> FactsAt: ...

    @abstractmethod
    def known_facts(self, day: date, known_at: datetime) -> Iterator[FrozenFact]: ...

    @abstractmethod
    def entitlement(
        self, provision: str, month: Month, *, known_at: datetime, language: str
    ) -> Entitlement | None:
        """Return the decision on one provision. Raises NoRulebook."""

    def freeze(self, provision: str, day: date, *, known_at: datetime) -> Frozen:
        """Return the decision of the month of a day. Raises NoRulebook and LookupError."""
        return freeze(self, provision, day, known_at=known_at)

    @abstractmethod
    def opens_in(self, provision: str, *, last: date, most: int, known_at: datetime) -> date | None:
        """Return the first of the months up to a day's in which a provision is due throughout."""

    # what it receives

    @abstractmethod
    def lock(self) -> None:
        """Let two changes about it happen one after the other."""

    @abstractmethod
    def held(self, provision: str) -> Sequence[Award | FileAward]:
        """Return what is known now of its receiving a provision, the earliest first."""

    def running(self, provision: str) -> Award | FileAward | None:
        """Return the award that goes on without an end, if there is one."""
        return next((row for row in self.held(provision) if row.valid.upper is None), None)

    @abstractmethod
    def open(
        self, provision: str, *, fen: int | None, case: int, start: date, doing: Doing
    ) -> Award | FileAward:
        """Let it receive a provision from a day on, by an approved case."""

    @abstractmethod
    def end(self, row: Any, day: date, doing: Doing) -> None:
        """Let an award end on a day (not included). Raises SpanRefused."""

    @abstractmethod
    def take_back(self, row: Any, doing: Doing) -> None:
        """Say that an award never held."""


class ElderHolder(Holder):
    """An elder."""

    kind = ELDER

    def __init__(self, elder: Elder) -> None:
        self.elder: Elder = elder
        self.subject, self.division = f"{ELDER}:{elder.pk}", elder.division_code
        self.name, self.shown = elder.name, elder.identity_mask

    @property
    def public_name(self) -> str:
        return masking.name(self.name)

    def is_there(self, day: date) -> bool:  # noqa: ARG002 - her state is kept for lists
        return self.elder.state == Elder.State.LIVING

    def facts_at(self, month: Month, known_at: datetime) -> FactsAt:
        return queries.facts_of_months(self.elder, month, known_at=known_at)

    def known_facts(self, day: date, known_at: datetime) -> Iterator[FrozenFact]:
        words = queries.labels(self.elder)
        for kind in STATUSES:
            row = registry.status_on(kind, self.elder, day, known_at=known_at)
            if row is None:
                continue
            source = _source(row)
            for name, value in row.facts().items():
                if name in words:
                    yield frozen_fact(words[name], value, source)

    def entitlement(
        self, provision: str, month: Month, *, known_at: datetime, language: str
    ) -> Entitlement | None:
        return queries.entitlement(
            self.elder, provision, month, known_at=known_at, language=language
        )

    def opens_in(self, provision: str, *, last: date, most: int, known_at: datetime) -> date | None:
        held_on = registry.facts_of_days(self.elder, known_at=known_at)

        def facts_at(month: Month) -> FactsAt:
            return queries.facts_of_months(self.elder, month, known_at=known_at, held=held_on)

        return provisions.opens_in(self.program(), facts_at, provision, last=last, most=most)

    def lock(self) -> None:
        lock(self.elder)

    def held(self, provision: str) -> Sequence[Award]:
        return provisions.held(self.elder, provision)

    def open(
        self, provision: str, *, fen: int | None, case: int, start: date, doing: Doing
    ) -> Award:
        made = details.add(
            elder=self.elder,
            kind=Award,
            values={"provision": provision, "fen": fen, "case_number": case},
            start=start,
            ground=Ground(evidence_of(case)),
            by=doing.by,
            at=doing.at,
        )
        assert isinstance(made, Award)
        return made

    def end(self, row: Any, day: date, doing: Doing) -> None:
        details.end(
            elder=self.elder, row=row, day=day, reason=doing.reason, by=doing.by, at=doing.at
        )

    def take_back(self, row: Any, doing: Doing) -> None:
        details.take_back(elder=self.elder, row=row, reason=doing.reason, by=doing.by, at=doing.at)


class FileHolder(Holder):
    """A file of a register: an institution, a resident's stay, a centre, a caregiver."""

    def __init__(self, register: Register, file: Any) -> None:
        self.register, self.file, self.kind = register, file, register.kind
        self.subject, self.division = register.subject_of(file.pk), file.division_code
        self.name, self.shown = file.name, file.file_number
        self.is_told_at_the_end = register.is_told_at_the_end

    @property
    def public_name(self) -> str:
        return masking.name(self.name) if self.register.is_person else self.name

    def is_there(self, day: date) -> bool:
        return self.file.ended_on is None or self.file.ended_on > day

    def facts_at(self, month: Month, known_at: datetime) -> FactsAt:
        return subjects.facts_at(self.program(), self.register, self.file, month, known_at)

    def known_facts(self, day: date, known_at: datetime) -> Iterator[FrozenFact]:
        words = subjects.labels(self.register, self.division)
        for _, row in files.rows_on(self.register, self.file, day, known_at=known_at):
            if row is None:
                continue
            for name, value in row.facts().items():
                if name in words:
                    yield frozen_fact(words[name], value, _source(row))

    def entitlement(
        self, provision: str, month: Month, *, known_at: datetime, language: str
    ) -> Entitlement | None:
        program = self.program()
        found = explain(program, month, self.facts_at(month, known_at), only=(provision,))
        words = subjects.words_of(program, self.register, language)
        return told(found[0], Teller(words, queries.RATE_ADVICE)) if found else None

    def opens_in(self, provision: str, *, last: date, most: int, known_at: datetime) -> date | None:
        def facts_at(month: Month) -> FactsAt:
            return self.facts_at(month, known_at)

        return provisions.opens_in(self.program(), facts_at, provision, last=last, most=most)

    def lock(self) -> None:
        self.register.model.objects.select_for_update().get(pk=self.file.pk)

    def held(self, provision: str) -> Sequence[FileAward]:
        return file_awards.held(self.subject, provision)

    def open(
        self, provision: str, *, fen: int | None, case: int, start: date, doing: Doing
    ) -> FileAward:
        self.lock()
        row = FileAward(
            subject=self.subject,
            division_code=self.division,
            provision=provision,
            fen=fen,
            case_number=case,
            evidence=evidence_of(case),
        )
        return file_awards.add(row, start=start, by=doing.by, at=doing.at)

    def end(self, row: Any, day: date, doing: Doing) -> None:
        self.lock()
        file_awards.end(row, day=day, reason=doing.reason, by=doing.by, at=doing.at)

    def take_back(self, row: Any, doing: Doing) -> None:
        self.lock()
        file_awards.take_back(row, reason=doing.reason, by=doing.by, at=doing.at)


def holder_of(subject: str) -> Holder | None:
    """Return who or what goes by such a name, if the scope of the transaction shows it."""
    kind, _, number = subject.partition(":")
    if not number.isdigit():
        return None
    if kind == ELDER:
        elder = Elder.objects.filter(pk=number).first()
        return ElderHolder(elder) if elder else None
    register = subjects.REGISTERS.get(kind)
    file = register.model.objects.filter(pk=number).first() if register else None
    return FileHolder(register, file) if register and file else None


def subject_names(named: Sequence[str]) -> dict[str, str]:
    """Return the names of those whom the scope shows, by subject."""
    found: dict[str, str] = {}
    for kind in KINDS:
        numbers = [int(one.partition(":")[2]) for one in named if one.startswith(f"{kind}:")]
        if numbers:
            rows = _rows(kind).filter(Q(pk__in=numbers)).values_list("pk", "name")
            found |= {f"{kind}:{number}": name for number, name in rows}
    return found


def evidence_of(case: int) -> str:
    """Return what an award says that a case opened."""
    return f"case:{case}"


def _rows(kind: str) -> QuerySet[Any]:
    return Elder.objects.all() if kind == ELDER else subjects.REGISTERS[kind].model.objects.all()


def _source(row: Any) -> str:
    return " ".join(filter(None, (row.source.name if row.source else "", row.evidence)))
