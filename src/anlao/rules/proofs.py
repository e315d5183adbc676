"""Proofs over all cells: gaps, arms that never fit, and floors that a child must keep.

They look at diagrams, so they hold for every person that can be, not for a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from anlao.rules.evaluation.context import Context
from anlao.rules.language.resolve import AGE_SETTING
from anlao.rules.language.tree import Arithmetic, Call, Defined, Expr, Ladder, Parameter, walk
from anlao.rules.periods import Month
from anlao.rules.quantities import format_number
from anlao.rules.rulebook.load import in_force
from anlao.rules.rulebook.model import ParameterSpec, Provision, Rulebook, is_number
from anlao.rules.rulebook.problems import Problem, Problems
from anlao.rules.tables.compose import Composer
from anlao.rules.tables.diagram import Diagram, Diagrams, path_to, results
from anlao.rules.tables.examples import facts_of_path, shown
from anlao.rules.tables.symbolic import Residue
from anlao.rules.tables.variables import Questions, plan
from anlao.rules.tables.verdict import Verdict
from anlao.rules.testing.read_cases import read_cases

MOST_MONTHS = 3
_MONTHS_OF_FLOORS = 48
_PER_YEAR = {"yuan/month": 12, "yuan/quarter": 4, "yuan/half_year": 2, "yuan/year": 1}


def find_problems(rulebook: Rulebook) -> list[Problem]:
    """Return what enumeration finds wrong with a rulebook's own provisions (codes C and K)."""
    problems = Problems()
    for subject in rulebook.subjects:
        own = [item for item in rulebook.of_subject(subject) if item.rulebook == rulebook.id]
        if own:
            _Enumeration(rulebook, subject, own, problems).run()
    _check_cases(rulebook, problems)
    return problems.sorted()


def months_of_interest(rulebook: Rulebook, most: int = MOST_MONTHS) -> list[Month]:
    """Return the latest months from which figures or provisions are in force, the oldest first."""
    days: set[date] = set()
    for spec in rulebook.parameters.values():
        if not spec.setting:
            days.update(version.start for version in spec.versions)
    for provision in rulebook.provisions.values():
        if provision.start is not None:
            days.add(provision.start)
    own_start = rulebook.start or (max(days) if days else date(2024, 1, 1))
    months = sorted({_first_whole_month(day) for day in days | {own_start}})
    return months[-most:]


def _first_whole_month(day: date) -> Month:
    month = Month.of(day)
    return month if day.day == 1 else month.plus(1)


def _check_cases(rulebook: Rulebook, problems: Problems) -> None:
    cases = read_cases(rulebook, problems)
    covered = {name for case in cases for name in (*case.expect, *case.totals)}
    for provision in rulebook.provisions.values():
        if provision.rulebook == rulebook.id and provision.id not in covered:
            problems.warning(
                provision.place,
                "K003",
                f"{provision.id} has no case",
                "add one to cases/: both sides of every limit",
            )


