"""Questions about a subject, and the variables that gather the questions about one fact.

``age ≥ 80`` and ``age ≥ 90`` are two atoms; both ask the birth date whether it passes a limit, so
they make one variable with three bands. A variable's code for *unknown* is its number of classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from anlao.rules.facts import FactSpec
from anlao.rules.language.tree import NONE, Discretion, Expr, Fact, facts_in
from anlao.rules.tables.diagram import Diagram, Diagrams

AtomKind = Literal["choice", "limit", "is_none", "prefix", "test", "discretion", "clock"]


@dataclass(frozen=True, slots=True)
class Atom:
    """One question about a subject.

    choice: which of ``values`` has ``leaf``; limit: is ``leaf`` ≥ (``strict``: >) ``cut``;
    is_none: does the fact not exist, or the figure not (division by zero); prefix: does the
    division code begin with ``cut``; test: does a comparison of several facts hold;
    discretion: what does the official say; clock: what does the calendar say, of nobody.
    """

    kind: AtomKind
    leaf: Expr
    cut: Any = None
    strict: bool = False
    values: tuple[Any, ...] = (False, True)


@dataclass(frozen=True, slots=True)
class Turning:
    """Where a limit of a day comes from: the day from which ``expr`` ≥ (strict: >) ``limit`` turns.

    The expression still holds time names, so that another month's limit can be found from it.
    """

    expr: Expr
    fact: str
    limit: Any
    strict: bool
    rising: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """x ≥ cut, or x > cut when strict."""

    cut: Any
    strict: bool

    def passed(self, value: Any) -> bool:
        return bool(value > self.cut if self.strict else value >= self.cut)


@dataclass(frozen=True, slots=True)
class Variable:
    """All questions of a table about one fact or figure, with the classes of its answers.

    kind: ``values`` (one class per value), ``bands`` (between limits; the last class is *none*
    where the fact may be absent, or the figure not computable), ``prefixes`` (one class per set
    of prefixes a code has), ``test`` (false, true), ``discretion`` (never known), ``known`` (one
    class: whatever the value is), ``clock`` (false, true; in a month the same for everybody).
    """

    kind: str
    leaf: Expr
    values: tuple[Any, ...] = ()
    limits: tuple[Limit, ...] = ()
    may_be_none: bool = False
    prefixes: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        if self.kind in ("values", "known"):
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


def domain(spec: FactSpec) -> tuple[Any, ...]:
    """Return the values a fact of few values may have, in code order."""
    if spec.type == "bool":
        return (False, True)
    values: tuple[Any, ...]
    values = tuple(spec.values) if spec.type == "enum" else tuple(range(spec.low, spec.high + 1))
    return (*values, NONE) if spec.may_be_none else values


@dataclass(slots=True)
class Questions:
    """The variables of a diagram store, in the order of first asking.

    ``planned`` variables stand first; a question they do not hold becomes a variable of its own.
    """

    diagrams: Diagrams
    facts: Mapping[str, FactSpec]
    planned: Sequence[Variable] = ()
    atoms: list[Atom] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    _of_leaf: dict[Expr, int] = field(default_factory=dict)
    _asked: dict[Any, Diagram] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for variable in self.planned:
            self._of_leaf[variable.leaf] = self._add(variable)

    def _add(self, variable: Variable) -> int:
        self.variables.append(variable)
        return self.diagrams.variable(variable.size)

    def ask(self, atom: Atom) -> Diagram:
        """Return the diagram whose result is the atom's value."""
        key = (atom.kind, atom.leaf, type(atom.cut), atom.cut, atom.strict)
        if key not in self._asked:
            self._asked[key] = self._new(atom)
            self.atoms.append(atom)
        return self._asked[key]

    def _new(self, atom: Atom) -> Diagram:
        index = self._of_leaf.get(atom.leaf)
        if index is None or not _holds(self.variables[index], atom):
            index = self._add(gathered(atom.leaf, [atom], self.facts))
        answers = answers_of(atom, self.variables[index])
        return self.diagrams.branch(
            index, [self.diagrams.leaf(atom.values[answer]) for answer in answers]
        )


def _holds(variable: Variable, atom: Atom) -> bool:
    match atom.kind:
        case "limit":
            return Limit(atom.cut, atom.strict) in variable.limits
        case "is_none":
            return variable.may_be_none
        case "prefix":
            return atom.cut in variable.prefixes
        case _:
            return True


def gathered(leaf: Expr, atoms: Sequence[Atom], facts: Mapping[str, FactSpec]) -> Variable:
    """Return the variable of all atoms about one leaf."""
    first = atoms[0]
    if first.kind == "choice":
        return Variable("values", leaf, values=first.values)
    if first.kind in ("test", "discretion", "clock"):
        return Variable(first.kind, leaf, values=(False, True))
    if first.kind == "prefix":
        return Variable("prefixes", leaf, prefixes=tuple(sorted({atom.cut for atom in atoms})))
    limits = sorted(
        {Limit(atom.cut, atom.strict) for atom in atoms if atom.kind == "limit"},
        key=lambda limit: (limit.cut, limit.strict),
    )
    optional = any(atom.kind == "is_none" for atom in atoms)
    if isinstance(leaf, Fact):
        optional = facts[leaf.name].may_be_none
    return Variable("bands", leaf, limits=tuple(limits), may_be_none=optional)


def plan(atoms: Iterable[Atom], facts: Mapping[str, FactSpec]) -> list[Variable]:
    """Return one variable per leaf for all atoms, in the order of first asking."""
    groups: dict[Expr, list[Atom]] = {}
    for atom in atoms:
        groups.setdefault(atom.leaf, []).append(atom)
    return [gathered(leaf, group, facts) for leaf, group in groups.items()]


def answers_of(atom: Atom, variable: Variable) -> list[int]:
    """Return for each class of the variable the atom's answer (index into its values)."""
    if variable.kind in ("values", "test", "discretion", "clock"):
        return list(range(variable.size))
    if variable.kind == "prefixes":
        # Class 0 has none of the prefixes; class i + 1 has prefix i as its longest.
        held = ["", *variable.prefixes]
        return [int(code.startswith(atom.cut)) for code in held]
    bands = len(variable.limits) + 1
    if atom.kind == "is_none":
        return [int(code >= bands) for code in range(variable.size)]
    position = variable.limits.index(Limit(atom.cut, atom.strict))
    return [int(position < code < bands) for code in range(variable.size)]
