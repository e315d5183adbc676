"""Decisions as a file: one row a subject, month and provision, CSV or Parquet.

    subject_id,month,rulebook,provision,outcome,amount,unit,missing,reason,clause
    E1,2023-10,suichang,old-age-allowance,yes,60.00,yuan/month,,met,遂政办发〔2023〕26号 二(一)3

Rows come by subject, then month, then provision in the rulebook's order. All but the subject and
computed amounts takes few distinct values, so rows are looked up, never built one by one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from anlao.rules.output.aside import written_aside
from anlao.rules.output.kinds import Kinds
from anlao.rules.people.columns import Array
from anlao.rules.people.errors import InputRefused
from anlao.rules.periods import Month
from anlao.rules.quantities import format_fen
from anlao.rules.results import ProvisionColumn
from anlao.rules.tables.verdict import OUTCOMES, OutcomeName

COLUMNS = (
    "subject_id",
    "month",
    "rulebook",
    "provision",
    "outcome",
    "amount",
    "unit",
    "missing",
    "reason",
    "clause",
)
AMOUNT = pa.decimal128(18, 2)
WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        (name, pa.string() if name == "subject_id" else AMOUNT if name == "amount" else WORD)
        for name in COLUMNS
    ]
)
SLICE_ROWS = 1 << 19
Decided = Sequence[tuple[Month, Sequence[ProvisionColumn]]]


@dataclass(slots=True)
class Rows:
    """Some rows of the file. ``subjects``: index of each row's subject; ``fen`` where computed."""

    ids: pa.Array
    subjects: Array
    months: Array
    kinds: Array
    fen: Array


class Sink(Protocol):
    """Where rows go."""

    def write(self, rows: Rows, kinds: Kinds, months: Sequence[Month]) -> None: ...


