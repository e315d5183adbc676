"""Reduced ordered decision diagrams with many-valued variables: finite tables without repetition.

A node asks one variable; each of its values leads on. Equal nodes are one object, and a node whose
branches are all the same is left out. So a variable stands in a diagram only if the result depends
on it: that is what "this missing fact could still change the result" means.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any


class Leaf:
    """A result."""

    __slots__ = ("id", "value")
    variable = 1 << 30

    def __init__(self, value: Any, identifier: int) -> None:
        self.value = value
        self.id = identifier


class Branch:
    """A question: ``variable`` (index in the order) and one diagram for each of its values."""

    __slots__ = ("id", "kids", "variable")

    def __init__(self, variable: int, kids: tuple[Diagram, ...], identifier: int) -> None:
        self.variable = variable
        self.kids = kids
        self.id = identifier


Diagram = Leaf | Branch


class Diagrams:
    """The store of all nodes of one variable order; ``sizes[v]`` is how many values v has."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self._leaves: dict[Hashable, Leaf] = {}
        self._branches: dict[tuple[int, tuple[int, ...]], Branch] = {}
        self._count = 0

    def variable(self, size: int) -> int:
        """Return a new variable, last in the order."""
        self.sizes.append(size)
        return len(self.sizes) - 1

    def leaf(self, value: Any) -> Leaf:
        key = (type(value), value)
        found = self._leaves.get(key)
        if found is None:
            self._count += 1
            found = self._leaves[key] = Leaf(value, self._count)
        return found

    def branch(self, variable: int, kids: Sequence[Diagram]) -> Diagram:
        """Return a node whose kids only ask later variables."""
        first = kids[0]
        if all(kid is first for kid in kids):
            return first
        key = (variable, tuple(kid.id for kid in kids))
        found = self._branches.get(key)
        if found is None:
            self._count += 1
            found = self._branches[key] = Branch(variable, tuple(kids), self._count)
        return found

    def bind(self, diagram: Diagram, then: Callable[[Any], Diagram]) -> Diagram:
        """Return the diagram with every result replaced by the diagram ``then`` makes of it."""
        made = {leaf.id: then(leaf.value) for leaf in nodes(diagram) if isinstance(leaf, Leaf)}
        if all(isinstance(found, Leaf) for found in made.values()):
            return self._relabelled(diagram, made)
        order = list(made)
        place = {identifier: index for index, identifier in enumerate(order)}
        return self._merged(diagram, tuple(made[identifier] for identifier in order), place, {})

    def _relabelled(self, diagram: Diagram, made: dict[int, Diagram]) -> Diagram:
        done = dict(made)

        def go(node: Diagram) -> Diagram:
            found = done.get(node.id)
            if found is None:
                assert isinstance(node, Branch)
                found = self.branch(node.variable, [go(kid) for kid in node.kids])
                done[node.id] = found
            return found

        return go(diagram)

    def _merged(
        self,
        diagram: Diagram,
        made: tuple[Diagram, ...],
        place: dict[int, int],
        done: dict[tuple[int, tuple[int, ...]], Diagram],
    ) -> Diagram:
        """Ask the earliest variable of the diagram and of what its results become, and go on."""
        if isinstance(diagram, Leaf):
            return made[place[diagram.id]]
        key = (diagram.id, tuple(found.id for found in made))
        known = done.get(key)
        if known is None:
            top = min(diagram.variable, min(found.variable for found in made))
            kids = [
                self._merged(
                    _follow(diagram, top, value),
                    tuple(_follow(found, top, value) for found in made),
                    place,
                    done,
                )
                for value in range(self.sizes[top])
            ]
            known = done[key] = self.branch(top, kids)
        return known

    def both(self, left: Diagram, right: Diagram, then: Callable[[Any, Any], Diagram]) -> Diagram:
        """Return the diagram of what ``then`` makes of the results of two diagrams."""
        done: dict[tuple[int, int], Diagram] = {}

        def go(a: Diagram, b: Diagram) -> Diagram:
            key = (a.id, b.id)
            found = done.get(key)
            if found is not None:
                return found
            if isinstance(a, Leaf) and isinstance(b, Leaf):
                found = then(a.value, b.value)
            else:
                top = min(a.variable, b.variable)
                values = range(self.sizes[top])
                kids = [go(_follow(a, top, value), _follow(b, top, value)) for value in values]
                found = self._ordered(top, kids)
            done[key] = found
            return found

        return go(left, right)

    def _ordered(self, variable: int, kids: Sequence[Diagram]) -> Diagram:
        """Return the node; results that are diagrams themselves may ask earlier variables."""
        if min(kid.variable for kid in kids) > variable:
            return self.branch(variable, kids)
        asked = self.branch(variable, [self.leaf(value) for value in range(len(kids))])
        return self.bind(asked, lambda value: kids[value])

    def restrict(self, diagram: Diagram, codes: Sequence[int | None]) -> Diagram:
        """Return what is left to ask when some variables are known (None: not known)."""
        done: dict[int, Diagram] = {}

        def go(node: Diagram) -> Diagram:
            if isinstance(node, Leaf):
                return node
            found = done.get(node.id)
            if found is None:
                code = codes[node.variable]
                if code is None:
                    found = self.branch(node.variable, [go(kid) for kid in node.kids])
                else:
                    found = go(node.kids[code])
                done[node.id] = found
            return found

        return go(diagram)


def _follow(diagram: Diagram, variable: int, value: int) -> Diagram:
    if isinstance(diagram, Branch) and diagram.variable == variable:
        return diagram.kids[value]
    return diagram


def nodes(diagram: Diagram) -> list[Diagram]:
    """Return every node of a diagram once."""
    seen: dict[int, Diagram] = {diagram.id: diagram}
    pending = [diagram]
    while pending:
        node = pending.pop()
        for kid in node.kids if isinstance(node, Branch) else ():
            if kid.id not in seen:
                seen[kid.id] = kid
                pending.append(kid)
    return list(seen.values())


def support(diagram: Diagram) -> list[int]:
    """Return the variables the result depends on, in order."""
    return sorted({node.variable for node in nodes(diagram) if isinstance(node, Branch)})


def results(diagram: Diagram) -> list[Any]:
    """Return every result that can be reached."""
    return [node.value for node in nodes(diagram) if isinstance(node, Leaf)]


def path_to(diagram: Diagram, wanted: Callable[[Any], bool]) -> dict[int, int] | None:
    """Return values of variables that lead to a wanted result, or None."""
    hopeless: set[int] = set()

    def go(node: Diagram) -> dict[int, int] | None:
        if isinstance(node, Leaf):
            return {} if wanted(node.value) else None
        if node.id in hopeless:
            return None
        for value, kid in enumerate(node.kids):
            found = go(kid)
            if found is not None:
                return {node.variable: value, **found}
        hopeless.add(node.id)
        return None

    return go(diagram)


def paths(diagram: Diagram, limit: int) -> Iterator[tuple[dict[int, int], Any]]:
    """Yield (values of variables, result) for at most ``limit`` ways through a diagram."""
    pending: list[tuple[Diagram, dict[int, int]]] = [(diagram, {})]
    while pending and limit > 0:
        node, values = pending.pop()
        if isinstance(node, Leaf):
            limit -= 1
            yield values, node.value
            continue
        for value, kid in enumerate(node.kids):
            pending.append((kid, {**values, node.variable: value}))
