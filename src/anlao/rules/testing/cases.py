"""Runs a rulebook's own cases on every engine, and says which branches and limits none touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from anlao.rules.engines import cells, reference
from anlao.rules.engines.cells import Decision
from anlao.rules.engines.columnar import ColumnarEngine
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.evaluation.evaluator import FactsAt
from anlao.rules.people.columns import People
from anlao.rules.people.errors import InputRefused
from anlao.rules.people.reader import PeopleReader
from anlao.rules.periods import months_from_to
from anlao.rules.rulebook.model import Condition, Rulebook
from anlao.rules.rulebook.problems import Problems
from anlao.rules.tables.coding import known_facts
from anlao.rules.tables.decision_table import DecisionTable
from anlao.rules.tables.diagram import results
from anlao.rules.tables.variables import Limit
from anlao.rules.testing.read_cases import Case, Expected, read_cases

ENGINES = ("reference", "cells", "columnar")
COMMON_FACTS = {"hukou_since", "death_date"}
COMMON_REASONS = {
    "met",
    "outside_division",
    "not_registered_yet",
    "deceased",
    "not_in_force",
    "missing_rate",
    "division_by_zero",
}
"""Steps that every provision takes in the same way are held by the engine's own tests."""
_FAR = date(2200, 1, 1)


@dataclass(slots=True)
class CaseReport:
    """``failures``: file:line and what differs; ``untouched``: what no case reaches."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)
    problems: Problems = field(default_factory=Problems)


def run_cases(
    rulebook: Rulebook,
    engines: Sequence[str] = ENGINES,
    cases: Iterable[Case] | None = None,
    others: dict[str, Callable[[MonthTables, People], list[Decision]]] | None = None,
) -> CaseReport:
    """Run cases on the engines named; ``others`` adds engines of the caller's."""
    report = CaseReport()
    chosen = list(read_cases(rulebook, report.problems) if cases is None else cases)
    report.failures.extend(str(problem) for problem in report.problems.errors)
    touched = _Touched()
    runner = _Runner(rulebook, engines, others or {}, report, touched)
    for case in chosen:
        runner.run(case)
    report.untouched = touched.missing(rulebook)
    return report


def deciders() -> dict[str, Callable[[MonthTables, FactsAt, People], list[Decision]]]:
    """Return the engines as functions of a month and one subject, in both its forms."""
    return {
        "reference": lambda month, facts_at, _: reference.decide(month, facts_at),
        "cells": lambda month, facts_at, _: cells.decide(month, facts_at),
        "columnar": lambda month, _, people: columnar_decisions(month, people),
    }


def columnar_decisions(month: MonthTables, people: People, row: int = 0) -> list[Decision]:
    """Return one subject's decisions by the columnar engine."""
    found = []
    for column in ColumnarEngine(workers=1).decide(month, people):
        result = column.results[column.codes[row]]
        fen = result.fen
        if result.formula is not None:
            fen = int(column.amounts()[row])
        found.append(
            Decision(
                column.provision, result.outcome, fen, result.unit, result.missing, result.reason
            )
        )
    return found


class _Runner:
    def __init__(
        self,
        rulebook: Rulebook,
        engines: Sequence[str],
        others: dict[str, Callable[[MonthTables, People], list[Decision]]],
        report: CaseReport,
        touched: _Touched,
    ) -> None:
        self.rulebook = rulebook
        self.engines = engines
        self.others = others
        self.report = report
        self.touched = touched
        self._programs: dict[tuple[object, ...], Program] = {}

    def run(self, case: Case) -> None:
        try:
            people = self._people(case)
        except InputRefused as error:
            self._fail(case, "", str(error))
            return
        before = len(self.report.failures)
        totals: dict[str, dict[str, Fraction]] = {}
        program = self._program(case)
        for number in months_from_to(case.start, case.end):
            month = program.month(number)
            facts_at = known_facts(people.facts(0))
            self.touched.note(month, facts_at, set(case.expect) | set(case.totals))
            for engine, decisions in self._decisions(month, facts_at, people).items():
                self._compare(case, engine, number, decisions)
                self._add(totals.setdefault(engine, {}), decisions)
        self._compare_totals(case, totals)
        self.report.passed += len(self.report.failures) == before

    def _people(self, case: Case) -> People:
        subject = self.rulebook.subjects[case.subject]
        record = {subject.id_column: "case", **case.given}
        return PeopleReader(subject, _FAR).read_records([record], str(case.place))

    def _program(self, case: Case) -> Program:
        key = (case.subject, *((name, versions) for name, versions in sorted(case.rates.items())))
        text = (repr(key),)
        if text not in self._programs:
            self._programs[text] = Program(self.rulebook, case.subject, rates=case.rates)
        return self._programs[text]

    def _decisions(
        self, month: MonthTables, facts_at: FactsAt, people: People
    ) -> dict[str, list[Decision]]:
        known = deciders()
        found = {name: known[name](month, facts_at, people) for name in self.engines}
        return found | {name: decide(month, people) for name, decide in self.others.items()}

    def _compare(self, case: Case, engine: str, month: object, decisions: list[Decision]) -> None:
        by_id = {decision.provision.id: decision for decision in decisions}
        for name, expected in case.expect.items():
            if difference := _difference(expected, by_id[name]):
                self._fail(case, engine, f"{name} in {month}: {difference}")

    def _add(self, totals: dict[str, Fraction], decisions: list[Decision]) -> None:
        for decision in decisions:
            if decision.outcome == "yes" and decision.fen is not None:
                before = totals.get(decision.provision.id, Fraction(0))
                totals[decision.provision.id] = before + Fraction(decision.fen, 100)

    def _compare_totals(self, case: Case, totals: dict[str, dict[str, Fraction]]) -> None:
        for engine, found in totals.items():
            for name, expected in case.totals.items():
                if found.get(name, Fraction(0)) != expected:
                    amount = float(found.get(name, Fraction(0)))
                    self._fail(
                        case, engine, f"{name} in all: {amount:.2f}, expected {float(expected):.2f}"
                    )

    def _fail(self, case: Case, engine: str, text: str) -> None:
        where = f" [{engine}]" if engine else ""
        self.report.failures.append(f"{case.place}  {case.name}{where}: {text}")


