"""A cluster: the same codes on PySpark, with the decided cells broadcast.

Two passes over the people. The first sorts them into cells and brings back which cells occur; the
driver decides each once, with the same tables as the other engines. The second looks every
subject's cells up and writes her rows. Rows keep the order of the input.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from anlao.rules.engines.cells import finished
from anlao.rules.engines.coding import ColumnCoder
from anlao.rules.engines.columnar import Columns, columns_at
from anlao.rules.engines.formulas import distinct_values, fen_of
from anlao.rules.engines.program import MonthTables, Program
from anlao.rules.facts import Subject
from anlao.rules.language.tree import Fact
from anlao.rules.output.decisions import SCHEMA, DecisionWriter, ParquetSink
from anlao.rules.people.columns import Array, People
from anlao.rules.people.errors import InputRefused
from anlao.rules.people.reader import PeopleReader
from anlao.rules.people.sources import open_source
from anlao.rules.periods import Month
from anlao.rules.results import ProvisionColumn
from anlao.rules.tables.decision_table import DecisionTable, Tables
from anlao.rules.tables.verdict import OutcomeName, Result

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CELLS_SCHEMA = "table int, cell string"
ROWS_SCHEMA = (
    "subject_id string, month string, rulebook string, provision string, outcome string, "
    "amount decimal(18,2), unit string, missing string, reason string, clause string"
)
Cell = tuple[tuple[int, ...], tuple[str, ...]]


@dataclass(slots=True)
class Plan:
    """What a worker needs to sort people into cells; sent once to each."""

    subject: Subject
    rulebook: str
    months: tuple[tuple[Month, Tables], ...]
    today: date
    ignore_extra: bool = False
    _coder: Any = None

    def month_tables(self) -> list[MonthTables]:
        return [MonthTables(month, built) for month, built in self.months]

    @property
    def coder(self) -> ColumnCoder:
        if self._coder is None:
            self._coder = ColumnCoder(self.subject.facts)
        return self._coder  # type: ignore[no-any-return]

    def people(self, batch: pa.RecordBatch) -> People:
        reader = PeopleReader(self.subject, self.today, ignore_extra=self.ignore_extra)
        return reader.read_batch(batch, "people")


@dataclass(slots=True)
class Cells:
    """The cells of one table in a batch; ``index``: each subject's place in ``found``."""

    found: list[Cell]
    index: Array


def cells_of(plan: Plan, month: MonthTables, people: People) -> list[Cells]:
    """Return for each table of a month the cells of a batch of subjects."""
    columns = columns_at(month, people)
    count = len(people)
    classes = {
        variable: plan.coder.codes(variable, columns, count, month.context)
        for variable in month.coders
    }
    return [
        _cells(table, [classes[v] for v in table.variables], columns, count)
        for table in month.tables
    ]


def _cells(table: DecisionTable, classes: list[Array], columns: Any, count: int) -> Cells:
    key = np.zeros(count, np.int64)
    for variable, codes in zip(table.variables, classes, strict=True):
        key = key * (variable.size + 1) + codes
    lacking = lacking_numbers(table.numbers, columns, count)
    if lacking is not None:
        key = key * (1 << len(table.numbers)) + lacking
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    found: list[Cell] = []
    for row in first:
        pattern = 0 if lacking is None else int(lacking[row])
        facts = [fact for bit, fact in enumerate(table.numbers) if pattern >> bit & 1]
        names = tuple(dict.fromkeys(fact.name for fact in facts))
        found.append((tuple(int(codes[row]) for codes in classes), names))
    return Cells(found, index.reshape(-1))


def lacking_numbers(numbers: tuple[Fact, ...], columns: Columns, count: int) -> Array | None:
    """Return for each subject which of the numbers are unknown, a bit each; None if none is."""
    if not numbers:
        return None
    pattern = np.zeros(count, np.int64)
    for bit, fact in enumerate(numbers):
        column = columns.get((fact.name, fact.shift))
        unknown = np.ones(count, bool) if column is None else column.unknown()
        pattern |= unknown.astype(np.int64) << bit
    return pattern if pattern.any() else None


def written(cell: Cell) -> str:
    """Return a cell as text, the form in which it travels."""
    codes, names = cell
    return ",".join(map(str, codes)) + ";" + ",".join(names)


