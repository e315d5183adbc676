"""A whole synthetic population: in memory, or streamed to files.

people.parquet            every elder fact, one row a person
people.identity.parquet   name, identity number and household, by person_id
people.history.csv        facts that changed lately
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from anlao.places.divisions import significant
from anlao.synth import elders as elder_facts
from anlao.synth import histories as changes
from anlao.synth import identity, plan
from anlao.synth.crowd import county_of, gather

CHUNK = 100_000  # people; part of what a seed means, so changing it changes every population
SUFFIXES = (".parquet", ".csv")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SynthReport:
    """What was written, and how much of it."""

    people: Path
    identity: Path
    history: Path | None
    elders: int
    deceased: int  # of the elders, by a death date on or before the last day drawn
    changes: int  # rows of the history file


class UnknownFileKind(ValueError):
    """People can be written to Parquet and CSV only."""

    code = "unknown-file-kind"

    def __init__(self, output: Path) -> None:
        self.output = output
        super().__init__(
            f"{output.name}: people are written to .parquet or .csv; use one of these."
        )


@dataclass(frozen=True)
class Chunk:
    """The three tables of some people."""

    people: pa.Table
    identity: pa.Table
    history: pa.Table


def synthesise(
    *, division: str, elders: int, seed: int, as_of: date, deaths_until: date | None = None
) -> pa.Table:
    """Return a population with every elder fact of the contract, true to the census.

    The census's structure of ages is taken as that of the day `as_of`. Some of the elders died in
    the two years before it, or up to `deaths_until` where a later day is given.
    Raises DivisionWithoutCensus: when the census has no figures for the division.
    """
    chunks = _chunks(division, elders, seed, as_of, deaths_until)
    empty = elder_facts.schema().empty_table()
    table = pa.concat_tables([empty, *(chunk.people for chunk in chunks)])
    return table.replace_schema_metadata(_metadata(division, seed, as_of))


def write_population(
    *,
    division: str,
    elders: int,
    seed: int,
    as_of: date,
    output: Path,
    progress: Progress | None = None,
    history: bool = True,
    deaths_until: date | None = None,
) -> SynthReport:
    """Write a population, its identities and its changes beside each other.

    Memory stays at one chunk of people plus some 140 bytes a person. `progress` is told how many
    are done, and of how many.
    Raises UnknownFileKind, DivisionWithoutCensus: before any file is touched.
    """
    if output.suffix not in SUFFIXES:
        raise UnknownFileKind(output)
    chunks = _chunks(division, elders, seed, as_of, deaths_until)
    metadata = _metadata(division, seed, as_of)
    report = SynthReport(
        people=output,
        identity=output.with_suffix(".identity.parquet"),
        history=output.with_suffix(".history.csv") if history else None,
        elders=0,
        deceased=0,
        changes=0,
    )
    with ExitStack() as files:
        people = files.enter_context(_writer(output, elder_facts.schema(), metadata))
        named = files.enter_context(_writer(report.identity, identity.SCHEMA, metadata))
        changed = (
            files.enter_context(_csv(report.history, changes.SCHEMA)) if report.history else None
        )
        for chunk in chunks:
            people.write_table(_flat(chunk.people, output))
            named.write_table(chunk.identity)
            if changed is not None:
                changed.write_table(chunk.history)
            report = _counted(report, chunk)
            if progress is not None:
                progress(report.elders, elders)
    return report


def _chunks(
    division: str, elders: int, seed: int, as_of: date, deaths_until: date | None
) -> Iterator[Chunk]:
    """Plan everybody now, so that refusals come at once; make the chunks as they are asked for."""
    planned = plan.make(division=division, elders=elders, as_of=as_of, rng=_generator(seed, 0))
    last = deaths_until or as_of
    digits = max(7, len(str(elders)))
    return (
        _chunk(planned, slice(start, min(start + CHUNK, elders)), seed, as_of, last, digits)
        for start in range(0, elders, CHUNK)
    )


def _chunk(
    planned: plan.Plan, rows: slice, seed: int, as_of: date, deaths_until: date, digits: int
) -> Chunk:
    crowd = gather(plan=planned, rows=rows, as_of=as_of, rng=_generator(seed, 1 + rows.start))
    imagined = elder_facts.imagine(crowd, deaths_until=deaths_until)
    person_ids = elder_facts.person_ids(
        counties=county_of(crowd), first_row=rows.start, digits=digits
    )
    return Chunk(
        people=elder_facts.table(imagined, person_ids=person_ids),
        identity=identity.identities(
            imagined,
            person_ids=person_ids,
            area=planned.identity_area[rows],
            sequence=planned.identity_sequence[rows],
        ),
        history=changes.histories(imagined, person_ids=person_ids),
    )


def _generator(seed: int, part: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, part])))


def _metadata(division: str, seed: int, as_of: date) -> dict[str, str]:
    return {
        "anlao.synthetic": "true",
        "anlao.division": significant(division),
        "anlao.seed": str(seed),
        "anlao.as_of": as_of.isoformat(),
    }


def _writer(output: Path, schema: pa.Schema, metadata: dict[str, str]) -> Any:
    if output.suffix == ".csv":
        return _csv(output, _flat(schema.empty_table(), output).schema)
    return pq.ParquetWriter(output, schema.with_metadata(metadata), compression="zstd")


def _csv(output: Path, schema: pa.Schema) -> Any:
    # No text here holds a comma or a quote.
    return pa_csv.CSVWriter(
        output,
        schema,
        write_options=pa_csv.WriteOptions(quoting_style="none", quoting_header="none"),
    )


def _flat(table: pa.Table, output: Path) -> pa.Table:
    """Return the table with plain strings where the file is CSV."""
    if output.suffix != ".csv":
        return table
    plain = [
        (field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(plain))


def _counted(report: SynthReport, chunk: Chunk) -> SynthReport:
    deaths = pc.count(chunk.people["death_date"]).as_py()
    return replace(
        report,
        elders=report.elders + chunk.people.num_rows,
        deceased=report.deceased + deaths,
        changes=report.changes + (chunk.history.num_rows if report.history else 0),
    )
