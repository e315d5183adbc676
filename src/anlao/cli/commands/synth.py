"""``anlao synth``: people who exist nowhere, distributed as the census found them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from anlao.cli import options
from anlao.cli.refusals import Refused
from anlao.cli.screen import progress, remark

if TYPE_CHECKING:
    import pyarrow as pa


@click.command("synth")
@click.argument("division")
@click.option("--elders", type=click.IntRange(1, 50_000_000), default=1000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("-o", "--output", type=options.FILE, required=True, help=".parquet or .csv")
@click.option("--as-of", type=options.DAY, help="The day the people are as of (default: today).")
@click.option("--history/--no-history", default=True, show_default=True, help="Also write changes.")
@options.subject_option
@click.option("--count", type=click.IntRange(1), help="How many, where the subject is not elder.")
def command(
    *,
    division: str,
    elders: int,
    seed: int,
    output: Path,
    as_of: date | None,
    history: bool,
    subject: str,
    count: int | None,
) -> None:
    """Make a synthetic population of DIVISION (a division code such as 331123).

    生成与普查一致的合成人口；身份证号不可能属于任何人。

    \b
    anlao synth 331123 --elders 53051 --seed 1 -o people.parquet
    """
    from anlao.synth import DivisionWithoutCensus, UnknownFileKind, UnknownSubject

    day = as_of or options.today()
    try:
        if subject == "elder":
            _elders(division, elders, seed, day, output, history=history)
        else:
            _others(subject, count or elders, seed, division, output)
    except (DivisionWithoutCensus, UnknownFileKind) as error:
        raise Refused(str(error)) from None
    except UnknownSubject as error:
        raise click.UsageError(str(error)) from None


def _elders(
    division: str, elders: int, seed: int, day: date, output: Path, *, history: bool
) -> None:
    from anlao.synth import write_population

    if not output.parent.is_dir():
        msg = f"{output}: there is no folder {output.parent}"
        raise Refused(msg, "make it, or name another")
    done = 0
    with progress("people 合成人口", elders) as advance:

        def told(count: int, _: int) -> None:
            nonlocal done
            advance(count - done)
            done = count

        report = write_population(
            division=division,
            elders=elders,
            seed=seed,
            as_of=day,
            output=output,
            progress=told,
            history=history,
        )
    files = [report.people, report.identity, report.history]
    remark(
        f"{report.elders:,} synthetic elders ({report.deceased:,} have died): "
        + ", ".join(str(path) for path in files if path)
    )


def _others(subject: str, count: int, seed: int, division: str, output: Path) -> None:
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    from anlao.rules.output.aside import written_aside
    from anlao.rules.output.decisions import kind_of
    from anlao.synth import synthesise_subject

    kind = kind_of(output)
    table = synthesise_subject(subject=subject, count=count, seed=seed, division=division)
    with written_aside(output) as part:
        if kind == "parquet":
            pq.write_table(table, part)
        else:
            flat = table.cast(_plain(table.schema))
            pa_csv.write_csv(flat, part)
    remark(f"{table.num_rows:,} synthetic {subject}(s): {output}")


def _plain(schema: pa.Schema) -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            (field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
            for field in schema
        ]
    )
