"""Lists as an area has them: how many are on each, and which one fact would settle most."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from anlao.office.benefits import month as months
from anlao.office.benefits.models import DecidedMonth, Finding
from anlao.office.registry.imports.models import Batch, StagedRow
from anlao.office.worklists.kinds import KINDS, Asked, Kind

COUNTED = 5_000
"""A list is counted so far: nobody works through more, and counting a city takes seconds."""


@dataclass(frozen=True, slots=True)
class Heap:
    """One provision (or fact) of a list: people on it, and the money of a month."""

    id: str
    name: str
    people: int
    fen: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A kind of list with what is on it, most money first. ``is_more``: there are more people."""

    kind: Kind
    people: int
    is_more: bool
    heaps: list[Heap]


def overviews(asked: Asked) -> list[Overview]:
    """Return every list as far as the scope of the transaction goes."""
    found = []
    for kind in KINDS.values():
        heaps = _by_provision(kind, asked) if asked.decided and "provision" in kind.asks else []
        people = kind.find(asked).order_by()[: COUNTED + 1].count()
        found.append(Overview(kind, min(people, COUNTED), people > COUNTED, heaps))
    return found


def settling(decided: DecidedMonth, language: str) -> list[Heap]:
    """Return single facts that would settle decisions: for whom, and how much hangs on them."""
    rows = (
        Finding.objects.filter(decided=decided)
        .filter(~Q(fact=""))
        .values("fact")
        .annotate(people=Count("elder", distinct=True), fen=Sum("fen"))
    )
    heaps = [
        Heap(
            row["fact"],
            months.missing_words(decided, [row["fact"]], language),
            row["people"],
            None if row["fen"] is None else int(row["fen"]),
        )
        for row in rows
    ]
    return sorted(heaps, key=_rank)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A list of deaths with rows of which nobody knows whose they are."""

    batch: Batch
    rows: int


def unmatched_deaths() -> list[Unmatched]:
    """Return lists of deaths that still wait for somebody to say who a row is, latest first."""
    rows = (
        StagedRow.objects.filter(
            batch__kind="deaths",
            batch__state__in=(Batch.State.CHECKED, Batch.State.COMMITTED),
            outcome__in=(StagedRow.Outcome.UNDECIDED, StagedRow.Outcome.NO_FILE),
        )
        .values("batch")
        .annotate(count=Count("id"))
        .order_by("-batch")
    )
    batches = Batch.objects.in_bulk([row["batch"] for row in rows])
    return [Unmatched(batches[row["batch"]], row["count"]) for row in rows]


def _by_provision(kind: Kind, asked: Asked) -> list[Heap]:
    assert asked.decided is not None
    rows = (
        Finding.objects.filter(decided=asked.decided, kind=kind.id)
        .values("provision")
        .annotate(people=Count("elder", distinct=True), fen=Sum("fen"))
    )
    heaps = [
        Heap(
            row["provision"],
            months.name_of(asked.decided, row["provision"], asked.language) or row["provision"],
            row["people"],
            None if row["fen"] is None else int(row["fen"]),
        )
        for row in rows
    ]
    return sorted(heaps, key=_rank)


def _rank(heap: Heap) -> tuple[int, int, str]:
    return -(heap.fen or 0), -heap.people, heap.id