def read(text: str) -> Cell:
    codes, _, names = text.partition(";")
    return (
        tuple(int(code) for code in codes.split(",") if code),
        tuple(name for name in names.split(",") if name),
    )


def decide_file(
    *,
    program: Program,
    months: Sequence[Month],
    people: Path,
    output: Path,
    only: tuple[OutcomeName, ...] = (),
    metadata: Mapping[str, str] | None = None,
    today: date | None = None,
    ignore_extra: bool = False,
    session: SparkSession | None = None,
) -> None:
    """Decide a file of subjects on Spark and write one Parquet file of decisions.

    ``session``: one that runs already; otherwise one is started and stopped here.
    Raises InputRefused for a file that cannot be used, as the other engines do.
    """
    if output.suffix.lower() not in (".parquet", ".pq"):
        msg = f"{output}: the Spark engine writes Parquet"
        raise InputRefused(msg, "name it .parquet")
    tables = [program.month(month) for month in months]
    subject = program.rulebook.subjects[program.subject]
    built = tuple((month.month, month.built) for month in tables)
    last_day = months[-1].last_day
    plan = Plan(subject, program.rulebook.id, built, today or last_day, ignore_extra)
    spark = session or start_session()
    try:
        frame = _frame(spark, people, plan)
        _refuse_repeated(frame, subject, people)
        decided = _decided(frame, spark, plan, tables)
        _write(frame, spark, plan, decided, output, only, metadata or {})
    finally:
        if session is None:
            spark.stop()


def start_session() -> SparkSession:
    """Return a local session that opens no port to the outside."""
    import os

    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark: SparkSession = (
        SparkSession.builder.master("local[2]")
        .appName("anlao")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "100000")
        .config("spark.sql.parquet.inferTimestampNTZ.enabled", "true")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _frame(session: SparkSession, people: Path, plan: Plan) -> DataFrame:
    """Read the people; the columns are checked here, the cells by the workers."""
    reader = PeopleReader(plan.subject, plan.today, ignore_extra=plan.ignore_extra)
    reader.check_columns(open_source(people))
    if people.suffix.lower() in (".parquet", ".pq"):
        return session.read.parquet(str(people))
    if people.suffix.lower() in (".csv", ".txt"):
        return session.read.csv(str(people), header=True, multiLine=True, escape='"')
    msg = f"{people}: the Spark engine reads CSV and Parquet"
    raise InputRefused(msg, "use --engine columnar for JSON")


def _refuse_repeated(frame: DataFrame, subject: Subject, people: Path) -> None:
    repeated = frame.groupBy(subject.id_column).count().where("count > 1").limit(5).collect()
    if repeated:
        names = ", ".join(str(row[0]) for row in repeated)
        msg = f"{people}: {subject.id_column} stands more than once: {names}"
        raise InputRefused(msg, "keep one row a subject")


