"""A provision's decision table for one month: few variables, and a diagram for their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from anlao.rules.evaluation.context import Context
from anlao.rules.language.tree import Expr, Fact, facts_in
from anlao.rules.rulebook.model import Provision
from anlao.rules.tables.compose import Composer, reason_for
from anlao.rules.tables.diagram import Branch, Diagram, Diagrams, Leaf, nodes, results, support
from anlao.rules.tables.symbolic import Residue, calendar_answer
from anlao.rules.tables.variables import Questions, Turning, Variable, plan, source_facts
from anlao.rules.tables.verdict import Result, Verdict

Codes = tuple[int, ...]
Calendar = tuple[int | None, ...]
"""A month's answers by variable: the code of a question to the calendar, None for all others."""
MOST_CLOCKS = 4
"""Up to so many questions to the calendar stay open in one table."""


class CalendarSilent(Exception):
    """Raised where a question to the calendar has no answer in a month."""


@dataclass(slots=True)
class DecisionTable:
    """A provision in one month: ``root`` decides every cell of ``variables``.

    ``numbers``: facts that amounts and questions are computed from by arithmetic; which of them
    are unknown belongs to the cell. Questions to the calendar (is the payment due?) stay in the
    diagram, so that it serves many months; ``calendar`` has this month's answers.
    """

    provision: Provision
    context: Context
    variables: tuple[Variable, ...]
    diagrams: Diagrams
    root: Diagram
    numbers: tuple[Fact, ...]
    calendar: Calendar
    _results: dict[tuple[Codes, frozenset[str]], Result] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """Return how many cells there are, unknown included."""
        count = 1
        for variable in self.variables:
            count *= variable.size + 1
        return count

    def decide(self, codes: Codes, without: frozenset[str] = frozenset()) -> Result:
        """Return the result of a cell; ``without``: facts among ``numbers`` that are not known."""
        key = (codes, without)
        found = self._results.get(key)
        if found is None:
            found = self._results[key] = self._decide(codes, without)
        return found

    def _decide(self, codes: Codes, without: frozenset[str]) -> Result:
        known = [
            None if code >= variable.size else code
            for code, variable in zip(codes, self.variables, strict=True)
        ]
        return self.result_of(self.diagrams.restrict(self.root, known), without, self.calendar)

    def result_of(self, rest: Diagram, without: frozenset[str], calendar: Calendar) -> Result:
        """Return the result of what is left of the diagram when all known facts are put in."""
        if not isinstance(rest, Leaf):
            rest = self.diagrams.restrict(rest, calendar)
        if isinstance(rest, Leaf):
            return self._single(rest.value, without)
        verdicts: list[Verdict] = results(rest)
        if agreed := _agreed(verdicts):
            return self._single(agreed, without)
        return self._unknown(rest, verdicts, without)

    def _single(self, verdict: Verdict, without: frozenset[str]) -> Result:
        rounding = self.provision.rounding
        if isinstance(verdict.amount, Residue):
            lacking = set(source_facts(verdict.amount.expr)) & without
            if lacking and verdict.outcome == "no":
                return Result("no", verdict.reason, None, "", ())
            if lacking:
                return Result("unknown", "missing_facts", None, "", tuple(sorted(lacking)))
            formula = verdict.amount.expr
            return Result(
                verdict.outcome, verdict.reason, None, verdict.unit, (), formula, rounding
            )
        missing = tuple(sorted(verdict.missing))
        fen = None if verdict.amount is None else rounding.fen(verdict.amount)
        return Result(verdict.outcome, verdict.reason, fen, verdict.unit, missing)

    def _unknown(self, rest: Diagram, verdicts: list[Verdict], without: frozenset[str]) -> Result:
        """Several results are possible: name exactly the facts on which they depend."""
        missing = {name for verdict in verdicts for name in verdict.missing}
        for verdict in verdicts:
            if isinstance(verdict.amount, Residue):
                missing |= set(source_facts(verdict.amount.expr)) & without
        plain = self.diagrams.bind(rest, lambda verdict: self.diagrams.leaf(_essence(verdict)))
        for index in support(plain):
            names = set(self.variables[index].missing_names)
            missing |= names if len(names) == 1 else names & without
        lacking = frozenset(missing)
        return Result("unknown", reason_for(lacking), None, "", tuple(sorted(lacking)))


def _essence(verdict: Verdict) -> tuple[str, Any, frozenset[str]]:
    """Return what counts as a different result: reasons do not, nor which kind of refusal it is."""
    outcome = "no" if verdict.outcome == "not_applicable" else verdict.outcome
    amount = verdict.amount if outcome == "yes" else None
    return outcome, amount, verdict.missing


def _agreed(verdicts: list[Verdict]) -> Verdict | None:
    """Return the verdict that holds in every case that is still possible, or None."""
    if len({_essence(verdict) for verdict in verdicts}) > 1:
        return None
    refusals = [verdict for verdict in verdicts if verdict.outcome == "no"]
    return max(refusals or verdicts, key=lambda verdict: (verdict.step, verdict.reason))