class _Enumeration:
    """Looks through the cells of one subject's provisions in the months of interest."""

    def __init__(
        self, rulebook: Rulebook, subject: str, provisions: list[Provision], problems: Problems
    ) -> None:
        self.rulebook = rulebook
        self.provisions = provisions
        self.problems = problems
        self.facts = rulebook.subjects[subject].facts
        self.subject = subject
        self.said: set[tuple[str, ...]] = set()

    def _is_new(self, *finding: str) -> bool:
        """A finding that holds in several months is told once."""
        known = finding in self.said
        self.said.add(finding)
        return not known

    def run(self) -> None:
        granted: set[str] = set()
        fitting: dict[str, set[int]] = {}
        looked_at: set[str] = set()
        for month in months_of_interest(self.rulebook):
            context = Context(self.rulebook, month)
            composer, questions = self._composer(context)
            for provision in self.provisions:
                own = context.at(0, provision.starts)
                diagram = composer.without_due(provision, own)
                verdicts: list[Verdict] = results(diagram)
                if {verdict.reason for verdict in verdicts} == {"not_in_force"}:
                    continue
                looked_at.add(provision.id)
                if any(verdict.outcome in ("yes", "unknown") for verdict in verdicts):
                    granted.add(provision.id)
                self._gaps(provision, diagram, questions, month)
                self._arms(provision, composer, own, fitting, questions)
                self._shares(provision, composer, own, questions)
        self._report_never(granted, looked_at)
        self._report_arms(fitting)

    def _composer(self, context: Context) -> tuple[Composer, Questions]:
        survey = Questions(Diagrams(), self.facts)
        Composer(context, self.subject, survey).survey(self.provisions, context)
        questions = Questions(Diagrams(), self.facts, plan(survey.atoms, self.facts))
        return Composer(context, self.subject, questions), questions

    def _gaps(
        self, provision: Provision, diagram: Diagram, questions: Questions, month: Month
    ) -> None:
        """A key that a closed table lacks, or a ladder nobody's arm fits."""
        for name in {rate for verdict in results(diagram) for rate in verdict.missing}:
            spec = self.rulebook.parameters.get(name.removeprefix("rate:"))
            if spec is None or spec.open or not self._is_new("C001", provision.id, name):
                continue
            example = likely_path(questions, diagram, partial(_lacks, name)) or {}
            self._report_gap(provision, spec, example, questions, month)
        if isinstance(provision.amount, Ladder) and provision.amount.arms[-1].condition is not None:
            path = likely_path(questions, diagram, _falls_through)
            if path is not None and self._is_new("C002", provision.id):
                self.problems.error(
                    provision.places.get("amount", provision.place),
                    "C002",
                    f"{provision.id}: no arm fits a person who meets the conditions",
                    f"for example {self._person(path, questions)} in {month}; add otherwise",
                )

    def _report_gap(
        self,
        provision: Provision,
        spec: ParameterSpec,
        path: dict[int, int],
        questions: Questions,
        month: Month,
    ) -> None:
        self.problems.error(
            spec.place,
            "C001",
            f"{spec.id} has no value for somebody {provision.id} looks up",
            f"for example {self._person(path, questions)} in {month}; add the key, or a condition",
        )

    def _person(self, path: dict[int, int], questions: Questions) -> str:
        return shown(facts_of_path(path, questions.variables, self.facts))

    def _arms(
        self,
        provision: Provision,
        composer: Composer,
        context: Context,
        fitting: dict[str, set[int]],
        questions: Questions,
    ) -> None:
        """Which arms of the amount's ladder can fit somebody who meets the conditions."""
        ladder = provision.amount
        if not isinstance(ladder, Ladder):
            return
        reached = fitting.setdefault(provision.id, set())
        eligible = composer.eligible(provision, context)
        for index, diagram in enumerate(composer.arms(ladder, eligible, context)):
            if True in results(diagram):
                reached.add(index)
        if ladder.exclusive:
            self._overlaps(provision, composer, ladder, eligible, context, questions)

    def _overlaps(
        self,
        provision: Provision,
        composer: Composer,
        ladder: Ladder,
        eligible: Diagram,
        context: Context,
        questions: Questions,
    ) -> None:
        for first, second, diagram in composer.overlaps(ladder, eligible, context):
            path = likely_path(questions, diagram, _holds)
            if path is not None and self._is_new("C004", provision.id, first, second):
                self.problems.error(
                    provision.places.get("amount", provision.place),
                    "C004",
                    f"{provision.id}: arms {first} and {second} both fit somebody",
                    f"for example {self._person(path, questions)}; narrow one, or use first",
                )

    def _shares(
        self, provision: Provision, composer: Composer, context: Context, questions: Questions
    ) -> None:
        """Shares of levels of government that do not add up to one for somebody."""
        if not provision.funding:
            return
        total = provision.funding[0].share
        for item in provision.funding[1:]:
            total = Arithmetic("+", total, item.share)
        diagram = composer.symbolic.diagram(total, context)
        wrong = likely_path(questions, diagram, lambda value: is_number(value) and value != 1)
        if wrong is not None and self._is_new("C006", provision.id):
            codes = [wrong.get(index) for index in range(len(questions.variables))]
            sums = results(questions.diagrams.restrict(diagram, codes))
            self.problems.error(
                provision.places.get("funding", provision.place),
                "C006",
                f"{provision.id}: the shares add up to {format_number(sums[0])}, not to 1",
                f"for example {self._person(wrong, questions)}",
            )

    def _report_never(self, granted: set[str], looked_at: set[str]) -> None:
        for provision in self.provisions:
            if provision.id in looked_at and provision.id not in granted:
                self.problems.error(
                    provision.place,
                    "C005",
                    f"{provision.id}: nobody can ever meet its conditions",
                    "two of them exclude each other",
                )

    def _report_arms(self, fitting: dict[str, set[int]]) -> None:
        for provision in self.provisions:
            ladder = provision.amount
            if not isinstance(ladder, Ladder) or provision.id not in fitting:
                continue
            for index, arm in enumerate(ladder.arms):
                earlier = [item.condition for item in ladder.arms[: index + 1] if item.condition]
                if index not in fitting[provision.id] and not self._hangs_on_figures(earlier):
                    self.problems.error(
                        provision.places.get("amount", provision.place),
                        "C003",
                        f"{provision.id}: arm {arm.id or index + 1} never fits anybody",
                        "an earlier arm or the conditions already cover it",
                    )

    def _hangs_on_figures(self, conditions: list[Expr]) -> bool:
        """An arm that a setting or a rate switches off today may be switched on by a child."""
        pending = list(conditions)
        while pending:
            for part in walk(pending.pop()):
                if isinstance(part, Parameter) and part.name != AGE_SETTING:
                    return True
                if isinstance(part, Call) and part.function == "has_rate":
                    return True
                if isinstance(part, Defined):
                    pending.append(self.rulebook.definitions[part.name].value)
        return False


