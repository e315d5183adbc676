"""``anlao decide``: every provision for every subject and month."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anlao.cli import options
from anlao.cli.deciding import Decider, Input, check_engine, open_reading, rows_in, same_file
from anlao.cli.library import open_rates, open_rulebook
from anlao.cli.screen import progress, remark

if TYPE_CHECKING:
    from anlao.rules.engines.program import Program
    from anlao.rules.periods import Month
    from anlao.rules.rulebook.model import Rulebook


@click.command("decide")
@click.argument("rulebook")
@click.argument("people", type=options.FILE)
@options.span_options
@options.subject_option
@options.provision_option
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(options.OUTCOME_NAMES),
    help="Only rows of this outcome (repeatable). 只要此结果",
)
@options.rates_option
@click.option("-o", "--output", type=options.FILE, help=".csv or .parquet; default: CSV on stdout.")
@options.simulate_option
@click.option(
    "--engine",
    type=click.Choice(options.ENGINES),
    default="columnar",
    show_default=True,
    help="引擎",
)
@options.input_options
@options.as_of_options
def command(
    *,
    rulebook: str,
    people: Path,
    month: Month | None,
    first: Month | None,
    last: Month | None,
    subject: str,
    provisions: tuple[str, ...],
    only: tuple[Any, ...],
    rates: Path | None,
    output: Path | None,
    simulate: bool,
    engine: str,
    history: Path | None,
    rows: tuple[str, ...],
    ignore_extra: bool,
    reject: Path | None,
    rules_as_of: date | None,
    known_as_of: date | None,
) -> None:
    """Decide every provision of RULEBOOK for every row of PEOPLE (.csv, .parquet, .json).

    按规则册逐人逐月判定。

    \b
    anlao decide suichang --month 2023-10 people.csv --only yes -o decisions.csv
    anlao decide suichang --from 2023-09 --to 2024-08 people.parquet -o decisions.parquet
    """
    months = options.months_of(month, first, last)
    book = open_rulebook(rulebook)
    options.check_subject(book, subject)
    options.check_provisions(book, subject, provisions)
    check_engine(engine)
    same_file(people, history, rates, output, reject)
    from anlao.rules.engines.program import make_program

    program = make_program(
        book,
        subject=subject,
        provisions=provisions,
        rates=open_rates(rates, book),
        rules_as_of=rules_as_of,
        simulate=simulate,
    )
    metadata = describing(book, rules_as_of, known_as_of)
    source = Input(people, history, rows, ignore_extra, reject, known_as_of)
    if engine == "spark":
        _by_spark(program, months, source, output, only, metadata)
        return
    _decide(Decider(program, months, engine), source, output, only, metadata)


def _decide(
    decider: Decider,
    source: Input,
    output: Path | None,
    only: tuple[Any, ...],
    metadata: dict[str, str],
) -> None:
    from anlao.rules.output.decisions import open_decisions

    book = decider.program.rulebook
    with (
        open_reading(source, decider) as reading,
        open_decisions(output, rulebook=book.id, metadata=metadata, only=only) as writer,
        progress("deciding 判定", rows_in(source.people)) as advance,
    ):
        for people in reading.batches(advance):
            writer.write(people.ids, decider.decided(people))
    where = f" in {output}" if output else ""
    remark(
        f"{reading.count:,} {decider.program.subject}(s), {len(decider.months)} month(s): "
        f"{writer.rows:,} row(s){where}"
    )


def _by_spark(
    program: Program,
    months: list[Month],
    source: Input,
    output: Path | None,
    only: tuple[Any, ...],
    metadata: dict[str, str],
) -> None:
    from anlao.rules.engines.spark import decide_file

    if output is None:
        message = "--engine spark writes to a file; add -o out.parquet"
        raise click.UsageError(message)
    decide_file(
        program=program,
        months=months,
        people=source.people,
        output=output,
        only=only,
        metadata=metadata,
        today=options.today(),
        ignore_extra=source.ignore_extra,
    )


def describing(
    book: Rulebook, rules_as_of: date | None, known_as_of: date | None
) -> dict[str, str]:
    """Return what a file of decisions says about itself."""
    from importlib.metadata import version

    today = options.today()
    return {
        "anlao.rulebook": book.id,
        "anlao.document": book.document,
        "anlao.rules_as_of": (rules_as_of or today).isoformat(),
        "anlao.known_as_of": (known_as_of or today).isoformat(),
        "anlao.engine": version("anlao"),
    }