def _decided(
    frame: DataFrame, session: SparkSession, plan: Plan, tables: list[MonthTables]
) -> list[dict[Cell, Result]]:
    """Return the result of every cell that occurs, table by table, month by month."""
    sent = session.sparkContext.broadcast(plan)

    def find(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        plan = sent.value
        months = plan.month_tables()
        for batch in batches:
            people = plan.people(batch)
            numbers: list[int] = []
            texts: list[str] = []
            for month in months:
                for cells in cells_of(plan, month, people):
                    numbers.append(len(texts))
                    texts.extend(written(cell) for cell in cells.found)
            ends = [*numbers[1:], len(texts)]
            which = np.repeat(np.arange(len(numbers)), np.array(ends) - np.array(numbers)).astype(
                np.int32
            )
            yield pa.RecordBatch.from_arrays(
                [pa.array(which), pa.array(texts, pa.string())], names=["table", "cell"]
            )

    flat = [table for month in tables for table in month.tables]
    found: list[dict[Cell, Result]] = [{} for _ in flat]
    for row in _answered(frame.mapInArrow(find, CELLS_SCHEMA).distinct()):
        codes, names = read(row["cell"])
        found[row["table"]][(codes, names)] = flat[row["table"]].decide(codes, frozenset(names))
    return found


def _answered(frame: DataFrame) -> list[Any]:
    """Return the rows; a refusal that a worker raised is a refusal here."""
    from pyspark.errors import PySparkException

    try:
        rows: list[Any] = frame.collect()
    except PySparkException as error:
        raise _refusal(error) from None
    return rows


def _refusal(error: Exception) -> Exception:
    text = str(error)
    if "anlao.rules.people.errors" not in text:
        return error
    _, _, rest = text.partition("anlao.rules.people.errors.")
    message = rest.partition(": ")[2].split("\n\n")[0].split("\n\tat ")[0]
    return InputRefused(message.strip(), "")


@dataclass(slots=True)
class _Collector:
    """Takes the tables that a sink writes."""

    tables: list[pa.Table] = field(default_factory=list)

    def write_table(self, table: pa.Table) -> None:
        self.tables.append(table)


def _write(
    frame: DataFrame,
    session: SparkSession,
    plan: Plan,
    decided: list[dict[Cell, Result]],
    output: Path,
    only: tuple[OutcomeName, ...],
    metadata: Mapping[str, str],
) -> None:
    sent = session.sparkContext.broadcast((plan, decided))

    def rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        plan, decided = sent.value
        months = plan.month_tables()
        for batch in batches:
            people = plan.people(batch)
            collector = _Collector()
            writer = DecisionWriter(
                plan.rulebook, ParquetSink(collector, plan.rulebook, SCHEMA), only
            )
            writer.write(people.ids, _results(plan, months, decided, people))
            for table in collector.tables:
                plain = [
                    pa.field(item.name, item.type.value_type)
                    if pa.types.is_dictionary(item.type)
                    else item
                    for item in table.schema
                ]
                yield from table.cast(pa.schema(plain)).to_batches()

    parts = output.with_name(f".{output.name}.parts")
    shutil.rmtree(parts, ignore_errors=True)
    try:
        _answered_write(frame.mapInArrow(rows, ROWS_SCHEMA), parts)
        _joined(parts, output, metadata)
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def _answered_write(frame: DataFrame, parts: Path) -> None:
    from pyspark.errors import PySparkException

    try:
        frame.write.parquet(str(parts))
    except PySparkException as error:
        raise _refusal(error) from None


def _results(
    plan: Plan, months: list[MonthTables], decided: list[dict[Cell, Result]], people: People
) -> list[tuple[Month, list[ProvisionColumn]]]:
    found = []
    position = 0
    for month in months:
        columns = []
        for table, cells in zip(month.tables, cells_of(plan, month, people), strict=True):
            results = [decided[position][cell] for cell in cells.found]
            columns.append(_column(month, table, results, cells.index, people))
            position += 1
        found.append((month.month, columns))
    return found


def _column(
    month: MonthTables, table: DecisionTable, results: list[Result], index: Array, people: People
) -> ProvisionColumn:
    """Spread results over subjects, and work out the amounts that depend on numbers."""
    results = list(results)
    codes = index.astype(np.uint16)
    column = ProvisionColumn(table.provision, codes, results)
    facts = columns_at(month, people)
    for number in [i for i, result in enumerate(results) if result.formula is not None]:
        result = results[number]
        assert result.formula is not None
        rows = np.flatnonzero(index == number)
        fen, failed = fen_of(result.formula, result.rounding, facts, rows, month.context)
        if column.fen is None:
            column.fen = np.zeros(len(codes), np.int64)
        column.fen[rows] = fen
        unpaid = (fen <= 0) if result.unit.startswith("yuan") else np.zeros(len(rows), bool)
        unpaid[failed] = True
        for position in np.flatnonzero(unpaid):
            row = rows[position : position + 1]
            taken = {key: part.taken(row) for key, part in facts.items()}
            value = distinct_values(result.formula, taken, 1, month.context)[0][0]
            results.append(finished(result, value))
            codes[row] = len(results) - 1
            column.fen[row] = 0
    return column


def _joined(parts: Path, output: Path, metadata: Mapping[str, str]) -> None:
    """Put the parts, which stand in the order of the input, into one file."""
    from anlao.rules.output.aside import written_aside

    schema = SCHEMA.with_metadata(dict(metadata))
    with (
        written_aside(output) as aside,
        pq.ParquetWriter(aside, schema, compression="zstd") as writer,
    ):
        for part in sorted(parts.glob("part-*.parquet")):
            for batch in pq.ParquetFile(part).iter_batches(200_000):
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))