def _lacks(name: str, verdict: Verdict) -> bool:
    return name in verdict.missing


@dataclass(frozen=True, slots=True)
class CounterExample:
    """Somebody who gets less from the child than from the parent."""

    provision: str
    month: Month
    person: dict[str, Any]
    parent: str
    child: str
    parent_gives: str
    child_gives: str

    def text(self, language: str = "zh") -> str:
        person = shown(self.person)
        if language == "zh":
            return (
                f"{self.provision}，{self.month}：{self.parent} 给 {self.parent_gives}，"
                f"{self.child} 给 {self.child_gives}；例如 {person}"
            )
        return (
            f"{self.provision} in {self.month}: {self.parent} gives {self.parent_gives}, "
            f"{self.child} gives {self.child_gives}; for example {person}"
        )


def prove_floor(child: Rulebook, parent: Rulebook) -> list[CounterExample]:
    """Return, for each provision of the parent, somebody who gets less from the child, if any.

    Only people registered in the child's division count, in months in which the child rulebook
    itself is in force: before and after it the parent's provisions still hold.
    """
    found: list[CounterExample] = []
    for provision in parent.provisions.values():
        if provision.kind == "standard" or provision.id not in child.provisions:
            continue
        for month in _months_of_both(child, parent):
            example = _less(child, parent, provision, month)
            if example is not None:
                found.append(example)
                break
    return found


def _months_of_both(child: Rulebook, parent: Rulebook) -> Iterator[Month]:
    months = {*months_of_interest(child, _MONTHS_OF_FLOORS), *months_of_interest(parent, 12)}
    for month in sorted(months | {_first_whole_month(day) for day in _ends(child)}):
        if in_force(child.start, child.until, month.first_day):
            yield month


def _ends(rulebook: Rulebook) -> set[date]:
    """Return the days on which a figure or a provision ends."""
    figures = (v.until for spec in rulebook.parameters.values() for v in spec.versions)
    provisions = (provision.until for provision in rulebook.provisions.values())
    return {day for day in (*figures, *provisions) if day is not None}


