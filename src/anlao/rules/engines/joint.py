"""Joint cells: tables that ask about the same facts share one sorting of the subjects.

    answers that most tables ask -> base state -> per cluster: state, own answers -> final state
    final state -> one look-up per table -> result

A state is what is left of the diagrams of all tables of a cluster, so subjects whom the rules no
longer tell apart stand in one state. Diagrams are walked for new cells only, never for subjects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod
from threading import RLock

import numpy as np

from anlao.rules.engines.questions import OF_NOBODY, Questions
from anlao.rules.engines.walks import NOT_MET, TableWalk
from anlao.rules.people.columns import Array

BASE_CELLS = 1 << 17
CLUSTER_CELLS = 1 << 12
ROOM = 8
"""States for which a stage has room at first."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A table that walks along: its number, and how it reads the questions."""

    index: int
    walk: TableWalk
    questions: Questions

    def follow(self, rests: Array, places: Sequence[int], codes: dict[int, Array]) -> Array:
        """Return the table's rests after the answers to the questions at some places."""
        readings = self.questions.readings[self.index]
        known = self.questions.known[self.index]
        positions = [at for at, reading in enumerate(readings) if reading.place in places]
        facts = [fact for fact, place in known.items() if place in places]
        parts = [readings[at].classes[codes[readings[at].place]] for at in positions]
        parts += [codes[known[fact]] == self.questions.asked[known[fact]].size for fact in facts]
        return self.walk.follow(rests, positions, parts, [fact.name for fact in facts])


class Stage:
    """Leads from a state, and answers to a few questions, to the next state; 0 is not met yet.

    ``after``: for each state the rests of the members' diagrams.
    """

    def __init__(
        self, members: Sequence[Member], places: Sequence[int], before: Stage | None, lock: RLock
    ) -> None:
        self.members = members
        self.places = tuple(places)
        self.before = before
        self.lock = lock
        asked = members[0].questions.asked if members else []
        self.sizes = [asked[place].size + 1 for place in self.places]
        self.cells = prod(self.sizes)
        self.numbers = np.zeros(self.cells * (ROOM if before else 1), np.int32)
        self.after = np.full((1, len(members)), NOT_MET, np.int32)
        self.followers: list[Stage] = []
        self._states: dict[bytes, int] = {}
        if before is not None:
            self.columns = [before.members.index(member) for member in members]
            before.followers.append(self)

    def states(self, before: Array | None, classes: Sequence[Array], count: int) -> Array:
        """Return each subject's state after this stage."""
        cell = self._cells(before, classes, count)
        found = self.numbers.take(cell, mode="clip")
        if len(found) and not found.min():
            with self.lock:
                new = np.unique(cell[self.numbers[cell] == 0])
                if len(new):
                    self._meet(new)
            found = self.numbers.take(cell, mode="clip")
        return found

    def _cells(self, before: Array | None, classes: Sequence[Array], count: int) -> Array:
        if not self.places:
            return np.zeros(count, np.int32) if before is None else before
        cell = np.zeros(count, np.int32) if before is None else before.copy()
        for place, size in zip(self.places, self.sizes, strict=True):
            cell *= np.int32(size)
            cell += classes[place]
        return cell

    def _meet(self, cells: Array) -> None:
        """Walk the diagrams for cells that occur for the first time."""
        rest, codes = cells, {}
        for place, size in reversed(list(zip(self.places, self.sizes, strict=True))):
            rest, codes[place] = np.divmod(rest, size)
        held = np.zeros((len(cells), len(self.members)), np.int32)
        if self.before is not None:
            held = self.before.after[rest][:, self.columns]
        rests = [
            member.follow(held[:, number], self.places, codes)
            for number, member in enumerate(self.members)
        ]
        self.numbers[cells] = self._numbered(np.stack(rests, axis=1))

    def _numbered(self, rests: Array) -> Array:
        """Return the states of rows of rests; new ones are made known before they are used."""
        new = []
        numbers = []
        for row in rests:
            key = row.tobytes()
            if key not in self._states:
                self._states[key] = len(self._states) + 1
                new.append(row)
            numbers.append(self._states[key])
        if new:
            self.after = np.concatenate([self.after, np.array(new, np.int32)])
            for follower in self.followers:
                follower.make_room(len(self.after))
        return np.array(numbers, np.int32)

    def make_room(self, states: int) -> None:
        """Grow the look-up for more states before this stage."""
        wanted = states * self.cells
        if len(self.numbers) < wanted:
            grown = np.zeros(max(wanted, 2 * len(self.numbers)), np.int32)
            grown[: len(self.numbers)] = self.numbers
            self.numbers = grown