def _difference(expected: Expected, found: Decision) -> str:
    shown = []
    if expected.outcome and expected.outcome != found.outcome:
        shown.append(f"outcome {found.outcome}, expected {expected.outcome}")
    if expected.amount is not None:
        fen = Fraction(expected.amount) * 100
        if found.fen is None or fen != found.fen:
            amount = "none" if found.fen is None else f"{found.fen / 100:.2f}"
            shown.append(f"amount {amount}, expected {float(expected.amount):.2f}")
    if expected.unit and expected.unit != found.unit:
        shown.append(f"unit {found.unit}, expected {expected.unit}")
    if expected.reason and expected.reason != found.reason:
        shown.append(f"reason {found.reason}, expected {expected.reason}")
    if expected.missing is not None and set(expected.missing) != set(found.missing):
        shown.append(f"missing {'|'.join(found.missing)}, expected {'|'.join(expected.missing)}")
    if shown and not expected.reason:
        shown.append(f"(reason {found.reason})")
    return ", ".join(shown)


class _Touched:
    """Which reasons and which sides of which limits the cases of each provision reach."""

    def __init__(self) -> None:
        self.reasons: dict[str, set[str]] = {}
        self.possible: dict[str, set[str]] = {}
        self.sides: dict[str, dict[tuple[str, int], set[str]]] = {}

    def note(self, month: MonthTables, facts_at: FactsAt, provisions: set[str]) -> None:
        for table in month.tables:
            name = table.provision.id
            verdicts = results(table.diagrams.restrict(table.root, table.calendar))
            self.possible.setdefault(name, set()).update(verdict.reason for verdict in verdicts)
            if name not in provisions:
                continue
            codes = tuple(month.coders[variable](facts_at) for variable in table.variables)
            result = table.decide(codes, cells.lacking_facts(table, facts_at))
            self.reasons.setdefault(name, set()).add(result.reason)
            self._note_sides(name, table, codes)

    def _note_sides(self, name: str, table: DecisionTable, codes: tuple[int, ...]) -> None:
        sides = self.sides.setdefault(name, {})
        for variable, code in zip(table.variables, codes, strict=True):
            if len(variable.missing_names) != 1 or variable.missing_names[0] in COMMON_FACTS:
                continue
            for index, limit in enumerate(variable.limits):
                name_of = _limit_name(variable.missing_names[0], limit)
                found = sides.setdefault((name_of, index), set())
                if code == index:
                    found.add("below")
                elif code == index + 1:
                    found.add("above")

    def missing(self, rulebook: Rulebook) -> list[str]:
        """Return what no case reaches, provision by provision."""
        found: list[str] = []
        for name in rulebook.provisions:
            if rulebook.provisions[name].rulebook != rulebook.id:
                continue
            if name not in self.reasons:
                found.append(f"{name}: no case")
                continue
            judged = _judged(rulebook.provisions[name].conditions)
            unreached = sorted(self.possible[name] - self.reasons[name] - COMMON_REASONS - judged)
            found.extend(f"{name}: no case ends in {reason}" for reason in unreached)
            found.extend(self._missing_sides(name))
        return found

    def _missing_sides(self, name: str) -> list[str]:
        by_limit: dict[tuple[str, int], set[str]] = {}
        for (limit, index), sides in self.sides.get(name, {}).items():
            fact = limit.split(" ", 1)[0]
            by_limit.setdefault((fact, index), set()).update(sides)
        return [
            f"{name}: limit {index + 1} of {fact} has no case just {side} it"
            for (fact, index), sides in sorted(by_limit.items())
            for side in ("below", "above")
            if side not in sides
        ]


def _judged(conditions: Sequence[Condition]) -> set[str]:
    """Return refusals that only a person can give; no case can reach them."""
    return {f"not_met:{item.id}" for item in conditions if item.mode == "discretion"}


def _limit_name(fact: str, limit: Limit) -> str:
    return f"{fact} {'>' if limit.strict else '>='} {limit.cut}"
