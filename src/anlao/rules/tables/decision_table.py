"""A provision's decision table for one month: few variables per subject, one diagram, cells.

A variable sorts subjects into classes: the bands between the limits a date or number is asked
about, the listed values of a fact, the divisions that matter. Its code for *unknown* is the number
of classes. A cell is one code per variable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from anlao.rules.evaluation.context import Context
from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import Discretion, Expr, Fact, facts_in
from anlao.rules.rulebook.model import Provision, is_number
from anlao.rules.tables.compose import Composer, reason_for
from anlao.rules.tables.diagram import Branch, Diagram, Diagrams, Leaf, results, support
from anlao.rules.tables.symbolic import Atom, Questions, Residue
from anlao.rules.tables.verdict import Result, Verdict

Codes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """x ≥ cut, or x > cut when strict."""

    cut: Any
    strict: bool

    def passed(self, value: Any) -> bool:
        return bool(value > self.cut if self.strict else value >= self.cut)


@dataclass(frozen=True, slots=True)
class Variable:
    """One question of a table, with the classes of its answers.

    kind: ``values`` (one class per value), ``bands`` (between limits; the last class is *none*
    where the fact may be absent, or the figure not computable), ``prefixes`` (one class per set of prefixes a code has),
    ``test`` (false, true), ``discretion`` (never known).
    """

    kind: str
    leaf: Expr
    values: tuple[Any, ...] = ()
    limits: tuple[Limit, ...] = ()
    may_be_none: bool = False
    prefixes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        if self.kind == "values":
            return len(self.values)
        if self.kind == "bands":
            return len(self.limits) + 1 + self.may_be_none
        return 1 + len(self.prefixes) if self.kind == "prefixes" else 2

    @property
    def missing_names(self) -> tuple[str, ...]:
        if isinstance(self.leaf, Discretion):
            return (f"discretion:{self.leaf.id}",)
        return source_facts(self.leaf)


def source_facts(expr: Expr) -> tuple[str, ...]:
    """Return the names of the facts behind an expression, the list of rows for an aggregate."""
    return tuple(dict.fromkeys(fact.name for fact in facts_in(expr)))


@dataclass(slots=True)
class DecisionTable:
    """A provision in one month: ``root`` decides every cell of ``variables``.

    ``numbers``: facts that amounts and questions are computed from by arithmetic; which of them
    are unknown belongs to the cell.
    """

    provision: Provision
    context: Context
    variables: tuple[Variable, ...]
    diagrams: Diagrams
    root: Diagram
    numbers: tuple[str, ...]
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
        return self.result_of(self.diagrams.restrict(self.root, known), without)

    def result_of(self, rest: Diagram, without: frozenset[str]) -> Result:
        """Return the result of what is left of the diagram when all known facts are put in."""
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
            if lacking:
                return Result("unknown", "missing_facts", None, "", tuple(sorted(lacking)))
            formula = verdict.amount.expr
            return Result(
                verdict.outcome, verdict.reason, None, verdict.unit, (), formula, rounding
            )
        missing = tuple(sorted(verdict.missing))
        fen = rounding.fen(verdict.amount) if is_number(verdict.amount) else None
        return Result(verdict.outcome, verdict.reason, fen, verdict.unit, missing)

    def _unknown(
        self, rest: Diagram, verdicts: list[Verdict], without: frozenset[str]
    ) -> Result:
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


def build_table(
    provision: Provision, composer: Composer, questions: Questions, context: Context
) -> DecisionTable:
    """Return the decision table of a provision in a month."""
    asked = composer.provision(provision, context)
    variables, index_of = _variables(asked, questions.atoms, composer.facts)
    diagrams = Diagrams()
    for variable in variables:
        diagrams.variable(variable.size)
    root = _translated(asked, questions.atoms, variables, index_of, diagrams)
    used = support(root)
    kept = tuple(variables[index] for index in used)
    if len(kept) < len(variables):
        diagrams, root = _renumbered(root, used, [variable.size for variable in kept])
    return DecisionTable(provision, context, kept, diagrams, root, _numbers(root, kept))


def _numbers(root: Diagram, variables: tuple[Variable, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for variable in variables:
        if len(variable.missing_names) > 1:
            found.update(dict.fromkeys(variable.missing_names))
    for verdict in results(root):
        if isinstance(verdict.amount, Residue):
            found.update(dict.fromkeys(source_facts(verdict.amount.expr)))
    return tuple(found)


def _variables(
    diagram: Diagram, atoms: Sequence[Atom], facts: dict[str, FactSpec]
) -> tuple[list[Variable], dict[Expr, int]]:
    """Gather the atoms of a diagram into variables, one per fact or figure asked about."""
    groups: dict[Expr, list[Atom]] = {}
    for index in support(diagram):
        groups.setdefault(_group_key(atoms[index]), []).append(atoms[index])
    variables = [_variable(leaf, group, facts) for leaf, group in groups.items()]
    return variables, {leaf: index for index, leaf in enumerate(groups)}


def _group_key(atom: Atom) -> Expr:
    return atom.leaf


def _variable(leaf: Expr, atoms: list[Atom], facts: dict[str, FactSpec]) -> Variable:
    first = atoms[0]
    if first.kind == "choice":
        return Variable("values", leaf, values=first.values)
    if first.kind in ("test", "discretion"):
        return Variable(first.kind, leaf, values=(False, True))
    if first.kind == "prefix":
        prefixes = tuple(sorted(atom.cut for atom in atoms))
        return Variable("prefixes", leaf, prefixes=prefixes)
    limits = sorted(
        (Limit(atom.cut, atom.strict) for atom in atoms if atom.kind == "limit"),
        key=lambda limit: (limit.cut, limit.strict),
    )
    optional = any(atom.kind == "is_none" for atom in atoms)
    if isinstance(leaf, Fact):
        optional = facts[leaf.name].may_be_none
    return Variable("bands", leaf, limits=tuple(limits), may_be_none=optional)


def _translated(
    diagram: Diagram,
    atoms: Sequence[Atom],
    variables: list[Variable],
    index_of: dict[Expr, int],
    diagrams: Diagrams,
) -> Diagram:
    """Rewrite a diagram over atoms into one over variables."""
    done: dict[int, Diagram] = {}

    def go(node: Diagram) -> Diagram:
        found = done.get(node.id)
        if found is not None:
            return found
        if isinstance(node, Branch):
            atom = atoms[node.variable]
            index = index_of[_group_key(atom)]
            answers = answers_of(atom, variables[index])
            kids = [go(kid) for kid in node.kids]
            found = diagrams.case(index, [kids[answer] for answer in answers])
        else:
            found = diagrams.leaf(node.value)
        done[node.id] = found
        return found

    return go(diagram)


def answers_of(atom: Atom, variable: Variable) -> list[int]:
    """Return for each class of the variable the atom's answer (index of its branch)."""
    if variable.kind in ("values", "test", "discretion"):
        return list(range(variable.size))
    if variable.kind == "prefixes":
        return [
            int(any(held.startswith(atom.cut) for held in _class_of(variable, code)))
            for code in range(variable.size)
        ]
    bands = len(variable.limits) + 1
    if atom.kind == "is_none":
        return [int(code >= bands) for code in range(variable.size)]
    position = variable.limits.index(Limit(atom.cut, atom.strict))
    return [int(position < code < bands) for code in range(variable.size)]


def _class_of(variable: Variable, code: int) -> tuple[str, ...]:
    """Code 0 has none of the prefixes; code i+1 has prefix i as its longest."""
    return () if code == 0 else (variable.prefixes[code - 1],)


def _renumbered(root: Diagram, used: list[int], sizes: list[int]) -> tuple[Diagrams, Diagram]:
    diagrams = Diagrams()
    for size in sizes:
        diagrams.variable(size)
    position = {old: new for new, old in enumerate(used)}
    done: dict[int, Diagram] = {}

    def go(node: Diagram) -> Diagram:
        found = done.get(node.id)
        if found is None:
            if isinstance(node, Branch):
                found = diagrams.branch(position[node.variable], [go(kid) for kid in node.kids])
            else:
                found = diagrams.leaf(node.value)
            done[node.id] = found
        return found

    return diagrams, go(root)