def _less(
    child: Rulebook, parent: Rulebook, provision: Provision, month: Month
) -> CounterExample | None:
    subject = provision.subject
    facts = child.subjects[subject].facts
    own = child.provisions[provision.id]
    contexts = Context(child, month), Context(parent, month)
    survey = Questions(Diagrams(), facts)
    Composer(contexts[0], subject, survey).survey([own], contexts[0])
    Composer(contexts[1], subject, survey).survey([provision], contexts[1])
    questions = Questions(Diagrams(), facts, plan(survey.atoms, facts))
    mine = Composer(contexts[0], subject, questions)
    theirs = Composer(contexts[1], subject, questions)
    less = _Less(mine, contexts[0])
    diagram = questions.diagrams.both(
        theirs.own(provision, contexts[1]), mine.own(own, contexts[0]), less.compare
    )
    path = likely_path(questions, diagram, _holds)
    if path is None:
        return None
    person = facts_of_path(path, questions.variables, facts)
    given = [
        _verdict_on(questions, composer.own(item, context), path)
        for composer, item, context in ((theirs, provision, contexts[1]), (mine, own, contexts[0]))
    ]
    return CounterExample(provision.id, month, person, parent.id, child.id, *map(_gives, given))


class _Less:
    """Compares two verdicts: True where the child's is lower."""

    def __init__(self, composer: Composer, context: Context) -> None:
        self.composer = composer
        self.context = context

    def compare(self, parent: Verdict, child: Verdict) -> Diagram:
        leaf = self.composer.symbolic.leaf
        elsewhere = child.reason == "outside_division"
        if parent.outcome != "yes" or elsewhere or child.outcome == "unknown":
            return leaf(False)
        if child.outcome != "yes" or parent.amount is None or child.amount is None:
            return leaf(child.outcome != "yes")
        factors = _PER_YEAR.get(parent.unit, 1), _PER_YEAR.get(child.unit, 1)
        if parent.unit == child.unit:
            factors = 1, 1
        if is_number(parent.amount) and is_number(child.amount):
            return leaf(child.amount * factors[1] < parent.amount * factors[0])  # type: ignore[operator]
        return self.composer.symbolic.compared_values(
            "<", child.amount, parent.amount, self.context
        )


def likely_path(
    questions: Questions, diagram: Diagram, wanted: Callable[[Any], bool]
) -> dict[int, int] | None:
    """Return a way to a wanted result; if there is one, of somebody alive with nothing absent."""
    usual: list[int | None] = [
        variable.size - 1 if variable.may_be_none else None for variable in questions.variables
    ]
    one_present: list[list[int | None]] = [
        [None if index == free else code for index, code in enumerate(usual)]
        for free, code in enumerate(usual)
        if code is not None
    ]
    nothing: list[int | None] = [None] * len(usual)
    for codes in [usual, *one_present, nothing]:
        path = path_to(questions.diagrams.restrict(diagram, codes), wanted)
        if path is not None:
            return path | {i: code for i, code in enumerate(codes) if code is not None}
    return None


def _holds(value: Any) -> bool:
    return value is True


def _falls_through(verdict: Verdict) -> bool:
    return verdict.reason == "not_met:amount"


def _verdict_on(questions: Questions, diagram: Diagram, path: dict[int, int]) -> Verdict:
    codes = [path.get(index) for index in range(len(questions.variables))]
    verdicts: list[Verdict] = results(questions.diagrams.restrict(diagram, codes))
    return verdicts[0]


def _gives(verdict: Verdict) -> str:
    if verdict.outcome != "yes":
        return f"{verdict.outcome} ({verdict.reason})"
    if isinstance(verdict.amount, Residue):
        return "an amount by formula"
    if verdict.amount is None:
        return "yes"
    return f"{format_number(verdict.amount)} {verdict.unit}"
