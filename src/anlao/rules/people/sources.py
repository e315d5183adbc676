"""Files of subjects as a stream of Arrow batches: CSV (UTF-8 or GB 18030), Parquet, JSON."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from anlao.rules.people.errors import InputRefused

BATCH_ROWS = 262_144
_CSV_BLOCK = 16 << 20
_SNIFF = 1 << 20
_MAX_JSON = 512 << 20


@dataclass(slots=True)
class Source:
    """An opened file: its column names, and its rows in batches."""

    name: str
    columns: list[str]
    rows: int | None
    batches: Iterator[pa.RecordBatch]


def open_source(path: Path) -> Source:
    """Open a file by its ending. Raises InputRefused."""
    if not path.is_file():
        raise InputRefused(f"{path}: there is no such file", "check the name and the folder")
    if path.stat().st_size == 0:
        raise InputRefused(f"{path}: the file is empty", "export the list again")
    match path.suffix.lower():
        case ".csv" | ".txt":
            return _csv(path)
        case ".parquet" | ".pq":
            return _parquet(path)
        case ".json":
            return _json(path)
    raise InputRefused(
        f"{path}: unknown kind of file {path.suffix or '(no ending)'}",
        "use .csv, .parquet or .json",
    )


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file. Raises InputRefused when it mixes two."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputRefused(f"{path}: the file is UTF-16", "save it as CSV UTF-8")
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise InputRefused(
        f"{path}: the text is neither UTF-8 nor GB 18030, or mixes both", "save it as CSV UTF-8"
    )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    with path.open("rb") as file:
        try:
            while block := file.read(_SNIFF):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _csv(path: Path) -> Source:
    encoding = encoding_of(path)
    header = _header(path, encoding)
    if _has_one_line(path):
        return Source(str(path), [name.strip() for name in header], 0, iter(()))
    types = {name: pa.string() for name in header}
    try:
        reader = pacsv.open_csv(
            path,
            read_options=pacsv.ReadOptions(
                encoding="utf-8" if encoding == "utf-8-sig" else encoding, block_size=_CSV_BLOCK
            ),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=types,
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        raise InputRefused(
            f"{path}: {_plain(error)}", "each row needs as many cells as the header"
        ) from None
    columns = [name.strip() for name in reader.schema.names]
    return Source(str(path), columns, None, _refusing(path, reader, columns))


def _has_one_line(path: Path) -> bool:
    """Only column names, whether or not the line ends."""
    with path.open("rb") as file:
        file.readline()
        return not file.read(4096).strip()


def _header(path: Path, encoding: str) -> list[str]:
    import csv

    with path.open(encoding=encoding, newline="") as file:
        try:
            names = next(csv.reader(file), [])
        except csv.Error as error:
            raise InputRefused(f"{path}: {error}", "save it as CSV UTF-8") from None
    if not any(name.strip() for name in names):
        raise InputRefused(f"{path}: the first line holds no column names", "add a header line")
    return names


def _refusing(
    path: Path, reader: pacsv.CSVStreamingReader, columns: list[str]
) -> Iterator[pa.RecordBatch]:
    try:
        for batch in reader:
            yield batch.rename_columns(columns)
    except pa.ArrowInvalid as error:
        raise InputRefused(
            f"{path}: {_plain(error)}", "each row needs as many cells as the header"
        ) from None


def _plain(error: Exception) -> str:
    return str(error).replace("CSV parse error: ", "").splitlines()[0][:300]


def _parquet(path: Path) -> Source:
    try:
        file = pq.ParquetFile(path)
        columns = file.schema_arrow.names
    except (pa.ArrowException, OSError) as error:
        raise InputRefused(
            f"{path}: not a Parquet file ({_plain(error)})", "export it again"
        ) from None
    return Source(str(path), columns, file.metadata.num_rows, file.iter_batches(BATCH_ROWS))


def _json(path: Path) -> Source:
    if path.stat().st_size > _MAX_JSON:
        raise InputRefused(f"{path}: JSON larger than {_MAX_JSON >> 20} MB", "use CSV or Parquet")
    records = read_json(path)
    batch = record_batch(records)
    return Source(str(path), batch.schema.names, len(records), iter([batch]))


def read_json(path: Path) -> list[dict[str, Any]]:
    """Return the records of a JSON file: one object, or a list of objects."""
    try:
        data = json.loads(path.read_text("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            f"{path}: not valid JSON: {error}", "a list of objects of facts"
        ) from None
    if isinstance(data, dict) and isinstance(data.get("people"), list):
        data = data["people"]
    records = data if isinstance(data, list) else [data]
    if not records or not all(isinstance(record, dict) for record in records):
        raise InputRefused(f"{path}: expected an object of facts, or a list of them")
    return records


def _json_column(values: list[Any]) -> pa.Array:
    """Lists of records stay lists; everything else is text, so that one strict reader sees it."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, list) and _are_records(value) for value in known):
        return pa.array(values)
    return pa.array([None if value is None else _json_text(value) for value in values], pa.string())


def _are_records(value: list[Any]) -> bool:
    return all(isinstance(record, dict) for record in value)


def record_batch(records: list[dict[str, Any]]) -> pa.RecordBatch:
    """Return records as a batch of text columns, as if they stood in a file."""
    columns = list(dict.fromkeys(key for record in records for key in record))
    arrays = [_json_column([record.get(name) for record in records]) for name in columns]
    return pa.RecordBatch.from_arrays(arrays, names=columns)


def _json_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
