"""``anlao recalc``: what to pay or to recover after facts changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from anlao.cli import options
from anlao.cli.deciding import Decider, Input, same_file
from anlao.cli.library import open_rates, open_rulebook
from anlao.cli.refusals import Refused
from anlao.cli.screen import remark, show_table, yuan

if TYPE_CHECKING:
    from datetime import date

    from anlao.cli.recalculation import Recalculation
    from anlao.rules.periods import Month


@click.command("recalc")
@click.argument("rulebook")
@options.span_options
@click.option("--before", type=options.FILE, required=True, help="Facts as they were known.")
@click.option("--after", type=options.FILE, required=True, help="Facts as they are known now.")
@click.option("--before-history", type=options.FILE, help="History as it was known.")
@click.option("--after-history", type=options.FILE, help="History as it is known now.")
@options.subject_option
@options.provision_option
@options.rates_option
@click.option(
    "-o", "--output", type=options.FILE, help="Rows that differ (.csv); default: on stdout."
)
@options.simulate_option
@options.json_option
@options.language_option
@click.option("--ignore-extra", is_flag=True, help="Leave out columns that are no facts.")
@options.as_of_options
def command(
    *,
    rulebook: str,
    month: Month | None,
    first: Month | None,
    last: Month | None,
    before: Path,
    after: Path,
    before_history: Path | None,
    after_history: Path | None,
    subject: str,
    provisions: tuple[str, ...],
    rates: Path | None,
    output: Path | None,
    simulate: bool,
    as_json: bool,
    lang: str,
    ignore_extra: bool,
    rules_as_of: date | None,
    known_as_of: date | None,
) -> None:
    """Decide the same months on two sets of facts: pay or recover, per person, month, provision.

    事实更正（如迟报的死亡）后，同样的月份重新判定：应补发还是追回。

    \b
    anlao recalc suichang --from 2023-09 --to 2024-08 --before march.parquet --after april.parquet
    """
    months = options.months_of(month, first, last)
    book = open_rulebook(rulebook)
    options.check_subject(book, subject)
    options.check_provisions(book, subject, provisions)
    same_file(before, output)
    same_file(after, output)
    if output is not None and output.suffix.lower() != ".csv":
        message = f"{output}: differences are written as CSV"
        raise Refused(message, "name it .csv")
    from anlao.cli.recalculation import recalculate
    from anlao.rules.engines.program import make_program

    program = make_program(
        book,
        subject=subject,
        provisions=provisions,
        rates=open_rates(rates, book),
        rules_as_of=rules_as_of,
        simulate=simulate,
    )
    found = recalculate(
        Decider(program, months),
        Input(before, before_history, (), ignore_extra),
        Input(after, after_history, (), ignore_extra, known_as_of=known_as_of),
    )
    if output is not None:
        write_differences(found, output)
    elif as_json:
        consume(found)
    else:
        _to_stdout(found)
    _report(found, lang, as_json=as_json, to_stderr=output is None and not as_json)


def consume(found: Recalculation) -> None:
    """Go through every part for the totals alone."""
    for _part in found.parts():
        continue


def write_differences(found: Recalculation, output: Path) -> None:
    """Write every row that differs."""
    from anlao.rules.output.aside import written_aside

    with written_aside(output) as part, part.open("wb") as file:
        _write(found, file)


def _write(found: Recalculation, file: BinaryIO) -> None:
    from anlao.cli.recalculation import WORDS
    from anlao.rules.output.differences import header, lines

    file.write(header("before", "after"))
    months = [str(month) for month in found.months]
    for ids, rows in found.parts():
        file.write(lines(rows, ids, found.differ.kinds, months, WORDS))


def _to_stdout(found: Recalculation) -> None:
    _write(found, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def _report(found: Recalculation, lang: str, *, as_json: bool, to_stderr: bool) -> None:
    entries = totals_of(found)
    absent = f"{found.only_before:,} only before, {found.only_after:,} only after"
    if as_json:
        data = {
            "months": [str(month) for month in found.months],
            "only_before": found.only_before,
            "only_after": found.only_after,
            "provisions": entries,
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    elif to_stderr:
        for entry in entries:
            if entry["rows"]:
                remark(f"{entry['provision']}: pay {entry['pay']}, recover {entry['recover']}")
    else:
        show_totals(found, lang)
    if found.only_before or found.only_after:
        remark(f"people in one file only ({absent}): marked check, to be looked at by hand")


def totals_of(found: Recalculation) -> list[dict[str, Any]]:
    """Return what each provision comes to, as plain data."""
    from anlao.rules.quantities import format_fen

    return [
        {
            "provision": name,
            "rows": total.more + total.less + total.gained + total.lost + total.check,
            "pay_rows": total.more,
            "pay": format_fen(total.more_fen),
            "recover_rows": total.less,
            "recover": format_fen(-total.less_fen),
            "service_rows": total.gained + total.lost,
            "check_rows": total.check,
            "difference": format_fen(total.after_fen - total.before_fen),
        }
        for name, total in found.totals.items()
    ]


def show_totals(found: Recalculation, lang: str) -> None:
    """Print what each provision comes to."""
    headings = (
        ("事项", "补发人月", "补发元", "追回人月", "追回元", "服务变化", "待查")
        if lang == "zh"
        else ("provision", "pay rows", "pay", "recover rows", "recover", "services", "check")
    )
    rows = [
        (
            name,
            total.more,
            yuan(total.more_fen),
            total.less,
            yuan(-total.less_fen),
            total.gained + total.lost,
            total.check,
        )
        for name, total in found.totals.items()
    ]
    columns = [(heading, "right" if place else "left") for place, heading in enumerate(headings)]
    span = f"{found.months[0]} – {found.months[-1]}"
    show_table(span, columns, rows)