@dataclass(slots=True)
class DecisionWriter:
    """Writes decided batches. ``only``: outcomes to keep; all when empty."""

    rulebook: str
    sink: Sink
    only: tuple[OutcomeName, ...] = ()
    kinds: Kinds = field(default_factory=Kinds)
    rows: int = 0

    def write(self, ids: pa.Array, decided: Decided) -> None:
        """Write every month and provision of a batch of subjects."""
        months = [month for month, _ in decided]
        columns = [column for _, found in decided for column in found]
        width = len(columns)
        if not width or not len(ids):
            return
        of_month = np.repeat(
            np.arange(len(months), dtype=np.int32), [len(found) for _, found in decided]
        )
        translated = [self.kinds.of(column) for column in columns]
        wanted = self._wanted()
        step = max(1, SLICE_ROWS // width)
        for start in range(0, len(ids), step):
            part = slice(start, min(start + step, len(ids)))
            kinds = np.stack([codes[part] for codes in translated], axis=1).ravel()
            chosen = np.arange(len(kinds)) if wanted is None else np.flatnonzero(wanted[kinds])
            if not len(chosen):
                continue
            kinds = kinds[chosen]
            subjects, places = np.divmod(chosen, width)
            fen = self.kinds.fen()[kinds]
            for place, column in enumerate(columns):
                if column.fen is not None:
                    here = places == place
                    fen[here] += column.fen[part][subjects[here]]
            rows = Rows(ids.slice(start, step), subjects, of_month[places], kinds, fen)
            self.sink.write(rows, self.kinds, months)
            self.rows += len(chosen)

    def _wanted(self) -> Array | None:
        if not self.only:
            return None
        return np.isin(self.kinds.outcomes(), [OUTCOMES.index(name) for name in self.only])


@contextmanager
def open_decisions(
    target: Path | None,
    *,
    rulebook: str,
    metadata: Mapping[str, str],
    only: tuple[OutcomeName, ...] = (),
) -> Iterator[DecisionWriter]:
    """Give a writer to a file (CSV or Parquet by its ending), or to standard output as CSV."""
    if target is None:
        sink = CsvSink(sys.stdout.buffer, rulebook)
        yield DecisionWriter(rulebook, sink, only)
        sink.begin()
        sys.stdout.buffer.flush()
        return
    kind = kind_of(target)
    with written_aside(target) as part:
        if kind == "csv":
            with part.open("wb") as file:
                sink = CsvSink(file, rulebook)
                yield DecisionWriter(rulebook, sink, only)
                sink.begin()
        else:
            schema = SCHEMA.with_metadata(dict(metadata))
            with pq.ParquetWriter(part, schema, compression="zstd") as file:
                yield DecisionWriter(rulebook, ParquetSink(file, rulebook, schema), only)


def kind_of(target: Path) -> str:
    """Return csv or parquet. Raises InputRefused."""
    if target.is_dir():
        message = f"{target}: this is a folder"
        raise InputRefused(message, "name a file")
    match target.suffix.lower():
        case ".csv":
            return "csv"
        case ".parquet" | ".pq":
            return "parquet"
    msg = f"{target}: cannot write this kind of file"
    raise InputRefused(msg, "name it .csv or .parquet")


@dataclass(slots=True)
class CsvSink:
    """Rows as UTF-8 text; what stands before and after the amount is one text per kind."""

    file: BinaryIO
    rulebook: str
    started: bool = False
    _ends: tuple[int, pa.Array, pa.Array] | None = None

    def begin(self) -> None:
        """Write the line of column names, once; also where no row follows."""
        if not self.started:
            self.file.write((",".join(COLUMNS) + "\n").encode())
            self.started = True

    def write(self, rows: Rows, kinds: Kinds, months: Sequence[Month]) -> None:
        self.begin()
        months_text = pa.array([f",{month},{csv_cell(self.rulebook)}," for month in months])
        before, after = self._texts(kinds)
        line = pc.binary_join_element_wise(
            quoted(rows.ids).take(pa.array(rows.subjects)),
            months_text.take(pa.array(rows.months)),
            before.take(pa.array(rows.kinds)),
            _amount_texts(rows, kinds),
            after.take(pa.array(rows.kinds)),
            "",
        )
        self.file.write(text_bytes(line))

    def _texts(self, kinds: Kinds) -> tuple[pa.Array, pa.Array]:
        if self._ends is None or self._ends[0] != len(kinds):
            before, after = [], []
            for provision, result in kinds.found:
                before.append(f"{csv_cell(provision.id)},{result.outcome},")
                cells = (
                    result.unit,
                    "|".join(result.missing),
                    result.reason,
                    str(provision.clause),
                )
                after.append("," + ",".join(csv_cell(cell) for cell in cells) + "\n")
            self._ends = (len(kinds), pa.array(before), pa.array(after))
        return self._ends[1], self._ends[2]


@dataclass(slots=True)
class ParquetSink:
    """Rows as Arrow tables whose words are dictionaries."""

    file: Any
    rulebook: str
    schema: pa.Schema

    def write(self, rows: Rows, kinds: Kinds, months: Sequence[Month]) -> None:
        count = len(rows.kinds)
        found = kinds.found
        words: dict[str, list[str]] = {
            "provision": [provision.id for provision, _ in found],
            "outcome": [result.outcome for _, result in found],
            "unit": [result.unit for _, result in found],
            "missing": ["|".join(result.missing) for _, result in found],
            "reason": [result.reason for _, result in found],
            "clause": [str(provision.clause) for provision, _ in found],
        }
        arrays = {name: _words(texts, rows.kinds) for name, texts in words.items()}
        arrays["subject_id"] = rows.ids.cast(pa.string()).take(pa.array(rows.subjects))
        arrays["month"] = _words([str(month) for month in months], rows.months)
        arrays["rulebook"] = _words([self.rulebook], np.zeros(count, np.int32))
        arrays["amount"] = decimals(rows.fen, kinds.has_amount()[rows.kinds])
        self.file.write_table(
            pa.Table.from_arrays([arrays[name] for name in COLUMNS], schema=self.schema)
        )


def _words(texts: Sequence[str], indices: Array) -> pa.Array:
    distinct = list(dict.fromkeys(texts))
    place = {text: number for number, text in enumerate(distinct)}
    order = np.array([place[text] for text in texts], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(order[indices]), pa.array(distinct, pa.string()))


def decimals(fen: Array, present: Array) -> pa.Array:
    """Return exact yuan with two decimals; null where there is no amount."""
    halves = np.empty((len(fen), 2), np.int64)
    halves[:, 0] = fen
    halves[:, 1] = fen >> 63  # the sign, carried into the upper half
    valid = np.packbits(present, bitorder="little")
    return pa.Array.from_buffers(
        AMOUNT, len(fen), [pa.py_buffer(valid.tobytes()), pa.py_buffer(halves.tobytes())]
    )


def _amount_texts(rows: Rows, kinds: Kinds) -> pa.Array:
    return amount_texts(rows.fen, kinds.has_amount()[rows.kinds])


def amount_texts(fen: Array, present: Array) -> pa.Array:
    """Return amounts as text with two decimals; empty where there is none."""
    distinct, place = np.unique(fen, return_inverse=True)
    texts = pa.array([*(format_fen(int(value)) for value in distinct), ""], pa.string())
    return texts.take(pa.array(np.where(present, place, len(distinct))))


def csv_cell(text: str) -> str:
    """Return a cell, quoted where a comma, quote or line end asks for it."""
    if any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def quoted(texts: pa.Array) -> pa.Array:
    """Return texts as CSV cells."""
    texts = texts.cast(pa.string())
    special = pc.match_substring_regex(texts, '[,"\n\r]')
    if not pc.any(special).as_py():
        return texts
    safe = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(special, safe, texts)


def text_bytes(texts: pa.Array) -> memoryview:
    """Return the bytes of all texts, one after another, without copying."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    _, offsets, data = texts.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(texts) + 1, texts.offset * 4)
    return memoryview(data)[int(bounds[0]) : int(bounds[-1])]