@dataclass(slots=True)
class Tables:
    """The tables of one month, with all that the month had to do with their shape.

    ``turnings``: where the limits of days come from; ``noted``: constants that time names gave;
    ``in_force``: whether each provision held, by month shift.
    """

    context: Context
    tables: tuple[DecisionTable, ...]
    turnings: Mapping[Turning, date | bool]
    noted: Mapping[Expr, Any]
    in_force: Mapping[tuple[str, int], bool]


def build_tables(subject: str, provisions: Sequence[Provision], context: Context) -> Tables:
    """Return the decision tables of provisions in a month.

    Two passes: the first only finds out which limits each fact is asked about, so that in the
    second every fact is one variable from the start and diagrams stay small.
    """
    facts = context.rulebook.subjects[subject].facts
    survey = Questions(Diagrams(), facts)
    Composer(context, subject, survey, months_open=True).survey(provisions, context)
    questions = Questions(Diagrams(), facts, plan(survey.atoms, facts))
    composer = Composer(context, subject, questions, months_open=True)
    symbolic = composer.symbolic
    tables = tuple(
        _table(
            provision, composer.provision(provision, context), questions, context, symbolic.noted
        )
        for provision in provisions
    )
    return Tables(context, tables, symbolic.turnings, symbolic.noted, composer.in_force)


def _table(
    provision: Provision,
    asked: Diagram,
    questions: Questions,
    context: Context,
    noted: dict[Expr, Any],
) -> DecisionTable:
    """Return a table of only the variables and classes that this provision tells apart."""
    clocks = [index for index in support(asked) if questions.variables[index].kind == "clock"]
    if len(clocks) > MOST_CLOCKS:
        asked = _closed(asked, questions, context, noted)
    used = support(asked)
    kept = {index: _told_apart(asked, index, questions.variables[index]) for index in used}
    variables = tuple(_merged(questions.variables[index], kept[index]) for index in used)
    diagrams = Diagrams()
    for variable in variables:
        diagrams.variable(variable.size)
    root = _rewritten(asked, kept, {old: new for new, old in enumerate(used)}, diagrams)
    numbers = _numbers(root, variables)
    calendar = calendar_of(variables, context)
    return DecisionTable(provision, context, variables, diagrams, root, numbers, calendar)


def calendar_of(variables: Sequence[Variable], context: Context) -> Calendar:
    """Return what the calendar answers in a month; raises CalendarSilent where it does not."""
    return tuple(
        _answer(variable.leaf, context) if variable.kind == "clock" else None
        for variable in variables
    )


def _answer(test: Expr, context: Context) -> int:
    answer = calendar_answer(test, context)
    if answer is None:
        raise CalendarSilent
    return int(answer)


def _closed(
    asked: Diagram, questions: Questions, context: Context, noted: dict[Expr, Any]
) -> Diagram:
    """Return the diagram of this month only, as if the calendar had been asked at once."""
    calendar = calendar_of(questions.variables, context)
    for variable, answer in zip(questions.variables, calendar, strict=True):
        if answer is not None:
            noted[variable.leaf] = bool(answer)
    return questions.diagrams.restrict(asked, calendar)


def _told_apart(diagram: Diagram, index: int, variable: Variable) -> list[int]:
    """Return one class of each run of bands between which the diagram never differs."""
    if variable.kind != "bands":
        return list(range(variable.size))
    bands = len(variable.limits) + 1
    asking = [
        node.kids for node in nodes(diagram) if isinstance(node, Branch) and node.variable == index
    ]
    kept = [
        code
        for code in range(bands)
        if code == 0 or any(kids[code] is not kids[code - 1] for kids in asking)
    ]
    return [*kept, *range(bands, variable.size)]


def _merged(variable: Variable, kept: list[int]) -> Variable:
    if variable.kind != "bands":
        return variable
    limits = [variable.limits[code - 1] for code in kept if 0 < code <= len(variable.limits)]
    return replace(variable, limits=tuple(limits))


def _rewritten(
    diagram: Diagram, kept: Mapping[int, list[int]], position: Mapping[int, int], diagrams: Diagrams
) -> Diagram:
    done: dict[int, Diagram] = {}

    def go(node: Diagram) -> Diagram:
        found = done.get(node.id)
        if found is None:
            if isinstance(node, Branch):
                kids = [go(node.kids[code]) for code in kept[node.variable]]
                found = diagrams.branch(position[node.variable], kids)
            else:
                found = diagrams.leaf(node.value)
            done[node.id] = found
        return found

    return go(diagram)


def _numbers(root: Diagram, variables: tuple[Variable, ...]) -> tuple[Fact, ...]:
    found: dict[Fact, None] = {}
    for variable in variables:
        if len(variable.missing_names) > 1:
            found.update(dict.fromkeys(facts_in(variable.leaf)))
    for verdict in results(root):
        if isinstance(verdict.amount, Residue):
            found.update(dict.fromkeys(facts_in(verdict.amount.expr)))
    return tuple(found)