class Cluster:
    """Tables that are decided together: stages of questions, then a look-up for each table."""

    def __init__(
        self, members: Sequence[Member], groups: Iterable[Sequence[int]], base: Stage, lock: RLock
    ) -> None:
        self.members = members
        self.lock = lock
        self.stages = [Stage(members, (), base, lock)]
        for places in groups:
            self.stages.append(Stage(members, places, self.stages[-1], lock))
        self._look_ups: list[Array] = []

    def states(self, base: Array, classes: Sequence[Array]) -> Array:
        """Return each subject's final state, ready to look up with."""
        state = base
        for stage in self.stages:
            state = stage.states(state, classes, len(base))
        return state.astype(np.intp)

    def look_ups(self) -> list[Array]:
        """Return for each table the code of each final state."""
        after = self.stages[-1].after
        if not self._look_ups or len(self._look_ups[0]) < len(after):
            with self.lock:
                self._look_ups = [
                    member.walk.endings_of(after[:, number])
                    for number, member in enumerate(self.members)
                ]
        return self._look_ups


@dataclass(slots=True)
class Plan:
    """How some tables are decided: what nearly all ask comes first, then cluster by cluster."""

    walks: list[TableWalk]
    base: Stage
    clusters: list[Cluster]

    def states(self, classes: Sequence[Array], count: int) -> Iterator[tuple[Cluster, Array]]:
        """Yield the final states of a run of subjects, given their classes by question."""
        base = self.base.states(None, classes, count)
        for cluster in self.clusters:
            yield cluster, cluster.states(base, classes)


def make_plan(walks: list[TableWalk], questions: Questions, lock: RLock) -> Plan:
    """Return the plan: big tables first, each into the cluster that it makes grow least."""
    members = [Member(index, walk, questions) for index, walk in enumerate(walks)]
    sizes = [variable.size + 1 for variable in questions.asked]
    wanted = [_places(member) for member in members]
    common = _common(wanted, sizes)
    base = Stage(members, common, None, lock)
    own = [places - set(common) for places in wanted]
    clusters = [
        Cluster([members[index] for index in group], _split(sorted(places), sizes), base, lock)
        for places, group in _grouped(own, sizes)
    ]
    return Plan(walks, base, clusters)


def _places(member: Member) -> frozenset[int]:
    questions = member.questions
    known = questions.known[member.index].values()
    read = {reading.place for reading in questions.readings[member.index]} - {OF_NOBODY}
    return frozenset(read | set(known))


def _common(wanted: Sequence[frozenset[int]], sizes: Sequence[int]) -> list[int]:
    """Return the questions that more than half of the tables ask, while their cells stay few."""
    counts = Counter(place for places in wanted for place in places)
    chosen: list[int] = []
    cells = 1
    for place, count in counts.most_common():
        if 2 * count > len(wanted) and cells * sizes[place] <= BASE_CELLS:
            chosen.append(place)
            cells *= sizes[place]
    return sorted(chosen)


def _grouped(
    own: Sequence[frozenset[int]], sizes: Sequence[int]
) -> list[tuple[set[int], list[int]]]:
    """Return groups of tables with the questions that each group asks."""
    groups: list[tuple[set[int], list[int]]] = []

    def cells(places: set[int] | frozenset[int]) -> int:
        return prod(sizes[place] for place in places)

    for index in sorted(range(len(own)), key=lambda index: -cells(own[index])):
        fitting = [group for group in groups if cells(group[0] | own[index]) <= CLUSTER_CELLS]
        if fitting:
            best = min(fitting, key=lambda group: cells(group[0] | own[index]) / cells(group[0]))
            best[0].update(own[index])
            best[1].append(index)
        else:
            groups.append((set(own[index]), [index]))
    return groups


def _split(places: Sequence[int], sizes: Sequence[int]) -> list[list[int]]:
    """Return the questions in groups of few cells, one for each stage."""
    groups: list[list[int]] = []
    cells = 0
    for place in places:
        if not groups or cells * sizes[place] > CLUSTER_CELLS:
            groups.append([])
            cells = 1
        groups[-1].append(place)
        cells *= sizes[place]
    return groups
