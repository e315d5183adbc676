"""From a file of subjects to decided batches: what decide, compare, recalc and demo share."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anlao.cli.options import today
from anlao.cli.refusals import Refused
from anlao.cli.screen import Advance, remark

if TYPE_CHECKING:
    import pyarrow as pa

    from anlao.rules.engines.columnar import ColumnarEngine
    from anlao.rules.engines.program import Program
    from anlao.rules.people.columns import FactColumn, People
    from anlao.rules.people.encode import CellError
    from anlao.rules.people.history import History
    from anlao.rules.periods import Month
    from anlao.rules.results import ProvisionColumn

CELLS_AT_ONCE = 48_000_000
"""Decisions held in memory at once: subjects × months × provisions."""


@dataclass(slots=True)
class Input:
    """A file of subjects and what goes with it."""

    people: Path
    history: Path | None = None
    rows: tuple[str, ...] = ()
    ignore_extra: bool = False
    reject: Path | None = None
    known_as_of: date | None = None


@dataclass(slots=True)
class Decider:
    """Decides the same months for batch after batch."""

    program: Program
    months: Sequence[Month]
    engine: str = "columnar"
    _columnar: ColumnarEngine | None = None

    def decided(self, people: People) -> list[tuple[Month, list[ProvisionColumn]]]:
        """Return the results of every month for a batch."""
        if self.engine == "reference":
            from anlao.rules.engines.reference import decide_people

            tables = ((month, self.program.month(month)) for month in self.months)
            return [(month, decide_people(found, people)) for month, found in tables]
        from anlao.rules.engines.columnar import ColumnarEngine
        from anlao.rules.timeline import decide_months

        if self._columnar is None:
            self._columnar = ColumnarEngine()
        results = decide_months(self._columnar, self.program, people, self.months)
        # The next month overwrites the columns of this one.
        return [(result.month, [column.copy() for column in result.columns]) for result in results]

    @property
    def batch_rows(self) -> int:
        width = max(1, len(self.months) * len(self.program.provisions))
        return max(8_192, CELLS_AT_ONCE // width)


@dataclass(slots=True)
class Reading:
    """Batches of subjects with their history; knows afterwards what was odd."""

    source: Input
    decider: Decider
    history: History | None = None
    rows: Mapping[str, Mapping[str, list[dict[str, Any]]]] = field(default_factory=dict)
    rejected: Rejected | None = None
    count: int = 0

    def batches(self, advance: Advance) -> Iterator[People]:
        """Yield batches in the order of the file, none larger than memory allows."""
        from anlao.rules.people.reader import PeopleReader

        program = self.decider.program
        reader = PeopleReader(
            program.rulebook.subjects[program.subject],
            today(),
            ignore_extra=self.source.ignore_extra,
            set_aside=self.rejected.take if self.rejected else None,
        )
        for people in reader.read(self.source.people):
            for part in _parts(people, self.decider.batch_rows):
                self._join_rows(part)
                self.count += len(part)
                yield self.history.joined(part) if self.history else part
                advance(len(part))
        self._remarks(reader.refused_rows)

    def _join_rows(self, people: People) -> None:
        if not self.rows:
            return
        import numpy as np

        from anlao.rules.people.columns import FactColumn

        program = self.decider.program
        columns: dict[str, FactColumn] = dict(people.columns)
        ids = people.ids.to_pylist()
        for name, by_id in self.rows.items():
            spec = program.rulebook.subjects[program.subject].facts[name]
            lists = [by_id.get(subject, []) for subject in ids]
            columns[name] = FactColumn(spec, np.zeros(len(ids), np.uint8), rows=lists)
        people.columns = columns

    def _remarks(self, refused: int) -> None:
        if refused and self.rejected:
            remark(f"{refused} row(s) set aside in {self.rejected.target}; the rest was decided")
        strangers = self.history.strangers() if self.history else []
        if strangers:
            shown = ", ".join(strangers[:5]) + (" …" if len(strangers) > 5 else "")
            remark(
                f"{self.source.history}: {len(strangers)} subject(s) are not in "
                f"{self.source.people}: {shown}"
            )


@contextmanager
def open_reading(source: Input, decider: Decider) -> Iterator[Reading]:
    """Open everything that goes with a file of subjects. Raises InputRefused."""
    from anlao.rules.people.history import read_history

    subject = decider.program.rulebook.subjects[decider.program.subject]
    with ExitStack() as files:
        reading = Reading(source, decider)
        if source.history is not None:
            reading.history = read_history(source.history, subject, known_as_of=source.known_as_of)
        if source.rows:
            from anlao.rules.people.row_files import read_row_files

            reading.rows = read_row_files(source.rows, subject)
        if source.reject is not None:
            reading.rejected = files.enter_context(_rejected(source.reject))
        yield reading


def rows_in(path: Path) -> int | None:
    """Return how many rows a file has where it says so (Parquet)."""
    if path.suffix.lower() not in (".parquet", ".pq"):
        return None
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        count: int = pq.read_metadata(path).num_rows
    except (pa.ArrowException, OSError):
        return None
    return count


def _parts(people: People, size: int) -> Iterator[People]:
    from anlao.rules.people.columns import People as Batch

    if len(people) <= size:
        yield people
        return
    for start in range(0, len(people), size):
        stop = min(start + size, len(people))
        columns: dict[str, FactColumn] = {
            name: column.part(start, stop) for name, column in people.columns.items()
        }
        yield Batch(people.ids.slice(start, stop - start), columns)


@dataclass(slots=True)
class Rejected:
    """Bad rows as they were read, with what is wrong about each."""

    target: Path
    file: Any
    started: bool = False

    def take(self, batch: pa.RecordBatch, errors: list[CellError]) -> None:
        writer = csv.writer(self.file, lineterminator="\n")
        if not self.started:
            writer.writerow(["row", *batch.schema.names, "problem"])
            self.started = True
        wrong: dict[int, list[str]] = {}
        for error in errors:
            wrong.setdefault(error.row, []).append(
                f"{error.column}: {error.value!r}, expected {error.expected}"
            )
        for (row, problems), record in zip(sorted(wrong.items()), batch.to_pylist(), strict=True):
            cells = ["" if value is None else str(value) for value in record.values()]
            writer.writerow([row, *cells, "; ".join(problems)])


@contextmanager
def _rejected(target: Path) -> Iterator[Rejected]:
    from anlao.rules.output.aside import written_aside

    with written_aside(target) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield Rejected(target, file)


def check_engine(engine: str) -> None:
    """Refuse an engine that is not installed here."""
    module = {"spark": "pyspark"}.get(engine, f"anlao.rules.engines.{engine}")
    if find_spec(module) is None:
        message = f"the engine {engine} is not installed here (no module {module})"
        hint = "pip install 'anlao[spark]'" if engine == "spark" else "use --engine columnar"
        raise Refused(message, hint)


def same_file(*paths: Path | None) -> None:
    """Refuse to write over what is read. Raises click.UsageError."""
    known = [path.resolve() for path in paths if path is not None]
    if len(set(known)) < len(known):
        message = "the output would overwrite an input; name another file"
        raise click.UsageError(message)
